//! In which settings two versions differ, in words: what an Apply would save, and what somebody else saved meanwhile (rule B3).

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::{ConnectionId, InfraId, ServiceId};
use bridge_core::item::{ItemId, amount};
use bridge_core::settings::Products;
use bridge_core::settings::billing::{Billing, Managed, NoSellingContract, Pricing, Row};

use super::terms::{edition_in_words, with_edition};
use crate::wording::Names;

/// A setting with both of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) what: String,
    pub(super) from: String,
    pub(super) to: String,
}

/// Names that only these settings need.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) names: Names,
    pub(super) connections: BTreeMap<ConnectionId, String>,
    pub(super) company_types: BTreeMap<i64, String>,
    pub(super) parents: BTreeMap<String, String>,
}

/// Of the settings that hold for all connections.
pub(super) fn of_billing(from: &Billing, to: &Billing, known: &Known) -> Vec<Difference> {
    let rows = |billing: &Billing| {
        let (provisioning, deprovisioning) = (&billing.provisioning, &billing.deprovisioning);
        let connection = provisioning
            .connection
            .as_ref()
            .map(|id| known.connections.get(id).cloned().unwrap_or_else(|| id.to_string()));
        let type_name =
            |value: &i64| known.company_types.get(value).cloned().unwrap_or_else(|| format!("type {value}"));
        let types: Vec<String> = provisioning.company_types.iter().map(type_name).collect();
        [
            ("Enable", on(billing.enabled)),
            (
                "Accounts without a selling contract",
                match billing.no_selling_contract {
                    NoSellingContract::Hold => "quotas stay".to_owned(),
                    NoSellingContract::Zero => "quotas become zero".to_owned(),
                },
            ),
            ("Never below usage", on(billing.guards.never_below_usage)),
            ("Brake", on(billing.guards.brake)),
            ("A raise by hand is kept for", format!("{} hours", billing.keep_raises_hours)),
            ("Automatically create customers", on(provisioning.automatic)),
            ("Connection of new customers", connection.unwrap_or_else(|| "the only one".to_owned())),
            ("Company types", types.join(", ")),
            (
                "Pricing of new customers",
                match provisioning.pricing {
                    Pricing::Production => "production".to_owned(),
                    Pricing::Trial => "trial".to_owned(),
                },
            ),
            ("Administrator user", on(provisioning.administrator)),
            ("Language of new customers", provisioning.language.clone()),
            ("Disable customers", after(deprovisioning.disable_after_days)),
            ("Delete disabled customers", after(deprovisioning.delete_after_days)),
        ]
    };
    let pairs = rows(from).into_iter().zip(rows(to));
    let difference = |((what, from), (_, to))| Difference { what: String::from(what), from, to };
    pairs.map(difference).filter(|difference| difference.from != difference.to).collect()
}

/// Of a product mapping. A row that was only seen is no difference.
pub(super) fn of_products(from: &Products, to: &Products, known: &Known) -> Vec<Difference> {
    let items: BTreeSet<&ItemId> = from.rows.iter().chain(&to.rows).map(|row| &row.item).collect();
    let treatment = |products: &Products, item: &ItemId| {
        let row = products.rows.iter().find(|row| row.item == *item);
        let managed = row.and_then(|row| Some((row, row.managed()?)));
        managed.map_or_else(|| "not managed".to_owned(), |(row, managed)| treatment(row, managed, known))
    };
    let edition = |item: &ItemId| {
        let mut rows = to.rows.iter().chain(&from.rows).filter(|row| row.item == *item);
        rows.next().and_then(|row| row.edition.as_ref())
    };
    let rows = items.into_iter().map(|item| Difference {
        what: with_edition(&known.names.label(item), edition(item)),
        from: treatment(from, item),
        to: treatment(to, item),
    });
    let storages = keys(&from.default_storages, &to.default_storages).into_iter().map(|name| {
        let storage = |products: &Products| {
            products.default_storages.get(name).map_or_else(|| "none".to_owned(), |id| storage(id, known))
        };
        let item = ItemId { application: "".into(), name: name.clone(), infra: None };
        let mut rows = to.rows.iter().chain(&from.rows).filter(|row| row.item.name == *name);
        let edition = rows.next().and_then(|row| row.edition.as_ref());
        Difference {
            what: format!("Default storage: {}", with_edition(&known.names.label(&item), edition)),
            from: storage(from),
            to: storage(to),
        }
    });
    let editions = keys(&from.editions, &to.editions).into_iter().map(|application| {
        let edition = |products: &Products| {
            products.editions.get(application).map_or_else(|| "none".to_owned(), |name| edition_in_words(name))
        };
        Difference { what: "Edition of new customers".to_owned(), from: edition(from), to: edition(to) }
    });
    let parent = |products: &Products| {
        let name = |id: &str| known.parents.get(id).cloned().unwrap_or_else(|| id.to_owned());
        products.parent.as_ref().map_or_else(|| "the connection's own".to_owned(), |id| name(id.as_str()))
    };
    let parent =
        Difference { what: "Partner or folder of new customers".to_owned(), from: parent(from), to: parent(to) };
    rows.chain(storages).chain(editions).chain([parent]).filter(|difference| difference.from != difference.to).collect()
}

/// The storages that are told where two mappings differ.
pub(super) fn storages_of(from: &Products, to: &Products) -> BTreeSet<InfraId> {
    let of_rows = from
        .rows
        .iter()
        .filter(|row| !to.rows.contains(row))
        .chain(to.rows.iter().filter(|row| !from.rows.contains(row)));
    let of_rows = of_rows.filter_map(|row| row.item.infra.clone());
    let defaults = from.default_storages.values().chain(to.default_storages.values()).cloned();
    of_rows.chain(defaults).collect()
}

fn treatment(row: &Row, managed: &Managed, known: &Known) -> String {
    let Managed { service, free, unit_size: _, soft, share } = managed;
    let mut words = vec![match service {
        Some(id) => service_in_words(*id, known),
        None => "no service".to_owned(),
    }];
    if service.is_some() {
        words.push(format!("1 unit = {}", amount(row.unit_size(), row.unit)));
    }
    words.extend(free.then(|| "Free".to_owned()));
    words.extend(soft.then(|| "soft".to_owned()));
    words.extend(share.then(|| "shared".to_owned()));
    words.join(", ")
}

fn service_in_words(id: ServiceId, known: &Known) -> String {
    known.names.services.get(&id).map_or_else(|| format!("service {id}"), |name| format!("“{name}”"))
}

fn storage(id: &InfraId, known: &Known) -> String {
    known.names.storages.get(id).map_or_else(|| id.to_string(), |name| format!("“{name}”"))
}

fn keys<'a, K: Ord, V>(one: &'a BTreeMap<K, V>, other: &'a BTreeMap<K, V>) -> BTreeSet<&'a K> {
    one.keys().chain(other.keys()).collect()
}

fn on(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}

fn after(days: Option<u32>) -> String {
    days.map_or_else(|| "never".to_owned(), |days| format!("after {days} days"))
}

#[cfg(test)]
mod tests {
    use bridge_core::item::Unit;
    use bridge_core::settings::billing::Treatment;

    use super::*;

    #[test]
    fn b3_only_what_differs_is_told() {
        let before = Billing::default();
        assert_eq!(of_billing(&before, &before, &Known::default()), []);
        let mut after = Billing { enabled: true, ..Billing::default() };
        after.deprovisioning.disable_after_days = Some(10);
        let told = of_billing(&before, &after, &Known::default());
        let told: Vec<(&str, &str, &str)> =
            told.iter().map(|it| (it.what.as_str(), it.from.as_str(), it.to.as_str())).collect();
        assert_eq!(told, [("Enable", "off", "on"), ("Disable customers", "never", "after 10 days")]);
    }

    #[test]
    fn b3_a_row_is_told_by_its_names_and_one_that_was_only_seen_is_not() {
        let item = |name: &str| ItemId { application: "a".into(), name: name.to_owned(), infra: None };
        let row = |name: &str, treatment| Row { item: item(name), edition: None, unit: Unit::Bytes, treatment };
        let managed =
            Managed { service: Some(ServiceId(7)), free: true, unit_size: Some(100 << 30), soft: false, share: false };
        let before = Products::of("partner".into());
        let mut after = before.clone();
        after.rows.push(row("local_storage", Treatment::Managed(managed)));
        after.rows.push(row("pw_base_vms", Treatment::NotManaged));
        let mut known = Known::default();
        known.names.services.insert(ServiceId(7), "Backup".to_owned());
        assert_eq!(
            of_products(&before, &after, &known),
            [Difference {
                what: "Local backup".to_owned(),
                from: "not managed".to_owned(),
                to: "“Backup”, 1 unit = 100 GB, Free".to_owned()
            }]
        );
    }
}
