//! Why somebody was not let in by the issuer.

use super::claims::Wrong;
use super::roles::Roles;
use crate::error::Error;

/// Why somebody was not let in.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Failed {
    /// The issuer does not answer, or not as an OpenID provider does. `why` is for the log.
    #[error("the sign-in service {issuer} does not answer as it should: try again in a minute")]
    Unreachable {
        /// Its host.
        issuer: String,
        /// What happened.
        why: String,
    },
    /// The issuer does not take the code. `why` is for the log.
    #[error("the sign-in service {issuer} did not confirm this sign-in: begin it again")]
    Unconfirmed {
        /// Its host.
        issuer: String,
        /// What it says.
        why: String,
    },
    /// A token that cannot be believed.
    #[error(
        "what the sign-in service sent is not acceptable ({0}): begin the sign-in again, and if it stays so, tell who runs this console"
    )]
    Token(#[from] Wrong),
    /// Somebody who is known and has no role.
    #[error(
        "you are signed in at {issuer} as {name}, and have no role in this console. Ask who manages people there: your “{}” \
         must be one of {} (may change everything) or {} (may look)",
        roles.claim, list(&roles.administrators), list(&roles.viewers)
    )]
    NoRole {
        /// Who.
        name: String,
        /// The issuer's host.
        issuer: String,
        /// What would be a role.
        roles: Roles,
    },
}

impl Failed {
    /// Tells the operator what happened, and makes of it what the person is told.
    pub(super) fn told(self) -> Error {
        let message = self.to_string();
        match self {
            Self::Unreachable { issuer, why } => {
                tracing::warn!(issuer, reason = why, "the sign-in service does not answer as it should");
                Error::Unavailable(message)
            }
            Self::Unconfirmed { issuer, why } => {
                tracing::warn!(issuer, reason = why, "the sign-in service did not take a code");
                Error::Unreadable { field: None, message }
            }
            Self::Token(wrong) => {
                tracing::warn!(reason = %wrong, "a token of the sign-in service was refused");
                Error::Forbidden(message)
            }
            Self::NoRole { issuer, .. } => {
                tracing::info!(issuer, "somebody without a role was refused");
                Error::Forbidden(message)
            }
        }
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ")
}
