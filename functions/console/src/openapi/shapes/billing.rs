//! The form of *Billing and provisioning*.

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// What holds for all connections.
#[derive(JsonSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Billing {
    /// Off: nothing is written to Acronis.
    enabled: bool,
    /// What to do with an account without a selling contract.
    no_selling_contract: NoSellingContract,
    /// What stops changes that may do harm.
    guards: Guards,
    /// How long a raise by hand is kept, in hours.
    keep_raises_hours: u32,
    /// Creating customers.
    provisioning: Provisioning,
    /// Disabling and deleting customers.
    deprovisioning: Deprovisioning,
}

/// What to do with an account without a selling contract.
#[derive(JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NoSellingContract {
    /// Quotas stay as they are, and the account is shown.
    #[default]
    Hold,
    /// Everything that is not Free goes to zero.
    Zero,
}

/// What stops changes that may do harm.
#[derive(JsonSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Guards {
    /// Nothing is cut below its usage without a person.
    never_below_usage: bool,
    /// A run that would change much at once asks first.
    brake: bool,
}

/// Creating customers.
#[derive(JsonSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Provisioning {
    /// Automatically create customers for Autotask accounts with assigned offering items.
    automatic: bool,
    /// The connection for new tenants; needed once there are several.
    connection: Option<String>,
    /// Company types (pick-list values) for which tenants are created.
    company_types: Vec<i64>,
    /// Pricing mode of new tenants.
    pricing: Pricing,
    /// Whether an administrator user is made for the account's primary contact, which mails the customer.
    administrator: bool,
    /// Language of new tenants and users, such as `en`.
    language: String,
}

/// Pricing mode of a tenant.
#[derive(JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Pricing {
    /// Billed at once and for the whole month; cannot be taken back.
    #[default]
    Production,
    /// As Acronis makes it; it becomes production after a full month.
    Trial,
}

/// Disabling and deleting customers.
#[derive(JsonSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Deprovisioning {
    /// Disable a tenant after so many days without a selling contract.
    disable_after_days: Option<u32>,
    /// Ask for deleting a tenant that we disabled, after so many more days.
    delete_after_days: Option<u32>,
}

/// The product mapping of one connection.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Products {
    /// The connection.
    connection: String,
    /// One row for an item at most. An item without a row is not managed, and new.
    #[serde(default)]
    rows: Vec<ProductRow>,
    /// The default storage for each name of storage items.
    #[serde(default)]
    default_storages: BTreeMap<String, String>,
    /// The edition of new tenants, by application.
    #[serde(default)]
    editions: BTreeMap<String, String>,
    /// Where new tenants go; the connection's own partner unless chosen.
    #[serde(default)]
    parent: Option<String>,
}

/// What was chosen for an item.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductRow {
    /// The item.
    item: ItemId,
    /// Its edition; nothing for items outside editions.
    #[serde(default)]
    edition: Option<String>,
    /// What its quota counts.
    unit: Unit,
    /// What to do with it.
    treatment: Treatment,
}

/// What to do with an item.
#[derive(JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Treatment {
    /// It was seen and is left alone.
    NotManaged,
    /// It follows the contracts.
    Managed(Managed),
}

/// How an item follows the contracts.
#[derive(JsonSchema)]
pub(crate) struct Managed {
    /// The service that sells it.
    #[serde(default)]
    service: Option<i64>,
    /// Unlimited where it is not sold.
    #[serde(default)]
    free: bool,
    /// What one unit of the service stands for, in the item's unit.
    #[serde(default)]
    unit_size: Option<i64>,
    /// A soft quota warns and stops nothing.
    #[serde(default)]
    soft: bool,
    /// Another item of the edition may follow the same service.
    #[serde(default)]
    share: bool,
}

/// What tells one item from another.
#[derive(JsonSchema)]
pub(crate) struct ItemId {
    /// The application that it belongs to.
    application: String,
    /// Its name, such as `pw_base_servers`.
    name: String,
    /// The storage that it is bound to.
    #[serde(default)]
    infra: Option<String>,
}

/// Sorts of items.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Counted, with a quota.
    Count,
    /// On or off, without a quantity.
    Feature,
    /// Bound to a storage, with a quota.
    Infra,
    /// Not documented by Acronis: left alone.
    Other,
}

/// What an item's quota counts.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// Bytes.
    Bytes,
    /// Pieces.
    Quantity,
    /// Seconds of computing; an hour is one compute point.
    Seconds,
    /// Nothing, or something that Acronis does not document.
    None,
}

/// How much may be used of an item.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Grant {
    /// Nothing.
    Off,
    /// A feature that is on.
    On,
    /// As much as the quota says.
    Quota(Quota),
}

/// A quota.
#[derive(JsonSchema)]
pub(crate) struct Quota {
    /// In the item's unit; nothing: unlimited.
    value: Option<i64>,
    /// How much more is allowed; nothing: the quota warns and stops nothing.
    overage: Option<i64>,
}

#[cfg(test)]
mod tests {
    use bridge_core::item;
    use bridge_core::settings::billing;
    use schemars::SchemaGenerator;
    use serde_json::{Value, json};

    use super::*;

    fn names(fields: &Value) -> Vec<&String> {
        fields.as_object().unwrap().keys().collect()
    }

    #[test]
    fn the_forms_have_the_fields_of_the_types_that_they_stand_for() {
        let mut types = SchemaGenerator::default();
        types.subschema_for::<Products>();
        types.subschema_for::<Grant>();
        let schemas = types.take_definitions(true);
        let item = item::ItemId { application: "a".into(), name: "n".to_owned(), infra: Some("i".into()) };
        let managed = billing::Managed { service: None, free: false, unit_size: None, soft: false, share: false };
        let treatment = billing::Treatment::Managed(managed.clone());
        let unit = item::Unit::Bytes;
        let row = billing::Row { item: item.clone(), edition: None, unit, treatment };
        let mut products = billing::Products::of("c".into());
        products.parent = Some("p".into());
        for (name, real) in [
            ("ItemId", json!(item)),
            ("Managed", json!(managed)),
            ("ProductRow", json!(row)),
            ("Products", json!(products)),
            ("Quota", json!(item::Quota::UNLIMITED)),
        ] {
            assert_eq!(names(&schemas[name]["properties"]), names(&real), "{name}");
        }
    }
}
