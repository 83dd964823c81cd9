//! What waits for a person, in words: what happened, to which customer, and what to do.

use std::fmt::Display;

use bridge_core::id::AccountId;
use bridge_core::provision::lifecycle::Step;
use bridge_core::quota::{Change, Hold, Problem};
use jiff::Timestamp;
use store::record::brake::{Brake, Why};
use store::record::{Held, HeldQuota, Mapping};

const BRAKE: &str = "brake";
const CREATION: &str = "creation";
const FIRST_PLANS: &str = "first_plans";
const NO_SELLING_CONTRACT: &str = "no_selling_contract";
const PLAN_PROBLEM: &str = "plan_problem";
const TENANT_MISSING: &str = "tenant_missing";

/// Kinds of entries on *Review* that a run over the accounts writes, and drops once they are no longer wanted.
pub(super) const KINDS: [&str; 16] = [
    "below_usage",
    "usage_unknown",
    "switch_off",
    "lost_units",
    "raised_by_hand",
    "raise_refused",
    "storage_in_use",
    "disable",
    "delete",
    "disabled_by_hand",
    PLAN_PROBLEM,
    NO_SELLING_CONTRACT,
    TENANT_MISSING,
    CREATION,
    FIRST_PLANS,
    BRAKE,
];

/// A change of a quota.
pub(super) fn quota(mapping: &Mapping, change: &Change, hold: &Hold, now: Timestamp) -> Held {
    let kind = match hold {
        Hold::BelowUsage { .. } => "below_usage",
        Hold::UsageUnknown => "usage_unknown",
        Hold::SwitchOff => "switch_off",
        Hold::LostUnits { .. } => "lost_units",
        Hold::RaisedByHand { .. } => "raised_by_hand",
        Hold::RaiseRefused => "raise_refused",
        Hold::StorageInUse { .. } => "storage_in_use",
    };
    let Change { item, from, to, unit, usage, .. } = change;
    Held {
        id: format!("quota#{}#{}/{item}", mapping.account, item.application),
        kind: kind.to_owned(),
        account: Some(mapping.account),
        reason: format!("{}: {}.", mapping.account_name, hold.in_words(*unit)),
        what: format!("{item}: {} would become {}", from.in_words(*unit), to.in_words(*unit)),
        since: now,
        quota: Some(HeldQuota { item: item.clone(), to: *to, usage: *usage }),
    }
}

/// Something in an account's plan that a person has to settle.
pub(super) fn problem(mapping: &Mapping, problem: &Problem, now: Timestamp) -> Held {
    let reason = format!("{}: {problem}.", mapping.account_name);
    // Two problems of an account differ in their words.
    let id = format!("problem#{}#{problem}", mapping.account);
    of(mapping, id, PLAN_PROBLEM, reason, "What it concerns is left as it is; everything else goes on", now)
}

/// Rule P9.
pub(super) fn no_selling_contract(mapping: &Mapping, now: Timestamp) -> Held {
    let reason = format!(
        "{} has no active recurring contract that sells a mapped service. Add one in Autotask, remove the mapping, or let \
         deprovisioning act.",
        mapping.account_name
    );
    let what = "Its quotas stay as they are";
    of(mapping, format!("unsold#{}", mapping.account), NO_SELLING_CONTRACT, reason, what, now)
}

/// Rule X3.
pub(super) fn tenant_missing(mapping: &Mapping, now: Timestamp) -> Held {
    let reason = format!(
        "The tenant “{}” of {} is not among the connection's tenants: it was deleted or moved away. Map the account anew, or \
         remove the mapping.",
        mapping.tenant_name, mapping.account_name
    );
    let id = format!("tenant#{}", mapping.account);
    of(mapping, id, TENANT_MISSING, reason, "Nothing is written for the account", now)
}

/// Rule V6; `kind` says what waits.
pub(super) fn life(kind: &str, mapping: &Mapping, step: &Step, now: Timestamp) -> Held {
    let what = match step {
        Step::HoldDisable(_) => "The tenant would be disabled",
        Step::AskDelete => "The tenant would be deleted with all its data",
        _ => "The tenant is left alone",
    };
    let id = format!("life#{}", mapping.account);
    of(mapping, id, kind, format!("{}: {step}", mapping.account_name), what, now)
}

/// A tenant that is being made and waits for a person (rules V2 to V4).
pub(super) fn creation(account: AccountId, name: &str, reason: impl Display, now: Timestamp) -> Held {
    Held {
        id: format!("creation#{account}"),
        kind: CREATION.to_owned(),
        account: Some(account),
        reason: format!("{name}: {reason}"),
        what: format!("The tenant for {name} would be completed"),
        since: now,
        quota: None,
    }
}

/// Rule P1: one entry, however many accounts there are.
pub(super) fn first_plans(accounts: usize, now: Timestamp) -> Held {
    let reason = match accounts {
        1 => "Nobody has agreed to the first plan of a mapped account.".to_owned(),
        _ => format!("Nobody has agreed to the first plans of {accounts} mapped accounts."),
    };
    Held {
        id: FIRST_PLANS.to_owned(),
        kind: FIRST_PLANS.to_owned(),
        account: None,
        reason: format!("{reason} Look at the preview in Billing and provisioning and apply it."),
        what: "Their quotas would follow their contracts from then on".to_owned(),
        since: now,
        quota: None,
    }
}

/// Rule P12.
pub(super) fn brake(brake: &Brake) -> Held {
    Held {
        id: BRAKE.to_owned(),
        kind: BRAKE.to_owned(),
        account: None,
        reason: why(brake),
        what: format!("{} accounts would lose something, or get much more at once", brake.accounts),
        since: brake.since,
        quota: None,
    }
}

/// Why the brake is on, and what to do.
pub(super) fn why(brake: &Brake) -> String {
    let Brake { mapped, accounts, selling_before, selling_now, .. } = brake;
    match brake.why {
        Why::Drastic => format!(
            "{accounts} of {mapped} mapped accounts would be cut, switched off, disabled, created or raised very much in one \
             run. Look at their plans; approve them if they are right."
        ),
        Why::FewerSelling => format!(
            "Of {selling_before} mapped accounts with a selling contract, only {selling_now} have one still. Check in Autotask that \
             the contracts are still there and that the API user may read them; approve if they have really ended."
        ),
    }
}

fn of(mapping: &Mapping, id: String, kind: &str, reason: String, what: &str, now: Timestamp) -> Held {
    Held {
        id,
        kind: kind.to_owned(),
        account: Some(mapping.account),
        reason,
        what: what.to_owned(),
        since: now,
        quota: None,
    }
}
