//! What a row says beside its problems: what waits for a person, and what is not done for a mapped account (rules P1, P9, V6, V8).

use std::collections::BTreeMap;

use bridge_core::id::AccountId;
use bridge_core::provision::lifecycle::Disabling;
use jiff::Timestamp;
use store::record::{Held, Mapping};
use store::table::Read;

use super::Remembered;
use super::freshness::Freshness;
use crate::Deps;
use crate::error::Error;
use crate::held::{BRAKE, WITHOUT_TENANT};
use crate::mapping;

/// Entries read together.
const TOGETHER: usize = 500;

/// The mapped accounts whose first plan nobody has agreed to (rule P1), by their ids: all of them, or the given one if it is one.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn awaiting_consent(deps: &Deps, only: Option<AccountId>) -> Result<Vec<Mapping>, Error> {
    let table = &deps.systems.table;
    let freshness = Freshness::read(deps).await?;
    let mut mappings: Vec<Mapping> = match only {
        Some(account) => table.get(&account, Read::Strong).await?.into_iter().map(|stored| stored.value).collect(),
        None => mapping::all(deps).await?.values().map(|stored| stored.value.clone()).collect(),
    };
    mappings.retain(|mapping| freshness.is_open(mapping));
    let accounts: Vec<AccountId> = mappings.iter().map(|mapping| mapping.account).collect();
    let mut records = Remembered::of_these(deps, &accounts).await?;
    let is_asked =
        |mapping: &Mapping| freshness.awaits_consent(mapping, &records.remove(&mapping.account).unwrap_or_default());
    mappings.retain(is_asked);
    Ok(mappings)
}

/// What is held of each account, and how fresh it is.
pub(crate) struct Standing {
    pub(super) freshness: Freshness,
    held: BTreeMap<AccountId, Vec<Held>>,
    /// What the brake stops of an account.
    braked: BTreeMap<AccountId, String>,
    /// What an account buys for which there is no tenant.
    without_tenant: BTreeMap<AccountId, String>,
}

impl Standing {
    /// Reads everything that is held.
    ///
    /// # Errors
    /// The table cannot be read.
    pub(super) async fn read(deps: &Deps) -> Result<Self, Error> {
        let mut held: BTreeMap<AccountId, Vec<Held>> = BTreeMap::new();
        let (mut braked, mut without_tenant) = (BTreeMap::new(), BTreeMap::new());
        let mut after = None;
        loop {
            let page = Held::page(&deps.systems.table, after.take(), TOGETHER).await?;
            for entry in page.records.into_iter().map(|stored| stored.value) {
                let said = entry.accounts.iter().map(|concerned| (concerned.account, concerned.what.clone()));
                match entry.kind.as_str() {
                    BRAKE => braked.extend(said),
                    WITHOUT_TENANT => without_tenant.extend(said),
                    _ => {}
                }
                if let Some(account) = entry.account {
                    held.entry(account).or_default().push(entry);
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(Self { freshness: Freshness::read(deps).await?, held, braked, without_tenant })
    }

    /// What the account buys, if nothing makes it a tenant.
    pub(super) fn without_tenant(&self, account: AccountId) -> Option<&str> {
        self.without_tenant.get(&account).map(String::as_str)
    }

    /// How much of the account waits for a person; its first plan counts as one, and so does its part of the brake.
    pub(super) fn count(&self, account: AccountId, mapping: Option<&Mapping>, remembered: &Remembered) -> usize {
        let first_plan = mapping.is_some_and(|mapping| self.awaits_consent(mapping, remembered));
        let is_braked = self.braked.contains_key(&account);
        self.held.get(&account).map_or(0, Vec::len) + usize::from(first_plan) + usize::from(is_braked)
    }

    /// Whether its first plan waits for somebody's consent.
    pub(super) fn awaits_consent(&self, mapping: &Mapping, remembered: &Remembered) -> bool {
        self.freshness.awaits_consent(mapping, remembered)
    }

    /// What there is to say of a mapped account that `said` does not say already.
    pub(super) fn words(&self, mapping: &Mapping, remembered: &Remembered, said: &[String]) -> Vec<String> {
        let held = self.held.get(&mapping.account).map(Vec::as_slice).unwrap_or_default();
        let mut words = Vec::new();
        if let Disabling::Done { at } = remembered.disabling {
            words.push(format!("Its tenant was disabled by this integration on {}.", day(at)));
        }
        if !mapping.switches.quotas {
            words.push("Its quotas are switched off: they stay as they are.".to_owned());
        } else if self.freshness.awaits_consent(mapping, remembered) {
            words.push(
                "Nobody has agreed to its first plan, so its quotas stay as they are: look at what it would change, and apply it."
                    .to_owned(),
            );
        }
        if let Some(what) = self.braked.get(&mapping.account) {
            words.push(format!("The brake stops what would be done: {what}. Look at it at Review."));
        }
        let mut changes = 0;
        for entry in held {
            match entry.kind.as_str() {
                _ if entry.quota.is_some() => changes += 1,
                // The state of its tenant's making says it.
                "creation" => {}
                "no_selling_contract" => words.push(match remembered.unsold_since {
                    Some(since) => format!("No contract in force sells a mapped service since {}.", day(since)),
                    None => "No contract in force sells a mapped service.".to_owned(),
                }),
                _ => {
                    let name = format!("{}: ", mapping.account_name);
                    let reason = entry.reason.strip_prefix(&name).unwrap_or(&entry.reason);
                    if !said.iter().any(|said| said.contains(reason.trim_end_matches('.'))) {
                        words.push(reason.to_owned());
                    }
                }
            }
        }
        match changes {
            0 => {}
            1 => words.push("A change of its quotas waits for a decision.".to_owned()),
            _ => words.push(format!("{changes} changes of its quotas wait for a decision.")),
        }
        words
    }
}

/// The day in UTC.
fn day(at: Timestamp) -> jiff::civil::Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}
