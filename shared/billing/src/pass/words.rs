//! What waits for a person, in words: what happened, to which customer, and what to do.

use std::fmt::Display;

use bridge_core::id::AccountId;
use bridge_core::provision::lifecycle::Step;
use bridge_core::quota::{Change, Hold, Problem};
use jiff::Timestamp;
use store::record::brake::{Brake, Why};
use store::record::{Concerned, Held, HeldQuota, Mapping};

const BRAKE: &str = "brake";
const CREATION: &str = "creation";
const FIRST_PLANS: &str = "first_plans";
const NO_SELLING_CONTRACT: &str = "no_selling_contract";
const PLAN_PROBLEM: &str = "plan_problem";
const TENANT_MISSING: &str = "tenant_missing";
const TENANT_UNTOLD: &str = "tenant_untold";
const WITHOUT_TENANT: &str = "without_tenant";

/// Accounts named in a sentence at most.
const NAMED_MAX: usize = 20;
/// Accounts kept with an entry at most: a record has an end.
const KEPT_MAX: usize = 500;
/// Changes told of one account at most, where it is one of several.
const CHANGES_MAX: usize = 3;

/// Kinds of entries on *Review* that a run over the accounts writes, and drops once they are no longer wanted.
pub const KINDS: [&str; 18] = [
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
    TENANT_UNTOLD,
    CREATION,
    FIRST_PLANS,
    WITHOUT_TENANT,
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
    let Change { item, from, to, unit, usage, cause, .. } = change;
    Held {
        id: format!("quota#{}#{}/{item}", mapping.account, item.application),
        kind: kind.to_owned(),
        account: Some(mapping.account),
        reason: format!("{}: {}.", mapping.account_name, hold.in_words(*unit)),
        what: format!(
            "{item}: {} would become {}: {}",
            from.in_words(*unit),
            to.in_words(*unit),
            cause.in_words(*unit)
        ),
        since: now,
        quota: Some(HeldQuota { item: item.clone(), to: *to, usage: *usage }),
        accounts: Vec::new(),
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

/// Rule X3: the tenant is there, and what it has or may be given is not known.
pub(super) fn tenant_untold(mapping: &Mapping, now: Timestamp) -> Held {
    let reason = format!(
        "It is not known what the tenant “{}” of {} has, or what its partner may give it. Everything is read anew once a day; if \
         this stays, check in Log in that the API client may read the partner above it.",
        mapping.tenant_name, mapping.account_name
    );
    let id = format!("tenant#{}", mapping.account);
    of(mapping, id, TENANT_UNTOLD, reason, "Nothing is written for the account meanwhile", now)
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
        accounts: Vec::new(),
    }
}

/// Rule P1: one entry, however many accounts there are.
pub(super) fn first_plans(accounts: Vec<Concerned>, now: Timestamp) -> Option<Held> {
    let about = match accounts.len() {
        0 => return None,
        1 => "Nobody has agreed to the first plan of a mapped account".to_owned(),
        count => format!("Nobody has agreed to the first plans of {count} mapped accounts"),
    };
    let reason =
        format!("{about}: {}. Look at the preview in Billing and provisioning and apply it.", names(&accounts));
    let what = format!("Their quotas would follow their contracts from then on. {}", each(&accounts));
    Some(of_several(FIRST_PLANS, reason, what, accounts, now))
}

/// Rule V1 is switched off, so a person has to map these.
pub(super) fn without_tenant(accounts: Vec<Concerned>, now: Timestamp) -> Option<Held> {
    let about = match accounts.len() {
        0 => return None,
        1 => "1 account buys mapped services and has no tenant".to_owned(),
        count => format!("{count} accounts buy mapped services and have no tenant"),
    };
    let reason = format!(
        "{about}: {}. Map them, exclude those that need none, or switch on that customers are created automatically.",
        names(&accounts)
    );
    let what = format!("Nothing is done for them. {}", each(&accounts));
    Some(of_several(WITHOUT_TENANT, reason, what, accounts, now))
}

/// Rule P12.
pub(super) fn brake(brake: &Brake, accounts: Vec<Concerned>) -> Held {
    let reason = format!("{} Concerned: {}.", why(brake), names(&accounts));
    let what = each(&accounts);
    of_several(BRAKE, reason, what, accounts, brake.since)
}

/// The names of the first of them, and how many more there are.
fn names(accounts: &[Concerned]) -> String {
    let named: Vec<&str> = accounts.iter().take(NAMED_MAX).map(|concerned| concerned.name.as_str()).collect();
    match accounts.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// What would become of the first of them, and how many more there are.
fn each(accounts: &[Concerned]) -> String {
    let told = accounts.iter().take(NAMED_MAX).map(|Concerned { name, what, .. }| format!("{name}: {what}"));
    let more = accounts.len().saturating_sub(NAMED_MAX);
    let more = (more > 0).then(|| format!("and {more} more"));
    told.chain(more).collect::<Vec<_>>().join("; ")
}

/// The changes of an account that is one of several, in words.
pub(super) fn changes<'a>(changes: impl Iterator<Item = &'a Change>) -> String {
    let told = |Change { item, from, to, unit, .. }: &Change| {
        format!("{item} from {} to {}", from.in_words(*unit), to.in_words(*unit))
    };
    let mut told: Vec<String> = changes.map(told).collect();
    let more = told.len().saturating_sub(CHANGES_MAX);
    told.truncate(CHANGES_MAX);
    match (told.len(), more) {
        (0, _) => "nothing to change".to_owned(),
        (_, 0) => told.join(", "),
        _ => format!("{} and {more} more", told.join(", ")),
    }
}

fn of_several(kind: &str, reason: String, what: String, mut accounts: Vec<Concerned>, since: Timestamp) -> Held {
    accounts.truncate(KEPT_MAX);
    Held { id: kind.to_owned(), kind: kind.to_owned(), account: None, reason, what, since, quota: None, accounts }
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
        accounts: Vec::new(),
    }
}
