//! What is sold, allowed and used of every mapped account, as each month left it (rule P16).
//!
//! A month's report is a pack of its own, written by the pass alone. It says how the month stands at the last run, so the first run
//! of the next month closes it by beginning another. An account that is no longer mapped, or could not be read, stays in it as it
//! was last seen.

mod month;

use std::borrow::Cow;
use std::collections::BTreeMap;

use bridge_core::id::{AccountId, ServiceId, TenantId};
use bridge_core::item::{Grant, ItemId, Quota, Unit};
use serde::{Deserialize, Serialize};
use store::pack::{Entry, Pack, existing};
use store::table::{Error as TableError, Table};

use crate::interned::Interned;

pub use month::{Month, NoMonth};

/// Reports are shown for so many months, the one that has not ended included.
pub const MONTHS: usize = 15;

/// A month's report. The same few items recur in every account, so they are kept once.
#[derive(Debug)]
pub struct Report {
    items: Interned<(ItemId, Unit)>,
    customers: BTreeMap<AccountId, Customer>,
    pack: Pack<Vec<(ItemId, Unit)>, Stored>,
}

/// An account in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Its name.
    #[serde(rename = "n")]
    pub name: String,
    /// The tenant that it is mapped to.
    #[serde(rename = "t")]
    pub tenant: TenantId,
    /// Its name.
    #[serde(rename = "m")]
    pub tenant_name: String,
    /// The place of each item, and how it stands.
    #[serde(rename = "i")]
    lines: Box<[(u16, Line)]>,
}

/// How an item of an account stands. Quantities are in the item's unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The service that sells it.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// Units of that service in effect; nothing where none is on a contract in force.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub units: Option<i64>,
    /// What the contracts ask for; nothing where that is not decided.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub wants: Option<Grant>,
    /// What the tenant has.
    #[serde(rename = "h")]
    pub has: Grant,
    /// What it uses, as far as that is known.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<i64>,
    /// Why it is not changed to what the contracts ask for.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Cow<'static, str>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    #[serde(rename = "a")]
    account: AccountId,
    #[serde(flatten)]
    customer: Customer,
}

impl Entry for Stored {
    fn key(&self) -> String {
        self.account.to_string()
    }
}

impl Line {
    /// How much more is used than the contracts sell; negative where less is. Nothing where the contracts set no number, or usage
    /// is not known.
    #[must_use]
    pub fn difference(&self) -> Option<i64> {
        Some(self.usage?.saturating_sub(self.sold()?))
    }

    /// How much the contracts sell, where they set a number.
    #[must_use]
    pub fn sold(&self) -> Option<i64> {
        match self.wants? {
            Grant::Off => Some(0),
            Grant::Quota(Quota { value, .. }) => value,
            Grant::On => None,
        }
    }

    /// Whether something is to be looked at: more is used than is sold, or the quota is not what the contracts ask for.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.quota_differs() || self.difference().is_some_and(|difference| difference > 0)
    }

    /// Whether the quota is not what the contracts ask for.
    #[must_use]
    pub fn quota_differs(&self) -> bool {
        self.wants.is_some_and(|wants| wants.normal() != self.has.normal())
    }
}

impl Report {
    /// As the last run left it; empty where there is none of this month.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn stored(table: &Table, month: Month) -> Result<Self, TableError> {
        let name = name(month);
        let mut customers = BTreeMap::new();
        let pack = Pack::<Vec<(ItemId, Unit)>, Stored>::read(table, &name, |stored: Stored| {
            customers.insert(stored.account, stored.customer);
        });
        let mut pack = pack.await?;
        pack.expires_at(Some(month.expires_at()));
        Ok(Self { items: Interned::from_list(pack.common.clone()), customers, pack })
    }

    /// All accounts.
    #[must_use]
    pub fn customers(&self) -> &BTreeMap<AccountId, Customer> {
        &self.customers
    }

    /// How the items of an account stand, in the order of the product mapping.
    pub fn lines<'a>(&'a self, customer: &'a Customer) -> impl Iterator<Item = (&'a ItemId, Unit, &'a Line)> {
        customer.lines.iter().filter_map(|(place, line)| {
            let (item, unit) = self.items.get(*place)?;
            Some((item, *unit, line))
        })
    }

    /// Takes in what a run has found out; accounts that it says nothing of stay as they are.
    pub(crate) fn take(&mut self, found: Found) {
        let Found { items, customers } = found;
        for (account, customer) in customers {
            let line = |(place, line)| Some((self.items.place(items.get(place)?.clone())?, line));
            let lines = customer.lines.into_iter().filter_map(line).collect();
            self.customers.insert(account, Customer { lines, ..customer });
        }
    }

    /// Keeps what changed.
    pub(crate) async fn save(&mut self, table: &Table) -> Result<(), TableError> {
        self.pack.common = self.items.list().to_vec();
        let stored = self.customers.iter();
        let stored = stored.map(|(account, customer)| Stored { account: *account, customer: customer.clone() });
        self.pack.write(table, stored).await.map(drop)
    }
}

/// What one run has found out, with items in places of its own.
#[derive(Debug)]
pub(crate) struct Found {
    items: Interned<(ItemId, Unit)>,
    customers: BTreeMap<AccountId, Customer>,
}

impl Default for Found {
    fn default() -> Self {
        Self { items: Interned::from_list(Vec::new()), customers: BTreeMap::new() }
    }
}

impl Found {
    /// Adds an account with its lines.
    pub(crate) fn add(
        &mut self,
        account: AccountId,
        (name, tenant, tenant_name): (&str, &TenantId, &str),
        lines: impl IntoIterator<Item = (ItemId, Unit, Line)>,
    ) {
        let lines = lines.into_iter().filter_map(|(item, unit, line)| Some((self.items.place((item, unit))?, line)));
        let lines = lines.collect();
        let (name, tenant, tenant_name) = (name.to_owned(), tenant.clone(), tenant_name.to_owned());
        self.customers.insert(account, Customer { name, tenant, tenant_name, lines });
    }

    /// Everything, for a digest of it: two runs that found the same say the same.
    pub(crate) fn parts(&self) -> impl Serialize + '_ {
        (self.items.list(), &self.customers)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }
}

/// The months of which there is a report, newest first.
///
/// # Errors
/// The table cannot be read.
pub async fn months(table: &Table, current: Month) -> Result<Vec<Month>, TableError> {
    let months: Vec<Month> = std::iter::successors(Some(current), |month| Some(month.before())).take(MONTHS).collect();
    let names: Vec<String> = months.iter().copied().map(name).collect();
    let there = existing(table, &names).await?;
    Ok(months.into_iter().zip(names).filter(|(_, name)| there.contains(name)).map(|(month, _)| month).collect())
}

fn name(month: Month) -> String {
    format!("report/{month}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(wants: Option<Grant>, has: Grant, usage: Option<i64>) -> Line {
        Line { service: None, units: None, wants, has, usage, held: None }
    }

    #[test]
    fn p16_a_difference_is_what_is_used_beyond_what_is_sold() {
        let sold = |wants, usage| line(Some(wants), wants, usage).difference();
        assert_eq!(sold(Grant::Quota(Quota::hard(10)), Some(12)), Some(2));
        assert_eq!(sold(Grant::Quota(Quota::soft(10)), Some(7)), Some(-3));
        assert_eq!(sold(Grant::Off, Some(1)), Some(1), "nothing is sold and something is used");
        assert_eq!(sold(Grant::Quota(Quota::UNLIMITED), Some(7)), None, "Free has no number");
        assert_eq!(sold(Grant::Quota(Quota::hard(10)), None), None, "unknown is not zero");
        assert_eq!(line(None, Grant::Off, Some(7)).difference(), None, "nothing was decided");
    }

    #[test]
    fn p16_what_is_to_be_looked_at_is_more_use_or_another_quota() {
        let ten = Grant::Quota(Quota::hard(10));
        assert!(!line(Some(ten), ten, Some(10)).differs());
        assert!(line(Some(ten), ten, Some(11)).differs());
        assert!(line(Some(ten), Grant::Quota(Quota::hard(12)), None).differs());
        assert!(!line(None, ten, Some(11)).differs());
    }
}
