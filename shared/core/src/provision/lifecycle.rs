//! Disabling, deleting and enabling tenants again (rule V6).
//!
//! Each run first lets the [`State`] take in what it saw ([`State::see`]) and then asks [`decide`] for the one thing to do. A disabled
//! tenant is ours to enable or delete only if we disabled it: the intent ([`State::begin_disable`]) is stored before the call, so that
//! a lost reply does not make our own act look like somebody's hand.

mod words;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::settings::billing::Deprovisioning;
use crate::ticket::CREATE_AGAIN_AFTER;

/// What is kept about a mapped account's tenant; removing the mapping forgets it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The account had a selling contract while it was mapped to this tenant.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub had_contract: bool,
    /// When a run first saw it without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsold_since: Option<Timestamp>,
    /// What we did about it.
    #[serde(skip_serializing_if = "Disabling::is_none")]
    pub disabling: Disabling,
    /// Somebody enabled the tenant after we had disabled it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub was_enabled_by_hand: bool,
    /// A person wants it disabled although that is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_approved: Option<Consent>,
    /// A person wants it deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_confirmed: Option<Consent>,
}

/// Whether we disabled the tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Disabling {
    /// No.
    #[default]
    None,
    /// A call was sent or is about to be; whether it took effect is not known.
    Sent {
        /// When.
        at: Timestamp,
    },
    /// Yes.
    Done {
        /// When.
        at: Timestamp,
    },
}

impl Disabling {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// A person's consent. It lapses when a contract returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What was read in the present run, each from a complete answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Whether the account has a selling contract.
    pub is_selling: bool,
    /// Whether the tenant is enabled.
    pub is_enabled: bool,
    /// Whether the tenant uses anything; `None`: not known, or too old.
    pub has_usage: Option<bool>,
}

/// What to do about a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    LeaveAlone,
    /// Nothing before this time: without a contract, it is disabled then.
    Count {
        /// When.
        until: Timestamp,
    },
    /// Disable it.
    Disable,
    /// It would be disabled, and waits for a person.
    HoldDisable(WhyHeld),
    /// We disabled it long ago: ask a person whether to delete it.
    AskDelete,
    /// Delete it, as a person confirmed.
    Delete,
    /// A contract returned to a tenant that we disabled: enable it and plan its quotas.
    EnableAgain,
    /// Somebody else disabled it: it is left alone and shown.
    DisabledByHand,
}

/// Why a tenant is not disabled without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyHeld {
    /// It is in use.
    InUse,
    /// Whether it is in use is not known.
    UsageUnknown,
    /// Somebody enabled it after we had disabled it.
    EnabledByHand,
}

impl State {
    /// Takes in what a run saw. Days count from here, and start over when a contract returns.
    pub fn see(&mut self, facts: Facts, now: Timestamp) {
        if facts.is_selling {
            self.had_contract = true;
            self.unsold_since = None;
            self.was_enabled_by_hand = false;
            self.disable_approved = None;
            self.delete_confirmed = None;
        } else if self.had_contract {
            self.unsold_since.get_or_insert(now);
        }
        match self.disabling {
            Disabling::Sent { at } if !facts.is_enabled => self.disabling = Disabling::Done { at },
            Disabling::Sent { at } if now.duration_since(at) >= CREATE_AGAIN_AFTER => self.disabling = Disabling::None,
            Disabling::Done { .. } if facts.is_enabled => {
                self.was_enabled_by_hand = !facts.is_selling;
                self.disabling = Disabling::None;
                self.disable_approved = None;
                self.delete_confirmed = None;
            }
            Disabling::None | Disabling::Sent { .. } | Disabling::Done { .. } => {}
        }
    }

    /// The tenant is about to be disabled.
    pub fn begin_disable(&mut self, now: Timestamp) {
        self.disabling = Disabling::Sent { at: now };
    }

    /// The tenant is disabled, by us.
    pub fn disabled(&mut self, now: Timestamp) {
        self.disabling = Disabling::Done { at: now };
    }

    /// Disabling certainly had no effect.
    pub fn disable_had_no_effect(&mut self) {
        self.disabling = Disabling::None;
    }

    /// The tenant is enabled again, by us.
    pub fn enabled(&mut self) {
        self.disabling = Disabling::None;
    }

    /// A person wants the tenant disabled although that is held.
    pub fn approve_disable(&mut self, consent: Consent) {
        self.disable_approved = Some(consent);
    }

    /// A person wants the tenant deleted. It counts for a tenant that we disabled, and for no later disabling.
    pub fn confirm_delete(&mut self, consent: Consent) {
        if let Disabling::Done { .. } = self.disabling {
            self.delete_confirmed = Some(consent);
        }
    }
}

/// Rule V6: what to do about a mapped account's tenant. Whether rule V6 is switched on decides about disabling and deleting only:
/// what we disabled is enabled again either way.
#[must_use]
pub fn decide(state: &State, settings: Deprovisioning, facts: Facts, now: Timestamp) -> Step {
    match (facts.is_enabled, state.disabling) {
        (true, _) => enabled(state, settings, facts, now),
        (false, Disabling::None) => Step::DisabledByHand,
        (false, Disabling::Sent { .. } | Disabling::Done { .. }) if facts.is_selling => Step::EnableAgain,
        (false, Disabling::Sent { at } | Disabling::Done { at }) => disabled(state, settings, at, now),
    }
}

fn enabled(state: &State, settings: Deprovisioning, facts: Facts, now: Timestamp) -> Step {
    let Some(since) = state.unsold_since.filter(|_| state.had_contract && !facts.is_selling) else {
        return Step::LeaveAlone;
    };
    let Some(until) = settings.disable_after_days.map(|days| since.saturating_add(of_days(days))) else {
        return Step::LeaveAlone;
    };
    let Ok(until) = until else { return Step::LeaveAlone };
    if now < until {
        return Step::Count { until };
    }
    let held = match facts.has_usage {
        _ if state.disable_approved.is_some() => None,
        _ if state.was_enabled_by_hand => Some(WhyHeld::EnabledByHand),
        Some(true) => Some(WhyHeld::InUse),
        None => Some(WhyHeld::UsageUnknown),
        Some(false) => None,
    };
    held.map_or(Step::Disable, Step::HoldDisable)
}

fn disabled(state: &State, settings: Deprovisioning, at: Timestamp, now: Timestamp) -> Step {
    let is_due = settings.delete_after_days.is_some_and(|days| now.duration_since(at) >= of_days(days));
    match &state.delete_confirmed {
        _ if !is_due => Step::LeaveAlone,
        Some(_) => Step::Delete,
        None => Step::AskDelete,
    }
}

fn of_days(days: u32) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}

#[cfg(test)]
mod tests;
