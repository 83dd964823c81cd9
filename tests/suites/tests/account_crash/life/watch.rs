//! What the product does to quotas, seen from outside: what it must never do, and what the journal must say of it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use bridge_core::id::AccountId;
use jiff::{SignedDuration, Timestamp};
use simulators::acronis::TenantId;
use simulators::acronis::seed::{ALDER, BIRCH_DENTAL};
use store::record::Activity;
use suites::world::World;
use suites::world::verbs_people::{ALDER_ACCOUNT, BIRCH_ACCOUNT};

use super::contracts::Contracts;
use crate::stage::KALE;

/// The items that are watched.
pub const ITEMS: [&str; 3] = ["pw_base_workstations", "pw_base_servers", "pw_base_vms"];

/// Names of the watched tenants, with their accounts.
const TENANTS: [(&str, AccountId); 3] =
    [("Alder & Sons", ALDER_ACCOUNT), ("Birch Dental", BIRCH_ACCOUNT), ("Kale Foods", KALE)];

/// A tenant's item.
type Place = (TenantId, &'static str);
/// Quota and overage, where it is on.
type Grant = Option<(Option<i64>, Option<i64>)>;

/// How long a raise by hand is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(72);

/// The quotas as last seen.
pub struct Watch {
    seen: BTreeMap<Place, Grant>,
    /// What tenants use; everything else is unused.
    used: BTreeMap<Place, i64>,
    /// What the product has made of each item, as far as it has settled it.
    ours: BTreeMap<Place, Grant>,
    /// Items that a person has edited.
    edited: BTreeSet<Place>,
    /// When a person last raised an item above what the product had made of it.
    raised: BTreeMap<Place, Timestamp>,
    /// How often the product has changed each item.
    written: BTreeMap<Place, usize>,
    /// Entries of the journal that are older.
    older: usize,
}

impl Watch {
    /// As it is now.
    pub async fn new(world: &World) -> Result<Self> {
        let older = world.journal().await?.len();
        let (edited, raised, written) = Default::default();
        let seen = see(world);
        let [workstations, servers, _] = ITEMS;
        let used = [
            ((ALDER, workstations), 11),
            ((ALDER, servers), 2),
            ((BIRCH_DENTAL, workstations), 6),
            ((BIRCH_DENTAL, servers), 1),
        ];
        // The servers of *Birch Dental* are not sold, and stay because they are used.
        let is_ours = |(place, grant): (&Place, &Grant)| grant.is_some() && *place != (BIRCH_DENTAL, servers);
        let ours = seen.iter().filter(|both| is_ours(*both)).map(|(place, grant)| (*place, *grant)).collect();
        Ok(Self { seen, used: used.into(), ours, edited, raised, written, older })
    }

    /// What a tenant uses of an item.
    pub fn used(&self, tenant: TenantId, item: &'static str) -> i64 {
        self.used.get(&(tenant, item)).copied().unwrap_or_default()
    }

    /// The product has acted. Nothing became unlimited, as nothing is Free; nothing was cut below what is used (rule P12), of an
    /// account without a contract (rule P9), while the brake was on (rule P12), or too soon after a raise by hand (rule P15).
    pub fn acted(&mut self, world: &World, contracts: &Contracts, was_braked: bool) -> Result<()> {
        for (place, now) in see(world) {
            let before = self.seen.insert(place, now).flatten();
            if before == now {
                continue;
            }
            *self.written.entry(place).or_default() += 1;
            self.ours.insert(place, now);
            let (tenant, item) = place;
            let what = format!("{item} of {tenant}: {before:?} became {now:?}");
            ensure!(now.is_none_or(|(value, _)| value.is_some()), "unlimited, {what}");
            if ceiling(now) >= ceiling(before) {
                continue;
            }
            let used = self.used(tenant, item);
            ensure!(ceiling(now) >= used, "below the usage of {used}, {what}");
            ensure!(contracts.is_selling(account_of(world, tenant)), "without a contract, {what}");
            ensure!(!was_braked, "with the brake on, {what}");
            let raised_at = self.raised.remove(&place);
            let is_kept = raised_at.is_some_and(|at| world.now().duration_since(at) < KEPT);
            ensure!(!is_kept, "too soon after it was raised at {raised_at:?}, {what}");
        }
        Ok(())
    }

    /// Somebody edits a quota in Acronis.
    pub fn edit(&mut self, world: &World, random: &mut fastrand::Rng) -> Result<Option<&'static str>> {
        let places: Vec<Place> =
            see(world).into_iter().filter(|(_, grant)| grant.is_some()).map(|(place, _)| place).collect();
        let Some(place) = random.choice(places) else { return Ok(None) };
        let (tenant, item) = place;
        match random.u8(..4) {
            0 => world.acronis.switch_item(tenant, item, false)?,
            1 => world.acronis.set_quota(tenant, item, None, None)?,
            _ => world.acronis.set_quota(tenant, item, Some(random.u8(..60).into()), Some(0.0))?,
        }
        let now = see(world)[&place];
        self.edited.insert(place);
        self.raised.remove(&place);
        if self.ours.get(&place).is_some_and(|ours| ceiling(now) > ceiling(*ours)) {
            self.raised.insert(place, world.now());
        }
        self.seen.insert(place, now);
        Ok(Some("edited by hand"))
    }

    /// A tenant uses more or less of an item that it has.
    pub fn uses(&mut self, world: &World, random: &mut fastrand::Rng) -> Result<Option<&'static str>> {
        let places: Vec<Place> =
            see(world).into_iter().filter(|(_, grant)| grant.is_some()).map(|(place, _)| place).collect();
        let Some((tenant, item)) = random.choice(places) else { return Ok(None) };
        let most = ceiling(self.seen[&(tenant, item)]).min(40);
        let amount = random.i64(0..=most);
        world.acronis.set_usage(tenant, item, f64::from(i32::try_from(amount)?))?;
        self.used.insert((tenant, item), amount);
        Ok(Some("used more or less"))
    }

    /// Rule X5: every change of the product's is in the journal, once. One that a person has undone before it could be settled
    /// leaves no trace in Acronis, and may be missing.
    pub async fn check_journal(&self, world: &World) -> Result<()> {
        let mut recorded: BTreeMap<Place, usize> = BTreeMap::new();
        for entry in world.journal().await?.iter().skip(self.older) {
            if let Some(place) = place_of(world, entry) {
                *recorded.entry(place).or_default() += 1;
            }
        }
        for place in self.seen.keys() {
            let [written, recorded] =
                [&self.written, &recorded].map(|times| times.get(place).copied().unwrap_or_default());
            let is_told = if self.edited.contains(place) { recorded <= written } else { recorded == written };
            ensure!(is_told, "{place:?} was changed {written} times, and {recorded} times by the journal");
        }
        Ok(())
    }
}

/// The watched items of the tenants that there are.
fn see(world: &World) -> BTreeMap<Place, Grant> {
    let tenants = TENANTS.iter().filter_map(|(name, _)| Some(world.acronis.tenant_named(name)?.id));
    tenants.flat_map(|tenant| ITEMS.map(|item| ((tenant, item), world.quota(tenant, item)))).collect()
}

fn account_of(world: &World, tenant: TenantId) -> AccountId {
    let name = world.acronis.tenant(tenant).map(|tenant| tenant.name).unwrap_or_default();
    TENANTS.iter().find(|(known, _)| *known == name).map_or(AccountId(0), |(_, account)| *account)
}

/// The item that an entry is about.
fn place_of(world: &World, entry: &Activity) -> Option<Place> {
    let item = ITEMS.into_iter().find(|item| entry.what.split(' ').any(|word| word == *item))?;
    let tenant = entry.subject.tenant.as_ref()?.to_string();
    let tenant = world.acronis.tenants().into_iter().find(|known| known.id.to_string() == tenant)?;
    Some((tenant.id, item))
}

/// What cannot be exceeded.
fn ceiling(grant: Grant) -> i64 {
    match grant {
        None => 0,
        Some((Some(value), Some(overage))) => value + overage,
        Some(_) => i64::MAX,
    }
}
