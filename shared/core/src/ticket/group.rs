//! A group's entry and those of its members (rule T13).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entry::{AlertSeen, Entry};
use super::storm::{MEMBERS_MAX, Scope, Storm, WINDOW};
use super::text;
use crate::alert::{Alert, Key};

/// What a group knows of a member beside its alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What is affected, for people.
    pub label: String,
    /// Where the ticket last said something about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Listed>,
}

/// What a group's ticket says about a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Number of the note; 0 for the ticket's description.
    pub note: u32,
    /// It says that the member has cleared.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_cleared: bool,
}

impl Storm {
    /// A group of which no ticket says anything yet.
    #[must_use]
    pub fn group(scope: Scope) -> Self {
        Self::Group { scope, listed_at: None }
    }
}

impl Entry {
    /// What the members of this group have in common; `None` where it is no group.
    #[must_use]
    pub fn group_scope(&self) -> Option<Scope> {
        match self.storm {
            Some(Storm::Group { scope, .. }) => Some(scope),
            Some(Storm::Waiting { .. } | Storm::Member { .. }) | None => None,
        }
    }

    /// The group on whose ticket this key is.
    #[must_use]
    pub fn member_of(&self) -> Option<(&Key, Scope)> {
        match &self.storm {
            Some(Storm::Member { of, scope }) => Some((of, *scope)),
            Some(Storm::Waiting { .. } | Storm::Group { .. }) | None => None,
        }
    }

    /// Until when the ticket was put off, be that over or not.
    #[must_use]
    pub fn waits_until(&self) -> Option<Timestamp> {
        match self.storm {
            Some(Storm::Waiting { until }) => Some(until),
            Some(Storm::Member { .. } | Storm::Group { .. }) | None => None,
        }
    }

    /// The ticket is put off.
    pub fn wait_for_storm(&mut self, until: Timestamp) {
        self.storm = Some(Storm::Waiting { until });
    }

    /// Nothing is wanted that could wait.
    pub fn stop_waiting(&mut self) {
        if self.waits_until().is_some() {
            self.storm = None;
        }
    }

    /// The key is on the ticket of `group` from now on, and does nothing by itself any more.
    pub fn join(&mut self, group: Key, scope: Scope) {
        self.storm = Some(Storm::Member { of: group, scope });
        self.lease = None;
        self.due_at = None;
        self.failures = 0;
    }

    /// What the group remembers of an alert that joins it.
    pub(super) fn as_member(&self, alert: &Alert) -> Option<Member> {
        self.group_scope().map(|scope| Member { label: text::member_label(scope, alert), listed: None })
    }

    /// Forgets what has cleared longest ago, as far as a group that goes on has no room for it.
    pub(super) fn forget_cleared_members(&mut self) {
        if self.group_scope().is_none() || !self.is_active() {
            return;
        }
        while self.alerts.len() > MEMBERS_MAX {
            let cleared = self.alerts.iter().filter_map(|(id, seen)| Some((seen.cleared_at?, id)));
            let Some(id) = cleared.min().map(|(_, id)| id.clone()) else { return };
            self.alerts.remove(&id);
        }
    }

    /// The text that is about to be written, by its number, says which members are open and which have cleared.
    pub(super) fn list_members(&mut self, note: u32, now: Timestamp) {
        let Some(Storm::Group { listed_at, .. }) = &mut self.storm else { return };
        *listed_at = Some(now);
        for seen in self.alerts.values_mut() {
            let as_cleared = seen.cleared_at.is_some();
            let Some(member) = &mut seen.member else { continue };
            if member.listed.is_none_or(|listed| listed.as_cleared != as_cleared) {
                member.listed = Some(Listed { note, as_cleared });
            }
        }
    }

    /// The note was not written after all.
    pub(super) fn unlist_members(&mut self, note: u32) {
        for member in self.alerts.values_mut().filter_map(|seen| seen.member.as_mut()) {
            member.listed = member.listed.filter(|listed| listed.note != note);
        }
    }

    /// A new ticket says nothing about anybody yet.
    pub(super) fn unlist_all_members(&mut self) {
        for member in self.alerts.values_mut().filter_map(|seen| seen.member.as_mut()) {
            member.listed = None;
        }
    }

    /// When the group's ticket is to be told of members that it does not list, or no longer lists rightly; `None` while it
    /// does. That a member has cleared is told where notes about clears are wanted (rule T5).
    pub(super) fn listing_due(&self, tells_of_clears: bool) -> Option<Timestamp> {
        let Some(Storm::Group { listed_at, .. }) = self.storm else { return None };
        let is_untold = |seen: &AlertSeen| {
            let listed = seen.member.as_ref().and_then(|member| member.listed);
            match (seen.cleared_at, listed) {
                (None, listed) => listed.is_none_or(|listed| listed.as_cleared),
                (Some(_), Some(listed)) => tells_of_clears && !listed.as_cleared,
                (Some(_), None) => false,
            }
        };
        let is_due = self.alerts.values().any(is_untold);
        is_due.then(|| listed_at.map_or(Timestamp::MIN, |at| at + WINDOW))
    }
}
