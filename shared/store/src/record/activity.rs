//! Rule X5: every write to either system, kept for longer than 13 months. A day is a partition, so the newest are read from the
//! end of today's, and a month's export reads 31 partitions.

use bridge_core::alert;
use bridge_core::id::{AccountId, TenantId, TicketId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::sortable;
use crate::table::{Error, Key, Order, Query, Record, Stored, Table};

/// 14 months of 31 days.
const KEPT: SignedDuration = SignedDuration::from_hours(14 * 31 * 24);
/// Partitions read for one page at most; half a read unit each when empty.
const DAYS_PER_PAGE: usize = 62;

/// One write to a foreign system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// When the write was begun: the same for a repeat of the same write, as it is part of the key.
    pub at: Timestamp,
    /// Made from the write, so that a repeat is the same entry.
    pub id: String,
    /// The run or the person.
    pub actor: String,
    /// Which person of that name, as the sign-in service numbers people; none for a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// `autotask` or `acronis`.
    pub system: String,
    /// What was written, in words.
    pub what: String,
    /// About what.
    #[serde(flatten)]
    pub subject: Subject,
    /// The cause, in words.
    pub why: String,
    /// The value before, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// The value after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// What a write is about, as far as it applies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
    /// The ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// The problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<alert::Key>,
}

/// Where to go on reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityCursor {
    /// The day, in UTC.
    pub day: Date,
    /// Sort key of the last entry read in it, if any.
    pub after: Option<String>,
}

/// Some entries, newest first.
#[derive(Debug)]
pub struct ActivityPage {
    /// The entries.
    pub entries: Vec<Stored<Activity>>,
    /// Entries of a format that this release cannot read.
    pub skipped: Vec<Error>,
    /// Where to go on, `None` when the oldest day asked for is read.
    pub next: Option<ActivityCursor>,
}

impl Record for Activity {
    const KIND: &'static str = "ACTIVITY";
    type Id = (Timestamp, String);

    fn key((at, id): &(Timestamp, String)) -> Key {
        Key::new(partition(day(*at)), format!("{}#{id}", sortable(*at)))
    }

    fn id(&self) -> (Timestamp, String) {
        (self.at, self.id.clone())
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.at.checked_add(KEPT).ok()
    }
}

impl Activity {
    /// Records a write; a repeat changes nothing. One write unit.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn record(self, table: &Table) -> Result<(), Error> {
        table.insert(self).await?;
        Ok(())
    }

    /// Entries from `cursor` back to the day `oldest`, newest first, at most `limit`. A page may be short, or empty with a
    /// cursor, when there is nothing for two months.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn page(
        table: &Table,
        cursor: ActivityCursor,
        oldest: Date,
        limit: usize,
    ) -> Result<ActivityPage, Error> {
        let mut page = ActivityPage { entries: Vec::new(), skipped: Vec::new(), next: Some(cursor) };
        for _ in 0..DAYS_PER_PAGE {
            let Some(ActivityCursor { day, after }) = page.next.take_if(|cursor| cursor.day >= oldest) else { break };
            let missing = limit - page.entries.len() - page.skipped.len();
            let query = Query::partition(partition(day), Order::Descending, missing).after(after);
            let part = table.query(query).await?;
            page.entries.extend(part.records);
            page.skipped.extend(part.skipped);
            page.next = match part.next {
                Some(sk) => Some(ActivityCursor { day, after: Some(sk) }),
                None => day.checked_sub(1.day()).ok().map(|day| ActivityCursor { day, after: None }),
            };
            if page.entries.len() + page.skipped.len() >= limit {
                break;
            }
        }
        page.next = page.next.filter(|cursor| cursor.day >= oldest);
        Ok(page)
    }
}

impl ActivityCursor {
    /// Begins with the newest entry at `now`.
    #[must_use]
    pub fn from(now: Timestamp) -> Self {
        Self { day: day(now), after: None }
    }
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn partition(day: Date) -> String {
    format!("{}#{day}", Activity::KIND)
}
