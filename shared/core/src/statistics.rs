//! How many alerts were raised and cleared on a day, and what became of tickets: for charts, and for nothing that is decided.

use std::ops::AddAssign;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ticket::{AlertSeen, Entry, Link};

/// Days that are kept, today among them.
pub const KEPT_DAYS: u32 = 90;

/// What was counted on a day of the installation's time zone.
///
/// ticket-sync adds what a batch has come to once, at its end. A worker that dies before loses its batch's share, and a write
/// without an answer may or may not have counted: this is a chart, and neither is worth a unit more for each ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// What was counted.
    pub counts: Counts,
}

/// Numbers of a day. Alerts are those that the ledger knows: of types that make tickets, and of mapped tenants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Alerts raised, and raised again.
    #[serde(default)]
    pub raised: u32,
    /// Alerts read as cleared. Those that only vanished are not among them (rule X3).
    #[serde(default)]
    pub cleared: u32,
    /// New tickets.
    #[serde(default)]
    pub created: u32,
    /// Tickets reopened by us.
    #[serde(default)]
    pub reopened: u32,
    /// Tickets closed by us.
    #[serde(default)]
    pub closed: u32,
}

impl Counts {
    /// What happened to a problem between two states of its entry, the earlier one missing where it is new.
    ///
    /// Alerts of a problem that waits for a storm to pass (rule T13) count once the wait is over: with its group, which takes them
    /// over, or here if they have cleared by then.
    #[must_use]
    pub fn between(before: Option<&Entry>, after: &Entry) -> Self {
        let has_waited = before.is_some_and(|before| before.waits_until().is_some());
        let waits = after.waits_until().is_some();
        let seen = |id| before.and_then(|before| before.alerts.get(id));
        let alerts = || after.alerts.iter().map(|(id, now)| (seen(id), now));
        let is_counted = |was: &AlertSeen| !(has_waited && was.cleared_at.is_none());
        let is_raise = |was: Option<&AlertSeen>, now: &AlertSeen| {
            was.filter(|was| is_counted(was)).is_none_or(|was| was.raised_at != now.raised_at)
        };
        let raised = alerts().filter(|(was, now)| !waits && is_raise(*was, now));
        let cleared = alerts().filter(|(was, now)| {
            now.cleared_at.is_some() && was.is_none_or(|was| was.cleared_at.is_none() || was.raised_at != now.raised_at)
        });
        let link_before = before.and_then(Entry::link);
        let is_new = |link: &&Link| link_before.is_none_or(|before| before.id != link.id);
        let is_closing = |link: &&Link| !is_new(link) && link.closed.is_some() && link_before.is_some_and(is_open);
        let reopened = after.reopened_at.iter().filter(|at| before.is_none_or(|was| !was.reopened_at.contains(at)));
        Self {
            raised: number(raised.count()),
            cleared: number(cleared.count()),
            created: number(after.link().filter(is_new).iter().count()),
            reopened: number(reopened.count()),
            closed: number(after.link().filter(is_closing).iter().count()),
        }
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

fn is_open(link: &Link) -> bool {
    link.closed.is_none()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        let Self { raised, cleared, created, reopened, closed } = more;
        self.raised = self.raised.saturating_add(raised);
        self.cleared = self.cleared.saturating_add(cleared);
        self.created = self.created.saturating_add(created);
        self.reopened = self.reopened.saturating_add(reopened);
        self.closed = self.closed.saturating_add(closed);
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::alert::Key;
    use crate::id::{AccountId, AlertId, TicketId};
    use crate::ticket::About;

    const NONE: Counts = Counts { raised: 0, cleared: 0, created: 0, reopened: 0, closed: 0 };

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn seen(raised_at: i64, cleared_at: Option<i64>) -> AlertSeen {
        AlertSeen {
            raised_at: at(raised_at),
            raise_server_at: at(raised_at),
            changed_at: at(raised_at),
            severity: None,
            cause: None,
            cleared_at: cleared_at.map(at),
            missing_since: None,
            dismissing_since: None,
            member: None,
        }
    }

    fn entry(alerts: &[(&str, AlertSeen)]) -> Entry {
        let mut entry = Entry::new(
            Key::parse("acr1-0123456789abcdef0123456789abcdef").expect("a key"),
            "c".into(),
            "t".into(),
            "BackupFailed".to_owned(),
        );
        entry.alerts = alerts.iter().map(|(id, seen)| (AlertId::from(*id), seen.clone())).collect();
        entry
    }

    #[test]
    fn t13_an_alert_that_waits_for_a_storm_to_pass_counts_when_the_wait_is_over() {
        let mut waiting = entry(&[("a", seen(1, None)), ("b", seen(0, Some(1)))]);
        waiting.wait_for_storm(at(2));
        let old = entry(&[("b", seen(0, Some(1)))]);
        assert_eq!(Counts::between(Some(&old), &waiting), NONE);
        let over = entry(&[("a", seen(1, Some(2))), ("b", seen(0, Some(1)))]);
        assert_eq!(Counts::between(Some(&waiting), &over), Counts { raised: 1, cleared: 1, ..NONE });
    }

    #[test]
    fn an_alert_counts_once_for_each_raise_and_once_for_each_clear() {
        let raised = entry(&[("a", seen(1, None))]);
        assert_eq!(Counts::between(None, &raised), Counts { raised: 1, ..NONE });
        assert_eq!(Counts::between(Some(&raised), &raised), NONE, "nothing happened");
        let cleared = entry(&[("a", seen(1, Some(2)))]);
        assert_eq!(Counts::between(Some(&raised), &cleared), Counts { cleared: 1, ..NONE });
        assert_eq!(Counts::between(Some(&cleared), &cleared), NONE);
        let again = entry(&[("a", seen(3, None)), ("b", seen(3, None))]);
        assert_eq!(Counts::between(Some(&cleared), &again), Counts { raised: 2, ..NONE });
        assert_eq!(
            Counts::between(None, &cleared),
            Counts { raised: 1, cleared: 1, ..NONE },
            "over before it was seen"
        );
    }

    #[test]
    fn a_ticket_counts_when_it_is_made_closed_and_reopened() {
        let bare = entry(&[]);
        let mut made = bare.clone();
        made.created(TicketId(7), AccountId(1), 1, at(1));
        assert_eq!(Counts::between(Some(&bare), &made), Counts { created: 1, ..NONE });
        let mut closed = made.clone();
        closed.closed(5, at(2));
        assert_eq!(Counts::between(Some(&made), &closed), Counts { closed: 1, ..NONE });
        let mut reopened = closed.clone();
        reopened.reopened(1, About::Reopened, at(3));
        assert_eq!(Counts::between(Some(&closed), &reopened), Counts { reopened: 1, ..NONE });
        assert_eq!(Counts::between(Some(&reopened), &reopened), NONE);
        let mut follows = closed.clone();
        follows.created(TicketId(8), AccountId(1), 1, at(4));
        assert_eq!(Counts::between(Some(&closed), &follows), Counts { created: 1, ..NONE });
    }
}
