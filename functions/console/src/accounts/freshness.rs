//! When an account was last as it must be (rule X6). What was read of it last is good for every run since that found nothing to do,
//! so most accounts need not be looked up one by one.

use std::collections::BTreeMap;
use std::sync::Arc;

use billing::Position;
use billing::behind::Behind;
use bridge_core::id::AccountId;
use jiff::Timestamp;
use store::record::{Cursor, Mapping};
use store::table::{Read, Stored};
use systems::Config;

use super::Remembered;
use crate::error::Error;
use crate::{Deps, mapping};

/// An account that the last run did not find as it must be.
pub(crate) struct Late {
    pub(crate) id: AccountId,
    pub(crate) name: String,
    /// When the first run in a row that found it so began.
    pub(crate) since: Timestamp,
    /// When it was last as it must be; `None`: never yet.
    pub(crate) synced_at: Option<Timestamp>,
}

/// How many accounts are not as they must be, and those that are not for the longest time; `None` while nothing is managed, or
/// before the first run.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn late(deps: &Deps, rows: usize) -> Result<Option<(usize, Vec<Late>)>, Error> {
    let freshness = Freshness::read(deps).await?;
    if freshness.good_at.is_none() || !freshness.config.settings.billing.enabled {
        return Ok(None);
    }
    let mappings = mapping::all(deps).await?;
    let behind = freshness.behind(&mappings);
    let first: Vec<AccountId> = behind.iter().take(rows).map(|(mapping, _)| mapping.account).collect();
    let mut records = Remembered::of_these(deps, &first).await?;
    let late = behind.iter().take(rows).map(|(mapping, since)| Late {
        id: mapping.account,
        name: mapping.account_name.clone(),
        since: *since,
        synced_at: freshness.synced_at(mapping, &records.remove(&mapping.account).unwrap_or_default()),
    });
    Ok(Some((behind.len(), late.collect())))
}

/// The last good run over the accounts, and by what it went.
pub(super) struct Freshness {
    config: Arc<Config>,
    now: Timestamp,
    /// When that run began.
    good_at: Option<Timestamp>,
    behind: Behind,
}

impl Freshness {
    /// As the last run has left it.
    ///
    /// # Errors
    /// The table cannot be read.
    pub(super) async fn read(deps: &Deps) -> Result<Self, Error> {
        let table = &deps.systems.table;
        let cursor = table.get::<Cursor>(&billing::NAME.to_owned(), Read::Eventual).await?;
        let position: Option<Position> = cursor.and_then(|cursor| serde_json::from_value(cursor.value.value).ok());
        Ok(Self {
            config: deps.systems.config().await?,
            now: deps.systems.clock.now(),
            good_at: position.and_then(|position| position.good_at),
            behind: Behind::stored(table).await?,
        })
    }

    /// Of these mappings, those that the last run did not find as they must be, with the beginning of the first run in a row that did
    /// not: the longest first.
    fn behind<'a>(&self, mappings: &'a BTreeMap<AccountId, Stored<Mapping>>) -> Vec<(&'a Mapping, Timestamp)> {
        let behind = self.behind.accounts().iter();
        let behind = behind.filter_map(|(account, late)| Some((&mappings.get(account)?.value, late.since)));
        let mut behind: Vec<_> = behind.filter(|(mapping, _)| self.is_managed(mapping)).collect();
        behind.sort_by_key(|(_, since)| *since);
        behind
    }

    /// When the last run found the account as it must be, if it looked at it and did.
    fn in_step_at(&self, mapping: &Mapping) -> Option<Timestamp> {
        let is_in_step = self.is_managed(mapping) && !self.behind.accounts().contains_key(&mapping.account);
        self.good_at.filter(|at| is_in_step && mapping.mapped_at < *at)
    }

    /// When the account was last as it must be, be it found so or made so.
    pub(super) fn synced_at(&self, mapping: &Mapping, remembered: &Remembered) -> Option<Timestamp> {
        let found = match self.behind.accounts().get(&mapping.account) {
            Some(late) => late.good_at,
            None => self.in_step_at(mapping),
        };
        found.max(remembered.synced_at)
    }

    /// Whether its record has to be read to say how a mapped account stands, also if there is nothing special about it.
    pub(super) fn is_open(&self, mapping: &Mapping) -> bool {
        self.config.settings.billing.enabled
            && mapping.switches.allow_quotas(self.now)
            && self.in_step_at(mapping).is_none()
    }

    /// What its record must say if nothing special was found in it: the run does nothing for an account without consent.
    pub(super) fn assumed(&self, mapping: &Mapping) -> Remembered {
        let consent = self.in_step_at(mapping).map(|_| mapping.mapped_at);
        Remembered { consent, ..Remembered::default() }
    }

    /// Rule P1. What is still being made is agreed to with its making.
    pub(super) fn awaits_consent(&self, mapping: &Mapping, remembered: &Remembered) -> bool {
        let is_being_made = remembered.creation.as_ref().is_some_and(|creation| !creation.is_tenant_ready());
        self.config.settings.billing.enabled
            && mapping.switches.allow_quotas(self.now)
            && !is_being_made
            && remembered.consent != Some(mapping.mapped_at)
    }

    fn is_managed(&self, mapping: &Mapping) -> bool {
        self.config.settings.billing.enabled
            && mapping.switches.allow_quotas(self.now)
            && self.config.products.contains_key(&mapping.connection)
    }
}
