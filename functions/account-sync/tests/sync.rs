//! The worker against both simulators.
use std::collections::BTreeMap;

use anyhow::Result;
use bridge_core::hint::{Hint, Message};
use bridge_core::id::AccountId;
use bridge_core::item::{Grant, ItemId, Unit};
use bridge_core::settings::billing::{Managed, Row, Treatment};
use bridge_core::settings::{Products, Settings};
use jiff::Timestamp;
use simulators::acronis::seed as acronis_seed;
use simulators::autotask::seed as autotask_seed;
use store::queue::{Queue as _, QueueName};
use store::record::{Account, Activity, ActivityCursor, Generation, Mapping};
use store::table::Read;
use suites::world::{World, connection};
use systems::Use;

const ALDER: AccountId = AccountId(174);
const KALE: AccountId = AccountId(184);
const APP: &str = "6e6d758d-8e74-3ae3-ac84-50eb0dff12eb";

fn row(name: &str, infra: Option<String>, unit: Unit, service: i64) -> Row {
    Row {
        item: ItemId { application: APP.into(), name: name.to_owned(), infra: infra.map(|i| i.as_str().into()) },
        edition: Some("pck_per_workload".to_owned()),
        unit,
        treatment: Treatment::Managed(Managed {
            service: Some(bridge_core::id::ServiceId(service)),
            free: false,
            unit_size: None,
            soft: false,
            share: false,
        }),
    }
}

async fn world() -> Result<World> {
    let world = World::new().await?;
    let table = &world.systems.table;
    table
        .modify::<Settings>(&(), |settings| {
            let mut settings = settings?;
            settings.billing.enabled = true;
            settings.billing.provisioning.automatic = true;
            settings.billing.provisioning.administrator = true;
            Some(settings)
        })
        .await?;
    let mut products = Products::of(connection());
    products.rows = vec![
        row("pw_base_workstations", None, Unit::Quantity, autotask_seed::WORKSTATIONS.0),
        row("pw_base_servers", None, Unit::Quantity, autotask_seed::SERVERS.0),
        row("pw_base_storage", Some(acronis_seed::FRANKFURT.to_string()), Unit::Bytes, autotask_seed::BACKUP_STORAGE.0),
    ];
    table.insert(products).await?;
    for mapping in Mapping::all(table).await?.records {
        let account = Account { consent: Some(mapping.value.mapped_at), ..Account::new(mapping.value.account) };
        table.insert(account).await?;
    }
    Generation::bump(table).await?;
    Ok(world)
}

async fn send(world: &mut World, account: AccountId, plan: Option<&str>) -> Result<()> {
    let hint = Hint::Account { account, plan: plan.map(str::to_owned) };
    world.queue.send(QueueName::Accounts, &[Message::new(hint, None)]).await?;
    world.work().await
}

async fn grants(world: &World, account: AccountId) -> Result<BTreeMap<String, String>> {
    let mapping = world.systems.table.get::<Mapping>(&account, Read::Strong).await?.expect("mapped").value;
    let config = world.systems.config().await?;
    let client = world.systems.acronis(&config, &connection(), Use::Work).await?;
    let items = client.items_of(&mapping.tenant).await?.items;
    let on = items.into_iter().filter(|item| item.grant != Grant::Off);
    Ok(on.map(|item| (item.offer.id.to_string(), item.grant.in_words(item.offer.unit))).collect())
}

async fn record(world: &World, account: AccountId) -> Result<Account> {
    Ok(world.systems.table.get::<Account>(&account, Read::Strong).await?.expect("remembered").value)
}

async fn journal(world: &World) -> Result<Vec<String>> {
    let day = "2026-01-01".parse().expect("a day");
    let cursor = ActivityCursor::from(Timestamp::from_second(world.now().as_second() + 86_400)?);
    let page = Activity::page(&world.systems.table, cursor, day, 200).await?;
    Ok(page
        .entries
        .into_iter()
        .map(|e| {
            format!("{} | {} | {:?} -> {:?} | {}", e.value.actor, e.value.what, e.value.old, e.value.new, e.value.why)
        })
        .collect())
}

#[tokio::test(start_paused = true)]
async fn smoke() -> Result<()> {
    let mut world = world().await?;
    println!("before {:?}", grants(&world, ALDER).await?);
    send(&mut world, ALDER, None).await?;
    println!("after {:#?}", grants(&world, ALDER).await?);
    println!("{:#?}", record(&world, ALDER).await?);
    send(&mut world, KALE, None).await?;
    println!("{:#?}", record(&world, KALE).await?);
    println!("kale {:#?}", grants(&world, KALE).await?);
    println!("{:#?}", journal(&world).await?);
    println!("{:?}", world.account_poll().await?);
    world.work().await?;
    for account in 174..186 {
        if let Some(r) = world.systems.table.get::<Account>(&AccountId(account), Read::Strong).await? {
            println!(
                "{account}: {:?} due {:?} failures {} pending {}",
                r.value.last,
                r.value.due_at,
                r.value.failures,
                r.value.pending.is_some()
            );
        }
    }
    println!("{:#?}", journal(&world).await?);
    Ok(())
}

async fn recover(world: &mut World, account: AccountId) -> Result<()> {
    for seconds in [200, 300, 420, 720, 60] {
        world.advance(jiff::SignedDuration::from_secs(seconds));
        send(world, account, None).await?;
    }
    Ok(())
}

async fn play(
    account: AccountId,
    kill: Option<(usize, suites::world::seam::Side)>,
) -> Result<(usize, Vec<String>, BTreeMap<String, String>)> {
    let mut world = world().await?;
    world.seam.calls_take(jiff::SignedDuration::from_millis(7));
    match kill {
        Some((call, side)) => world.seam.kill_at(call, side),
        None => world.seam.count(),
    }
    send(&mut world, account, None).await?;
    let calls = world.seam.calls();
    world.seam.count();
    recover(&mut world, account).await?;
    let mut journal = journal(&world).await?;
    for entry in &mut journal {
        // Ids made by chance differ.
        if let Some(at) = entry.find(" (") {
            entry.truncate(at);
        }
        if entry.contains("user made administrator") {
            entry.truncate(40);
        }
        if entry.contains("marked") {
            entry.truncate(40);
        }
    }
    journal.sort();
    let record = record(&world, account).await?;
    anyhow::ensure!(
        record.pending.is_none() && record.lease.is_none() && record.creation.is_none(),
        "{record:#?}\n{}",
        world.seam.trace()
    );
    let name = if account == KALE { "Kale Foods" } else { "Alder & Sons" };
    let named = world.acronis.tenants().into_iter().filter(|tenant| tenant.name == name).count();
    anyhow::ensure!(named == 1, "{named} tenants");
    Ok((calls, journal, grants(&world, account).await?))
}

#[tokio::test(start_paused = true)]
async fn killed_anywhere_it_ends_the_same() -> Result<()> {
    for account in [ALDER, KALE] {
        let (calls, journal, grants) = Box::pin(play(account, None)).await?;
        println!("{account}: {calls} calls, {} entries", journal.len());
        for call in 1..=calls {
            for side in suites::world::seam::SIDES {
                let (_, other, after) = Box::pin(play(account, Some((call, side))))
                    .await
                    .map_err(|e| e.context(format!("killed at {call} {side:?}")))?;
                if other != journal {
                    println!("{account} killed at {call} {side:?}: journal {other:#?}");
                }
                assert_eq!(after, grants);
            }
        }
    }
    Ok(())
}
