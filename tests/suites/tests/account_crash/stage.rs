//! A small installation: only the accounts that a scenario needs are mapped, and nobody else has a contract.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use bridge_core::id::AccountId;
use console::Recent;
use console::auth::{Actor, Auth};
use console::mapping::{Batch, Edit};
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use simulators::acronis::seed::DUBLIN;
use simulators::acronis::{ItemName, TenantId};
use simulators::autotask::seed::{BACKUP_STORAGE, CUSTOMERS, FIRST_CUSTOMER, LOCAL_BACKUP};
use simulators::autotask::{CompanyId, ContractId, ServiceId};
use store::record::{Generation, Mapping};
use store::table::Read;
use suites::world::verbs_accounts::products;
use suites::world::{World, connection};

/// What a call takes: enough for no two times to be the same by chance.
const CALL: SignedDuration = SignedDuration::from_millis(7);
/// The items of the product mapping.
const ITEMS: [&str; 4] = ["pw_base_workstations", "pw_base_servers", "pw_base_vms", "pw_base_storage"];
/// How often the accounts are polled.
const SCHEDULE: SignedDuration = SignedDuration::from_mins(3);

/// The account of *Kale Foods*, which has a contract and no tenant: 22 workstations, 2 servers, 1,200 GB.
pub const KALE: AccountId = AccountId(FIRST_CUSTOMER.0 + 10);

/// A world whose quotas are as the contracts want them: of the demo's customers only these are mapped, and nobody else has a
/// contract. Backups are sold by one service in Frankfurt and by another in Dublin.
pub async fn stage(mapped: &[AccountId]) -> Result<World> {
    let mut world = World::new().await?;
    world.seam.calls_take(CALL);
    // Alerts have a suite of their own.
    world.settings(|tickets| tickets.enabled = false).await?;
    for mapping in Mapping::all(&world.systems.table).await?.records {
        if !mapped.contains(&mapping.value.account) {
            Mapping::unmap(&world.systems.table, &mapping, None).await?;
        }
    }
    for (company, _) in (FIRST_CUSTOMER.0..).zip(CUSTOMERS) {
        if !mapped.contains(&AccountId(company)) {
            for contract in world.autotask.contracts_of(CompanyId(company)) {
                world.autotask.deactivate_contract(contract)?;
            }
        }
    }
    let mut products = products();
    products.rows.retain(|row| ITEMS.contains(&row.item.name.as_str()));
    for row in products.rows.iter_mut().filter(|row| row.item.infra == Some(DUBLIN.to_string().into())) {
        if let bridge_core::settings::billing::Treatment::Managed(managed) = &mut row.treatment {
            managed.service = Some(bridge_core::id::ServiceId(LOCAL_BACKUP.0));
        }
    }
    world.systems.table.insert(products).await?;
    for account in mapped {
        world.agree(*account).await?;
    }
    world.change_billing(|billing| billing.enabled = true).await?;
    Box::pin(polled(&mut world)).await?;
    Ok(world)
}

/// The schedule runs once, and all its work is done.
pub async fn polled(world: &mut World) -> Result<()> {
    world.advance(SCHEDULE);
    Box::pin(world.poll()).await?;
    Box::pin(world.accounts_turn()).await
}

/// The schedule runs once, and its work waits on the queue.
pub async fn hinted(world: &World) -> Result<()> {
    world.advance(SCHEDULE);
    Box::pin(world.poll()).await?;
    Box::pin(world.account_poll()).await?.context("nobody kills here")?;
    Ok(())
}

/// What waits on the queue is done.
pub async fn worked(world: &mut World) -> Result<()> {
    Box::pin(world.work()).await
}

/// Lets everything come to its end: after 3 minutes no lease holds any more, and after 6 a doubtful create may be repeated, so that
/// all is done then. After 12 the messages in flight come back, and there is nothing left for them to do.
pub async fn recover(world: &mut World) -> Result<()> {
    round(world).await?;
    let before = (world.writes(), world.journal().await?.len());
    round(world).await?;
    let after = (world.writes(), world.journal().await?.len());
    ensure!(before == after, "writes and journal went on by themselves: {before:?} became {after:?}");
    Ok(())
}

async fn round(world: &mut World) -> Result<()> {
    world.advance(SignedDuration::from_secs(370));
    Box::pin(world.poll()).await?;
    Box::pin(world.accounts_turn()).await
}

/// Today, as Autotask counts.
pub fn today(world: &World) -> Date {
    world.now().to_zoned(TimeZone::UTC).date()
}

/// The contract in force that sells this service.
pub fn contract(world: &World, account: AccountId) -> Result<ContractId> {
    world.autotask.contracts_of(World::company(account)).into_iter().next().context("no contract")
}

/// Sells so many units more from today on.
pub fn sell(world: &World, account: AccountId, service: ServiceId, units: i64) -> Result<()> {
    Ok(world.autotask.adjust(contract(world, account)?, service, units, today(world))?)
}

/// The account's backups move: the contract that sells Frankfurt ends yesterday, one that sells Dublin begins today.
pub fn move_backups(world: &World, account: AccountId, sells: &[(ServiceId, i64)]) -> Result<()> {
    let (company, today) = (World::company(account), today(world));
    world.autotask.end_contract(contract(world, account)?, today.yesterday()?)?;
    let draft = world.autotask.contract(company).from(today).named("Cyber Protect, Dublin");
    let draft = sells
        .iter()
        .filter(|(service, _)| *service != BACKUP_STORAGE)
        .fold(draft, |draft, (service, units)| draft.sells(*service, *units));
    draft.sign()?;
    Ok(())
}

/// The tenant uses nothing of these items any more, and Acronis has measured it.
pub fn empty(world: &World, tenant: TenantId, items: &[ItemName]) -> Result<()> {
    for item in items {
        world.acronis.set_usage(tenant, item.clone(), 0.0)?;
    }
    world.acronis.measure_usage();
    Ok(())
}

/// A person applies an edit of the mapping.
pub async fn edit(world: &World, edit: Edit) -> Result<()> {
    let deps = console::Deps {
        systems: world.systems.clone(),
        queue: Arc::new(world.queue.clone()),
        dead_letters: Arc::new(world.queue.clone()),
        auth: Auth::Stored,
        public_url: None,
        recent: Recent::default(),
    };
    let (ann, batch) = (Actor::administrator("ann"), Batch { edits: vec![edit] });
    let applied = Box::pin(console::mapping::apply(&deps, &ann, batch)).await?;
    ensure!(applied.refused.is_empty(), "{:?}", applied.refused);
    Ok(())
}

/// *Map to existing customer tenant*, with the consent that its preview brings.
pub async fn map(world: &World, account: AccountId, tenant: TenantId) -> Result<()> {
    let tenant = Some(tenant.to_string().into());
    edit(world, Edit { tenant, connection: Some(connection()), ..Edit::of(account) }).await?;
    world.agree(account).await
}

/// *Remove mapping*.
pub async fn unmap(world: &World, account: AccountId) -> Result<()> {
    let mapping = world.systems.table.get::<Mapping>(&account, Read::Strong).await?.context("not mapped")?;
    edit(world, Edit { remove: true, version: Some(mapping.version), ..Edit::of(account) }).await?;
    Ok(Generation::bump(&world.systems.table).await?)
}

/// *Kale Foods* signs its contract again.
pub fn kale_signs(world: &World) -> Result<()> {
    Ok(world.autotask.activate_contract(contract(world, KALE)?)?)
}
