//! Rule T11: what people read in a ticket and its notes. Every value from an alert is untrusted text: control characters are
//! taken out, and lengths stay within Autotask's limits, counted in UTF-16 units as the stricter of the possible readings.

mod group;

use std::fmt::Write as _;

use jiff::Timestamp;

use super::decide::Because;
use super::entry::{About, Entry};
use super::link::Follows;
use crate::alert::{Alert, readable};
use crate::text::{clean, cut};

pub(super) use group::member_label;

/// Autotask's limits in characters.
const TITLE_MAX: usize = 255;
const DESCRIPTION_MAX: usize = 8_000;
const NOTE_TITLE_MAX: usize = 250;
/// One foreign text within a ticket; keeps a single huge value from pushing out the rest.
const VALUE_MAX: usize = 500;

/// What a text may mention beside the entry.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The customer's name.
    pub customer: &'a str,
    /// The alerts as just read; may be empty when Acronis no longer has them.
    pub alerts: &'a [Alert],
    /// The connection's data centre, for a link to the console.
    pub console_url: &'a str,
}

impl Facts<'_> {
    /// What the workload is called, where it has a name.
    #[must_use]
    pub fn workload(&self) -> Option<&str> {
        self.leading()?.details.resource_name.as_deref()
    }

    /// The alert that stands for the problem: the one that changed last, open ones first.
    fn leading(&self) -> Option<&Alert> {
        self.alerts.iter().max_by_key(|alert| (alert.is_active(), alert.server_time()))
    }
}

/// A ticket's title: readable alert type, workload, plan.
#[must_use]
pub fn title(entry: &Entry, facts: &Facts<'_>) -> String {
    if let Some(scope) = entry.group_scope() {
        return cut(&group::title(entry, scope), TITLE_MAX);
    }
    let alert = facts.leading();
    let details = alert.map(|alert| &alert.details);
    let mut text = details
        .and_then(|details| details.title.as_deref())
        .map(|title| clean(title, VALUE_MAX))
        .filter(|title| !title.is_empty())
        .unwrap_or_else(|| readable(&entry.kind));
    let workload = details.and_then(|details| details.resource_name.as_deref().or(details.resource_id.as_deref()));
    if let Some(workload) = workload {
        let _ = write!(text, " on {}", clean(workload, VALUE_MAX));
    }
    // Incidents have no plan, and several of one workload must be told apart.
    let which = details.and_then(|details| details.plan_name.as_deref().or(details.incident_id.as_deref()));
    if let Some(which) = which {
        let _ = write!(text, " ({})", clean(which, VALUE_MAX));
    }
    cut(&text, TITLE_MAX)
}

/// A ticket's description.
#[must_use]
pub fn description(entry: &Entry, facts: &Facts<'_>) -> String {
    let mut text = String::new();
    if let Some(follows) = &entry.follows {
        let _ = writeln!(text, "{}\n", following(follows));
    }
    text.push_str(&match entry.group_scope() {
        Some(scope) => group::description(entry, scope, facts),
        None => body(entry, facts),
    });
    cut(&text, DESCRIPTION_MAX)
}

/// A note's title. It carries the note's number, which is what a search looks for (rule T20).
#[must_use]
pub fn note_title(about: About, number: u32) -> String {
    let what = match about {
        About::Changed => "Acronis alert changed",
        About::Reopened => "Acronis alert occurred again",
        About::Reminder => "Acronis alert is still active",
        About::Cleared | About::ClearedTechnician | About::CloseRefused => "Acronis alert cleared",
        About::Flapping => "Acronis alert comes and goes",
        About::Members => "Acronis alert list changed",
    };
    cut(&format!("{what} (note {number})"), NOTE_TITLE_MAX)
}

/// Whether a note's title is one of ours.
#[must_use]
pub fn is_note_title(title: &str) -> bool {
    let number = title.trim().strip_suffix(')').and_then(|title| title.rsplit_once(" (note "));
    number.is_some_and(|(what, number)| what.starts_with("Acronis alert ") && number.parse::<u32>().is_ok())
}

/// A note's text.
#[must_use]
pub fn note_text(about: About, entry: &Entry, facts: &Facts<'_>) -> String {
    let lead = match about {
        About::Changed => "The alert has changed.",
        About::Reopened => {
            "The alert was raised again after this ticket had been closed, so the ticket is open again. A resolution written \
             before is about the earlier occurrence."
        }
        About::Reminder => {
            "This ticket was closed, but its alert is still active in Acronis. It is opened once as a reminder."
        }
        About::Cleared => "The alert has cleared in Acronis.",
        About::ClearedTechnician => {
            "The alert has cleared in Acronis. The ticket is left open, as a technician is at work on it."
        }
        About::CloseRefused => {
            "The alert has cleared in Acronis, but Autotask refused to close this ticket. Please complete it by hand."
        }
        About::Flapping => {
            "The alert has come and gone several times within a day. The ticket is closed once it has stayed clear for 24 hours."
        }
        About::Members => "The list of alerts on this ticket has changed.",
    };
    if let Some(scope) = entry.group_scope() {
        return cut(&format!("{lead}\n\n{}", group::note_body(about, entry, scope, facts)), DESCRIPTION_MAX);
    }
    let changes = if about == About::Changed { changes(entry) } else { String::new() };
    cut(&format!("{lead}\n\n{changes}{}", body(entry, facts)), DESCRIPTION_MAX)
}

/// What differs from what the ticket says so far (rule T4).
fn changes(entry: &Entry) -> String {
    let mut text = String::new();
    let told = &entry.told;
    if entry.severity() > told.severity {
        let before = told.severity.map_or_else(|| "not stated".to_owned(), |severity| severity.to_string());
        let now = entry.severity().map_or_else(String::new, |severity| severity.to_string());
        let _ = writeln!(text, "Severity: {before} → {now}");
    }
    if let Some(cause) = entry.cause().filter(|cause| told.cause.as_deref() != Some(cause)) {
        let before = told.cause.as_deref().map_or_else(|| "not stated".to_owned(), |cause| clean(cause, VALUE_MAX));
        let _ = writeln!(text, "Cause: {before} → {}", clean(cause, VALUE_MAX));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// The resolution of a ticket that closes because its last alert cleared.
#[must_use]
pub fn resolution(entry: &Entry) -> String {
    if entry.group_scope().is_some() {
        return group::resolution(entry);
    }
    let cleared = entry.cleared_at().map(time).unwrap_or_default();
    format!("The alert cleared in Acronis on {cleared}. It had been raised {}.", times(entry.count))
}

fn body(entry: &Entry, facts: &Facts<'_>) -> String {
    let mut text = String::new();
    let mut line = |label: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let _ = writeln!(text, "{label}: {value}");
        }
    };
    let alert = facts.leading();
    let details = alert.map(|alert| &alert.details);
    let value = |pick: fn(&crate::alert::Details) -> &Option<String>| {
        details.and_then(|details| pick(details).as_deref()).map(|text| clean(text, VALUE_MAX))
    };
    line("Customer", Some(clean(facts.customer, VALUE_MAX)));
    line("Alert", Some(readable(&entry.kind)));
    line("Workload", value(|d| &d.resource_name).or_else(|| value(|d| &d.resource_id)));
    line("Plan", value(|d| &d.plan_name).or_else(|| value(|d| &d.plan_id)));
    line("Severity", Some(alert.map_or_else(String::new, severity)));
    line("Raised", raised(entry));
    line("Cleared", entry.cleared_at().map(time));
    if let Some(details) = details {
        for (depth, error) in details.error_texts.iter().enumerate() {
            line(if depth == 0 { "Error" } else { "Caused by" }, Some(clean(error, VALUE_MAX)));
        }
    }
    line("Error code", value(|d| &d.error_code));
    line("Reason", value(|d| &d.reason));
    for (name, value) in details.map(|details| details.more.as_slice()).unwrap_or_default() {
        line(&label(name), Some(clean(value, VALUE_MAX)));
    }
    line("Knowledge base", value(|d| &d.kb_code).map(|code| format!("https://kb.acronis.com (search for {code})")));
    // Anything else in its place would be a trap for whoever clicks.
    line("Incident", value(|d| &d.link).filter(|link| link.starts_with("https://")));
    line("Acronis console", Some(facts.console_url.to_owned()));
    line("Alert id", alert.map(|alert| alert.id.to_string()));
    line("Reference", Some(entry.reference().to_string()));
    text
}

/// A sender's own name of a value, as words.
fn label(name: &str) -> String {
    let words = readable(name);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn raised(entry: &Entry) -> Option<String> {
    let first = time(entry.first_at?);
    Some(match entry.last_at {
        Some(last) if entry.count > 1 => format!("{}, first on {first}, last on {}", times(entry.count), time(last)),
        _ => first,
    })
}

fn following(follows: &Follows) -> String {
    let ticket = follows.number.clone().unwrap_or_else(|| format!("ticket {}", follows.id));
    match follows.because {
        Because::FirstTicket | Because::ClosedLongAgo => format!("Follows {ticket}, which was closed some time ago."),
        Because::TicketGone => format!("Follows {ticket}, which was deleted or merged."),
        Because::ReopeningRefused => format!("Follows {ticket}, which Autotask refused to reopen."),
        Because::ClosedByRule => {
            format!("Follows {ticket}, which a rule in Autotask closed again after it was reopened.")
        }
        Because::OtherAccount => format!("Follows {ticket}, which belongs to another account now."),
    }
}

fn severity(alert: &Alert) -> String {
    alert.severity.map_or_else(|| "not stated".to_owned(), |severity| severity.to_string())
}

fn times(count: u32) -> String {
    match count {
        0 | 1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t5_our_notes_are_told_from_others_by_their_titles() {
        for about in [About::Changed, About::Reopened, About::Reminder, About::Cleared, About::Flapping, About::Members]
        {
            assert!(is_note_title(&note_title(about, 12)), "{about:?}");
        }
        for other in
            ["", "On it", "Acronis alert", "Acronis alert cleared (note x)", "Re: Acronis alert cleared (note 1)"]
        {
            assert!(!is_note_title(other), "{other}");
        }
    }
}
