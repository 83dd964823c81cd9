//! What people read in the ticket of a group (rule T13). Its members are listed as far as a text has room.

use std::fmt::Write as _;

use super::super::entry::{About, AlertSeen, Entry};
use super::super::storm::{KEYS_ALONE, Scope, TICKETS_AT_ONCE, WINDOW};
use super::{DESCRIPTION_MAX, Facts, VALUE_MAX, time};
use crate::alert::{Alert, readable};
use crate::text::clean;

/// A member's name: enough for a computer and a plan, and little in the ledger.
const LABEL_MAX: usize = 80;
/// Kept free below a list for what follows it.
const AFTER_LIST: usize = 500;

/// What is affected by an alert, in the words of a list.
pub(in crate::ticket) fn member_label(scope: Scope, alert: &Alert) -> String {
    let details = &alert.details;
    let workload = details.resource_name.as_deref().or(details.resource_id.as_deref());
    let plan = details.plan_name.as_deref().or(details.incident_id.as_deref());
    let mut label = match scope {
        Scope::Type => String::new(),
        Scope::Account => format!("{}: ", readable(&alert.kind)),
    };
    label.push_str(workload.unwrap_or(alert.id.as_str()));
    if let Some(plan) = plan {
        let _ = write!(label, " ({plan})");
    }
    clean(&label, LABEL_MAX)
}

pub(super) fn title(entry: &Entry, scope: Scope) -> String {
    match scope {
        Scope::Type => format!("{}: many at once", readable(&entry.kind)),
        Scope::Account => "Many alerts at once".to_owned(),
    }
}

pub(super) fn description(entry: &Entry, scope: Scope, facts: &Facts<'_>) -> String {
    let minutes = WINDOW.as_mins();
    let mut text = match scope {
        Scope::Type => format!(
            "More than {KEYS_ALONE} problems of this type began within {minutes} minutes, so all further ones are on this ticket."
        ),
        Scope::Account => format!(
            "More than {TICKETS_AT_ONCE} tickets were made within {minutes} minutes. All further alerts of this customer that \
             were still active {minutes} minutes later are on this ticket."
        ),
    };
    text.push_str(" It closes when the last of them has cleared.\n\n");
    text.push_str(&head(entry, scope, facts));
    list(&mut text, "Affected", entry.shown());
    foot(&mut text, entry, facts);
    text
}

/// The part of a note below its lead.
pub(super) fn note_body(about: About, entry: &Entry, scope: Scope, facts: &Facts<'_>) -> String {
    let mut text = head(entry, scope, facts);
    let listed_here = |as_cleared: bool| {
        let is_here = move |seen: &&AlertSeen| {
            let listed = seen.member.as_ref().and_then(|member| member.listed);
            listed.is_some_and(|listed| listed.note == entry.notes && listed.as_cleared == as_cleared)
        };
        entry.alerts.values().filter(is_here)
    };
    match about {
        About::Members => {
            list(&mut text, "Joined", listed_here(false));
            list(&mut text, "Cleared", listed_here(true));
        }
        About::Changed | About::Reopened | About::Reminder => {
            list(&mut text, "Affected", entry.active().map(|(_, seen)| seen));
        }
        About::Cleared | About::ClearedTechnician | About::CloseRefused | About::Flapping => {}
    }
    foot(&mut text, entry, facts);
    text
}

fn head(entry: &Entry, scope: Scope, facts: &Facts<'_>) -> String {
    let mut text = format!("Customer: {}\n", clean(facts.customer, VALUE_MAX));
    if scope == Scope::Type {
        let _ = writeln!(text, "Alert: {}", readable(&entry.kind));
    }
    if let Some(severity) = entry.severity() {
        let _ = writeln!(text, "Severity: up to {severity}");
    }
    let _ = writeln!(text, "Open now: {}", entry.active().count());
    text
}

fn foot(text: &mut String, entry: &Entry, facts: &Facts<'_>) {
    if let Some(at) = entry.cleared_at() {
        let _ = writeln!(text, "Cleared: {}", time(at));
    }
    let _ = writeln!(text, "Acronis console: {}\nReference: {}", facts.console_url, entry.reference());
}

/// Lists members by name, as many as there is room for, and says how many more there are.
fn list<'a>(text: &mut String, heading: &str, members: impl Iterator<Item = &'a AlertSeen>) {
    let mut lines: Vec<String> = members.map(line).collect();
    lines.sort_unstable();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "{heading}:");
    let mut room = DESCRIPTION_MAX.saturating_sub(AFTER_LIST + text.encode_utf16().count());
    let fits = |line: &&String| {
        let length = line.encode_utf16().count();
        let has_room = length <= room;
        room = room.saturating_sub(length);
        has_room
    };
    let shown: Vec<&String> = lines.iter().take_while(fits).collect();
    let more = lines.len() - shown.len();
    shown.into_iter().for_each(|line| text.push_str(line));
    if more > 0 {
        let _ = writeln!(text, "- and {more} more");
    }
}

fn line(seen: &AlertSeen) -> String {
    let label = seen.member.as_ref().map_or("", |member| member.label.as_str());
    let severity = seen.severity.map_or_else(String::new, |severity| format!(", {severity}"));
    format!("- {label}{severity}, raised {}\n", time(seen.raise_server_at))
}

pub(super) fn resolution(entry: &Entry) -> String {
    let cleared = entry.cleared_at().map(time).unwrap_or_default();
    format!("All alerts on this ticket have cleared in Acronis, the last one on {cleared}.")
}
