//! What a failure does to the work that met it.

use std::time::Duration;

use bridge_core::failure::{Class, Next};
use bridge_core::hint::{Hint, Message};
use bridge_core::ticket::Entry;
use jiff::{SignedDuration, Timestamp};
use store::record::{Parked, Reason};

use crate::Deps;
use crate::batch::SOURCE;

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

/// What happens to work that failed.
pub(crate) enum Verdict {
    /// It is looked at again at this time.
    Wait(Timestamp),
    /// A person sees it.
    Park,
    /// Its message fails.
    Fail,
}

/// What happens to work that failed with `error`, after `failures` earlier ones in a row.
pub(crate) fn verdict(deps: &Deps, error: &Error, failures: u32) -> Verdict {
    let now = deps.systems.clock.now();
    match error.class().next(failures, deps.systems.random.fraction()) {
        Next::Wait(wait) => {
            let opens = error.paused_until().unwrap_or(Timestamp::MAX).max(now);
            Verdict::Wait((now + signed(wait)).min(opens))
        }
        Next::Again => Verdict::Wait(now + SignedDuration::from_secs(1)),
        Next::Park => Verdict::Park,
        Next::Fail => Verdict::Fail,
    }
}

/// Lists a key whose work was refused, for a person; a retry from there looks at it again.
pub(crate) async fn park_key(deps: &Deps, entry: &Entry, error: &Error) -> Result<(), Error> {
    let text = format!(
        "The ticket for “{}” could not be kept in step: {error}. Correct the cause, then retry.",
        bridge_core::alert::readable(&entry.kind)
    );
    let body = Message::new(Hint::Keys { keys: vec![entry.key.clone()] }, None).to_body();
    let reason = Reason { code: "refused".to_owned(), text, account: None, tenant: Some(entry.tenant.to_string()) };
    Parked::park(&deps.systems.table, SOURCE, body, reason, deps.systems.clock.now()).await?;
    Ok(())
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

/// Takes note of a failed call: a refused log-in pauses its system (rule X7).
pub(crate) async fn noted(deps: &Deps, system: &bridge_core::system::Id, error: systems::Error) -> Error {
    Error::Systems(deps.systems.failed(system, error).await)
}
