//! What can go wrong, in words for the person who has to do something about it. Texts of the other side are shortened and
//! never contain our secrets.

mod reply;

use std::time::Duration;

use bridge_core::failure::Class;
use runtime::http::TransportError;

pub(crate) use reply::{is_passing_trouble, names, of_failure, of_reply, says};

/// A failed call to Autotask. `doing` says what was attempted, as in "creating a ticket".
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log-in itself was refused (rule X7): no further call makes sense until a person acts.
    #[error("Autotask refused the log-in: {reason}. Check {}", what_to_check(*named))]
    LogInRefused {
        /// What Autotask said.
        reason: String,
        /// What of the log-in it named, if it named something.
        named: Option<Credential>,
    },
    /// Autotask names a zone that credentials must not be sent to.
    #[error(
        "the zone that Autotask names was not used: {reason}. Check the API user's name and the address for zone look-ups"
    )]
    ZoneRefused {
        /// What is wrong with it.
        reason: String,
    },
    /// The log-in is good but does not allow this.
    #[error("Autotask does not allow {doing}: {reason}. Check the security level of the API user")]
    Forbidden {
        /// What was attempted.
        doing: &'static str,
        /// What Autotask said.
        reason: String,
    },
    /// There is no such record (any more), or it is hidden from us.
    #[error("Autotask found nothing when {doing}: {reason}")]
    NotFound {
        /// What was attempted.
        doing: &'static str,
        /// What Autotask said.
        reason: String,
    },
    /// The zone does not offer this method.
    #[error("Autotask does not offer {doing}: {reason}")]
    NotOffered {
        /// What was attempted.
        doing: &'static str,
        /// What Autotask said.
        reason: String,
    },
    /// Refused for what it says: a missing field, an unknown pick-list value, a company that is not active.
    #[error("Autotask refused {doing}: {}", reply::in_one_line(errors))]
    Refused {
        /// What was attempted.
        doing: &'static str,
        /// Autotask's own sentences.
        errors: Vec<String>,
    },
    /// Too many calls.
    #[error("Autotask asks for fewer calls (when {doing}): {reason}")]
    Throttled {
        /// What was attempted.
        doing: &'static str,
        /// What Autotask said.
        reason: String,
        /// The wait that it asks for.
        after: Option<Duration>,
    },
    /// Not sent: our share of the hourly requests is used up, and this can wait.
    #[error("this integration's share of Autotask's hourly requests is used up")]
    BudgetUsed {
        /// When there is room again.
        after: Duration,
    },
    /// Without effect, for a reason that passes by itself.
    #[error("Autotask could not be used for {doing}: {reason}. It will be tried again")]
    Unavailable {
        /// What was attempted.
        doing: &'static str,
        /// What happened.
        reason: String,
        /// The network's side of it.
        #[source]
        cause: Option<TransportError>,
    },
    /// It may have had its effect.
    #[error("Autotask gave no clear answer when {doing}: {reason}. Whether it happened will be looked up")]
    OutcomeUnknown {
        /// What was attempted.
        doing: &'static str,
        /// What happened.
        reason: String,
        /// The network's side of it.
        #[source]
        cause: Option<TransportError>,
    },
    /// Not sent, because it cannot be what was meant.
    #[error("{doing} was not attempted: {reason}")]
    Unusable {
        /// What was wanted.
        doing: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The reply contradicts the API's document.
    #[error("Autotask answered {doing} in a way that this release does not understand: {reason}")]
    Contract {
        /// What was attempted.
        doing: &'static str,
        /// What was odd.
        reason: String,
    },
}

/// What a log-in consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// The tracking identifier of the integration.
    IntegrationCode,
    /// The API user's name.
    UserName,
    /// The API user's secret.
    Secret,
}

/// What a person has to look at after a refused log-in.
fn what_to_check(named: Option<Credential>) -> &'static str {
    match named {
        Some(Credential::IntegrationCode) => "the integration code",
        Some(Credential::UserName) => "the API user's name",
        Some(Credential::Secret) => "the API user's secret",
        None => "the API user's name and secret and the integration code",
    }
}

impl Error {
    /// What the failure means for the work that made the call.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::LogInRefused { .. } | Self::ZoneRefused { .. } | Self::Forbidden { .. } => Class::NeedsOperator,
            Self::NotFound { .. } | Self::Refused { .. } | Self::Unusable { .. } => Class::Permanent,
            Self::Throttled { after, .. } => Class::Throttled { after: *after },
            Self::BudgetUsed { after } => Class::Throttled { after: Some(*after) },
            Self::Unavailable { .. } => Class::Transient { after: None },
            Self::OutcomeUnknown { .. } => Class::OutcomeUnknown,
            Self::NotOffered { .. } | Self::Contract { .. } => Class::Bug,
        }
    }

    /// Whether the log-in itself was refused, so that Autotask must be left alone (rule X7).
    #[must_use]
    pub fn is_log_in_refused(&self) -> bool {
        matches!(self, Self::LogInRefused { .. })
    }

    /// Whether a query was refused because this zone's release does not know one of its fields.
    #[must_use]
    pub fn is_unknown_field(&self) -> bool {
        let names_a_field = |sentence: &String| reply::is_unknown_field(&sentence.to_ascii_lowercase());
        matches!(self, Self::Refused { errors, .. } if errors.iter().any(names_a_field))
    }
}
