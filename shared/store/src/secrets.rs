//! The port to the secret store. Secrets lie there and nowhere else: never in the table, a log or an error (rule L2).

#[cfg(feature = "secrets")]
mod aws;
mod cached;

use std::fmt;

use async_trait::async_trait;
use bridge_core::failure::Class;
use bridge_core::id::ConnectionId;
use secrecy::SecretString;

#[cfg(feature = "secrets")]
pub use aws::SecretsManager;
pub use cached::Cached;

/// The secrets of an installation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretName {
    /// User name, secret and integration code for Autotask.
    Autotask,
    /// A connection's client id and client secret.
    Acronis(ConnectionId),
    /// Keys of the alert webhook's signatures, the present and the one before.
    AcronisWebhook,
    /// Key of the ticket webhook's signatures.
    AutotaskWebhook,
    /// What programs sign in to the console with.
    ConsoleToken,
    /// What the console shows the sign-in service with a person's code; none where it is registered there as a public client.
    OpenIdClient,
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Autotask => f.write_str("autotask"),
            Self::Acronis(connection) => write!(f, "acronis/{connection}"),
            Self::AcronisWebhook => f.write_str("acronis-webhook"),
            Self::AutotaskWebhook => f.write_str("autotask-webhook"),
            Self::ConsoleToken => f.write_str("console-token"),
            Self::OpenIdClient => f.write_str("openid-client"),
        }
    }
}

/// Keeps secrets.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// Reads a secret; `None` when there is none of that name.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretsError>;

    /// Writes a secret in place of an earlier one.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn put(&self, name: &SecretName, secret: SecretString) -> Result<(), SecretsError>;
}

/// Why a secret was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// A missing right, or refused credentials.
    #[error("the secret store refuses {name}: {reason}; check the function's role")]
    Denied {
        /// The secret.
        name: SecretName,
        /// What the store says.
        reason: String,
    },
    /// No answer, or a passing failure. Reading and overwriting may be repeated.
    #[error("the secret store cannot be reached for {name}: {reason}")]
    Unreachable {
        /// The secret.
        name: SecretName,
        /// What happened.
        reason: String,
    },
    /// What the store holds is not one of our secrets.
    #[error("the secret {name} is not readable: {reason}")]
    Unreadable {
        /// The secret.
        name: SecretName,
        /// What is wrong with it, never what it says.
        reason: String,
    },
}

impl SecretsError {
    /// What the failure means for the work that met it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Denied { .. } | Self::Unreadable { .. } => Class::NeedsOperator,
            Self::Unreachable { .. } => Class::Transient { after: None },
        }
    }
}
