//! What a failure does to the work that met it.

use std::time::Duration;

use bridge_core::failure::{Class, Next};
use jiff::{SignedDuration, Timestamp};

use crate::Deps;

/// The function could not do its work at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A foreign system, its configuration, or our stores.
    #[error(transparent)]
    Systems(#[from] systems::Error),
    /// The table.
    #[error(transparent)]
    Table(#[from] store::table::Error),
    /// A ledger entry kept changing, or a key kept asking for steps.
    #[error("no end was found for {0}")]
    NoEnd(String),
}

impl Error {
    /// What the failure means for the work that met it.
    pub(crate) fn class(&self) -> Class {
        match self {
            Self::Systems(error) => error.class(),
            Self::Table(error) => error.class(),
            Self::NoEnd(_) => Class::Conflict,
        }
    }

    /// Until when the failing system asks to be left alone, where it says.
    fn paused_until(&self) -> Option<Timestamp> {
        match self {
            Self::Systems(systems::Error::Paused { until, .. }) => *until,
            Self::Systems(_) | Self::Table(_) | Self::NoEnd(_) => None,
        }
    }
}

impl From<autotask::Error> for Error {
    fn from(error: autotask::Error) -> Self {
        Self::Systems(error.into())
    }
}

impl From<acronis::Error> for Error {
    fn from(error: acronis::Error) -> Self {
        Self::Systems(error.into())
    }
}

/// When work that failed with `error` is looked at again, after `failures` earlier ones; `None` when waiting is no answer to it.
pub(crate) fn due_after(deps: &Deps, error: &Error, failures: u32) -> Option<Timestamp> {
    let now = deps.systems.clock.now();
    match error.class().next(failures, deps.systems.random.fraction()) {
        Next::Wait(wait) => Some((now + signed(wait)).min(error.paused_until().unwrap_or(Timestamp::MAX).max(now))),
        Next::Again => Some(now + SignedDuration::from_secs(1)),
        Next::Park | Next::Fail => None,
    }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

/// Takes note of a failed call: a refused log-in pauses its system (rule X7).
pub(crate) async fn noted(deps: &Deps, system: &bridge_core::system::Id, error: systems::Error) -> Error {
    Error::Systems(deps.systems.failed(system, error).await)
}
