//! The journal as a file for a spreadsheet.

use jiff::Timestamp;
use store::record::Activity;

use super::{Filter, View, read, views};
use crate::Deps;
use crate::error::Error;
use crate::page::Page;
use crate::text::harmless;

/// Rows of one file at most: a function's answer has an end.
const ROWS_MAX: usize = 10_000;
/// Pages looked through for one file at most, as with a filter they may have little in them.
const PAGES_MAX: usize = 10;
const HEADINGS: [&str; 12] =
    ["at", "actor", "system", "what", "why", "account", "tenant", "ticket", "key", "old", "new", "account_name"];

/// What one file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    let (entries, next) = entries(deps, filter).await?;
    let rows = views(deps, entries).await?;
    let file = write(&rows).map_err(|error| Error::Internal(error.into()))?;
    Ok((file, next))
}

/// What the file has in it, without the file.
///
/// # Errors
/// As [`super::list`].
pub(crate) async fn part(deps: &Deps, filter: &Filter) -> Result<Part, Error> {
    let (entries, next) = entries(deps, filter).await?;
    let span = entries.last().zip(entries.first()).map(|(oldest, newest)| (oldest.at, newest.at));
    Ok(Part { entries: entries.len(), span, next })
}

async fn entries(deps: &Deps, filter: &Filter) -> Result<(Vec<Activity>, Option<String>), Error> {
    let rows = filter.limit.unwrap_or(ROWS_MAX);
    if !(1..=ROWS_MAX).contains(&rows) {
        let message = format!("a file has 1 to {ROWS_MAX} rows");
        return Err(Error::Unreadable { field: Some("limit".to_owned()), message });
    }
    gather(filter.clone(), rows, |filter, missing| async move { read(deps, &filter, missing).await }).await
}

/// Reads on until there are enough rows, everything is read, or enough was looked through.
async fn gather<R>(
    mut filter: Filter,
    rows: usize,
    read: impl Fn(Filter, usize) -> R,
) -> Result<(Vec<Activity>, Option<String>), Error>
where
    R: Future<Output = Result<Page<Activity>, Error>>,
{
    let mut entries = Vec::new();
    for _ in 0..PAGES_MAX {
        let page = read(filter.clone(), rows - entries.len()).await?;
        entries.extend(page.items);
        filter.after = page.next;
        if filter.after.is_none() || entries.len() >= rows {
            break;
        }
    }
    Ok((entries, filter.after))
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
        ])?;
    }
    file.into_inner().map_err(|error| error.into_error().into())
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
        let gathered = gather(Filter::default(), ROWS_MAX, next).now_or_never().expect("nothing waits");
        let (entries, next) = gathered.unwrap();
        assert_eq!((entries.len(), next), (0, Some(PAGES_MAX.to_string())));
    }
}
