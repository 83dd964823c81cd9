//! When alert-poll walks everything, and what others ask of that walk.

use std::collections::BTreeMap;

use bridge_core::id::TicketId;
use bridge_core::ticket::Link;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::record::Cursor;
use store::table::{Error, Read, Stored, Table};

/// Name of the walk's cursor.
const NAME: &str = "walk";
/// Complete lists are dear, so missing tickets, which may be anybody's, let them be read no oftener than this.
const BETWEEN: SignedDuration = SignedDuration::from_mins(15);
/// A ticket that was deleted this long before the last walk is known to be gone: the two clocks differ.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(2);
/// Missing tickets that are remembered with their times; of further ones the time is known less exactly.
const MISSING_MAX: usize = 1_000;

/// When everything was walked, and when it is to be walked again.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Walk {
    /// When the last walk was begun.
    pub begun_at: Option<Timestamp>,
    /// When the last walk that ended well was begun.
    pub walked_at: Option<Timestamp>,
    /// When to walk again, sooner than in a day.
    pub again_at: Option<Timestamp>,
    /// A person has agreed, until then, to the closing of many tickets at once (rule X3).
    pub mass_close_until: Option<Timestamp>,
    /// Tickets, ours or not, that somebody found missing since, and when; no ticket names its key when it is gone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<TicketId, Timestamp>,
}

impl Walk {
    /// Reads it; its default when there is none or it is of another release.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn read(table: &Table) -> Result<Self, Error> {
        let stored: Option<Stored<Cursor>> = table.get(&NAME.to_owned(), Read::Strong).await?;
        Ok(stored.and_then(|stored| serde_json::from_value(stored.value.value).ok()).unwrap_or_default())
    }

    /// Changes it, as others write to it as well.
    ///
    /// # Errors
    /// The table cannot be read or written.
    pub async fn change(table: &Table, mut change: impl FnMut(&mut Self)) -> Result<(), Error> {
        let changed = |stored: Option<Cursor>| {
            let mut walk: Self =
                stored.and_then(|stored| serde_json::from_value(stored.value).ok()).unwrap_or_default();
            change(&mut walk);
            let value = serde_json::to_value(walk).expect("a cursor is plain data");
            Some(Cursor { name: NAME.to_owned(), value })
        };
        table.modify(&NAME.to_owned(), changed).await?;
        Ok(())
    }

    /// Lets everything be walked soon, as these tickets were found missing at these times (rule T9). Nothing happens when the
    /// last walk has seen as much.
    ///
    /// # Errors
    /// The table cannot be read or written.
    pub async fn look_for(table: &Table, missing: &[(TicketId, Timestamp)], now: Timestamp) -> Result<(), Error> {
        if missing.is_empty() {
            return Ok(());
        }
        Self::change(table, |walk| walk.look_for_missing(missing, now)).await
    }

    fn look_for_missing(&mut self, missing: &[(TicketId, Timestamp)], now: Timestamp) {
        let is_news = |at: &Timestamp| self.walked_at.is_none_or(|walked_at| *at + TOLERANCE >= walked_at);
        let news: Vec<_> = missing.iter().filter(|(_, at)| is_news(at)).copied().collect();
        if news.is_empty() {
            return;
        }
        for (ticket, at) in news {
            if self.missing.len() < MISSING_MAX {
                self.missing.entry(ticket).or_insert(at);
            }
        }
        self.walk_soon(now);
    }

    fn walk_soon(&mut self, now: Timestamp) {
        let soon = self.walked_at.map_or(now, |walked_at| now.max(walked_at + BETWEEN));
        self.again_at = Some(self.again_at.map_or(soon, |again_at| again_at.min(soon)));
    }

    /// A walk that was begun at `begun_at`, knowing of what was asked in `known`, has ended well; `second` says when another list
    /// is needed. What was asked in the meantime stays.
    pub fn ended(&mut self, known: &Self, begun_at: Timestamp, second: Option<Timestamp>) {
        self.walked_at = Some(begun_at);
        if self.again_at == known.again_at {
            self.again_at = second;
        }
        self.mass_close_until = self.mass_close_until.filter(|until| begun_at < *until);
        self.missing.retain(|ticket, _| !known.missing.contains_key(ticket));
        if !self.missing.is_empty() {
            self.walk_soon(begun_at);
        }
    }

    /// When a ticket was lost whose deletion Autotask's log does not tell: when it was found missing, else the last moment at
    /// which it was certainly there, so that no raise since counts as told (rule T9). Rather a ticket too many than none.
    #[must_use]
    pub fn lost_at(&self, link: &Link, now: Timestamp) -> Timestamp {
        let was_there_at = link.written_at.max(self.walked_at);
        self.missing.get(&link.id).copied().or(was_there_at).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use bridge_core::id::AccountId;

    use super::*;

    const TICKET: TicketId = TicketId(7);

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(10_000 + minute)
    }

    fn walked(minute: i64) -> Walk {
        Walk { walked_at: Some(at(minute)), ..Walk::default() }
    }

    #[test]
    fn a_missing_ticket_lets_everything_be_walked_soon_but_not_every_minute() {
        let asked = |walk: Walk, minute: i64| {
            let mut walk = walk;
            walk.look_for_missing(&[(TICKET, at(minute))], at(minute));
            walk.again_at
        };
        assert_eq!(asked(Walk::default(), 3), Some(at(3)));
        assert_eq!(asked(walked(0), 3), Some(at(15)));
        assert_eq!(asked(walked(0), 40), Some(at(40)));
        let sooner = Walk { again_at: Some(at(5)), ..walked(0) };
        assert_eq!(asked(sooner, 3), Some(at(5)), "a second list is not put off");
    }

    #[test]
    fn a_ticket_that_the_last_walk_has_seen_to_be_gone_asks_for_nothing() {
        let mut walk = walked(10);
        walk.look_for_missing(&[(TICKET, at(7))], at(20));
        assert_eq!(walk, walked(10));
        walk.look_for_missing(&[(TICKET, at(9))], at(20));
        assert_eq!(walk.again_at, Some(at(25)));
    }

    #[test]
    fn what_is_found_missing_during_a_walk_is_walked_for_again() {
        let mut walk = Walk::default();
        walk.look_for_missing(&[(TICKET, at(0))], at(0));
        let known = walk.clone();
        walk.look_for_missing(&[(TicketId(8), at(1))], at(1));
        walk.ended(&known, at(0), None);
        assert_eq!((walk.walked_at, walk.again_at), (Some(at(0)), Some(at(15))));
        assert_eq!(walk.missing.keys().collect::<Vec<_>>(), [&TicketId(8)]);
        let known = walk.clone();
        walk.ended(&known, at(15), None);
        assert_eq!(walk, walked(15));
    }

    #[test]
    fn t9_a_ticket_of_unknown_end_was_lost_when_it_was_last_known_to_be_there() {
        let link = |written_at: Option<Timestamp>| Link { written_at, ..Link::new(TICKET, AccountId(1), 1) };
        assert_eq!(Walk::default().lost_at(&link(None), at(9)), at(9));
        assert_eq!(walked(2).lost_at(&link(Some(at(1))), at(9)), at(2));
        assert_eq!(walked(2).lost_at(&link(Some(at(3))), at(9)), at(3));
        let missed = Walk { missing: [(TICKET, at(8))].into(), ..walked(2) };
        assert_eq!(missed.lost_at(&link(Some(at(3))), at(9)), at(8));
    }
}
