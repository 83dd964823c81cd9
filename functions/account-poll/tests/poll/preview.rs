//! Rule P13: a preview shows everything and writes nothing but itself.

use anyhow::{Context as _, Result};
use billing::Previewed;
use bridge_core::settings::Billing;
use store::pack::Pack;
use store::record::preview::{Draft, Preview, State, Totals};
use store::table::{Read, Stored};

use crate::world::World;

impl World {
    async fn ask_for_preview(&self, draft: Draft) -> Result<Preview> {
        let preview = Preview {
            id: "p1".to_owned(),
            by: "Ann".to_owned(),
            at: self.clock.now(),
            state: State::Queued,
            draft,
            accounts: None,
            totals: Totals::default(),
            digest: String::new(),
        };
        self.systems.table.insert(preview).await?;
        self.forget();
        self.preview("p1").await?;
        let stored: Option<Stored<Preview>> = self.systems.table.get(&"p1".to_owned(), Read::Strong).await?;
        Ok(stored.context("it is kept")?.value)
    }
}

#[tokio::test]
async fn p13_a_preview_of_first_plans_shows_each_account_and_writes_only_itself() -> Result<()> {
    let world = World::with(9).await?;
    let draft = Draft { billing: Some(Billing { enabled: true, ..Billing::default() }), ..Draft::default() };
    let preview = world.ask_for_preview(draft).await?;
    assert_eq!(preview.state, State::Ready);
    assert_eq!(preview.totals.accounts, 9);
    assert!(preview.totals.changes > 0 && !preview.digest.is_empty(), "{:?}", preview.totals);
    assert!(world.sent().is_empty());
    let writes = world.writes();
    assert!(writes.iter().all(|write| write.contains("\"PREVIEW\"") || write.contains("preview/p1")), "{writes:#?}");

    let mut previewed = Vec::new();
    let name = Preview::pack_name("p1");
    Pack::<(), Previewed>::read(&world.systems.table, &name, |one| previewed.push(one)).await?;
    assert_eq!(previewed.len(), 9);
    assert!(previewed.iter().all(|one| one.is_first && !one.plan.changes.is_empty() && !one.digest.is_empty()));
    Ok(())
}

#[tokio::test]
async fn p13_what_a_preview_shows_is_what_the_next_run_judges() -> Result<()> {
    let world = World::settled(10).await?;
    world.cut(3, 1)?;
    world.ask_for_preview(Draft::default()).await?;
    let mut previewed = Vec::new();
    let name = Preview::pack_name("p1");
    Pack::<(), Previewed>::read(&world.systems.table, &name, |one| previewed.push(one)).await?;
    world.next_poll().await?;
    let shown = previewed.into_iter().map(|one| (one.account, one.digest)).collect();
    assert_eq!(world.sent(), shown);
    Ok(())
}

#[tokio::test]
async fn v3_switching_creation_on_counts_accounts_whose_tenant_is_still_there_as_decisions() -> Result<()> {
    let world = World::settled(10).await?;
    for position in [0, 1] {
        crate::first::unmap(&world, position).await?;
    }
    let mut billing = Billing { enabled: true, ..Billing::default() };
    billing.provisioning.automatic = true;
    let preview = world.ask_for_preview(Draft { billing: Some(billing), ..Draft::default() }).await?;
    let totals = preview.totals;
    assert_eq!((totals.creations, totals.creations_waiting, totals.accounts), (0, 2, 2));
    Ok(())
}
