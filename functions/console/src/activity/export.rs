//! The journal as files for a spreadsheet.

use jiff::Timestamp;

use super::{Filter, View, read, views};
use crate::Deps;
use crate::error::Error;
use crate::page::Page;
use crate::text::harmless;

/// Rows of one file at most, which are well read within the time that an answer has.
const ROWS_MAX: usize = 10_000;
/// Rows that are read and written at a time.
const ROWS: usize = 500;
/// Pages looked through for one file at most, as with a filter they may have little in them.
const PAGES_MAX: usize = ROWS_MAX / ROWS;
/// Bytes of one file, beyond which no further page is begun. A function's answer may have six megabytes, in which line ends and quotes
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

/// What one file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) entries: usize,
    /// When its oldest and its newest entry were written.
    pub(crate) span: Option<(Timestamp, Timestamp)>,
    /// The `after` of the next file where there may be more.
    pub(crate) next: Option<String>,
}

/// The entries as CSV, and the `after` of the next file where there may be more.
///
/// # Errors
/// As [`super::list`].
pub async fn csv(deps: &Deps, filter: &Filter) -> Result<(Vec<u8>, Option<String>), Error> {
    let (file, part) = file(deps, filter).await?;
    Ok((file, part.next))
}

/// What the file has in it, without the file.
///
/// # Errors
/// As [`super::list`].
pub(crate) async fn part(deps: &Deps, filter: &Filter) -> Result<Part, Error> {
    Ok(file(deps, filter).await?.1)
}

async fn file(deps: &Deps, filter: &Filter) -> Result<(Vec<u8>, Part), Error> {
    let rows = filter.limit.unwrap_or(ROWS_MAX);
    if !(1..=ROWS_MAX).contains(&rows) {
        let message = format!("a file has 1 to {ROWS_MAX} rows");
        return Err(Error::Unreadable { field: Some("limit".to_owned()), message });
    }
    let page = |filter: Filter, rows: usize| async move {
        let Page { items, next, unreadable } = read(deps, &filter, rows).await?;
        Ok(Page { items: views(deps, items).await?, next, unreadable })
    };
    write(filter.clone(), rows, page).await
}

/// Writes page after page until there are enough rows or bytes, everything is written, or enough was looked through.
async fn write<R>(mut filter: Filter, rows: usize, page: impl Fn(Filter, usize) -> R) -> Result<(Vec<u8>, Part), Error>
where
    R: Future<Output = Result<Page<View>, Error>>,
{
    let unwritten = |error: csv::Error| Error::Internal(error.into());
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(HEADINGS).map_err(unwritten)?;
    let mut part = Part::default();
    for _ in 0..PAGES_MAX {
        let Page { items, next, .. } = page(filter.clone(), ROWS.min(rows - part.entries)).await?;
        for row in &items {
            file.write_record(record(row)).map_err(unwritten)?;
        }
        part.add(&items);
        part.next.clone_from(&next);
        filter.after = next;
        if filter.after.is_none() || part.entries >= rows || file.get_ref().len() >= BYTES_MAX {
            break;
        }
    }
    let file = file.into_inner().map_err(|error| Error::Internal(error.into_error().into()))?;
    Ok((file, part))
}

impl Part {
    /// Counts these entries in, which come newest first.
    fn add(&mut self, entries: &[View]) {
        self.entries += entries.len();
        if let (Some(newest), Some(oldest)) = (entries.first(), entries.last()) {
            let newest = self.span.map_or(newest.at, |(_, newest)| newest);
            self.span = Some((oldest.at, newest));
        }
    }
}

fn record(row: &View) -> [String; HEADINGS.len()] {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| harmless(text.as_deref().unwrap_or_default());
    [
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
    ]
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn x5_a_file_for_which_little_is_found_ends_with_the_place_to_go_on_from() {
        let next = |filter: Filter, _: usize| {
            let place = filter.after.map_or(1, |after| after.parse::<usize>().unwrap() + 1);
            std::future::ready(Ok(Page { items: Vec::new(), next: Some(place.to_string()), unreadable: 0 }))
        };
        let written = write(Filter::default(), ROWS_MAX, next).now_or_never().expect("nothing waits");
        let (_, part) = written.unwrap();
        assert_eq!(part, Part { entries: 0, span: None, next: Some(PAGES_MAX.to_string()) });
    }
}
