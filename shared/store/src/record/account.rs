//! What is remembered of an account beyond its mapping. It exists once there is something to remember. The poll reads all of
//! them in every run, so they are kept small and lie in one partition.

use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::item::{Grant, ItemId};
use bridge_core::provision::{Creation, lifecycle};
use bridge_core::quota::{Change, Memory, Usage};
use bridge_core::ticket::Lease;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::table::{Due, Error, Key, Order, Page, Query, Record, Table};

/// What is remembered of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account.
    pub account: AccountId,
    /// What plans depend on: what we wrote, raises by hand, exceptions, approvals, units at the last good run.
    #[serde(default, skip_serializing_if = "is_default")]
    pub memory: Memory,
    /// Rule P1: the mapping ([`Mapping::mapped_at`](super::Mapping::mapped_at)) for which the first plan was agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Timestamp>,
    /// Rule P13: what a person has reviewed and what waits to be applied exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Reviewed>,
    /// Rule V2: a tenant is being made for it, or was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation: Option<Creation>,
    /// Rule V6: since when it sells nothing, and what we did about it; forgotten with the mapping.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lifecycle: lifecycle::State,
    /// Rule V4: its mapping was removed on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmapped: Option<OnPurpose>,
    /// Rule V8, while the account is not mapped: no tenant is ever made for it, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<String>,
    /// A write that was announced and is not yet recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// Usage as last read for a change that depended on it; the run's own readings lie packed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub usage: Vec<(ItemId, Usage)>,
    /// What Acronis did not tell when it was asked for a change that depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untold: Option<Untold>,
    /// What became of it last.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last: Last,
    /// Who is working on it. A lease only saves work: correctness comes from the conditional writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// Number of the last lease taken.
    #[serde(default, skip_serializing_if = "is_default")]
    pub epoch: u64,
    /// When to look at it again, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Failures in a row, for the back-off.
    #[serde(default, skip_serializing_if = "is_default")]
    pub failures: u32,
}

/// How long what a person has reviewed stands for his consent: after that he is no longer looking at what he saw.
const REVIEW_LASTS: SignedDuration = SignedDuration::from_hours(1);

/// What a person has just reviewed of an account, to be carried out exactly (rule P13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    /// The plan's digest, or what stands in its place where a tenant is made: anything else is refused, because something moved.
    pub digest: String,
    /// Who reviewed it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The mapping ([`Mapping::mapped_at`](super::Mapping::mapped_at)) that was shown; `None` where a tenant is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapped_at: Option<Timestamp>,
    /// That the tenant is disabled was shown too (rule V6).
    #[serde(default, skip_serializing_if = "is_default")]
    pub disables: bool,
    /// What of the plan was announced. It is still what was reviewed when the rest of the plan has another digest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub begun: Vec<(ItemId, Grant)>,
}

impl Reviewed {
    /// Whether it still stands.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.at + REVIEW_LASTS
    }

    /// Whether this change of a plan with this digest is what was reviewed.
    #[must_use]
    pub fn covers(&self, digest: &str, change: &Change) -> bool {
        self.digest == digest || self.begun.iter().any(|(item, to)| *item == change.item && *to == change.to)
    }
}

/// A mapping that was removed on purpose (rule V4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnPurpose {
    /// When.
    pub at: Timestamp,
    /// The tenant that it was mapped to.
    pub tenant: TenantId,
    /// Where that tenant is.
    pub connection: ConnectionId,
    /// Who removed it.
    pub by: String,
}

/// A write of quotas that was announced. After a crash, comparing with what the tenant has tells whether it happened, so that
/// no write goes unrecorded (rule X5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// All changes that were announced and are not yet recorded.
    pub changes: Vec<Change>,
    /// When.
    pub at: Timestamp,
    /// The run or the person.
    pub actor: String,
    /// The cause, in words.
    pub why: String,
}

/// Items of which Acronis did not tell how much is used (rule P12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untold {
    /// When it was asked.
    pub at: Timestamp,
    /// The items.
    pub items: Vec<ItemId>,
}

/// What became of an account last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Last {
    /// When a worker last left it as it must be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synced_at: Option<Timestamp>,
    /// When a worker last looked at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<Timestamp>,
    /// What a person has to settle, in words (rule X4).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// Stable code of the first problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Digest of the plan that could not be carried out in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Record for Account {
    const KIND: &'static str = "ACCOUNT";
    type Id = AccountId;

    fn key(id: &AccountId) -> Key {
        Key::new(Self::KIND, format!("{:012}", id.0))
    }

    fn id(&self) -> AccountId {
        self.account
    }

    fn due_at(&self) -> Option<Timestamp> {
        self.due_at
    }

    /// What a list of accounts tells of one beyond its mapping. Of ten thousand accounts that is some, so the list need not read the
    /// others' records.
    fn is_noted(&self) -> bool {
        let is_being_made = self.creation.as_ref().is_some_and(|creation| !creation.is_finished());
        is_being_made || self.excluded.is_some() || !self.last.problems.is_empty()
    }
}

impl Account {
    /// Nothing is remembered yet.
    #[must_use]
    pub fn new(account: AccountId) -> Self {
        Self {
            account,
            memory: Memory::default(),
            consent: None,
            reviewed: None,
            creation: None,
            lifecycle: lifecycle::State::default(),
            unmapped: None,
            excluded: None,
            pending: None,
            usage: Vec::new(),
            untold: None,
            last: Last::default(),
            lease: None,
            epoch: 0,
            due_at: None,
            failures: 0,
        }
    }

    /// What a person has just reviewed of the account as it is mapped, or as it is not.
    #[must_use]
    pub fn fresh_review(&self, mapped_at: Option<Timestamp>, now: Timestamp) -> Option<&Reviewed> {
        self.reviewed.as_ref().filter(|reviewed| reviewed.mapped_at == mapped_at && reviewed.is_fresh(now))
    }

    /// Takes the lease for `owner` and returns its epoch.
    pub fn take_lease(&mut self, owner: &str, now: Timestamp, lasts: SignedDuration) -> u64 {
        self.epoch += 1;
        self.lease = Some(Lease { owner: owner.to_owned(), until: now + lasts });
        self.epoch
    }

    /// A page of all accounts that something is remembered of, in the order of [`Mapping::page`](super::Mapping::page).
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn page(table: &Table, after: Option<String>, limit: usize) -> Result<Page<Self>, Error> {
        table.query(Query::partition(Self::KIND, Order::Ascending, limit).after(after)).await
    }

    /// The accounts of which there is something to say in a list, by their ids: something is wrong with them, a tenant is being made
    /// for them, or they are excluded while they have none.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn noted(table: &Table) -> Result<Vec<AccountId>, Error> {
        Ok(table.noted::<Self>().await?.iter().filter_map(Self::of_key).collect())
    }

    /// Which account a due record is, if it is one.
    pub(super) fn due(due: &Due) -> Option<AccountId> {
        (due.key.pk == Self::KIND).then(|| Self::of_key(&due.key)).flatten()
    }

    fn of_key(key: &Key) -> Option<AccountId> {
        key.sk.parse().ok().map(AccountId)
    }
}
