//! A change of a quota (rules P4, P7, P10, P12, P15).

use bridge_core::item::{Grant, Quota, Unit, amount};
use bridge_core::quota::Sort;
use store::record::HeldQuota;

use super::{Choice, Help, Words};

const BACKUPS_STOP: &str = "More is in use than would be allowed. Acronis stops what is above the quota: backups that run today no longer run.";
const PROTECTION_ENDS: &str = "Switching it off may end protection or strand data.";
const USAGE_UNKNOWN: &str = "Acronis does not say how much is in use: backups that run today may stop.";
const UNEXPLAINED: &str = "Nothing in Autotask explains why the units are gone. Look at the contract first.";
const KEPT: &str = "The value stays for good, whatever the contracts say, until that is ended on the account's page.";

/// The words for a change that is held as `kind`, for `reason`.
pub(super) fn words(customer: &str, item: &str, kind: &str, change: &HeldQuota, reason: &str) -> Words {
    let HeldQuota { cause, .. } = change;
    let mut details: Vec<String> = used(change).into_iter().map(|used| format!("{used}.")).collect();
    details.push(format!("Why: {cause}."));
    details.extend(advice(kind, reason));
    Words {
        headline: format!("{customer}: {item} {}", would(kind, change)),
        details,
        approve: approve(kind, change),
        decline: decline(kind, change),
        helps: vec![Help::Quotas],
    }
}

/// What would be done.
fn would(kind: &str, HeldQuota { from, to, unit, .. }: &HeldQuota) -> String {
    let (before, after) = (from.in_words(*unit), to.in_words(*unit));
    match Sort::of(*from, *to) {
        _ if kind == "raised_by_hand" => format!("would be put back from {before}, raised by hand, to {after}"),
        Some(Sort::Cut) => format!("would be cut from {before} to {after}"),
        Some(Sort::SwitchOff) if *from == Grant::On => "would be switched off".to_owned(),
        Some(Sort::SwitchOff) => format!("would be switched off ({before} now)"),
        Some(Sort::SwitchOn) if *to == Grant::On => "would be switched on".to_owned(),
        Some(Sort::SwitchOn) => format!("would be switched on with {after}"),
        Some(Sort::Raise) => format!("would be raised from {before} to {after}"),
        Some(Sort::Limit) | None => format!("would become {after} instead of {before}"),
    }
}

/// What helps beside the buttons.
fn advice(kind: &str, reason: &str) -> Option<String> {
    match kind {
        "below_usage" => Some(
            "If the contract lacks a line, sell it in Autotask; or have the customer free some; or keep it as an exception."
                .to_owned(),
        ),
        // They say what has to be settled first.
        "lost_units" | "raise_refused" | "storage_in_use" => Some(sentence(reason)),
        _ => None,
    }
}

fn approve(kind: &str, change: &HeldQuota) -> Option<Choice> {
    let is_below = is_below(change);
    let means = match kind {
        "below_usage" => BACKUPS_STOP,
        "raised_by_hand" if is_below => BACKUPS_STOP,
        "raised_by_hand" => return Some(Choice::plain(label(kind, change))),
        "usage_unknown" => USAGE_UNKNOWN,
        "switch_off" => PROTECTION_ENDS,
        "lost_units" => UNEXPLAINED,
        _ => return None,
    };
    let but = match used(change) {
        Some(used) if is_below => format!(": {used}"),
        None if kind == "usage_unknown" => ": usage is not known".to_owned(),
        _ => String::new(),
    };
    Some(Choice::risky(format!("{}{but}", label(kind, change)), means))
}

fn label(kind: &str, HeldQuota { from, to, unit, .. }: &HeldQuota) -> String {
    let after = to.in_words(*unit);
    match Sort::of(*from, *to) {
        Some(Sort::SwitchOff) if kind == "raised_by_hand" => "Switch off again now".to_owned(),
        _ if kind == "raised_by_hand" => format!("Put back to {after} now"),
        Some(Sort::Cut) => format!("Cut to {after}"),
        Some(Sort::SwitchOff) => "Switch off".to_owned(),
        Some(Sort::SwitchOn | Sort::Raise) if *to == Grant::Quota(Quota::UNLIMITED) => "Make it unlimited".to_owned(),
        Some(Sort::SwitchOn | Sort::Raise | Sort::Limit) | None => format!("Change to {after}"),
    }
}

/// Rule P15 keeps what a person wants to stay. Units that vanished are put right in Autotask instead: kept as they are, nobody
/// would look for them any more.
fn decline(kind: &str, HeldQuota { from, unit, .. }: &HeldQuota) -> Option<Choice> {
    let is_kept = ["below_usage", "usage_unknown", "switch_off", "raised_by_hand"].contains(&kind);
    let label = match from {
        Grant::On | Grant::Off => "Keep it permanently".to_owned(),
        Grant::Quota(quota) => format!("Keep {} permanently", quota.in_words(*unit)),
    };
    is_kept.then(|| Choice::meaning(label, KEPT))
}

/// Whether more is used than would be allowed.
fn is_below(HeldQuota { to, usage, .. }: &HeldQuota) -> bool {
    to.ceiling().zip(*usage).is_some_and(|(ceiling, usage)| usage > ceiling)
}

fn used(HeldQuota { usage, unit, .. }: &HeldQuota) -> Option<String> {
    let usage = (*usage)?;
    let verb = if matches!((usage, unit), (1, Unit::Quantity)) { "is" } else { "are" };
    Some(format!("{} {verb} in use", amount(usage, *unit)))
}

/// With a capital letter and an end.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
