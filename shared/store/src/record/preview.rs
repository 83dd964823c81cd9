//! Previews (rule P13).

use bridge_core::id::AccountId;
use bridge_core::settings::{Billing, Products};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::table::{Error, Key, Order, Page, Query, Record, Table};

/// A preview is of no use once everything has moved.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Rule P13: what a draft of the settings would do, worked out without writing anything else. Applying it saves the draft and
/// consents to exactly these plans. The plans lie beside it, packed under [`Preview::pack_name`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Its own id.
    pub id: String,
    /// Who asked for it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// How far it is.
    pub state: State,
    /// What would be saved.
    pub draft: Draft,
    /// For which accounts it is; all unless some are named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Vec<AccountId>>,
    /// What it comes to, once it is ready.
    #[serde(default)]
    pub totals: Totals,
    /// Digest of all plans, once it is ready.
    #[serde(default)]
    pub digest: String,
}

/// How far a preview is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// A worker will take it up.
    Queued,
    /// A worker is at it.
    Running,
    /// It can be looked at and applied.
    Ready,
    /// It is being applied.
    Applying,
    /// It was applied.
    Applied,
    /// It could not be worked out.
    Failed {
        /// Why, in words.
        text: String,
    },
}

/// Settings that are not saved yet. What is not given stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The *Billing and provisioning* tab.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing: Option<Billing>,
    /// Product mappings, one for a connection at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Products>,
    /// Version of the settings that `billing` was edited from (rule B3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings_version: Option<u64>,
    /// Versions of the product mappings that `products` were edited from, in their order; `None` where there was none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products_versions: Vec<Option<u64>>,
}

/// What a preview comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// Accounts that something would happen to.
    pub accounts: usize,
    /// Changes of items that would be made.
    pub changes: usize,
    /// Changes of items that would wait for a person.
    pub held: usize,
    /// Tenants that would be created.
    pub creations: usize,
    /// Accounts for which none would be made before a person has decided, as one that looks like theirs is there.
    pub creations_waiting: usize,
    /// Tenants that would be disabled.
    pub disables: usize,
    /// Tenants that would be disabled later, unless a contract returns.
    pub disables_later: usize,
    /// Accounts for which something has to be settled first.
    pub problems: usize,
    /// Accounts whose first plan waits for consent (rule P1).
    pub first_plans: usize,
    /// What of it the draft itself does, first plans aside; nothing without a draft.
    pub by_draft: OfDraft,
}

/// What a draft itself does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OfDraft {
    /// Accounts.
    pub accounts: usize,
    /// Changes of items, made or held.
    pub changes: usize,
    /// How many of them would wait for a person.
    pub held: usize,
}

impl Preview {
    /// Name of the pack of its plans.
    #[must_use]
    pub fn pack_name(id: &str) -> String {
        format!("preview/{id}")
    }

    /// Some of them, newest first.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn page(table: &Table, after: Option<String>, limit: usize) -> Result<Page<Self>, Error> {
        table.query(Query::partition(Self::KIND, Order::Descending, limit).after(after)).await
    }

    /// When it and its plans may be forgotten.
    #[must_use]
    pub fn forgotten_at(&self) -> Option<Timestamp> {
        self.at.checked_add(KEPT).ok()
    }
}

impl Record for Preview {
    const KIND: &'static str = "PREVIEW";
    type Id = String;

    fn key(id: &String) -> Key {
        // Ids are made in the order of time, so the newest are found at the end.
        Key::new(Self::KIND, id)
    }

    fn id(&self) -> String {
        self.id.clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.forgotten_at()
    }
}
