//! The catalogue as it is shown: what is offered beside what was chosen, grouped and named.

use std::collections::BTreeMap;

use bridge_core::id::ApplicationId;
use bridge_core::item::{ItemId, Kind, Offer, Unit};
use bridge_core::settings::Products;
use bridge_core::settings::billing;

use super::listing::{Listing, Names};
use super::{Application, Edition, Row, RowState, Storage, View};
use crate::labels;

/// An item, whether offered or only chosen once.
struct Known<'a> {
    item: &'a ItemId,
    edition: Option<&'a String>,
    kind: Option<Kind>,
    unit: Unit,
    row: Option<&'a billing::Row>,
    is_offered: bool,
}

pub(super) fn view(products: &Products, listing: &Listing) -> View {
    let Listing { parents, offers, warnings, names, read_at } = listing;
    View {
        connection: products.connection.clone(),
        parents: parents.clone(),
        applications: grouped(known(products, offers), names),
        warnings: warnings.clone(),
        read_at: *read_at,
    }
}

fn known<'a>(products: &'a Products, offers: &'a [Offer]) -> Vec<Known<'a>> {
    let mut rows: BTreeMap<&ItemId, &billing::Row> = products.rows.iter().map(|row| (&row.item, row)).collect();
    let offered = offers.iter().map(|offer| Known {
        item: &offer.id,
        edition: offer.edition.as_ref(),
        kind: Some(offer.kind),
        unit: offer.unit,
        row: rows.remove(&offer.id),
        is_offered: true,
    });
    let mut known: Vec<Known<'a>> = offered.collect();
    known.extend(rows.into_values().map(|row| Known {
        item: &row.item,
        edition: row.edition.as_ref(),
        kind: None,
        unit: row.unit,
        row: Some(row),
        is_offered: false,
    }));
    known
}

fn grouped(known: Vec<Known<'_>>, names: &Names) -> Vec<Application> {
    let mut groups: BTreeMap<&ApplicationId, BTreeMap<Option<&String>, Vec<Row>>> = BTreeMap::new();
    for item in known {
        let editions = groups.entry(&item.item.application).or_default();
        editions.entry(item.edition).or_default().push(row(&item, names));
    }
    let edition = |(edition, mut rows): (Option<&String>, Vec<Row>)| {
        rows.sort_by_cached_key(|row| (row.label.clone(), row.storage.as_ref().map(|storage| storage.name.clone())));
        Edition { edition: edition.cloned(), rows }
    };
    let application = |(id, editions): (&ApplicationId, BTreeMap<_, _>)| {
        let (kind, name) = names.applications.get(id).cloned().unzip();
        let editions = editions.into_iter().map(edition).collect();
        Application { id: id.clone(), kind, name: name.unwrap_or_else(|| id.to_string()), editions }
    };
    let mut applications: Vec<Application> = groups.into_iter().map(application).collect();
    applications.sort_by_cached_key(|application| (application.name.to_lowercase(), application.id.clone()));
    applications
}

fn row(known: &Known<'_>, names: &Names) -> Row {
    let managed = known.row.and_then(billing::Row::managed).cloned();
    let storage = known.item.infra.as_ref().map(|infra| {
        let nameless = || Storage { id: infra.clone(), name: infra.to_string(), location: None };
        names.storages.get(infra).cloned().unwrap_or_else(nameless)
    });
    Row {
        item: known.item.clone(),
        label: labels::of(known.item),
        storage,
        kind: known.kind,
        unit: known.unit,
        default_unit_size: known.unit.default_size(),
        state: match (known.row, &managed) {
            (None, _) => RowState::New,
            (Some(_), None) => RowState::NotManaged,
            (Some(_), Some(_)) => RowState::Managed,
        },
        managed,
        available: known.is_offered,
    }
}
