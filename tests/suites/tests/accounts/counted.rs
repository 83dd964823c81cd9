//! Rules X1, X5 and X6: what is written down, and what a run costs when nothing has changed.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use simulators::acronis::seed::{ALDER, CUSTOMERS};
use simulators::autotask::seed;
use store::queue::QueueName;
use suites::world::World;
use suites::world::verbs_people::ALDER_ACCOUNT;

use crate::{HOUR, SERVERS, WORKSTATIONS, settled};

/// Every item that a customer of the demo has or had on, with its quota.
fn items(world: &World) -> BTreeMap<(String, String), suites::world::verbs_accounts::Allowed> {
    let storages = [simulators::acronis::seed::FRANKFURT, simulators::acronis::seed::DUBLIN];
    let products = suites::world::verbs_accounts::products();
    let mut all = BTreeMap::new();
    for customer in CUSTOMERS {
        for row in &products.rows {
            let (tenant, name) = (customer.id, row.item.name.as_str());
            match &row.item.infra {
                None => {
                    all.insert((tenant.to_string(), name.to_owned()), world.quota(tenant, name));
                }
                Some(infra) => {
                    let storage = storages.into_iter().find(|storage| storage.to_string() == infra.to_string());
                    if let Some(storage) = storage {
                        let key = (tenant.to_string(), format!("{name}@{storage}"));
                        all.insert(key, world.quota(tenant, (name, storage)));
                    }
                }
            }
        }
    }
    all
}

#[tokio::test(start_paused = true)]
async fn x5_every_quota_that_was_changed_is_recorded_once_with_its_cause() -> Result<()> {
    let mut world = World::new().await?;
    let before = items(&world);
    world.billing().await?;
    world.sell(ALDER_ACCOUNT, seed::SERVERS, 2)?;
    world.next_accounts_turn().await?;
    let after = items(&world);
    let changed: Vec<_> = before.iter().filter(|(key, had)| after[key] != **had).map(|(key, _)| key.clone()).collect();
    assert!(changed.len() > 15, "{changed:#?}");
    let journal = world.journal().await?;
    let of = |tenant: &str, item: &str| {
        let is_it = |entry: &&store::record::Activity| {
            entry.system == "acronis"
                && entry.subject.tenant.as_ref().is_some_and(|id| id.to_string() == tenant)
                && entry.id.ends_with(&format!("quota-{item}"))
        };
        journal.iter().filter(is_it).cloned().collect::<Vec<_>>()
    };
    for (tenant, item) in &changed {
        let twice = usize::from(*tenant == ALDER.to_string() && item == SERVERS);
        let entries = of(tenant, item);
        assert_eq!(entries.len(), 1 + twice, "{tenant} {item} {entries:#?}");
    }
    let recorded = journal.iter().filter(|entry| entry.id.contains("quota-")).count();
    assert_eq!(recorded, changed.len() + 1, "nothing is recorded that was not done");

    let servers = of(&ALDER.to_string(), SERVERS);
    let values: Vec<_> = servers.iter().map(|entry| (entry.old.as_deref(), entry.new.as_deref())).collect();
    assert_eq!(values, [(Some("2"), Some("3")), (Some("3"), Some("5"))]);
    let last = servers.last().context("two")?;
    assert_eq!((last.actor.as_str(), last.what.as_str()), ("account-sync", "quota of pw_base_servers raised"));
    assert!(last.why.contains("5 × 1 of service 9002") && last.why.contains("contract 70"), "{}", last.why);
    assert_eq!(last.subject.account, Some(ALDER_ACCOUNT));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x5_every_write_to_a_tenant_itself_is_recorded_too() -> Result<()> {
    let world = settled().await?;
    let calls = world.acronis.control().calls();
    let marked = calls.iter().filter(|call| {
        let path = call.path.split('?').next().unwrap_or_default();
        call.method == "PUT" && call.status == 200 && path.rsplit('/').nth(1) == Some("tenants")
    });
    let recorded = world.journal().await?.into_iter().filter(|entry| entry.what == "tenant marked as the account's");
    assert_eq!((marked.count(), recorded.count()), (8, 8), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x1_a_run_in_which_nothing_has_changed_sends_no_message_and_writes_nothing_anywhere() -> Result<()> {
    let mut world = settled().await?;
    world.next_accounts_turn().await?;
    world.forget_calls();
    let (writes, journal) = (world.writes(), world.journal().await?.len());
    world.engine.units().reset();
    world.advance(HOUR / 20);
    let summary = world.account_poll().await?.context("it ran")?;
    assert_eq!((summary.hinted, summary.skipped_until), (0, None));
    assert_eq!(world.queue.depth(QueueName::Accounts).await?.waiting, 0);
    assert_eq!((world.writes(), world.journal().await?.len()), (writes, journal));
    let written = world.engine.units().of("bridge").write;
    assert!(written <= 4.0, "the cursor alone: {written} units\n{}", world.seam.trace());
    let (autotask, acronis) = (world.autotask_calls(), world.acronis_calls());
    assert!(autotask.len() <= 10, "{autotask:#?}");
    assert!(acronis.len() <= 6, "{acronis:#?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x1_an_account_that_is_hinted_at_without_reason_is_read_and_not_written() -> Result<()> {
    let mut world = settled().await?;
    let before = world.writes();
    for _ in 0..3 {
        suites::console::Console::of(&world)
            .post("/api/v1/run", &serde_json::json!({"what": {"account": ALDER_ACCOUNT.0}}))
            .await?
            .expect(200)
            .map(drop)?;
        world.work().await?;
    }
    assert_eq!(world.writes(), before, "{}", world.seam.trace());
    assert!(world.account(ALDER_ACCOUNT).await?.last.synced_at.is_some());
    assert_eq!(world.quota(ALDER, WORKSTATIONS), suites::world::verbs_accounts::hard(25));
    Ok(())
}
