//! Creating once (rule X2): when to search, when to create, and when to wait.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ticket::CREATE_AGAIN_AFTER;

/// How soon a search that found nothing is repeated while the service may still be working on an attempt.
const SEARCH_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// What was tried of a create, and what was searched for since.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When a create was sent whose outcome is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// When the last search began that found nothing; a later create forgets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched_at: Option<Timestamp>,
    /// Creates sent so far, so that what is found may be of our own making.
    #[serde(default)]
    pub sent: u32,
}

/// What an attempt calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Search by our key.
    Search,
    /// Create: nothing is there, and nothing is on its way.
    Create,
    /// Search again then.
    Wait(Timestamp),
}

impl Attempt {
    /// A search comes before every create, and counts for as long as a create may be on its way.
    pub(crate) fn turn(&self, now: Timestamp) -> Turn {
        let Some(searched) = self.searched_at else { return Turn::Search };
        let settled = self.sent_at.map(|sent| sent + CREATE_AGAIN_AFTER);
        if let Some(settled) = settled.filter(|settled| searched < *settled) {
            let again = settled.min(searched + SEARCH_AGAIN_AFTER);
            return if now < again { Turn::Wait(again) } else { Turn::Search };
        }
        if now.duration_since(searched) < CREATE_AGAIN_AFTER { Turn::Create } else { Turn::Search }
    }

    /// A create is about to be sent.
    pub(crate) fn begin(&mut self, now: Timestamp) {
        *self = Self { sent_at: Some(now), searched_at: None, sent: self.sent.saturating_add(1) };
    }

    /// The create certainly had no effect.
    pub(crate) fn had_no_effect(&mut self) {
        *self = Self { sent: self.sent, ..Self::default() };
    }

    /// Whatever a search found is to be looked up afresh; a create that may be on its way is not forgotten.
    pub(crate) fn search_afresh(&mut self) {
        self.searched_at = None;
    }

    /// A search that began then found nothing.
    pub(crate) fn found_nothing(&mut self, began_at: Timestamp) {
        self.searched_at = Some(began_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn x2_a_search_precedes_the_first_create_and_ages() {
        let mut attempt = Attempt::default();
        assert_eq!(attempt.turn(at(0)), Turn::Search);
        attempt.found_nothing(at(0));
        assert_eq!(attempt.turn(at(1)), Turn::Create);
        assert_eq!(attempt.turn(at(6)), Turn::Search);
    }

    #[test]
    fn x2_a_doubtful_create_is_searched_for_during_six_minutes_and_only_then_repeated() {
        let mut attempt = Attempt::default();
        attempt.begin(at(0));
        assert_eq!(attempt.turn(at(0)), Turn::Search);
        attempt.found_nothing(at(0));
        assert_eq!(attempt.turn(at(0)), Turn::Wait(at(1)));
        assert_eq!(attempt.turn(at(1)), Turn::Search);
        attempt.found_nothing(at(5) + SignedDuration::from_secs(30));
        assert_eq!(attempt.turn(at(5) + SignedDuration::from_secs(59)), Turn::Wait(at(6)));
        assert_eq!(attempt.turn(at(7)), Turn::Search, "a search from before the six minutes allows no create");
        attempt.found_nothing(at(7));
        assert_eq!(attempt.turn(at(7)), Turn::Create);
    }

    #[test]
    fn x2_a_create_without_effect_may_follow_at_once_after_a_search() {
        let mut attempt = Attempt::default();
        attempt.begin(at(0));
        attempt.had_no_effect();
        assert_eq!((attempt.turn(at(0)), attempt.sent), (Turn::Search, 1));
        attempt.found_nothing(at(0));
        assert_eq!(attempt.turn(at(0)), Turn::Create);
    }
}
