//! Rule T15: switching something on must not turn every old alert into a ticket.
//!
//! Each switching-on is remembered with its moment. Alerts raised later always count. Older ones, up to a chosen age, count
//! once they are *released*: by the first complete pass when they are few, else by a person who saw their number.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ConnectionId};

/// How many alerts of a backlog may become tickets without being asked for.
pub const ASK_ABOVE: usize = 20;

/// What was switched on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "what", content = "id", rename_all = "snake_case")]
pub enum Scope {
    /// Ticket synchronization as a whole.
    Everything,
    /// A new connection.
    Connection(ConnectionId),
    /// An alert type whose row was set to create tickets.
    AlertType(String),
    /// An account that was mapped, un-paused, or had its tickets switched on.
    Account(AccountId),
}

/// Whether the alerts from before the switching-on count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Release {
    /// Not counted yet.
    Pending,
    /// They count.
    Released,
    /// Too many to go ahead without a person.
    Held {
        /// How many tickets they would make.
        tickets: usize,
    },
    /// A person said that they do not count.
    Declined,
}

/// One switching-on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// What was switched on.
    pub scope: Scope,
    /// When.
    pub at: Timestamp,
    /// How old an alert may be, in hours before `at`, to become a ticket all the same.
    pub age_hours: u32,
    /// Whether such older alerts count.
    pub release: Release,
}

/// The latest switching-on of every scope.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activations {
    /// In no particular order.
    pub list: Vec<Activation>,
}

impl Activation {
    /// Alerts whose server time is at or after this moment become tickets.
    #[must_use]
    pub fn counts_from(&self) -> Timestamp {
        match self.release {
            Release::Released => self.oldest(),
            Release::Pending | Release::Held { .. } | Release::Declined => self.at,
        }
    }

    /// The oldest server time that this activation's backlog can reach.
    #[must_use]
    pub fn oldest(&self) -> Timestamp {
        self.at.saturating_sub(SignedDuration::from_hours(i64::from(self.age_hours))).unwrap_or(Timestamp::MIN)
    }

    /// Decides about the backlog once a complete list of alerts has counted it.
    #[must_use]
    pub fn counted(&self, tickets: usize) -> Release {
        match self.release {
            Release::Pending if tickets > ASK_ABOVE => Release::Held { tickets },
            Release::Pending => Release::Released,
            decided => decided,
        }
    }
}

impl Activations {
    /// Remembers a switching-on; an earlier one of the same scope is replaced.
    pub fn switch_on(&mut self, scope: Scope, at: Timestamp, age_hours: u32) {
        self.list.retain(|activation| activation.scope != scope);
        self.list.push(Activation { scope, at, age_hours, release: Release::Pending });
    }

    /// From which server time on an alert of this type, connection and account becomes a ticket: every scope that covers it
    /// must allow it. One that is still to come, as at the end of a pause, says nothing yet.
    #[must_use]
    pub fn counts_from(&self, connection: &ConnectionId, kind: &str, account: AccountId, now: Timestamp) -> Timestamp {
        let covering = self.covering(connection, kind, account).filter(|activation| activation.at <= now);
        covering.map(Activation::counts_from).max().unwrap_or(Timestamp::MIN)
    }

    /// The activations that cover an alert.
    pub fn covering(
        &self,
        connection: &ConnectionId,
        kind: &str,
        account: AccountId,
    ) -> impl Iterator<Item = &Activation> {
        self.list.iter().filter(move |activation| match &activation.scope {
            Scope::Everything => true,
            Scope::Connection(id) => id == connection,
            Scope::AlertType(name) => name == kind,
            Scope::Account(id) => *id == account,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1000 + hour)
    }

    fn counts_from(activations: &Activations) -> Timestamp {
        activations.counts_from(&"c".into(), "BackupFailed", AccountId(7), at(100))
    }

    #[test]
    fn t15_only_alerts_since_the_switching_on_count_until_the_backlog_is_released() {
        let mut activations = Activations::default();
        activations.switch_on(Scope::Everything, at(0), 24);
        assert_eq!(counts_from(&activations), at(0));
        activations.list[0].release = Release::Released;
        assert_eq!(counts_from(&activations), at(-24));
    }

    #[test]
    fn t15_every_scope_that_covers_an_alert_must_allow_it() {
        let mut activations = Activations::default();
        activations.switch_on(Scope::Everything, at(-100), 24);
        activations.switch_on(Scope::Account(AccountId(7)), at(0), 24);
        activations.switch_on(Scope::Account(AccountId(8)), at(50), 24);
        activations.switch_on(Scope::AlertType("Other".into()), at(60), 24);
        assert_eq!(counts_from(&activations), at(0));
    }

    #[test]
    fn t15_twenty_are_released_and_twenty_one_are_asked_for() {
        let mut activations = Activations::default();
        activations.switch_on(Scope::Everything, at(0), 24);
        let activation = &activations.list[0];
        assert_eq!(activation.counted(20), Release::Released);
        assert_eq!(activation.counted(21), Release::Held { tickets: 21 });
    }

    #[test]
    fn t15_a_persons_answer_is_not_counted_again() {
        let declined = Activation { scope: Scope::Everything, at: at(0), age_hours: 24, release: Release::Declined };
        assert_eq!(declined.counted(1), Release::Declined);
        assert_eq!(declined.counts_from(), at(0));
    }

    #[test]
    fn t15_the_end_of_a_pause_that_is_still_to_come_keeps_no_alert_away() {
        let mut activations = Activations::default();
        activations.switch_on(Scope::Account(AccountId(7)), at(101), 24);
        assert_eq!(counts_from(&activations), Timestamp::MIN);
    }

    #[test]
    fn t15_switching_the_same_thing_on_again_starts_over() {
        let mut activations = Activations::default();
        activations.switch_on(Scope::Everything, at(0), 24);
        activations.list[0].release = Release::Released;
        activations.switch_on(Scope::Everything, at(10), 1);
        assert_eq!(activations.list.len(), 1);
        assert_eq!(counts_from(&activations), at(10));
    }
}
