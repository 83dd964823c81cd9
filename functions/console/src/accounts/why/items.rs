//! The items of an account, each with the way that leads to it.

use std::collections::{BTreeMap, BTreeSet};

use billing::account::{Conclusion, Facts};
use bridge_core::item::{ItemId, amount};
use bridge_core::quota::{self, Desired, Drift, Situation, Want};
use bridge_core::sale::{Sold, Source};
use bridge_core::settings::billing::{Managed, Row};

use super::{ByHand, ExceptionView, ItemView, ServiceName, SourceView};
use crate::previews::RowChange;
use crate::wording::Names;

pub(super) fn views(facts: Facts<'_>, conclusion: &Conclusion, brake: Option<&str>, names: &Names) -> Vec<ItemView> {
    let Facts { products, tenant, .. } = facts;
    let desired = if conclusion.plan.is_held_unsold {
        Desired::default()
    } else {
        quota::desired(products, tenant, &conclusion.sales)
    };
    let wants: BTreeMap<&ItemId, &Want> = desired.wants.iter().map(|want| (&want.item, want)).collect();
    let drifts = quota::drift(&Situation {
        billing: facts.billing,
        products,
        tenant,
        sales: &conclusion.sales,
        lost: &conclusion.lost,
        memory: facts.memory,
        usage: facts.usage,
        usage_is_read: facts.usage_is_read,
        now: facts.now,
    });
    let managed = products.rows.iter().filter_map(|row| Some((row, row.managed()?)));
    // Rows of an edition that the tenant is not on say nothing about it.
    let concerned = managed.filter(|(row, _)| wants.contains_key(&row.item) || tenant.grant(&row.item).is_on());
    let view = |(row, managed): (&Row, &Managed)| {
        let drift = drifts.iter().find(|drift| drift.item == row.item);
        item(facts, conclusion, (row, managed), wants.get(&row.item).copied(), drift, names)
    };
    let mut views: Vec<ItemView> = concerned.map(view).collect();
    if let Some(brake) = brake {
        let drastic: BTreeSet<&ItemId> =
            conclusion.going().filter(|change| change.is_drastic()).map(|change| &change.item).collect();
        let stopped = views.iter_mut().filter(|view| drastic.contains(&view.item));
        for change in stopped.filter_map(|view| view.change.as_mut()) {
            change.held = Some(format!("the brake is on: {brake}"));
        }
    }
    views
}

fn item(
    facts: Facts<'_>,
    conclusion: &Conclusion,
    (row, managed): (&Row, &Managed),
    want: Option<&Want>,
    drift: Option<&Drift>,
    names: &Names,
) -> ItemView {
    let Row { item, .. } = row;
    let unit = facts.tenant.item(item).map_or(row.unit, |has| has.offer.unit);
    let grant = facts.tenant.grant(item);
    let sale = managed.service.and_then(|service| conclusion.sales.services.get(&service));
    let change = conclusion.plan.changes.iter().find(|change| change.item == *item);
    let exception = facts.memory.exceptions.get(item).filter(|exception| exception.grant == grant);
    ItemView {
        item: item.clone(),
        label: names.label(item),
        unit,
        grant,
        has: grant.in_words(unit),
        wants: exception.map(|kept| kept.grant).or(want.map(|want| want.grant)).map(|grant| grant.in_words(unit)),
        usage: facts.usage.get(item).map(|usage| amount(usage.value, unit)),
        is_exceeded: facts
            .usage
            .get(item)
            .zip(facts.tenant.grant(item).ceiling())
            .is_some_and(|(used, most)| used.value > most),
        service: managed.service.map(|id| ServiceName { id, name: names.services.get(&id).cloned() }),
        units: sale.map(|sale| sale.units),
        unit_size: row.unit_size(),
        cause: want.map(|want| names.put(&want.cause.in_words(unit))),
        sources: sale.into_iter().flat_map(|sale| &sale.sources).map(|source| self::source(source, names)).collect(),
        change: change.map(|change| RowChange::of(change).named(names)),
        exception: exception.map(|exception| ExceptionView::of((item.clone(), exception.clone()))),
        by_hand: drift.filter(|_| exception.is_none()).map(|drift| ByHand {
            written: drift.written.in_words(unit),
            found: drift.found.in_words(unit),
            until: drift.until,
        }),
    }
}

fn source(source: &Source, names: &Names) -> SourceView {
    let bundle = match source.sold {
        Sold::Bundle(bundle) => Some(bundle),
        Sold::Service(_) => None,
    };
    SourceView {
        contract: source.contract,
        contract_name: names.contracts.get(&source.contract).cloned(),
        line: source.line,
        bundle,
        bundle_name: bundle.and_then(|bundle| names.bundles.get(&bundle).cloned()),
        units: source.units,
        since: source.since,
        until: source.until,
    }
}
