//! Contracts → units → quota → usage of an account, each item with the reason (rules P14, P15). Both systems are read for it.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bridge_core::item::amount;

use crate::accounts::{ItemView, SourceView, Why};
use crate::document::AccountNumber;
use crate::error::Error;
use crate::pages::frame::Frame;
use crate::pages::words::{When, counted};
use crate::{Deps, accounts};

/// How long both systems may take; a request has a little longer.
const LIMIT: Duration = Duration::from_secs(20);

#[derive(Template)]
#[template(path = "account/quotas.html")]
struct Page {
    frame: Frame,
    id: i64,
    /// What was read, or why it was not.
    read: Result<Quotas, String>,
}

struct Quotas {
    at: When,
    tenant_name: String,
    is_selling: bool,
    is_held_unsold: bool,
    items: Vec<Item>,
    /// What has to be settled, and what Acronis did not tell.
    remarks: Vec<String>,
}

struct Item {
    label: String,
    /// What sells it, with units and their size.
    sold: Option<String>,
    sources: Vec<String>,
    wants: Option<String>,
    has: String,
    /// Something can be used of it.
    is_on: bool,
    usage: Option<String>,
    is_exceeded: bool,
    cause: Option<String>,
    /// What would be changed at the next run, or is held.
    change: Option<String>,
    held: Option<String>,
    by_hand: Option<String>,
    exception: Option<String>,
    names: Names,
    /// What the tenant has, as a form sends it; where it can be made permanent.
    keeps: Option<String>,
}

/// The item, as forms send it.
struct Names {
    application: String,
    name: String,
    infra: String,
}

pub(super) async fn show(
    State(deps): State<Arc<Deps>>,
    AccountNumber(id): AccountNumber,
    frame: Frame,
) -> Result<Response, Error> {
    let read = match tokio::time::timeout(LIMIT, accounts::why(&deps, id)).await {
        Ok(Ok(why)) => Ok(Quotas::of(why, &frame)),
        Ok(Err(error @ (Error::Unavailable(_) | Error::Refused { .. }))) => Err(error.to_string()),
        Ok(Err(error)) => return Err(error),
        Err(_) => Err(format!("Acronis and Autotask did not answer within {} s", LIMIT.as_secs())),
    };
    frame.show(&Page { frame: frame.clone(), id, read })
}

impl Quotas {
    fn of(why: Why, frame: &Frame) -> Self {
        Self {
            at: When::new(why.read_at, &frame.zone),
            tenant_name: why.tenant_name,
            is_selling: why.is_selling,
            is_held_unsold: why.is_held_unsold,
            items: why.items.into_iter().map(|item| Item::of(item, frame)).collect(),
            remarks: why.problems.into_iter().chain(why.warnings).collect(),
        }
    }
}

impl Item {
    fn of(view: ItemView, frame: &Frame) -> Self {
        let keeps = (view.by_hand.is_some() && view.exception.is_none())
            .then(|| serde_json::to_string(&view.grant).expect("a grant is plain data"));
        let sold = sold(&view);
        let by_hand = view.by_hand.map(|edit| {
            let until = edit.until.map(|at| format!(", and stays until {}", When::new(at, &frame.zone)));
            format!("Edited by hand: from {} to {}{}.", edit.written, edit.found, until.unwrap_or_default())
        });
        let exception = view.exception.map(|exception| {
            let at = When::new(exception.at, &frame.zone);
            format!("Permanent since {at} by {}: {}", exception.by, exception.reason)
        });
        let (change, held) =
            view.change.map(|change| (format!("{} → {}", change.from, change.to), change.held)).unzip();
        Self {
            label: view.label,
            sold,
            sources: view.sources.iter().map(source).collect(),
            wants: view.wants,
            has: view.has,
            is_on: view.grant.is_on(),
            usage: view.usage,
            is_exceeded: view.is_exceeded,
            cause: view.cause,
            change,
            held: held.flatten(),
            by_hand,
            exception,
            names: Names {
                application: view.item.application.to_string(),
                infra: view.item.infra.map(|infra| infra.to_string()).unwrap_or_default(),
                name: view.item.name,
            },
            keeps,
        }
    }
}

/// `“Servers”: 3 units of 1`.
fn sold(view: &ItemView) -> Option<String> {
    let service = view.service.as_ref()?;
    let name = service.name.as_ref().map_or_else(|| format!("service {}", service.id), |name| format!("“{name}”"));
    let size = amount(view.unit_size, view.unit);
    Some(match view.units {
        Some(units) if size == "1" => format!("{name}: {}", counted(units, "unit")),
        Some(units) => format!("{name}: {} of {size}", counted(units, "unit")),
        None => format!("{name}: on no contract in force"),
    })
}

/// `3 on “Backup 2026”, by bundle “Care”, 1 Jan 2026 to 31 Dec 2026`.
fn source(source: &SourceView) -> String {
    let contract = source
        .contract_name
        .as_ref()
        .map_or_else(|| format!("contract {}", source.contract), |name| format!("“{name}”"));
    let mut text = format!("{} on {contract}", source.units);
    if let Some(bundle) = source.bundle {
        let name = source.bundle_name.as_ref().map_or_else(|| bundle.to_string(), |name| format!("“{name}”"));
        text.push_str(&format!(", by bundle {name}"));
    }
    let day = |day: jiff::civil::Date| day.strftime("%-d %b %Y").to_string();
    match (source.since.map(day), source.until.map(day)) {
        (Some(since), Some(until)) => text.push_str(&format!(", {since} to {until}")),
        (Some(since), None) => text.push_str(&format!(", since {since}")),
        (None, Some(until)) => text.push_str(&format!(", until {until}")),
        (None, None) => {}
    }
    text
}

#[cfg(test)]
mod tests {
    use bridge_core::id::{BundleId, ContractId};

    use super::*;

    #[test]
    fn p14_a_line_is_told_with_contract_bundle_and_days() {
        let line = SourceView {
            contract: ContractId(7001),
            contract_name: Some("Backup 2026".to_owned()),
            line: None,
            bundle: Some(BundleId(9)),
            bundle_name: Some("Care".to_owned()),
            units: 3,
            since: Some("2026-01-01".parse().unwrap()),
            until: Some("2026-12-31".parse().unwrap()),
        };
        assert_eq!(source(&line), "3 on “Backup 2026”, by bundle “Care”, 1 Jan 2026 to 31 Dec 2026");
        let bare =
            SourceView { contract_name: None, bundle: None, bundle_name: None, since: None, until: None, ..line };
        assert_eq!(source(&bare), "3 on contract 7001");
    }
}
