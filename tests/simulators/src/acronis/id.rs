//! Identifiers. Both vendors' ids are uuids; the types keep a tenant from being taken for an alert.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id with this value, for fixed ids in seeds and tests.
            pub const fn from_u128(value: u128) -> Self {
                Self(Uuid::from_u128(value))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

identifier! {
    /// A tenant of the account server.
    TenantId
}
identifier! {
    /// An alert. The API writes it in either letter case; this type is indifferent.
    AlertId
}
identifier! {
    /// A location, which holds storages.
    LocationId
}
identifier! {
    /// A storage.
    InfraId
}
identifier! {
    /// A user.
    UserId
}
