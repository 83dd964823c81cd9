//! What can go wrong, in words for the person who has to do something about it. Texts of the other side are shortened and
//! never contain our secrets.

mod code;
mod reply;

use std::time::Duration;

use bridge_core::failure::Class;
use runtime::http::TransportError;

pub use code::Code;
pub(crate) use reply::{of_failure, of_reply, says};

/// A failed call to Acronis. `doing` says what was attempted, as in "reading alerts".
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The token call was refused, twice (rule X7): no further call makes sense until a person acts.
    #[error(
        "Acronis ({host}) refused the log-in: {reason}. Check this connection's client id and secret, and that the API client \
         and its tenant are enabled"
    )]
    LogInRefused {
        /// Data centre.
        host: String,
        /// What Acronis said.
        reason: String,
    },
    /// The log-in is good but does not allow this.
    #[error(
        "Acronis does not allow {doing}: {reason}. Check the roles of the API client and whether the tenant is enabled"
    )]
    Forbidden {
        /// What was attempted.
        doing: &'static str,
        /// What Acronis said.
        reason: String,
        /// Its number, where the reply had one.
        code: Option<Code>,
    },
    /// There is no such object (any more), or it is hidden from us.
    #[error("Acronis found nothing when {doing}: {reason}")]
    NotFound {
        /// What was attempted.
        doing: &'static str,
        /// What Acronis said.
        reason: String,
        /// Its number, where the reply had one.
        code: Option<Code>,
    },
    /// The object was changed by somebody else in the meantime.
    #[error("Acronis reports a concurrent change when {doing}: {reason}")]
    Conflict {
        /// What was attempted.
        doing: &'static str,
        /// What Acronis said.
        reason: String,
        /// Its number, where the reply had one.
        code: Option<Code>,
    },
    /// Refused for what it says.
    #[error("Acronis refused {doing}: {reason}")]
    Refused {
        /// What was attempted.
        doing: &'static str,
        /// What Acronis said.
        reason: String,
        /// Its number, where the reply had one.
        code: Option<Code>,
    },
    /// Too many calls.
    #[error("Acronis asks for fewer calls (when {doing})")]
    Throttled {
        /// What was attempted.
        doing: &'static str,
        /// The wait that it asks for.
        after: Option<Duration>,
    },
    /// Without effect, for a reason that passes by itself.
    #[error("Acronis could not be used for {doing}: {reason}. It will be tried again")]
    Unavailable {
        /// What was attempted.
        doing: &'static str,
        /// What happened.
        reason: String,
        /// The number of the trouble, where the reply had one.
        code: Option<Code>,
        /// The network's side of it.
        #[source]
        cause: Option<TransportError>,
    },
    /// It may have had its effect.
    #[error("Acronis gave no clear answer when {doing}: {reason}. Whether it happened will be looked up")]
    OutcomeUnknown {
        /// What was attempted.
        doing: &'static str,
        /// What happened.
        reason: String,
        /// The network's side of it.
        #[source]
        cause: Option<TransportError>,
    },
    /// Not sent, because an identifier cannot be part of a request.
    #[error("{doing} was not attempted: {reason}")]
    Unusable {
        /// What was wanted.
        doing: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The reply contradicts the API's document.
    #[error("Acronis answered {doing} in a way that this release does not understand: {reason}")]
    Contract {
        /// What was attempted.
        doing: &'static str,
        /// What was odd.
        reason: String,
    },
}

impl Error {
    /// What the failure means for the work that made the call.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::LogInRefused { .. } | Self::Forbidden { .. } => Class::NeedsOperator,
            Self::NotFound { .. } | Self::Refused { .. } | Self::Unusable { .. } => Class::Permanent,
            Self::Conflict { .. } => Class::Conflict,
            Self::Throttled { after, .. } => Class::Throttled { after: *after },
            Self::Unavailable { .. } => Class::Transient { after: None },
            Self::OutcomeUnknown { .. } => Class::OutcomeUnknown,
            Self::Contract { .. } => Class::Bug,
        }
    }

    /// What account management calls the failure, where it says so: told apart by this, and not by its text.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Forbidden { code, .. }
            | Self::NotFound { code, .. }
            | Self::Conflict { code, .. }
            | Self::Refused { code, .. }
            | Self::Unavailable { code, .. } => *code,
            Self::LogInRefused { .. }
            | Self::Throttled { .. }
            | Self::OutcomeUnknown { .. }
            | Self::Unusable { .. }
            | Self::Contract { .. } => None,
        }
    }

    /// Whether the log-in itself was refused, so that this connection must pause (rule X7).
    #[must_use]
    pub fn is_log_in_refused(&self) -> bool {
        matches!(self, Self::LogInRefused { .. })
    }

    /// Whether the object is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }
}
