//! The journal as a file for a spreadsheet.

use super::{Filter, View, read, views};
use crate::Deps;
use crate::error::Error;
use crate::text::harmless;

/// Rows of one file at most: a function's answer has an end.
pub const ROWS_MAX: usize = 10_000;
const HEADINGS: [&str; 13] = [
    "at",
    "actor",
    "system",
    "what",
    "why",
    "account",
    "tenant",
    "ticket",
    "key",
    "old",
    "new",
    "account_name",
    "actor_id",
];

/// The entries as CSV, and the `after` of the next file where there are more.
///
/// # Errors
/// As [`super::list`].
pub async fn csv(deps: &Deps, filter: &Filter) -> Result<(Vec<u8>, Option<String>), Error> {
    let mut rows = Vec::new();
    let mut filter = filter.clone();
    loop {
        let page = read(deps, &filter, ROWS_MAX - rows.len()).await?;
        rows.extend(views(deps, page.items).await?);
        filter.after = page.next;
        if filter.after.is_none() || rows.len() >= ROWS_MAX {
            break;
        }
    }
    let file = write(&rows).map_err(|error| Error::Internal(error.into()))?;
    Ok((file, filter.after))
}

fn write(rows: &[View]) -> Result<Vec<u8>, csv::Error> {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(HEADINGS)?;
    for row in rows {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let text = |text: &Option<String>| harmless(text.as_deref().unwrap_or_default());
        file.write_record([
            row.at.to_string(),
            harmless(&row.actor),
            harmless(&row.system),
            harmless(&row.what),
            harmless(&row.why),
            number(row.account),
            text(&row.tenant),
            number(row.ticket),
            text(&row.key),
            text(&row.old),
            text(&row.new),
            text(&row.account_name),
            text(&row.actor_id),
        ])?;
    }
    file.into_inner().map_err(|error| error.into_error().into())
}
