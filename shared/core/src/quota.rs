//! What a tenant's quotas must be, and what one run would change (rules P4 to P15).
//!
//! | function | question |
//! | --- | --- |
//! | [`desired()`] | Given the product mapping and what the contracts sell: what must each item be, and why? |
//! | [`plan()`] | What differs from what the tenant has, in which order is it written, and what stands against it? |
//! | [`drift()`] | What did somebody change by hand in Acronis? |
//! | [`after_reading`], [`after_writing`] | What is remembered of that until the next run? |
//! | [`brake()`] | Would all plans of one run together change suspiciously much? |
//!
//! Nothing is concluded here from something that was not read: the caller gives complete readings or none.

mod brake;
mod desired;
mod drift;
mod edition;
mod entry;
mod guard;
mod memory;
mod plan;
mod storage;
mod switch;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ApplicationId, ServiceId};
use crate::item::{Grant, Item, ItemId, Kind, Offer, Unit};
use crate::sale::{Lost, Sales, Source};
use crate::settings::{Billing, Products};

pub use brake::{Brake, Run, brake};
pub use desired::desired;
pub use drift::{Drift, after_reading, after_writing, drift};
pub use memory::{Approval, Exception, Memory, Raise, Usage};
pub use plan::{digest, plan};

/// Everything that the plan of one account's tenant depends on.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The settings that hold for all connections.
    pub billing: &'a Billing,
    /// The product mapping of the tenant's connection.
    pub products: &'a Products,
    /// The tenant as it was just read.
    pub tenant: &'a Tenant,
    /// What the account's contracts sell today.
    pub sales: &'a Sales,
    /// Units that vanished unexplained.
    pub lost: &'a [Lost],
    /// What is remembered of the account.
    pub memory: &'a Memory,
    /// What the tenant uses, as far as it is known.
    pub usage: &'a BTreeMap<ItemId, Usage>,
    /// Usage was read for this very plan: what is unknown now stays unknown, and asking once more helps nothing.
    pub usage_is_read: bool,
    /// Now.
    pub now: Timestamp,
}

/// What is known of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tenant {
    /// Its items, on and off, as far as they are listed.
    pub items: Vec<Item>,
    /// What its direct parent may give it (rule P2).
    pub offers: Vec<Offer>,
    /// It was made by us just now and has nothing of its own yet: the default storage and the chosen editions apply.
    pub is_new: bool,
}

impl Tenant {
    /// The item, if it is listed.
    #[must_use]
    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        self.items.iter().find(|item| item.offer.id == *id)
    }

    /// Every item that it has or may be given. One that is listed and offered as well comes twice, the listed one first.
    pub(crate) fn known(&self) -> impl Iterator<Item = &Offer> {
        self.items.iter().map(|item| &item.offer).chain(&self.offers)
    }

    /// What sort of item it is; `None` for one that is neither listed nor offered.
    #[must_use]
    pub fn kind(&self, id: &ItemId) -> Option<Kind> {
        self.known().find(|offer| offer.id == *id).map(|offer| offer.kind)
    }

    /// What the tenant may use of an item: nothing of one that is not listed.
    #[must_use]
    pub fn grant(&self, id: &ItemId) -> Grant {
        self.item(id).map_or(Grant::Off, |item| item.grant.normal())
    }
}

/// What an item must be, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want {
    /// The item.
    pub item: ItemId,
    /// What the tenant must be allowed of it.
    pub grant: Grant,
    /// What its quota counts.
    pub unit: Unit,
    /// Why.
    pub cause: Cause,
}

/// Why an item must be what it must be (rule P14). There is no quota without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// Rule P5: it is sold, were it zero units. Also rule P7's features.
    Sold {
        /// The service.
        service: ServiceId,
        /// Units in effect today.
        units: i64,
        /// What one unit stands for.
        unit_size: i64,
        /// The lines that say so.
        sources: Vec<Source>,
    },
    /// Rule P6: it is not sold and Free.
    Free,
    /// Rule P6: it is not sold and not Free.
    NotSold {
        /// The service that would sell it, if one is selected.
        service: Option<ServiceId>,
    },
    /// Rule P7: a feature that is not sold, and the seats that it serves are at zero.
    NothingToServe {
        /// The seats.
        seats: ItemId,
    },
    /// Rule P7: a feature that is not sold and stays, for the seats that it serves are not at zero.
    StillServes {
        /// The seats.
        seats: ItemId,
    },
    /// Rule P10: a new tenant needs a storage and none is sold.
    DefaultStorage,
    /// Rule P10: another storage of the kind is used.
    OtherStorage {
        /// The one.
        storage: ItemId,
    },
}

/// Everything that must be, and what cannot be decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Desired {
    /// One for each managed item of the tenant's editions, in the order of the items.
    pub wants: Vec<Want>,
    /// What stands in the way, for the whole account or for an item.
    pub problems: Vec<Problem>,
}

/// Something that a person has to settle; it concerns no other account (rule X4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// Rule P10: two storages of a kind are sold.
    TwoStoragesSold {
        /// They.
        storages: Vec<ItemId>,
    },
    /// Rule P10: two storages of a kind are on, and none is sold. They are left as they are.
    SeveralStoragesOn {
        /// They.
        storages: Vec<ItemId>,
    },
    /// Rule P10: a new tenant needs a storage, there are several, and none is chosen. Nothing is provisioned.
    NoDefaultStorage {
        /// Name of the storage items.
        name: String,
    },
    /// Rule P2: no edition is chosen for an application of which items are mapped in several editions. Nothing is provisioned.
    NoEdition {
        /// The application.
        application: ApplicationId,
    },
    /// Rule P2: items of several editions are on. Those items are left as they are.
    SeveralEditions {
        /// The application.
        application: ApplicationId,
        /// The editions.
        editions: Vec<String>,
    },
    /// Rule P11: the partner above does not have the item (any more).
    NotOffered {
        /// It.
        item: ItemId,
    },
    /// Rule P7: the item is locked and cannot be switched.
    Locked {
        /// It.
        item: ItemId,
        /// What it should be.
        grant: Grant,
    },
    /// Units × unit size is more than a quota can hold.
    TooLarge {
        /// It.
        item: ItemId,
    },
}

/// What one run would do to one account's tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// In the order in which they are written (rule P11).
    pub changes: Vec<Change>,
    /// What a person has to settle.
    pub problems: Vec<Problem>,
    /// Rule P9: the account sells nothing and its quotas are left as they are.
    pub is_held_unsold: bool,
}

/// One change of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The item.
    pub item: ItemId,
    /// What it is.
    pub from: Grant,
    /// What it must be.
    pub to: Grant,
    /// Why.
    pub cause: Cause,
    /// What its quota counts.
    pub unit: Unit,
    /// The sort of change.
    pub sort: Sort,
    /// What is used of the item, as far as that is known; what a person's [`Approval`] is given for.
    pub usage: Option<i64>,
    /// Rule P11: the switching-on that this belongs to. It must not go ahead when that one was refused.
    pub belongs_to: Option<ItemId>,
    /// Version of the quota that was read.
    pub version: i64,
    /// What stands against it.
    pub verdict: Verdict,
}

/// Sorts of changes, in the order in which they are written: items that others need first, cuts last (rule P11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// It is switched on.
    SwitchOn,
    /// It may be used more, or without an end.
    Raise,
    /// As much may be used as before, otherwise put: 15 instead of 10 and an overage of 5.
    Limit,
    /// It may be used less.
    Cut,
    /// It is switched off.
    SwitchOff,
}

/// Whether a change goes ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing stands against it.
    Go,
    /// Usage has to be read first: nobody knows whether it would be cut below it.
    AskUsage,
    /// It waits for a person, or for a time.
    Held(Hold),
}

/// What a change waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "hold", rename_all = "snake_case")]
pub enum Hold {
    /// Rule P12: it would cut below usage.
    BelowUsage {
        /// What is used, in the item's unit.
        usage: i64,
    },
    /// Rule P12: usage is not known, or too old.
    UsageUnknown,
    /// Rules P7 and P10: a feature, or a storage with data, is never switched off without a person.
    SwitchOff,
    /// Rule P4: units vanished with nothing that explains it.
    LostUnits {
        /// The lines that had them, as they were at the last good run.
        lines: Vec<Source>,
    },
    /// Rule P15: a raise by hand is kept for a while.
    RaisedByHand {
        /// When it is put back.
        until: Timestamp,
    },
    /// Rule P11: the switching-on that it belongs to cannot be made.
    RaiseRefused,
    /// Rule P10: another storage of the kind is on and stays on for now. No approval helps against it.
    StorageInUse {
        /// That one.
        storage: ItemId,
    },
}
