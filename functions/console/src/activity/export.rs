//! The journal as a file for a spreadsheet.

use super::{Filter, View, read, views};
use crate::Deps;
use crate::error::Error;
use crate::text::harmless;

/// Rows of one file at most, which are well read within the time that an answer has.
pub const ROWS_MAX: usize = 10_000;
/// Rows that are read and written at a time.
const PART: usize = 500;
/// Bytes of one file, beyond which no further part is begun. A function's answer may have six megabytes, in which line ends and quotes
/// take twice their room.
const BYTES_MAX: usize = 3_500_000;
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
    let unwritten = |error: csv::Error| Error::Internal(error.into());
    let mut filter = filter.clone();
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(HEADINGS).map_err(unwritten)?;
    let mut written = 0;
    loop {
        let page = read(deps, &filter, PART.min(ROWS_MAX - written)).await?;
        written += page.items.len();
        for row in views(deps, page.items).await? {
            write(&mut file, &row).map_err(unwritten)?;
        }
        filter.after = page.next;
        if filter.after.is_none() || written >= ROWS_MAX || file.get_ref().len() >= BYTES_MAX {
            break;
        }
    }
    let file = file.into_inner().map_err(|error| Error::Internal(error.into_error().into()))?;
    Ok((file, filter.after))
}

fn write(file: &mut csv::Writer<Vec<u8>>, row: &View) -> Result<(), csv::Error> {
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
    ])
}
