//! Rule X7: after a refused log-in a system is left alone, so that nobody is locked out.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::ConnectionId;

/// When, after the refusal, one probe each is allowed. After the last one only a person resumes.
const PROBES: [SignedDuration; 3] =
    [SignedDuration::from_mins(15), SignedDuration::from_hours(1), SignedDuration::from_hours(6)];

/// A foreign system that can refuse us.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "system", content = "connection", rename_all = "snake_case")]
pub enum Id {
    /// The installation's Autotask database.
    Autotask,
    /// One Acronis partner tenant.
    Acronis(ConnectionId),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Autotask => f.write_str("autotask"),
            Self::Acronis(connection) => write!(f, "acronis/{connection}"),
        }
    }
}

/// What is known of a system's log-in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Set while the system is paused.
    pub refusal: Option<Refusal>,
    /// Runs that failed in a row (rule L4 alarms at the third).
    pub failed_runs: u32,
    /// When a run last succeeded.
    pub succeeded_at: Option<Timestamp>,
}

/// A refused log-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// When the log-in was first refused.
    pub since: Timestamp,
    /// In words, for the console and the alarm.
    pub reason: String,
    /// Probes already made.
    pub probes: usize,
}

/// Whether a system may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Nothing stands against it.
    Open,
    /// One call may be made to find out; it must be claimed first.
    Probe,
    /// Not now; `until` is the next probe, `None` when only a person resumes.
    Closed {
        /// Time of the next probe.
        until: Option<Timestamp>,
    },
}

impl State {
    /// Whether the system may be called now.
    #[must_use]
    pub fn gate(&self, now: Timestamp) -> Gate {
        let Some(refusal) = &self.refusal else { return Gate::Open };
        match PROBES.get(refusal.probes).map(|after| refusal.since + *after) {
            Some(at) if now >= at => Gate::Probe,
            until => Gate::Closed { until },
        }
    }

    /// Takes the probe that is due, so that no other worker makes it too.
    pub fn claim_probe(&mut self) {
        if let Some(refusal) = &mut self.refusal {
            refusal.probes += 1;
        }
    }

    /// Pauses the system. Returns whether that is new and so deserves an alarm.
    pub fn refused(&mut self, reason: String, now: Timestamp) -> bool {
        match &mut self.refusal {
            Some(refusal) => {
                refusal.reason = reason;
                false
            }
            None => {
                self.refusal = Some(Refusal { since: now, reason, probes: 0 });
                true
            }
        }
    }

    /// Counts a run that failed for another reason. Returns whether it is the third in a row.
    pub fn failed(&mut self) -> bool {
        self.failed_runs = self.failed_runs.saturating_add(1);
        self.failed_runs == 3
    }

    /// Opens the system: a call went through, or a person resumed.
    pub fn succeeded(&mut self, now: Timestamp) {
        *self = Self { succeeded_at: Some(now), ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn x7_a_refused_system_is_probed_after_15_minutes_1_hour_6_hours_and_then_never() {
        let mut state = State::default();
        assert!(state.refused("no".into(), minute(0)));
        let mut probed = Vec::new();
        for now in 0..100 * 60 {
            if state.gate(minute(now)) == Gate::Probe {
                probed.push(now);
                state.claim_probe();
                assert!(!state.refused("still no".into(), minute(now)), "only the first refusal alarms");
            }
        }
        assert_eq!(probed, [15, 60, 360]);
        assert_eq!(state.gate(minute(10_000)), Gate::Closed { until: None });
    }

    #[test]
    fn x7_a_call_that_goes_through_resumes() {
        let mut state = State::default();
        state.refused("no".into(), minute(0));
        state.succeeded(minute(20));
        assert_eq!(state.gate(minute(20)), Gate::Open);
    }

    #[test]
    fn l4_the_third_failed_run_in_a_row_alarms_once() {
        let mut state = State::default();
        assert_eq!([state.failed(), state.failed(), state.failed(), state.failed()], [false, false, true, false]);
        state.succeeded(minute(1));
        assert!(!state.failed());
    }
}
