//! The entities that this client speaks of, by their names in URLs.

/// An Autotask entity. Only these are ever part of a URL, so that no text from outside is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// Customers, vendors and the installation's own company.
    Companies,
    /// People at companies.
    Contacts,
    /// Devices and whatever else is looked after for a company.
    ConfigurationItems,
    /// What accounts have bought.
    Contracts,
    /// Services on contracts.
    ContractServices,
    /// Their quantities, by period.
    ContractServiceUnits,
    /// Bundles of services on contracts.
    ContractServiceBundles,
    /// Their quantities, by period.
    ContractServiceBundleUnits,
    /// Services of the catalogue.
    Services,
    /// Bundles of the catalogue.
    ServiceBundles,
    /// Services in bundles.
    ServiceBundleServices,
    /// People and API users.
    Resources,
    /// Tickets.
    Tickets,
    /// What was deleted, and when; readable with a permission of its own.
    DeletedTicketLogs,
    /// Notes on tickets; read here, written below their ticket.
    TicketNotes,
    /// Working time on tickets.
    TimeEntries,
    /// Callbacks on changes of tickets.
    TicketWebhooks,
    /// Fields that a callback reports.
    TicketWebhookFields,
    /// Resources whose changes a callback does not report.
    TicketWebhookExcludedResources,
}

impl Entity {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Companies => "Companies",
            Self::Contacts => "Contacts",
            Self::ConfigurationItems => "ConfigurationItems",
            Self::Contracts => "Contracts",
            Self::ContractServices => "ContractServices",
            Self::ContractServiceUnits => "ContractServiceUnits",
            Self::ContractServiceBundles => "ContractServiceBundles",
            Self::ContractServiceBundleUnits => "ContractServiceBundleUnits",
            Self::Services => "Services",
            Self::ServiceBundles => "ServiceBundles",
            Self::ServiceBundleServices => "ServiceBundleServices",
            Self::Resources => "Resources",
            Self::Tickets => "Tickets",
            Self::DeletedTicketLogs => "DeletedTicketLogs",
            Self::TicketNotes => "TicketNotes",
            Self::TimeEntries => "TimeEntries",
            Self::TicketWebhooks => "TicketWebhooks",
            Self::TicketWebhookFields => "TicketWebhookFields",
            Self::TicketWebhookExcludedResources => "TicketWebhookExcludedResources",
        }
    }

    /// The fields that hold days, as far as they matter here. Their time of day is an accident of how the database shows them.
    pub(crate) fn days(self) -> &'static [&'static str] {
        match self {
            Self::Contracts | Self::ContractServiceUnits | Self::ContractServiceBundleUnits => {
                &["startDate", "endDate"]
            }
            _ => &[],
        }
    }

    /// What calls in flight are counted for. Autotask allows three for each object endpoint and leaves open whether a note
    /// written below its ticket counts for tickets or for notes, so both count as one here.
    pub(crate) fn endpoint(self) -> &'static str {
        match self {
            Self::TicketNotes => Self::Tickets.path(),
            Self::TicketWebhookFields | Self::TicketWebhookExcludedResources => Self::TicketWebhooks.path(),
            other => other.path(),
        }
    }
}
