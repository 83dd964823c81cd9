//! What an administrator chooses.

mod backlog;
pub mod billing;
mod notice;
mod tickets;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use backlog::{ASK_ABOVE, Activation, Activations, Release, Scope};
pub use billing::{Billing, Products};
pub use notice::Notice;
pub use tickets::{PickLists, PickValue, Row, Tickets};

/// All settings of an installation that are not tied to one connection or account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// IANA name of the zone in which "today" is decided, for example `Europe/Berlin`.
    pub time_zone: String,
    /// The *Ticket synchronization* tab.
    pub tickets: Tickets,
    /// The *Billing and provisioning* tab, but for the product mapping, which each connection has of its own.
    pub billing: Billing,
    /// The daily ticket about what waits for a person (rule X8).
    pub notice: Notice,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            tickets: Tickets::default(),
            billing: Billing::default(),
            notice: Notice::default(),
        }
    }
}

/// A refused value, named beside its field (rule B3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Path of the field, for example `tickets.types.BackupFailed.priority`.
    pub field: String,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Problem {
    fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl Settings {
    /// The zone in which "today" is decided; UTC where its name is not known, which is refused when settings are saved.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// Everything that is wrong with these settings, given the pick lists that Autotask has now. Pick lists are only asked
    /// about where a value would be used: while ticket synchronization is off, any draft of it may be kept, and likewise of
    /// the daily ticket while no account is chosen for it.
    #[must_use]
    pub fn problems(&self, lists: &PickLists) -> Vec<Problem> {
        let mut problems = Vec::new();
        if TimeZone::get(&self.time_zone).is_err() {
            problems.push(Problem::new(
                "time_zone",
                format!("“{}” is not an IANA time zone such as Europe/Berlin", self.time_zone),
            ));
        }
        problems.extend(self.tickets.problems(lists));
        problems.extend(self.notice.problems(&self.tickets.closing_statuses(), lists));
        problems
    }
}
