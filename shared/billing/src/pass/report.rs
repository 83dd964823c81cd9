//! Rule P16: what a run says of each account in the month's report.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use bridge_core::item::{Grant, ItemId, Unit};
use bridge_core::quota::{self, Desired, Tenant, Usage, Verdict, Want};
use bridge_core::settings::Products;
use bridge_core::settings::billing::{Managed, Row};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use store::table::Table;

use super::Position;
use crate::Error;
use crate::account::Conclusion;
use crate::report::{Found, Line, Month, Report};

const FIRST_PLAN: &str = "nobody has agreed to the account's first plan yet";
const UNSOLD: &str = "no contract in force sells a mapped service, so everything stays as it is";

/// How the items of an account stand: those that are sold, allowed or used.
pub(super) fn lines(
    products: &Products,
    tenant: &Tenant,
    usage: &BTreeMap<ItemId, Usage>,
    conclusion: &Conclusion,
    has_consent: bool,
) -> Vec<(ItemId, Unit, Line)> {
    let is_unsold = conclusion.plan.is_held_unsold;
    let desired = if is_unsold { Desired::default() } else { quota::desired(products, tenant, &conclusion.sales) };
    let wants: BTreeMap<&ItemId, &Want> = desired.wants.iter().map(|want| (&want.item, want)).collect();
    let line = |row: &Row, managed: &Managed| {
        let item = &row.item;
        let unit = tenant.item(item).map_or(row.unit, |has| has.offer.unit);
        let sale = managed.service.and_then(|service| conclusion.sales.services.get(&service));
        let change = conclusion.plan.changes.iter().find(|change| change.item == *item);
        let held = change.and_then(|change| match &change.verdict {
            Verdict::Held(hold) => Some(Cow::from(hold.in_words(unit))),
            Verdict::Go | Verdict::AskUsage => (!has_consent).then_some(Cow::from(FIRST_PLAN)),
        });
        let line = Line {
            service: managed.service,
            units: sale.map(|sale| sale.units),
            wants: wants.get(item).map(|want| want.grant.normal()),
            has: tenant.grant(item),
            usage: usage.get(item).map(|usage| usage.value),
            held: if is_unsold { Some(UNSOLD.into()) } else { held },
        };
        (item.clone(), unit, line)
    };
    let managed = products.rows.iter().filter_map(|row| Some(line(row, row.managed()?)));
    managed.filter(|(.., line)| is_worth_a_line(line)).collect()
}

/// Rows of editions that the tenant is not on, and what is neither sold nor used, would only hide the rest. Units without anything
/// that they allow are those of such a row.
fn is_worth_a_line(line: &Line) -> bool {
    line.has.is_on() || line.wants.is_some_and(Grant::is_on) || line.usage.is_some_and(|usage| usage > 0)
}

/// Keeps what a run has found out in the report of the month that `today` is in, unless that says so already.
pub(super) async fn keep(table: &Table, found: Found, today: Date, position: &mut Position) -> Result<(), Error> {
    let month = Month::of(today);
    let said = format!("{month} {}", digest(&found));
    if found.is_empty() || position.reported.as_deref() == Some(said.as_str()) {
        return Ok(());
    }
    let mut report = Report::stored(table, month).await?;
    report.take(found);
    report.save(table).await?;
    position.reported = Some(said);
    Ok(())
}

fn digest(found: &Found) -> String {
    let mut hashed = Hashed(Sha256::new());
    serde_json::to_writer(&mut hashed, &found.parts()).expect("plain data can be written as JSON");
    let mut text = String::new();
    for byte in &hashed.0.finalize()[..16] {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
    }
    text
}

/// Takes in what is written, and keeps none of it: the lines of ten thousand accounts are some megabytes.
struct Hashed(Sha256);

impl std::io::Write for Hashed {
    fn write(&mut self, written: &[u8]) -> std::io::Result<usize> {
        self.0.update(written);
        Ok(written.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
