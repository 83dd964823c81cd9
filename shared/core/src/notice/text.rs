//! What people read in the ticket. Every kind that waits is there with its number; the words share what room is left, so that two
//! hundred of one kind do not hide a single one of another.

use std::fmt::Write as _;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::waiting::{Sort, Waiting};
use crate::text::cut;

/// Autotask's limit in characters.
const DESCRIPTION_MAX: usize = 8_000;

/// The ticket's title. Nothing in it goes out of date on that day.
#[must_use]
pub fn title(day: Date) -> String {
    format!("Acronis integration: what waits for a person on {day}")
}

/// The ticket's description.
#[must_use]
pub fn description(waiting: &Waiting) -> String {
    let mut text = introduction(waiting.count());
    let heads: Vec<String> = waiting.groups().map(|(sort, kind, group)| heading(sort, kind, group.count)).collect();
    // The line for what is left out is longest when everything is.
    let frames =
        heads.iter().zip(waiting.groups()).map(|(head, (_, _, group))| length(head) + length(&more(group.count)));
    let mut room = DESCRIPTION_MAX.saturating_sub(length(&text) + frames.sum::<usize>());
    for (position, (head, (_, _, group))) in heads.iter().zip(waiting.groups()).enumerate() {
        text.push_str(head);
        let share = room / (heads.len() - position);
        let (mut used, mut told) = (0, 0);
        for line in &group.first {
            let line = format!("- {line}\n");
            if used + length(&line) > share {
                break;
            }
            text.push_str(&line);
            used += length(&line);
            told += 1;
        }
        if told < group.count {
            text.push_str(&more(group.count - told));
        }
        room -= used;
    }
    cut(text.trim_end(), DESCRIPTION_MAX)
}

/// Short name of a description, by which a later one is known to say something else.
pub(super) fn digest(description: &str) -> String {
    let mut text = String::new();
    for byte in &Sha256::digest(description)[..8] {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
    }
    text
}

fn introduction(count: usize) -> String {
    let what = match count {
        1 => "1 matter waits for a person.".to_owned(),
        _ => format!("{count} matters wait for a person."),
    };
    format!(
        "{what} Settle them in the console of the Acronis integration; completing this ticket settles nothing. It is brought up \
         to date at most once an hour, and there is one such ticket a day for as long as anything waits.\n"
    )
}

/// What waits, how often, and where to look.
fn heading(sort: Sort, kind: &str, count: usize) -> String {
    let (what, place) = match sort {
        Sort::Paused => ("Paused systems", "Log in"),
        Sort::Held => ("Held", "Review"),
        Sort::Parked => ("Parked messages", "Review"),
        Sort::Unmapped => ("Tenants with alerts and without an account", "Customer mapping"),
    };
    let kind = if kind.is_empty() { String::new() } else { format!(", {kind}") };
    format!("\n{what}{kind}: {count} (see {place})\n")
}

fn more(count: usize) -> String {
    format!("and {count} more\n")
}

/// In UTF-16 units, the stricter of the possible readings of Autotask's limit.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn waiting(matters: &[(Sort, &str, &str)]) -> Waiting {
        let mut waiting = Waiting::default();
        for (sort, kind, text) in matters {
            waiting.add(*sort, kind, text, Timestamp::UNIX_EPOCH);
        }
        waiting
    }

    #[test]
    fn x8_the_ticket_says_what_waits_how_much_and_where_to_look() {
        let text = description(&waiting(&[
            (Sort::Unmapped, "", "Kale Foods"),
            (Sort::Held, "below_usage", "Harbour Bakery: 3 would be less than the 5 in use."),
            (Sort::Paused, "", "Autotask refused the log-in."),
            (Sort::Held, "brake", "3 of 10 mapped accounts would be cut."),
        ]));
        let (first, rest) = text.split_once('\n').expect("several lines");
        assert!(first.starts_with("4 matters wait for a person. Settle them in the console"), "{first}");
        assert_eq!(
            rest,
            "\nPaused systems: 1 (see Log in)\n- Autotask refused the log-in.\n\
             \nHeld, below usage: 1 (see Review)\n- Harbour Bakery: 3 would be less than the 5 in use.\n\
             \nHeld, brake: 1 (see Review)\n- 3 of 10 mapped accounts would be cut.\n\
             \nTenants with alerts and without an account: 1 (see Customer mapping)\n- Kale Foods"
        );
        assert_eq!(title(date(2026, 11, 22)), "Acronis integration: what waits for a person on 2026-11-22");
    }

    #[test]
    fn x8_the_first_dozen_of_a_kind_are_told_and_the_others_counted() {
        let many: Vec<(Sort, &str, &str)> = vec![(Sort::Held, "first_plans", "Somebody"); 214];
        let text = description(&waiting(&many));
        assert_eq!(text.matches("- Somebody\n").count(), 12);
        assert!(text.ends_with("and 202 more"), "{text}");
        assert!(text.contains("Held, first plans: 214 "), "{text}");
    }

    #[test]
    fn x8_a_value_from_outside_stays_on_its_line() {
        let text = description(&waiting(&[(Sort::Parked, "unreadable", "body\r\n- Held: nothing\u{202e}")]));
        assert!(text.ends_with("\n- body  - Held: nothing"), "{text:?}");
    }

    fn a_matter() -> impl Strategy<Value = (Sort, String, String, usize)> {
        let sort = prop_oneof![Just(Sort::Paused), Just(Sort::Held), Just(Sort::Parked), Just(Sort::Unmapped)];
        (sort, "[a-z]{1,12}", "\\PC{0,400}", 1usize..30)
    }

    proptest! {
        #[test]
        fn x8_every_kind_is_counted_within_the_documented_length(matters in prop::collection::vec(a_matter(), 1..40)) {
            let mut waiting = Waiting::default();
            for (sort, kind, text, times) in &matters {
                (0..*times).for_each(|_| waiting.add(*sort, kind, text, Timestamp::UNIX_EPOCH));
            }
            let text = description(&waiting);
            prop_assert!(length(&text) <= DESCRIPTION_MAX);
            let mut told = 0;
            for (sort, kind, group) in waiting.groups() {
                let head = heading(sort, kind, group.count);
                prop_assert!(text.contains(head.trim()), "{head} is missing in {text}");
                told += group.count;
            }
            let lines = text.lines().filter(|line| *line == "-" || line.starts_with("- ")).count();
            let more = text.lines().filter_map(|line| line.strip_prefix("and ")?.strip_suffix(" more")?.parse::<usize>().ok());
            prop_assert_eq!(lines + more.sum::<usize>(), told);
        }
    }
}
