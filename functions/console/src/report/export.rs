//! A month's report as a file for a spreadsheet.

use bridge_core::item::Unit;

use super::view::{LineView, line_view};
use super::{Filter, Fitting, Place};
use crate::Deps;
use crate::error::Error;
use crate::page::{of_cursor, to_cursor};
use crate::text::harmless;

/// Lines of one file, beyond which no further customer is begun: a function's answer has an end.
const LINES_MAX: usize = 10_000;
const HEADINGS: [&str; 15] = [
    "month",
    "account",
    "account_name",
    "tenant",
    "tenant_name",
    "item",
    "item_name",
    "service",
    "units",
    "counted_in",
    "sold",
    "quota",
    "quota_overage",
    "used",
    "difference",
];

/// The report as CSV, and the `after` of the next file where there are more.
///
/// # Errors
/// As [`super::read`].
pub async fn csv(deps: &Deps, filter: &Filter) -> Result<(Vec<u8>, Option<String>), Error> {
    let after: Option<Place> = filter.after.as_deref().map(of_cursor).transpose()?;
    let fitting = Fitting::read(deps, filter).await?;
    let (mut shown, mut lines, mut next): (Vec<(&Place, _, _)>, _, _) = (Vec::new(), 0, None);
    for (place, id, customer) in fitting.after(after.as_ref()) {
        if lines >= LINES_MAX {
            next = shown.last().map(|(place, ..)| to_cursor(place));
            break;
        }
        lines += fitting.lines(customer).count();
        shown.push((place, id, customer));
    }
    let names = fitting.names(deps, shown.iter().map(|(_, _, customer)| *customer), &[]).await?;
    let mut file = csv::Writer::from_writer(Vec::new());
    let mut write = || -> Result<(), csv::Error> {
        file.write_record(HEADINGS.iter().chain(&["held"]))?;
        for (_, id, customer) in &shown {
            let whose = [
                fitting.month.to_string(),
                id.to_string(),
                harmless(&customer.name),
                harmless(customer.tenant.as_str()),
                harmless(&customer.tenant_name),
            ];
            for line in fitting.lines(customer) {
                file.write_record(whose.iter().chain(&cells(line_view(line, &names))))?;
            }
        }
        Ok(())
    };
    write().map_err(|error| Error::Internal(error.into()))?;
    let file = file.into_inner().map_err(|error| Error::Internal(error.into_error().into()))?;
    Ok((file, next))
}

/// The `after` of every file that the report takes, the first one's being nothing.
///
/// # Errors
/// As [`super::read`].
pub(crate) async fn parts(deps: &Deps, filter: &Filter) -> Result<Vec<Option<String>>, Error> {
    let fitting = Fitting::read(deps, filter).await?;
    let (mut parts, mut lines, mut last) = (vec![None], 0, None);
    for (place, _, customer) in fitting.after(None) {
        if lines >= LINES_MAX {
            parts.push(last.map(to_cursor));
            lines = 0;
        }
        lines += fitting.lines(customer).count();
        last = Some(place);
    }
    Ok(parts)
}

fn cells(line: LineView) -> [String; 11] {
    let unit = line.unit;
    let number = |value: Option<i64>| value.map(|value| decimal(value, unit)).unwrap_or_default();
    let service = line.service.map(|service| service.name.unwrap_or_else(|| service.id.to_string()));
    [
        harmless(&line.item.to_string()),
        harmless(&line.label),
        harmless(&service.unwrap_or_default()),
        line.units.map(|units| units.to_string()).unwrap_or_default(),
        counted_in(unit).to_owned(),
        // Unlimited has no number, and says so.
        line.sold_value.map(|value| decimal(value, unit)).or(line.sold).unwrap_or_default(),
        line.quota_value.map(|value| decimal(value, unit)).unwrap_or(line.quota),
        // A soft quota has no end, and a number of its own would be none.
        match (line.quota_value, line.quota_overage) {
            (Some(_), None) => "soft".to_owned(),
            (_, overage) => number(overage),
        },
        number(line.used_value),
        number(line.difference_value),
        harmless(&line.held.unwrap_or_default()),
    ]
}

fn counted_in(unit: Unit) -> &'static str {
    match unit {
        Unit::Bytes => "GB",
        Unit::Seconds => "compute points",
        Unit::Quantity => "pieces",
        Unit::None => "",
    }
}

/// A number that a spreadsheet can add up, with at most three decimals.
fn decimal(value: i64, unit: Unit) -> String {
    let thousandths = i128::from(value) * 1_000 / i128::from(unit.default_size());
    let (whole, rest) = (thousandths.unsigned_abs() / 1_000, thousandths.unsigned_abs() % 1_000);
    let sign = if thousandths < 0 { "-" } else { "" };
    match rest {
        0 => format!("{sign}{whole}"),
        rest => format!("{sign}{whole}.{rest:03}").trim_end_matches('0').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p16_a_spreadsheet_is_given_plain_numbers() {
        for (value, unit, expected) in [
            (12, Unit::Quantity, "12"),
            (-3, Unit::Quantity, "-3"),
            (300 << 30, Unit::Bytes, "300"),
            (-(3 << 29), Unit::Bytes, "-1.5"),
            (-(1 << 29), Unit::Bytes, "-0.5"),
            (4_500, Unit::Seconds, "1.25"),
            (0, Unit::Bytes, "0"),
        ] {
            assert_eq!(decimal(value, unit), expected);
        }
    }
}
