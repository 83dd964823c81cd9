//! The journal of every write to either system and of every change here (rule X5).

mod export;

use std::collections::BTreeMap;

use bridge_core::id::AccountId;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::{Activity, ActivityCursor};

use crate::error::Error;
use crate::page::{Page, of_cursor, rows, to_cursor};
use crate::{Deps, accounts, wording};

pub use export::csv;
pub(crate) use export::{Part, part};

/// The journal is kept for somewhat longer than this.
const KEPT_MONTHS: i32 = 14;
/// Entries read at a time while looking for some among them.
const READ: usize = 500;
/// Reads for one answer at most; then it ends with a cursor, also when it found nothing yet.
const READS: usize = 10;
/// Entries looked through for one answer at most.
pub(crate) const SOUGHT_MAX: usize = READ * READS;

/// An entry, as shown.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "ActivityEntry")]
pub struct View {
    /// When.
    pub at: Timestamp,
    /// By which run or person.
    pub actor: String,
    /// Which person of that name, as the sign-in service numbers people; nothing for runs, and for programs with the installation's
    /// own token.
    pub actor_id: Option<String>,
    /// Written to `acronis`, `autotask`, or here (`console`).
    pub system: String,
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
    /// About which account.
    pub account: Option<i64>,
    /// Its name, while it is mapped or active.
    pub account_name: Option<String>,
    /// About which tenant.
    pub tenant: Option<String>,
    /// About which ticket.
    pub ticket: Option<i64>,
    /// About which problem.
    pub key: Option<String>,
    /// Before.
    pub old: Option<String>,
    /// After.
    pub new: Option<String>,
}

/// Which entries.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ActivityFilter")]
pub struct Filter {
    /// Entries on the page, 1 to 500; 50 unless given. In a file 1 to 10,000; 10,000 unless given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Only those about this account.
    pub account: Option<i64>,
    /// First day, in UTC.
    pub from: Option<Date>,
    /// Last day, in UTC.
    pub to: Option<Date>,
    /// `json`, or `csv` for a file.
    #[serde(default)]
    pub format: Format,
}

/// How entries are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ActivityFormat")]
pub enum Format {
    /// A page.
    #[default]
    Json,
    /// A file for a spreadsheet.
    Csv,
}

/// A page of entries, newest first. A page may be short and still have a next one.
///
/// # Errors
/// The table cannot be read, or the filter makes no sense.
pub async fn list(deps: &Deps, filter: &Filter) -> Result<Page<View>, Error> {
    let page = read(deps, filter, rows(filter.limit)?).await?;
    Ok(Page { items: views(deps, page.items).await?, next: page.next, unreadable: page.unreadable })
}

/// With names: of the accounts, and in the place of ids.
async fn views(deps: &Deps, entries: Vec<Activity>) -> Result<Vec<View>, Error> {
    let names = accounts::names(deps, entries.iter().filter_map(|entry| entry.subject.account)).await?;
    let mut views: Vec<View> = entries.into_iter().map(|entry| View::of(entry, &names)).collect();
    put_names(deps, &mut views).await?;
    Ok(views)
}

async fn put_names(deps: &Deps, views: &mut [View]) -> Result<(), Error> {
    let mut said: Vec<&str> = Vec::new();
    for View { what, why, old, new, .. } in &*views {
        said.extend([Some(what), Some(why), old.as_ref(), new.as_ref()].into_iter().flatten().map(String::as_str));
    }
    let names = wording::names_in(deps, &said).await?;
    for View { what, why, old, new, .. } in views {
        for words in [Some(what), Some(why), old.as_mut(), new.as_mut()].into_iter().flatten() {
            *words = names.put(words);
        }
    }
    Ok(())
}

pub(crate) async fn read(deps: &Deps, filter: &Filter, limit: usize) -> Result<Page<Activity>, Error> {
    sought(deps, filter, limit, |_| true, filter.account.is_some()).await
}

/// The same of writes to tickets only.
pub(crate) async fn of_tickets(deps: &Deps, filter: &Filter, limit: usize) -> Result<Page<Activity>, Error> {
    sought(deps, filter, limit, |entry| entry.subject.ticket.is_some(), true).await
}

async fn sought(
    deps: &Deps,
    filter: &Filter,
    limit: usize,
    is_wanted: impl Fn(&Activity) -> bool,
    is_selective: bool,
) -> Result<Page<Activity>, Error> {
    let now = deps.systems.clock.now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let oldest = filter.from.unwrap_or_else(|| today.saturating_sub(KEPT_MONTHS.months()));
    let mut next = Some(start(filter, now, today)?);
    let mut page = Page { items: Vec::new(), next: None, unreadable: 0 };
    for _ in 0..READS {
        let missing = limit - page.items.len();
        let Some(cursor) = next.take().filter(|_| missing > 0) else { break };
        // Where most entries do not count, more are read at a time than are missing.
        let wanted = if is_selective { READ } else { missing };
        let part = Activity::page(&deps.systems.table, cursor, oldest, wanted).await?;
        page.unreadable += part.skipped.len();
        next = part.next;
        let entries = part.entries.into_iter().map(|stored| stored.value);
        let mut fitting = entries.filter(|entry| is_about(entry, filter.account) && is_wanted(entry));
        page.items.extend(fitting.by_ref().take(missing));
        if fitting.next().is_some() {
            // The page is full in the middle of what was read: go on after its last entry.
            next = page.items.last().map(after);
        }
        page.next = next.as_ref().map(to_cursor);
    }
    Ok(page)
}

fn start(filter: &Filter, now: Timestamp, today: Date) -> Result<ActivityCursor, Error> {
    if let Some(after) = &filter.after {
        return of_cursor(after);
    }
    Ok(match filter.to {
        Some(day) if day < today => ActivityCursor { day, after: None },
        _ => ActivityCursor::from(now),
    })
}

fn is_about(entry: &Activity, account: Option<i64>) -> bool {
    account.is_none() || entry.subject.account == account.map(AccountId)
}

/// The place after an entry.
fn after(entry: &Activity) -> ActivityCursor {
    use store::table::Record as _;
    let day = entry.at.to_zoned(TimeZone::UTC).date();
    ActivityCursor { day, after: Some(Activity::key(&entry.id()).sk) }
}

impl View {
    fn of(entry: Activity, names: &BTreeMap<AccountId, String>) -> Self {
        let Activity { at, actor, actor_id, system, what, why, old, new, subject, .. } = entry;
        Self {
            at,
            actor,
            actor_id,
            system,
            what,
            why,
            account: subject.account.map(|account| account.0),
            account_name: subject.account.and_then(|account| names.get(&account).cloned()),
            tenant: subject.tenant.map(|tenant| tenant.to_string()),
            ticket: subject.ticket.map(|ticket| ticket.0),
            key: subject.key.map(|key| key.to_string()),
            old,
            new,
        }
    }
}
