use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::text::clean;

/// How many of a kind are kept in words; the others are counted.
const KEPT: usize = 12;
/// One of them within the ticket: a single long text must not push out the others.
const LINE_MAX: usize = 300;
/// Codes are short words of ours.
const KIND_MAX: usize = 60;

/// What may wait for a person, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// A system that refused the log-in (rule X7).
    Paused,
    /// A change that is held.
    Held,
    /// A message that could not be worked on (rule B2).
    Parked,
    /// A tenant with alerts that belongs to no account (rule T2).
    Unmapped,
}

/// What waits for a person: everything is counted, the first of each kind are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    groups: BTreeMap<(Sort, String), Group>,
    newest: Option<Timestamp>,
}

/// What waits of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) count: usize,
    pub(super) first: Vec<String>,
}

impl Waiting {
    /// Adds one. `kind` is its stable code within the sort, where it has one.
    pub fn add(&mut self, sort: Sort, kind: &str, text: &str, since: Timestamp) {
        let group = self.groups.entry((sort, clean(&kind.replace('_', " "), KIND_MAX))).or_default();
        group.count += 1;
        if group.first.len() < KEPT {
            group.first.push(clean(text, LINE_MAX));
        }
        self.newest = self.newest.max(Some(since));
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How much waits.
    #[must_use]
    pub fn count(&self) -> usize {
        self.groups.values().map(|group| group.count).sum()
    }

    /// Since when the latest of it waits.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// By sort and kind.
    pub(super) fn groups(&self) -> impl ExactSizeIterator<Item = (Sort, &str, &Group)> {
        self.groups.iter().map(|((sort, kind), group)| (*sort, kind.as_str(), group))
    }
}
