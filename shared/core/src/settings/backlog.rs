//! Rule T15: switching something on must not turn every old alert into a ticket.
//!
//! Each switching-on is remembered with its moment. Alerts raised later always count. Older ones, up to a chosen age, count
//! once they are *released*: by the first complete pass when they are few, else by a person who saw their number.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ConnectionId};

/// How many alerts from before may become tickets without being asked for: those of all that is switched on at the same time.
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

/// The latest switching-on of every scope. There is one for each account that was ever mapped, so each is kept by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activations(BTreeMap<Scope, Activation>);

impl Activation {
    /// A switching-on whose backlog is not counted yet.
    #[must_use]
    pub fn new(scope: Scope, at: Timestamp, age_hours: u32) -> Self {
        Self { scope, at, age_hours, release: Release::Pending }
    }

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

    /// Decides about the backlog once a complete list of alerts has counted it: `tickets` of its own, and as many `together` with
    /// what was switched on at the same time, such as an account for each of a hundred lines of an import.
    #[must_use]
    pub fn counted(&self, tickets: usize, together: usize) -> Release {
        match self.release {
            Release::Pending if tickets > 0 && together > ASK_ABOVE => Release::Held { tickets },
            Release::Pending => Release::Released,
            decided => decided,
        }
    }
}

impl Activations {
    /// The latest switching-on of this scope.
    #[must_use]
    pub fn of(&self, scope: &Scope) -> Option<&Activation> {
        self.0.get(scope)
    }

    /// All of them, by scope.
    pub fn iter(&self) -> impl Iterator<Item = &Activation> {
        self.0.values()
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
        let scopes = [
            Scope::Everything,
            Scope::Connection(connection.clone()),
            Scope::AlertType(kind.to_owned()),
            Scope::Account(account),
        ];
        scopes.into_iter().filter_map(|scope| self.of(&scope))
    }
}

/// Of two of the same scope, the later in this order replaces the earlier.
impl Extend<Activation> for Activations {
    fn extend<I: IntoIterator<Item = Activation>>(&mut self, activations: I) {
        self.0.extend(activations.into_iter().map(|activation| (activation.scope.clone(), activation)));
    }
}

impl FromIterator<Activation> for Activations {
    fn from_iter<I: IntoIterator<Item = Activation>>(activations: I) -> Self {
        let mut all = Self::default();
        all.extend(activations);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1000 + hour)
    }

    fn on(scope: Scope, hour: i64) -> Activation {
        Activation::new(scope, at(hour), 24)
    }

    fn released(activation: Activation) -> Activation {
        Activation { release: Release::Released, ..activation }
    }

    fn counts_from(activations: impl IntoIterator<Item = Activation>) -> Timestamp {
        let activations: Activations = activations.into_iter().collect();
        activations.counts_from(&"c".into(), "BackupFailed", AccountId(7), at(100))
    }

    #[test]
    fn t15_only_alerts_since_the_switching_on_count_until_the_backlog_is_released() {
        assert_eq!(counts_from([on(Scope::Everything, 0)]), at(0));
        assert_eq!(counts_from([released(on(Scope::Everything, 0))]), at(-24));
    }

    #[test]
    fn t15_every_scope_that_covers_an_alert_must_allow_it() {
        let others = [on(Scope::Account(AccountId(8)), 50), on(Scope::AlertType("Other".into()), 60)];
        for (covering, from) in [
            (on(Scope::Account(AccountId(7)), 0), at(0)),
            (on(Scope::AlertType("BackupFailed".into()), 1), at(1)),
            (on(Scope::Connection("c".into()), 2), at(2)),
            (on(Scope::Connection("d".into()), 3), at(-100)),
        ] {
            let all = [on(Scope::Everything, -100), covering].into_iter().chain(others.clone());
            assert_eq!(counts_from(all), from);
        }
    }

    #[test]
    fn t15_twenty_are_released_and_twenty_one_are_asked_for() {
        let activation = on(Scope::Everything, 0);
        assert_eq!(activation.counted(20, 20), Release::Released);
        assert_eq!(activation.counted(21, 21), Release::Held { tickets: 21 });
        assert_eq!(activation.counted(2, 21), Release::Held { tickets: 2 }, "many small ones are many");
        assert_eq!(activation.counted(0, 21), Release::Released, "what opens nothing waits for nobody");
    }

    #[test]
    fn t15_a_persons_answer_is_not_counted_again() {
        let declined = Activation { release: Release::Declined, ..on(Scope::Everything, 0) };
        assert_eq!(declined.counted(1, 1), Release::Declined);
        assert_eq!(declined.counts_from(), at(0));
    }

    #[test]
    fn t15_the_end_of_a_pause_that_is_still_to_come_keeps_no_alert_away() {
        assert_eq!(counts_from([on(Scope::Account(AccountId(7)), 101)]), Timestamp::MIN);
    }

    #[test]
    fn t15_switching_the_same_thing_on_again_starts_over() {
        assert_eq!(counts_from([released(on(Scope::Everything, 0)), on(Scope::Everything, 10)]), at(10));
    }
}
