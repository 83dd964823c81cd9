use std::error::Error as StdError;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use bridge_core::failure::Class;

use super::Key;
use crate::aws::{never_connected, with_causes};

/// Why the table did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The table's limits; nothing happened.
    #[error("the table takes no more calls for the moment: {0}")]
    Throttled(String),
    /// No connection, or no answer to a read; nothing happened.
    #[error("the table cannot be reached: {0}")]
    Unreachable(String),
    /// No usable answer to a write: it may have happened or not.
    #[error("the table gave no usable answer to a write: {0}")]
    OutcomeUnknown(String),
    /// Missing table, missing right, or refused credentials.
    #[error("the table refuses us: {0}; check the function's role and the table's name")]
    Denied(String),
    /// The record was written by a later release and must be left alone.
    #[error("{key} has format {found}, and this release knows formats up to {known}: it is left to the newer release")]
    NewerFormat {
        /// The record.
        key: Key,
        /// Its format.
        found: u32,
        /// The newest format that this release knows.
        known: u32,
    },
    /// The record is not what its format says.
    #[error("{key} cannot be read: {reason}")]
    Unreadable {
        /// The record.
        key: Key,
        /// What is wrong with it.
        reason: String,
    },
    /// The record is beyond what an item can hold.
    #[error("{key} is too large for an item (400 KB)")]
    TooLarge {
        /// The record.
        key: Key,
    },
    /// Others kept changing the record first.
    #[error("{key} was changed by others {attempts} times in a row")]
    Contended {
        /// The record.
        key: Key,
        /// How often the change was tried.
        attempts: u32,
    },
    /// Our own defect.
    #[error("a call of the table was malformed: {0}")]
    Malformed(String),
}

impl Error {
    /// What the failure means for the work that met it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Throttled(_) => Class::Throttled { after: None },
            // During a deployment the newer release is about to take over all the work.
            Self::Unreachable(_) | Self::NewerFormat { .. } => Class::Transient { after: None },
            Self::OutcomeUnknown(_) => Class::OutcomeUnknown,
            Self::Denied(_) => Class::NeedsOperator,
            Self::TooLarge { .. } => Class::Permanent,
            Self::Contended { .. } => Class::Conflict,
            Self::Unreadable { .. } | Self::Malformed(_) => Class::Bug,
        }
    }
}

/// A request without one of its required fields.
impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// Whether a call changes something, which decides what a missing answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Read,
    Write,
}

impl Effect {
    fn unanswered(self, reason: String) -> Error {
        match self {
            Self::Read => Error::Unreachable(reason),
            Self::Write => Error::OutcomeUnknown(reason),
        }
    }
}

/// Sorts an SDK error. Refused conditions are answers, not errors, and are taken out before.
pub(super) fn sort<E>(effect: Effect, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let reason = with_causes(error);
    match error {
        SdkError::ConstructionFailure(_) => Error::Malformed(reason),
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(error) if never_connected(error) => Error::Unreachable(reason),
            _ => effect.unanswered(reason),
        },
        SdkError::ServiceError(service) => {
            answered(effect, service.err().code(), service.raw().status().as_u16(), reason)
        }
        // Time-outs and unreadable answers.
        _ => effect.unanswered(reason),
    }
}

fn answered(effect: Effect, code: Option<&str>, status: u16, reason: String) -> Error {
    match code.unwrap_or_default() {
        "ProvisionedThroughputExceededException"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "LimitExceededException"
        | "TransactionConflictException"
        | "TransactionInProgressException" => Error::Throttled(reason),
        "AccessDeniedException"
        | "ExpiredTokenException"
        | "IncompleteSignatureException"
        | "InvalidSignatureException"
        | "MissingAuthenticationTokenException"
        | "ResourceNotFoundException"
        | "UnrecognizedClientException" => Error::Denied(reason),
        _ if status >= 500 => effect.unanswered(reason),
        _ => Error::Malformed(reason),
    }
}
