use bridge_core::failure::Class;
use bridge_core::id::ConnectionId;

/// Why a pass came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A foreign system or its configuration.
    #[error(transparent)]
    Systems(#[from] systems::Error),
    /// The table.
    #[error(transparent)]
    Table(#[from] store::table::Error),
    /// The queue.
    #[error(transparent)]
    Queue(#[from] store::queue::SendError),
    /// A list could not be read completely, so nothing may be concluded from it (rule X3).
    #[error("{doing} gave an incomplete answer: {reason}. Nothing is changed until it can be read completely")]
    Incomplete {
        /// What was being read.
        doing: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The connection's own tenant is missing from the list of its tenants.
    #[error(
        "the tenants of connection {connection} were listed without its own: the list is not complete. Test the connection on the Log in tab"
    )]
    NoRoot {
        /// The connection.
        connection: ConnectionId,
    },
    /// The preview that asked for a pass does not exist any more.
    #[error("the preview {id} does not exist any more; start another one")]
    NoPreview {
        /// It.
        id: String,
    },
    /// There is not enough time left to go on.
    #[error("the run has no time left; what was read is kept, and the next run goes on from there")]
    NoTime,
}

impl Error {
    /// What the failure means for the work that met it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Systems(error) => error.class(),
            Self::Table(error) => error.class(),
            Self::Queue(error) => error.class(),
            Self::Incomplete { .. } | Self::NoRoot { .. } | Self::NoTime => Class::Transient { after: None },
            Self::NoPreview { .. } => Class::Permanent,
        }
    }
}

impl From<acronis::Error> for Error {
    fn from(error: acronis::Error) -> Self {
        Self::Systems(error.into())
    }
}

impl From<autotask::Error> for Error {
    fn from(error: autotask::Error) -> Self {
        Self::Systems(error.into())
    }
}
