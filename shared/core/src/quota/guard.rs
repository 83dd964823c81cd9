//! What stands against a change (rules P4, P7, P10, P12 and P15).

use jiff::SignedDuration;

use super::{Approval, Change, Hold, Situation, Sort, Verdict, drift};
use crate::id::ServiceId;
use crate::item::{Grant, Kind, Quota};

/// Rule P12: usage that was read longer ago says nothing any more. Acronis itself refreshes it every five to six hours.
pub(super) const USAGE_IS_GOOD_FOR: SignedDuration = SignedDuration::from_hours(12);

/// What usage has to do with a change.
#[derive(Clone, Copy)]
enum Stake {
    /// Nothing: nothing is cut, or the guard is off.
    None,
    /// So much is used.
    Used(i64),
    /// Nobody knows.
    Unknown,
}

/// Whether the change of an item that is sold by that service goes ahead.
pub(super) fn verdict(change: &Change, service: Option<ServiceId>, situation: &Situation<'_>) -> Verdict {
    let kind = kind(change, situation);
    let stake = stake(change, situation);
    let obstacle = lost_units(change, service, situation)
        .or_else(|| raised_by_hand(change, situation))
        .or_else(|| switching_off(change, kind))
        .map(Verdict::Held)
        .or_else(|| below_usage(change, kind, stake, situation));
    match obstacle {
        None => Verdict::Go,
        Some(_) if is_approved(change, stake, situation) => Verdict::Go,
        Some(obstacle) => obstacle,
    }
}

/// Rule P4: units vanished unexplained. Nothing is taken away for that, and no Free item becomes unlimited.
fn lost_units(change: &Change, service: Option<ServiceId>, situation: &Situation<'_>) -> Option<Hold> {
    let lost = situation.lost.iter().find(|lost| Some(lost.service) == service)?;
    let follows = change.sort.reduces() || change.to == Grant::Quota(Quota::UNLIMITED);
    follows.then(|| Hold::LostUnits { lines: lost.lines.clone() })
}

/// Rule P15: a raise by hand is kept for a while.
fn raised_by_hand(change: &Change, situation: &Situation<'_>) -> Option<Hold> {
    let until = drift::kept_until(&change.item, change.from, situation)?;
    (change.sort.reduces() && situation.now < until).then_some(Hold::RaisedByHand { until })
}

/// Rule P7: a feature is never switched off without a person.
fn switching_off(change: &Change, kind: Kind) -> Option<Hold> {
    (kind == Kind::Feature && change.sort == Sort::SwitchOff).then_some(Hold::SwitchOff)
}

/// Rules P10 and P12.
fn below_usage(change: &Change, kind: Kind, stake: Stake, situation: &Situation<'_>) -> Option<Verdict> {
    match stake {
        Stake::None => None,
        Stake::Unknown if situation.usage_is_read => Some(Verdict::Held(Hold::UsageUnknown)),
        Stake::Unknown => Some(Verdict::AskUsage),
        Stake::Used(usage) if fits(usage, change) => None,
        Stake::Used(_) if is_storage_switched_off(change, kind) => Some(Verdict::Held(Hold::SwitchOff)),
        Stake::Used(usage) => Some(Verdict::Held(Hold::BelowUsage { usage })),
    }
}

fn stake(change: &Change, situation: &Situation<'_>) -> Stake {
    let kind = kind(change, situation);
    let is_guarded = situation.billing.guards.never_below_usage || is_storage_switched_off(change, kind);
    let is_limiting = change.sort.reduces() && kind != Kind::Feature && change.to.ceiling().is_some();
    match change.usage {
        _ if !is_guarded || !is_limiting => Stake::None,
        Some(usage) => Stake::Used(usage),
        None => Stake::Unknown,
    }
}

/// Every change is of an item that is listed or offered.
fn kind(change: &Change, situation: &Situation<'_>) -> Kind {
    situation.tenant.kind(&change.item).unwrap_or(Kind::Other)
}

/// Rule P10 holds whether or not the guard of rule P12 is on.
fn is_storage_switched_off(change: &Change, kind: Kind) -> bool {
    kind == Kind::Infra && change.sort == Sort::SwitchOff
}

fn fits(usage: i64, change: &Change) -> bool {
    change.to.ceiling().is_none_or(|ceiling| usage <= ceiling)
}

/// Whether a person approved this very change, knowing what is used.
fn is_approved(change: &Change, stake: Stake, situation: &Situation<'_>) -> bool {
    let mut approvals = situation.memory.approvals.iter();
    approvals.any(|approval| match stake {
        Stake::Unknown => situation.usage_is_read && approval.usage.is_none() && is_for(approval, change),
        Stake::None | Stake::Used(_) => is_alive(approval, change, situation),
    })
}

/// Whether an approval may still be of use: the change is wanted as before, and usage has not risen above what was shown.
/// Where no usage was shown, nobody agreed to going below it.
pub(super) fn is_alive(approval: &Approval, change: &Change, situation: &Situation<'_>) -> bool {
    let has_risen = match (approval.usage, change.usage) {
        (Some(shown), Some(usage)) => usage > shown,
        (None, Some(usage)) => matches!(stake(change, situation), Stake::Used(_)) && !fits(usage, change),
        (_, None) => false,
    };
    is_for(approval, change) && !has_risen
}

fn is_for(approval: &Approval, change: &Change) -> bool {
    approval.item == change.item && approval.to == change.to
}
