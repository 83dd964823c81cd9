//! What there is to see of an account when everything had its time, and what must be true whatever happened.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use simulators::acronis::seed::DUBLIN;
use simulators::acronis::{ItemName, Kind, Tenant};
use store::queue::QueueName;
use store::record::{Account, Activity};
use suites::world::World;
use suites::world::verbs_accounts::GIB;

/// The items that scenarios are about, as they are shown.
const ITEMS: [(&str, bool); 5] = [
    ("pw_base_workstations", false),
    ("pw_base_servers", false),
    ("pw_base_vms", false),
    ("pw_base_storage", false),
    ("pw_base_storage", true),
];

/// How a scenario ends, however often it was interrupted.
#[derive(Debug, Clone, Copy)]
pub struct End<'a> {
    /// Name of the tenant.
    pub tenant: &'a str,
    /// Its managed items that are on: name without prefix, and quota; storages by their place.
    pub items: &'a [&'a str],
    /// What the journal says of the act, in any order.
    pub journal: &'a [&'a str],
    /// Whether the tenant may be used.
    pub is_enabled: bool,
}

impl End<'_> {
    /// Compares the world with it. `before` entries of the journal are older than the act.
    pub async fn check(&self, world: &World, before: usize) -> Result<()> {
        let tenant = world.acronis.tenant_named(self.tenant).context("no tenant")?;
        let items = items(world, &tenant);
        ensure!(items == self.items, "expected {:?}, found {items:?}", self.items);
        ensure!(tenant.enabled == self.is_enabled, "expected enabled: {}", self.is_enabled);
        let mut journal: Vec<String> = world.journal().await?.iter().skip(before).map(line).collect();
        journal.sort();
        let mut expected = self.journal.to_vec();
        expected.sort_unstable();
        ensure!(journal == expected, "expected in the journal {expected:#?}, found {journal:#?}");
        Ok(())
    }
}

/// The managed items of a tenant that are on, each with its quota.
pub fn items(world: &World, tenant: &Tenant) -> Vec<String> {
    let shown = |(name, in_dublin): (&str, bool)| {
        let storage = if in_dublin { DUBLIN } else { simulators::acronis::seed::FRANKFURT };
        let is_storage = name == "pw_base_storage";
        let item: ItemName = if is_storage { (name, storage).into() } else { name.into() };
        let (value, overage) = world.quota(tenant.id, item)?;
        let short = name.trim_start_matches("pw_base_");
        let place = if !is_storage {
            ""
        } else if in_dublin {
            " in Dublin"
        } else {
            " in Frankfurt"
        };
        let size = if is_storage { GIB } else { 1 };
        let value = value.map_or_else(|| "unlimited".to_owned(), |value| (value / size).to_string());
        let overage =
            if overage == Some(0) || value == "unlimited" { String::new() } else { format!(" and {overage:?} over") };
        Some(format!("{short}{place} {value}{overage}"))
    };
    ITEMS.into_iter().filter_map(shown).collect()
}

/// An entry of the journal: what, and for quotas both values.
fn line(activity: &Activity) -> String {
    let Activity { what, old, new, .. } = activity;
    let is_quota = what.starts_with("quota") || what.starts_with("item") || what.starts_with("limit");
    let what = what.replace("pw_base_", "");
    match (old, new) {
        (Some(old), Some(new)) if is_quota => format!("{what}: {old} → {new}"),
        _ => what,
    }
}

/// Nothing is under way, stuck, due or given up, and nothing is there twice.
pub async fn check_rest(world: &World) -> Result<()> {
    for queue in QueueName::ALL {
        let dead = world.queue.depth(queue).await?.dead;
        ensure!(dead == 0, "{dead} dead letters");
    }
    check_idle(world).await
}

/// Nothing is under way, stuck or due, and nothing is there twice.
pub async fn check_idle(world: &World) -> Result<()> {
    for queue in QueueName::ALL {
        let depth = world.queue.depth(queue).await?;
        ensure!(depth.waiting + depth.in_flight == 0, "messages are left: {depth:?}");
    }
    for stored in Account::page(&world.systems.table, None, 100).await?.records {
        let account = stored.value;
        ensure!(account.lease.is_none(), "a lease is left: {account:#?}");
        ensure!(account.pending.is_none(), "an announced write is left: {account:#?}");
        ensure!(account.creation.is_none(), "a creation is left: {account:#?}");
        ensure!(account.due_at.is_none(), "something is due: {account:#?}");
    }
    check_single(world)
}

/// At any time: no customer tenant and no user is there twice.
pub fn check_single(world: &World) -> Result<()> {
    let (mut names, mut tags, mut users) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for tenant in world.acronis.tenants().into_iter().filter(|tenant| tenant.kind == Kind::Customer) {
        ensure!(names.insert(tenant.name.clone()), "two tenants are called {}", tenant.name);
        let is_new = tenant.internal_tag.clone().is_none_or(|tag| tags.insert(tag));
        ensure!(is_new, "two tenants are marked {:?}", tenant.internal_tag);
        for user in world.acronis.users_of(tenant.id) {
            let is_new = user.external_id.clone().is_none_or(|id| users.insert(id));
            ensure!(is_new, "two users are {:?}", user.external_id);
        }
    }
    Ok(())
}
