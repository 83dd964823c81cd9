//! What a failure does to the work that met it.

use std::time::Duration;

use bridge_core::failure::{Class, Next};
use bridge_core::id::ConnectionId;
use bridge_core::system::Id;
use jiff::{SignedDuration, Timestamp};
use store::record::Account;
use store::table::Stored;

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
    /// What several functions read together.
    #[error(transparent)]
    Billing(#[from] billing::Error),
    /// A list has something that this release does not understand, so nothing is concluded from it (rule X3).
    #[error("Acronis lists a tenant in a way that this release does not understand: {0}. No tenant is made meanwhile")]
    Incomplete(String),
    /// An account's record kept changing, or an account kept asking for steps.
    #[error("no end was found for account {0}")]
    NoEnd(bridge_core::id::AccountId),
}

impl Error {
    /// What the failure means for the work that met it.
    pub(crate) fn class(&self) -> Class {
        match self {
            Self::Systems(error) => error.class(),
            Self::Table(error) => error.class(),
            Self::Billing(error) => error.class(),
            Self::Incomplete(_) => Class::NeedsOperator,
            Self::NoEnd(_) => Class::Conflict,
        }
    }

    /// Until when the failing system asks to be left alone, where it says.
    fn paused_until(&self) -> Option<Timestamp> {
        match self {
            Self::Systems(systems::Error::Paused { until, .. }) => *until,
            Self::Systems(_) | Self::Table(_) | Self::Billing(_) | Self::Incomplete(_) | Self::NoEnd(_) => None,
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

/// What happens to an account whose work failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is looked at again at this time.
    Wait(Timestamp),
    /// Its message fails.
    Fail,
}

/// A refusal is looked at again this much later, unless the plan changes or a person asks before: what was refused for what it
/// says is refused until somebody changes something.
const REFUSED: SignedDuration = SignedDuration::from_mins(15);

/// What happens to an account whose work failed with `error`, after `failures` earlier ones in a row.
fn verdict(deps: &Deps, error: &Error, failures: u32) -> Verdict {
    let now = deps.systems.clock.now();
    match error.class().next(failures, deps.systems.random.fraction()) {
        Next::Wait(wait) => {
            let opens = error.paused_until().unwrap_or(Timestamp::MAX).max(now);
            Verdict::Wait((now + signed(wait)).min(opens))
        }
        Next::Again => Verdict::Wait(now + SignedDuration::from_secs(1)),
        Next::Park => Verdict::Wait(now + REFUSED),
        Next::Fail => Verdict::Fail,
    }
}

/// A failure, as far as the account that met it has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What happens to the account.
    pub(crate) verdict: Verdict,
    /// Stable code.
    pub(crate) code: &'static str,
    /// In words.
    pub(crate) text: String,
}

impl Failure {
    /// What `error` means for the account of `record`.
    pub(crate) fn of(deps: &Deps, error: &Error, record: Option<&Stored<Account>>) -> Self {
        let failures = record.map_or(0, |record| record.value.failures);
        Self { verdict: verdict(deps, error, failures), code: code(error), text: error.to_string() }
    }
}

/// Stable code of a failure, for the account's record.
fn code(error: &Error) -> &'static str {
    match error.class() {
        Class::Permanent => "refused",
        Class::NeedsOperator => "needs_operator",
        Class::Conflict => "conflict",
        Class::Throttled { .. } => "throttled",
        Class::Transient { .. } => "unavailable",
        Class::OutcomeUnknown => "outcome_unknown",
        Class::Bug => "defect",
    }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

/// Takes note of a failed call of Acronis: a refused log-in pauses the connection (rule X7).
pub(crate) async fn of_acronis(deps: &Deps, connection: &ConnectionId, error: acronis::Error) -> Error {
    Error::Systems(deps.systems.failed(&Id::Acronis(connection.clone()), error.into()).await)
}

/// As [`of_autotask`], for what the crate `billing` reads of Autotask.
pub(crate) async fn of_reading(deps: &Deps, error: billing::Error) -> Error {
    match error {
        billing::Error::Systems(error) => Error::Systems(deps.systems.failed(&Id::Autotask, error).await),
        error @ (billing::Error::Table(_)
        | billing::Error::Queue(_)
        | billing::Error::Incomplete { .. }
        | billing::Error::NoRoot { .. }
        | billing::Error::NoPreview { .. }
        | billing::Error::NoTime) => Error::Billing(error),
    }
}

/// As [`of_acronis`], for Autotask.
pub(crate) async fn of_autotask(deps: &Deps, error: autotask::Error) -> Error {
    Error::Systems(deps.systems.failed(&Id::Autotask, error.into()).await)
}
