use bridge_core::id::AccountId;
use bridge_core::item::{Grant, ItemId, Unit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::table::{Error, Key, Order, Page, Query, Record, Table};

/// Something that waits for a person on *Review*.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Made from what is held, so that it is listed once.
    pub id: String,
    /// Stable code of the sort, for example `partner_alert`.
    pub kind: String,
    /// The account, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Why it is held, in words.
    pub reason: String,
    /// What would happen, in words.
    pub what: String,
    /// Since when.
    pub since: Timestamp,
    /// The change of a quota that waits, for its approval (rule P12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<HeldQuota>,
    /// The accounts that it is about, where it is about several; not all where there are very many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<Concerned>,
}

/// One of the accounts that something held is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concerned {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// What would become of it, or what there is to say, in words.
    pub what: String,
}

/// A change of a quota that waits for a person. An approval is for this item and value, and up to this usage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldQuota {
    /// The item.
    pub item: ItemId,
    /// What it is.
    pub from: Grant,
    /// What it would become.
    pub to: Grant,
    /// What its quota counts.
    pub unit: Unit,
    /// Why it must become that, in words.
    pub cause: String,
    /// What is used of it, in the item's unit, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<i64>,
    /// When it happens without an approval, as a raise by hand is put back then (rule P15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Record for Held {
    const KIND: &'static str = "HELD";
    type Id = String;

    fn key(id: &String) -> Key {
        Key::new(Self::KIND, id)
    }

    fn id(&self) -> String {
        self.id.clone()
    }
}

impl Held {
    /// A page of them by id.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn page(table: &Table, after: Option<String>, limit: usize) -> Result<Page<Self>, Error> {
        table.query(Query::partition(Self::KIND, Order::Ascending, limit).after(after)).await
    }
}
