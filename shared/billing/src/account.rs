//! One account: what its contracts sell, beside what its tenant has.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::item::ItemId;
use bridge_core::quota::{self, Change, Memory, Plan, Situation, Tenant, Usage, Verdict};
use bridge_core::sale::{self, Lost, Sales};
use bridge_core::settings::{Billing, Products};
use jiff::Timestamp;
use jiff::civil::Date;

/// Everything that was read about an account.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The settings that hold for all connections.
    pub billing: &'a Billing,
    /// The product mapping of the account's connection.
    pub products: &'a Products,
    /// What was read of its contracts.
    pub contracts: &'a sale::Read,
    /// What its tenant has.
    pub tenant: &'a Tenant,
    /// What its tenant uses.
    pub usage: &'a BTreeMap<ItemId, Usage>,
    /// Whether usage was read for this very plan.
    pub usage_is_read: bool,
    /// What is remembered of it.
    pub memory: &'a Memory,
    /// The day in the installation's time zone.
    pub today: Date,
    /// Now.
    pub now: Timestamp,
}

/// What follows from the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// What the contracts sell.
    pub sales: Sales,
    /// Units that vanished unexplained.
    pub lost: Vec<Lost>,
    /// What would be changed.
    pub plan: Plan,
    /// Short name of the plan, by which poll, worker and reviewer know that they mean the same.
    pub digest: String,
    /// What is to be remembered of this reading.
    pub memory: Memory,
}

/// What the account's contracts sell of what is mapped.
#[must_use]
pub fn sales(products: &Products, contracts: &sale::Read, today: Date) -> Sales {
    let mapped: BTreeSet<_> = products.services().into_iter().collect();
    sale::sales(contracts, &mapped, today)
}

/// Draws the conclusion from complete readings.
#[must_use]
pub fn conclude(facts: Facts<'_>) -> Conclusion {
    let Facts { billing, products, contracts, tenant, usage, usage_is_read, memory, today, now } = facts;
    let sales = sales(products, contracts, today);
    let lost = sale::lost(&memory.lines, contracts, &sales, today);
    let situation =
        Situation { billing, products, tenant, sales: &sales, lost: &lost, memory, usage, usage_is_read, now };
    let plan = quota::plan(&situation);
    let (digest, memory) = (quota::digest(&plan), quota::after_reading(&situation, &plan));
    Conclusion { sales, lost, plan, digest, memory }
}

impl Conclusion {
    /// The items of which somebody has to ask how much is used.
    pub fn asks(&self) -> impl Iterator<Item = &ItemId> {
        self.plan.changes.iter().filter(|change| change.verdict == Verdict::AskUsage).map(|change| &change.item)
    }

    /// The changes that nothing holds, as far as is known without asking for usage.
    pub fn going(&self) -> impl Iterator<Item = &Change> {
        self.plan.changes.iter().filter(|change| matches!(change.verdict, Verdict::Go | Verdict::AskUsage))
    }
}
