//! From what the contracts sell to what the tenants may use, for all accounts at once.
//!
//! | module | what |
//! | --- | --- |
//! | [`contracts`] | companies' contracts with their lines and units, of everybody or of a few accounts |
//! | [`companies`] | the directory of accounts |
//! | [`tenants`] | a connection's tenants with their items, offers and usages, in bulk, or one of them live |
//! | [`behind`] | the accounts that the last run did not find as they must be |
//! | [`account`] | one account: what its contracts sell beside what its tenant has, and the plan that follows |
//! | [`lapsed`] | approvals that come to nothing |
//! | [`report`] | what is sold, allowed and used of every account, as each month left it |
//! | [`pass()`] | the whole run: read both systems, plan for every account, judge all plans together, say who needs work |
//!
//! Nothing here writes to Acronis or Autotask. What a pass has read is kept packed ([`store::pack`]), so that the next one asks
//! only for what changed; a read that failed or was incomplete fails the pass, and nothing is concluded (rule X3).
#![warn(missing_docs)]

pub mod account;
pub mod behind;
pub mod companies;
pub mod contracts;
mod error;
mod interned;
pub mod lapsed;
mod pass;
mod reading;
pub mod report;
pub mod tenants;

use bridge_core::settings::Settings;
use jiff::Timestamp;
use jiff::civil::Date;

pub use error::Error;
pub use pass::{ByDraft, CREATE, DELETE, DISABLE, ENABLE, KINDS, NAME, Position, Previewed, Summary, due_at, pass};

/// The day that decides which contracts and units count, in the installation's time zone.
#[must_use]
pub fn today(settings: &Settings, now: Timestamp) -> Date {
    now.to_zoned(settings.zone()).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p4_today_is_decided_in_the_installations_time_zone() {
        let now: Timestamp = "2026-11-22T23:30:00Z".parse().expect("a time");
        let day = |zone: &str| today(&Settings { time_zone: zone.to_owned(), ..Settings::default() }, now).to_string();
        assert_eq!(day("UTC"), "2026-11-22");
        assert_eq!(day("Europe/Berlin"), "2026-11-23");
        assert_eq!(day("America/New_York"), "2026-11-22");
    }
}
