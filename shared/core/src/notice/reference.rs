use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a daily ticket's external id begins with. Tickets about alerts begin differently, so their bulk reads pass it over.
const PREFIX: &str = "notice";
/// Characters of the installation's id that are kept: a uuid's.
const INSTALLATION_MAX: usize = 32;

/// A daily ticket's external id: the installation and the day. At most 50 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// Of an installation's ticket of that day.
    #[must_use]
    pub fn of(installation: &str, day: Date) -> Self {
        let installation = installation.chars().filter(char::is_ascii_alphanumeric).take(INSTALLATION_MAX);
        Self(format!("{PREFIX}-{}-{}", installation.collect::<String>(), day.strftime("%Y%m%d")))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::alert;

    #[test]
    fn x8_a_daily_ticket_is_known_by_installation_and_day_and_never_taken_for_an_alerts() {
        let reference = Reference::of("0194fdc2-fa2f-7cc0-81d3-ff1207124b75", date(2026, 11, 22)).to_string();
        assert_eq!(reference, "notice-0194fdc2fa2f7cc081d3ff1207124b75-20261122");
        assert!(reference.len() <= 50);
        assert!(!reference.starts_with(alert::Key::prefix()), "a bulk read of our alerts' tickets would take it in");
        assert_eq!(alert::Reference::parse(&reference), None);
    }
}
