//! The *Billing and provisioning* tab.

mod check;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{ApplicationId, ConnectionId, InfraId, ServiceId, TenantId};
use crate::item::{ItemId, Unit};

/// What holds for all connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Billing {
    /// Rule P1. Off: nothing is written to Acronis.
    pub enabled: bool,
    /// Rule P9: what to do with an account without a selling contract.
    pub no_selling_contract: NoSellingContract,
    /// Rule P12.
    pub guards: Guards,
    /// Rule P15: how long a raise by hand is kept, in hours.
    pub keep_raises_hours: u32,
    /// Rules V1 and V2.
    pub provisioning: Provisioning,
    /// Rule V6.
    pub deprovisioning: Deprovisioning,
}

impl Default for Billing {
    fn default() -> Self {
        Self {
            enabled: false,
            no_selling_contract: NoSellingContract::default(),
            guards: Guards::default(),
            keep_raises_hours: 72,
            provisioning: Provisioning::default(),
            deprovisioning: Deprovisioning::default(),
        }
    }
}

/// Rule P9.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoSellingContract {
    /// Quotas stay as they are, and the account is shown.
    #[default]
    Hold,
    /// The literal reading of rule P6: everything that is not Free goes to zero.
    Zero,
}

/// Rule P12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Guards {
    /// Nothing is cut below its usage without a person.
    pub never_below_usage: bool,
    /// A run that would change much at once asks first.
    pub brake: bool,
}

impl Default for Guards {
    fn default() -> Self {
        Self { never_below_usage: true, brake: true }
    }
}

/// Rules V1 and V2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provisioning {
    /// *Automatically create customers for Autotask accounts with assigned offering items.*
    pub automatic: bool,
    /// The connection for new tenants; needed once there are several.
    pub connection: Option<ConnectionId>,
    /// Company types (pick-list values) for which tenants are created; usually 1, Customer.
    pub company_types: Vec<i64>,
    /// Pricing mode of new tenants.
    pub pricing: Pricing,
    /// Whether an administrator user is made for the account's primary contact, which mails the customer.
    pub administrator: bool,
    /// Language of new tenants and users, such as `en`.
    pub language: String,
}

impl Default for Provisioning {
    fn default() -> Self {
        Self {
            automatic: false,
            connection: None,
            company_types: vec![1],
            pricing: Pricing::default(),
            administrator: false,
            language: "en".to_owned(),
        }
    }
}

impl Provisioning {
    /// The connection for new tenants, of those in use: the chosen one, or the only one.
    #[must_use]
    pub fn connection_among<'a>(&self, in_use: impl IntoIterator<Item = &'a ConnectionId>) -> Option<&'a ConnectionId> {
        let in_use: Vec<&ConnectionId> = in_use.into_iter().collect();
        match (&self.connection, &in_use[..]) {
            (Some(chosen), _) => in_use.iter().copied().find(|connection| *connection == chosen),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }
}

/// Pricing mode of a tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pricing {
    /// Billed at once and for the whole month; cannot be taken back.
    #[default]
    Production,
    /// As Acronis makes it; it becomes production after a full month.
    Trial,
}

/// Rule V6; both off by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deprovisioning {
    /// Disable a tenant after so many days without a selling contract; 10 is usual.
    pub disable_after_days: Option<u32>,
    /// Ask for deleting a tenant that we disabled, after so many more days; 30 is usual.
    pub delete_after_days: Option<u32>,
}

/// The product mapping of one connection (rules P2, P3, P10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Products {
    /// The connection.
    pub connection: ConnectionId,
    /// One row for an item at most, in a fixed order. An item without a row is *not managed*, and new if no Apply has shown it.
    #[serde(default)]
    pub rows: Vec<Row>,
    /// The default storage for each name of storage items, such as `pw_base_storage`.
    #[serde(default)]
    pub default_storages: BTreeMap<String, InfraId>,
    /// The edition of new tenants, by application.
    #[serde(default)]
    pub editions: BTreeMap<ApplicationId, String>,
    /// Where new tenants go; the connection's own partner unless chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<TenantId>,
}

/// What an administrator chose for an item (rule P3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The item.
    pub item: ItemId,
    /// Its edition when it was chosen; `None` for items outside editions.
    #[serde(default)]
    pub edition: Option<String>,
    /// What its quota counted then, for the default of `unit_size`.
    pub unit: Unit,
    /// What to do with it.
    pub treatment: Treatment,
}

/// What to do with an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Treatment {
    /// It was seen and is left alone.
    NotManaged,
    /// It follows the contracts.
    Managed(Managed),
}

/// How an item follows the contracts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Managed {
    /// The service that sells it.
    #[serde(default)]
    pub service: Option<ServiceId>,
    /// Unlimited where it is not sold.
    #[serde(default)]
    pub free: bool,
    /// What one unit of the service stands for, in the item's unit; [`Unit::default_size`] unless given.
    #[serde(default)]
    pub unit_size: Option<i64>,
    /// A soft quota warns and stops nothing.
    #[serde(default)]
    pub soft: bool,
    /// Rule P8: another item of the edition may follow the same service.
    #[serde(default)]
    pub share: bool,
}

impl Row {
    /// The managed treatment, if it is one.
    #[must_use]
    pub fn managed(&self) -> Option<&Managed> {
        match &self.treatment {
            Treatment::Managed(managed) => Some(managed),
            Treatment::NotManaged => None,
        }
    }

    /// Units of the item's quota for one unit of the service.
    #[must_use]
    pub fn unit_size(&self) -> i64 {
        self.managed().and_then(|managed| managed.unit_size).unwrap_or_else(|| self.unit.default_size())
    }
}

impl Products {
    /// No row yet.
    #[must_use]
    pub fn of(connection: ConnectionId) -> Self {
        Self {
            connection,
            rows: Vec::new(),
            default_storages: BTreeMap::new(),
            editions: BTreeMap::new(),
            parent: None,
        }
    }

    /// The services that sell something, in order and once each.
    #[must_use]
    pub fn services(&self) -> Vec<ServiceId> {
        let mut services: Vec<_> = self.rows.iter().filter_map(|row| row.managed()?.service).collect();
        services.sort_unstable();
        services.dedup();
        services
    }
}
