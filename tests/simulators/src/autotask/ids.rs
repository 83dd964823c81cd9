//! Identifiers in the simulator's domain verbs, so that they cannot be swapped.

use std::fmt::{self, Display};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A company (account).
    CompanyId
);
id!(
    /// A ticket.
    TicketId
);
id!(
    /// A resource: a technician, or the user of an integration.
    ResourceId
);
id!(
    /// A contract.
    ContractId
);
id!(
    /// A service of the catalogue.
    ServiceId
);
id!(
    /// A bundle of services of the catalogue.
    BundleId
);
id!(
    /// A ticket category.
    CategoryId
);
