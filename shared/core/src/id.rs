//! Identifiers, one type each, so that they cannot be swapped.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares a textual identifier that is compared in lower case (both vendors write the same uuid in either case).
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier with white space trimmed and in lower case.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(text.as_ref().trim().to_lowercase())
            }

            /// The normalised text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Declares a numeric identifier of an Autotask entity.
macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

text_id! {
    /// An Acronis tenant's uuid.
    TenantId
}
text_id! {
    /// An Acronis alert's uuid. It stays the same when the alert is raised again.
    AlertId
}
text_id! {
    /// Our own name for one Acronis partner tenant: that tenant's uuid, read with the client's credentials.
    ConnectionId
}
number_id! {
    /// An Autotask company; 0 is the installation's own company.
    AccountId
}
number_id! {
    /// An Autotask ticket.
    TicketId
}
number_id! {
    /// An Autotask resource (a person or an API user).
    ResourceId
}
text_id! {
    /// An Acronis application (a service of theirs, such as Cyber Protection).
    ApplicationId
}
text_id! {
    /// An Acronis storage or other infrastructure component that an item is bound to.
    InfraId
}
text_id! {
    /// An Acronis user.
    UserId
}
number_id! {
    /// An Autotask contact.
    ContactId
}
number_id! {
    /// An Autotask configuration item: a device of an account.
    DeviceId
}
number_id! {
    /// An Autotask contract.
    ContractId
}
number_id! {
    /// An Autotask service of the catalogue.
    ServiceId
}
number_id! {
    /// An Autotask service bundle of the catalogue.
    BundleId
}
number_id! {
    /// A service or a bundle on a contract. Services and bundles are numbered apart, so the same number may name one of each.
    LineId
}
