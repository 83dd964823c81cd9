//! What of a preview its draft itself does. The rest would happen, or wait, without it just as well: whoever edits one row is not
//! to look for its effect among everything that is held already.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::AccountId;
use bridge_core::item::{Grant, ItemId};
use bridge_core::quota::{Change, Problem, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Previewed;

/// What of an account's plan the draft itself does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ByDraft {
    /// Items that would not be changed without it, or otherwise, or not yet.
    pub items: BTreeSet<ItemId>,
    /// Its tenant is made or disabled because of it.
    pub tenant: bool,
    /// It brings what has to be settled.
    pub problems: bool,
}

impl ByDraft {
    /// Whether the draft does nothing to the account.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What would happen to accounts without the draft, as far as it is compared.
pub(super) type Before = BTreeMap<AccountId, Without>;

/// The same of one of them.
#[derive(Debug, Default)]
pub(super) struct Without {
    changes: BTreeSet<(ItemId, Grant, bool)>,
    problems: BTreeSet<Problem>,
    tenant: (bool, bool, Option<Timestamp>),
}

impl From<Previewed> for Without {
    fn from(previewed: Previewed) -> Self {
        Self {
            tenant: tenant(&previewed),
            changes: previewed.plan.changes.iter().map(compared).collect(),
            problems: previewed.plan.problems.into_iter().collect(),
        }
    }
}

impl Previewed {
    /// With what the draft itself does marked.
    pub(super) fn compared_with(self, before: &Before) -> Self {
        let nothing = Without::default();
        let before = before.get(&self.account).unwrap_or(&nothing);
        let changes = self.plan.changes.iter();
        let by_draft = ByDraft {
            items: changes
                .filter(|change| !before.changes.contains(&compared(change)))
                .map(|change| change.item.clone())
                .collect(),
            tenant: tenant(&self) != before.tenant,
            problems: self.plan.problems.iter().any(|problem| !before.problems.contains(problem)),
        };
        Self { by_draft, ..self }
    }

    /// Only what the draft does, if it does anything; a first plan is for itself.
    #[must_use]
    pub fn only_by_draft(mut self) -> Option<Self> {
        if self.is_first || self.by_draft.is_nothing() {
            return None;
        }
        let ByDraft { items, tenant, problems } = &self.by_draft;
        self.plan.changes.retain(|change| items.contains(&change.item));
        if !problems {
            self.plan.problems.clear();
        }
        if !tenant {
            (self.creates, self.disables, self.disables_at, self.disabling_waits) = (false, false, None, None);
        }
        Some(self)
    }

    /// Only what would happen without the draft, if anything would; a first plan is for itself.
    #[must_use]
    pub fn only_without_draft(mut self) -> Option<Self> {
        let ByDraft { items, tenant, problems } = &self.by_draft;
        self.plan.changes.retain(|change| !items.contains(&change.item));
        if *problems {
            self.plan.problems.clear();
        }
        if *tenant {
            (self.creates, self.disables, self.disables_at, self.disabling_waits) = (false, false, None, None);
        }
        (!self.is_first && !self.is_nothing()).then_some(self)
    }
}

/// A change as far as it is compared. One that waits without the draft and goes ahead with it is another.
fn compared(change: &Change) -> (ItemId, Grant, bool) {
    (change.item.clone(), change.to.normal(), matches!(change.verdict, Verdict::Held(_)))
}

fn tenant(previewed: &Previewed) -> (bool, bool, Option<Timestamp>) {
    (previewed.creates, previewed.disables, previewed.disables_at)
}
