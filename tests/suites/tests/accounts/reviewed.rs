//! Rules P12 and P13: what a person has just reviewed is carried out exactly or refused, whatever goes wrong in the middle, and is
//! no mass change that nobody has looked at.

use anyhow::{Context as _, Result};
use bridge_core::id::AccountId;
use bridge_core::provision::{Creation, Customer, Marker};
use jiff::SignedDuration;
use serde_json::{Value, json};
use simulators::acronis::Kind;
use simulators::acronis::TenantId;
use simulators::acronis::seed::{ALDER, DOGWOOD_LAW, ELM_STREET_BAKERY, FRANKFURT, HAZEL_TRAVEL, IVY_MEDIA};
use simulators::autotask::{CompanyId, seed};
use store::record::{Mapping, account::OnPurpose};
use store::table::Read;
use suites::console::Console;
use suites::world::World;
use suites::world::seam::Side;
use suites::world::verbs_accounts::hard;
use suites::world::verbs_people::{ALDER_ACCOUNT, IVY_ACCOUNT};

use crate::agreed::{apply, preview};
use crate::{DAY, DOGWOOD, ELM, HAZEL, HOUR, JUNIPER, KALE, SEATS, SERVERS, STORAGE, WORKSTATIONS, settled};

/// After this time the message of a worker that is gone comes back.
const REDELIVERED: SignedDuration = SignedDuration::from_mins(13);

/// Reviews and applies what would be done for Alder & Sons alone; no worker has come to it yet.
async fn review_alder(world: &mut World) -> Result<()> {
    let (shown, _) = preview(world, json!({"accounts": [ALDER_ACCOUNT.0]})).await?;
    assert_eq!(shown["totals"]["accounts"], 1, "{shown:#}");
    apply(world, &shown).await?.expect(200)?;
    Ok(())
}

/// The saved billing settings with a change, as a draft.
async fn draft(world: &World, change: impl Fn(&mut Value)) -> Result<Value> {
    let saved = Console::of(world).get("/api/v1/settings").await?.expect(200)?.json()?;
    let mut billing = saved["settings"]["billing"].clone();
    change(&mut billing);
    Ok(json!({"draft": {"billing": {"version": saved["version"], "billing": billing}}}))
}

fn customers(world: &World) -> usize {
    world.acronis.tenants().iter().filter(|tenant| tenant.kind == Kind::Customer).count()
}

#[tokio::test(start_paused = true)]
async fn p13_after_a_conflict_nothing_is_done_that_was_not_reviewed() -> Result<()> {
    let mut world = settled().await?;
    world.change_billing(|billing| billing.keep_raises_hours = 0).await?;
    let servers = world.quota(ALDER, SERVERS);
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, -5)?;
    review_alder(&mut world).await?;
    let acronis = world.acronis.clone();
    let by_hand = move || {
        for (item, value) in [(WORKSTATIONS, 24.0), (SERVERS, 9.0)] {
            acronis.set_quota(ALDER, item, Some(value), Some(0.0)).unwrap_or_default();
        }
    };
    world.before_item_writes(ALDER, 1, by_hand).await?;
    world.work().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(20), "it was reviewed\n{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, SERVERS), hard(9), "nobody was shown that cut\n{}", world.seam.trace());
    assert_eq!(world.account(ALDER_ACCOUNT).await?.reviewed, None);
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, SERVERS), servers, "the poll has judged it\n{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_after_a_crash_a_contract_that_moved_is_not_carried_out_as_reviewed() -> Result<()> {
    let mut world = settled().await?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, -5)?;
    review_alder(&mut world).await?;
    let (acronis, seam) = (world.acronis.clone(), world.seam.clone());
    // The write is refused as a conflict, and the worker is gone before it learns that.
    let by_hand = move || {
        acronis.set_quota(ALDER, WORKSTATIONS, Some(24.0), Some(0.0)).unwrap_or_default();
        seam.kill_at(1, Side::After);
    };
    world.before_item_writes(ALDER, 1, by_hand).await?;
    world.deliver().await?;
    assert_eq!(world.seam.kills().len(), 1, "{}", world.seam.trace());
    world.seam.count();
    world.autotask.contract(CompanyId(ALDER_ACCOUNT.0)).sells(seed::WORKSTATIONS, 7).sign()?;
    world.advance(REDELIVERED);
    world.work().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(24), "{}", world.seam.trace());
    let account = world.account(ALDER_ACCOUNT).await?;
    assert_eq!((account.reviewed, account.last.code.as_deref()), (None, Some("plan_moved")));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_what_was_reviewed_goes_on_after_a_crash() -> Result<()> {
    let mut world = settled().await?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, -5)?;
    world.sell(ALDER_ACCOUNT, seed::SERVERS, 2)?;
    review_alder(&mut world).await?;
    let seam = world.seam.clone();
    // The raise is made, the cut not yet.
    world.before_item_writes(ALDER, 1, move || seam.kill_at(1, Side::After)).await?;
    world.deliver().await?;
    assert_eq!(world.seam.kills().len(), 1, "{}", world.seam.trace());
    assert_eq!((world.quota(ALDER, WORKSTATIONS), world.quota(ALDER, SERVERS)), (hard(25), hard(5)));
    world.seam.count();
    world.advance(REDELIVERED);
    world.work().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(20), "{}", world.seam.trace());
    assert_eq!(world.account(ALDER_ACCOUNT).await?.last.problems, Vec::<String>::new());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_what_was_reviewed_more_than_an_hour_ago_is_refused() -> Result<()> {
    let mut world = settled().await?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, -5)?;
    review_alder(&mut world).await?;
    world.advance(HOUR + SignedDuration::from_mins(1));
    world.work().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    let account = world.account(ALDER_ACCOUNT).await?;
    assert_eq!((account.reviewed, account.last.code.as_deref()), (None, Some("plan_moved")));
    assert!(account.last.problems[0].contains("within an hour"), "{:?}", account.last.problems);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_a_first_plan_that_moved_since_its_review_leaves_the_tenant_untouched() -> Result<()> {
    let mut world = settled().await?;
    world.map(IVY_ACCOUNT, IVY_MEDIA).await?;
    let (shown, _) = preview(&mut world, json!({"accounts": [IVY_ACCOUNT.0]})).await?;
    apply(&world, &shown).await?.expect(200)?;
    world.sell(IVY_ACCOUNT, seed::WORKSTATIONS, 5)?;
    let before = world.acronis.tenant(IVY_MEDIA);
    world.work().await?;
    let account = world.account(IVY_ACCOUNT).await?;
    assert_eq!((account.reviewed, account.last.code.as_deref()), (None, Some("plan_moved")));
    assert_eq!(world.acronis.tenant(IVY_MEDIA), before, "not even marked\n{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_reviewed_creations_do_not_trip_the_brake_and_all_are_made() -> Result<()> {
    let mut world = settled().await?;
    let before = customers(&world);
    let asked = draft(&world, |billing| billing["provisioning"]["automatic"] = json!(true)).await?;
    let (shown, _) = preview(&mut world, asked).await?;
    let totals = &shown["totals"];
    assert_eq!((&totals["creations"], &totals["creations_waiting"]), (&json!(2), &json!(2)), "{shown:#}");
    apply(&world, &shown).await?.expect(200)?;
    // A run comes by before the first of them is begun.
    world.advance(SignedDuration::from_mins(3));
    world.account_poll().await?;
    assert_eq!(world.brake().await?, None);
    world.work().await?;
    world.next_accounts_turn().await?;
    // Two have a tenant of much the same name already, and wait for a person (rule V3).
    assert_eq!(customers(&world), before + 2, "{}", world.seam.trace());
    for account in [IVY_ACCOUNT, JUNIPER] {
        let creation = world.account(account).await?.creation.context("it is begun")?;
        assert!(creation.problem.is_some() || creation.question.is_some(), "{creation:#?}");
    }
    assert_eq!(world.brake().await?, None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_reviewed_disablings_do_not_trip_the_brake() -> Result<()> {
    let mut world = settled().await?;
    let leaving = [(ELM, ELM_STREET_BAKERY), (DOGWOOD, DOGWOOD_LAW), (HAZEL, HAZEL_TRAVEL)];
    for (account, tenant) in leaving {
        for item in [WORKSTATIONS, SERVERS, SEATS] {
            world.use_up(tenant, item, 0)?;
        }
        world.use_up(tenant, (STORAGE, FRANKFURT), 0)?;
        world.autotask.deactivate_contract(world.contract(account)?)?;
        world.next_accounts_turn().await?;
    }
    for _ in 0..11 {
        world.accounts_turn_after(DAY).await?;
    }
    let is_enabled =
        |world: &World, tenant: TenantId| world.acronis.tenant(tenant).is_some_and(|tenant| tenant.enabled);
    assert!(leaving.iter().all(|(_, tenant)| is_enabled(&world, *tenant)));
    let asked = draft(&world, |billing| billing["deprovisioning"]["disable_after_days"] = json!(10)).await?;
    let (shown, _) = preview(&mut world, asked).await?;
    assert_eq!(shown["totals"]["disables"], 3, "{shown:#}");
    apply(&world, &shown).await?.expect(200)?;
    world.advance(SignedDuration::from_mins(3));
    world.account_poll().await?;
    assert_eq!(world.brake().await?, None);
    world.work().await?;
    assert!(leaving.iter().all(|(_, tenant)| !is_enabled(&world, *tenant)), "{}", world.seam.trace());
    for (account, _) in leaving {
        assert_eq!(world.account(account).await?.reviewed, None);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v1_a_creation_that_waits_is_not_carried_out_once_it_is_no_longer_wanted() -> Result<()> {
    let mut world = settled().await?;
    let before = customers(&world);
    // Without a default storage they wait.
    world.change_products(|products| products.default_storages.clear()).await?;
    let asked = draft(&world, |billing| billing["provisioning"]["automatic"] = json!(true)).await?;
    let (shown, _) = preview(&mut world, asked).await?;
    apply(&world, &shown).await?.expect(200)?;
    world.work().await?;
    assert!(world.account(KALE).await?.creation.is_some(), "{}", world.seam.trace());
    world.change_billing(|billing| billing.provisioning.automatic = false).await?;
    let choose = |products: &mut bridge_core::settings::Products| {
        products.default_storages.insert(STORAGE.to_owned(), FRANKFURT.to_string().into());
    };
    world.change_products(choose).await?;
    world.accounts_pass(HOUR / 2).await?;
    assert_eq!(customers(&world), before, "{}", world.seam.trace());
    assert_eq!(world.account(KALE).await?.creation, None);
    Ok(())
}

/// A creation that had mapped the account to its tenant and did not get to say so.
async fn unsaid(world: &World, account: AccountId) -> Result<Creation> {
    let mapping = world.systems.table.get::<Mapping>(&account, Read::Strong).await?.context("mapped")?.value;
    let marker = Marker::new("installation", 1, account);
    let customer = Customer { name: mapping.account_name.clone(), ..Customer::default() };
    let place = (mapping.connection.clone(), "parent".into());
    let settings = bridge_core::settings::billing::Provisioning::default();
    let mut creation = Creation::new(marker, place, customer, &settings, None, None, world.now());
    creation.begin_tenant(world.now());
    creation.tenant_created(mapping.tenant);
    Ok(creation)
}

#[tokio::test(start_paused = true)]
async fn v4_a_mapping_that_was_removed_does_not_come_back_with_the_creation_that_had_made_it() -> Result<()> {
    let mut world = settled().await?;
    let creation = unsaid(&world, ALDER_ACCOUNT).await?;
    world.remember(ALDER_ACCOUNT, |record| record.creation = Some(creation.clone())).await?;
    world.advance(SignedDuration::from_mins(1));
    let console = Console::of(&world);
    let mapped = console.get("/api/v1/mapping?limit=500").await?.expect(200)?.json()?;
    let mut rows = mapped["items"].as_array().into_iter().flatten();
    let row = rows.find(|row| row["account"] == ALDER_ACCOUNT.0).context("it is listed")?;
    console.map(json!([{"account": ALDER_ACCOUNT.0, "remove": true, "version": row["version"]}])).await?;
    let after = world.account(ALDER_ACCOUNT).await?;
    assert!(after.creation.is_none() && after.unmapped.is_some(), "{after:#?}");
    world.next_accounts_turn().await?;
    let mapping = world.systems.table.get::<Mapping>(&ALDER_ACCOUNT, Read::Strong).await?;
    assert!(mapping.is_none(), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_a_creation_does_not_map_what_a_person_has_unmapped_since_it_began() -> Result<()> {
    let mut world = settled().await?;
    let creation = unsaid(&world, ALDER_ACCOUNT).await?;
    let stored = world.systems.table.get::<Mapping>(&ALDER_ACCOUNT, Read::Strong).await?.context("mapped")?;
    Mapping::unmap(&world.systems.table, &stored, None).await?;
    let Mapping { tenant, connection, .. } = stored.value;
    let at = world.now() + SignedDuration::from_mins(1);
    let unmapped = OnPurpose { at, tenant, connection, by: "ann".to_owned() };
    let left = |record: &mut store::record::Account| {
        record.creation = Some(creation.clone());
        record.unmapped = Some(unmapped.clone());
    };
    world.remember(ALDER_ACCOUNT, left).await?;
    world.next_accounts_turn().await?;
    let mapping = world.systems.table.get::<Mapping>(&ALDER_ACCOUNT, Read::Strong).await?;
    assert!(mapping.is_none(), "{}", world.seam.trace());
    let after = world.account(ALDER_ACCOUNT).await?;
    assert_eq!(after.unmapped, Some(unmapped));
    assert!(after.last.problems.iter().any(|text| text.contains("removed by hand")), "{:?}", after.last);
    Ok(())
}
