//! What a batch of accounts needs to know, read in bulk: the contracts of all of them in a few calls, the tenants of each
//! connection in one. Only a tenant's items are read one by one, right before they are written.

mod contracts;
pub(crate) mod tenants;

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::{AccountId, ConnectionId};
use bridge_core::sale;
use bridge_core::settings::Products;
use jiff::Timestamp;
use store::record::{Account, Mapping};
use store::table::{Read, Stored};
use systems::Config;

use crate::batch::{Batch, Judged};
use crate::failure::Failure;
use crate::{Deps, Error};

pub(crate) use contracts::Company;
pub(crate) use tenants::Seen;

/// An account to work on, with everything read for it.
pub(crate) struct Subject {
    pub(crate) account: AccountId,
    /// Places of the messages that named it.
    pub(crate) messages: BTreeSet<usize>,
    /// What was judged before the worker was sent.
    pub(crate) judged: Judged,
    /// Its record as read; possibly a moment old, which the conditional writes make up for.
    pub(crate) record: Option<Stored<Account>>,
    /// Its mapping.
    pub(crate) mapping: Option<Mapping>,
    /// What its contracts say; `None` where they were not needed.
    pub(crate) contracts: Option<sale::Read>,
    /// Its company, where a tenant may have to be made for it.
    pub(crate) company: Option<Company>,
    /// Its tenant; `None` where it was not needed.
    pub(crate) tenant: Option<Seen>,
    /// What kept it from being read (rule X3): nothing is concluded then.
    pub(crate) unread: Option<Failure>,
}

impl Subject {
    /// The connection through which its tenant is reached, or will be.
    pub(crate) fn connection<'a>(&'a self, config: &'a Config) -> Option<&'a ConnectionId> {
        let creation = self.record.as_ref().and_then(|record| record.value.creation.as_ref());
        let known = self.mapping.as_ref().map(|mapping| &mapping.connection);
        known.or_else(|| creation.map(|creation| &creation.connection)).or_else(|| for_new_tenants(config))
    }

    /// The product mapping of that connection.
    fn products<'a>(&'a self, config: &'a Config) -> Option<&'a Products> {
        self.connection(config).and_then(|connection| config.products.get(connection))
    }

    /// Rule V8, and that the account is connected at all: whether its quotas may be written.
    pub(crate) fn may_write(&self, config: &Config, now: Timestamp) -> bool {
        let is_connected =
            self.connection(config).is_some_and(|connection| config.connections.contains_key(connection));
        let excluded = self.record.as_ref().and_then(|record| record.value.excluded.as_ref());
        let is_allowed = self.mapping.as_ref().map_or(excluded.is_none(), |mapping| mapping.switches.allow_quotas(now));
        config.settings.billing.enabled && is_connected && is_allowed
    }

    /// Whether a write was announced that is not yet recorded: that has to be settled even where nothing more may be written.
    fn has_pending(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.value.pending.is_some())
    }
}

/// The connection for new tenants.
pub(crate) fn for_new_tenants(config: &Config) -> Option<&ConnectionId> {
    config.settings.billing.provisioning.connection_among(config.connections.keys())
}

/// Reads what the batch is about. What cannot be read now is noted with the accounts that it concerns.
pub(crate) async fn gather(deps: &Deps, config: &Config, batch: &Batch) -> Result<Vec<Subject>, Error> {
    let mut subjects = known(deps, batch).await?;
    contracts::read(deps, config, &mut subjects).await;
    tenants::read(deps, config, &mut subjects).await;
    Ok(subjects)
}

/// What our own table has of the accounts.
async fn known(deps: &Deps, batch: &Batch) -> Result<Vec<Subject>, Error> {
    let ids: Vec<AccountId> = batch.accounts().keys().copied().collect();
    let table = &deps.systems.table;
    // Strong reads: a hint often follows the write that it is about, and resting on an older state would use it up.
    let records = table.get_many::<Account>(&ids, Read::Strong).await?;
    let mappings = table.get_many::<Mapping>(&ids, Read::Strong).await?;
    for error in records.skipped.iter().chain(&mappings.skipped) {
        tracing::error!(error = error as &dyn std::error::Error, "a record of an account is left alone");
    }
    let mut records: BTreeMap<_, _> = records.found.into_iter().map(|stored| (stored.value.account, stored)).collect();
    let mut mappings: BTreeMap<_, _> =
        mappings.found.into_iter().map(|stored| (stored.value.account, stored.value)).collect();
    let subject = |(account, named): (&AccountId, &crate::batch::Named)| Subject {
        account: *account,
        messages: named.messages.clone(),
        judged: named.judged.clone(),
        record: records.remove(account),
        mapping: mappings.remove(account),
        contracts: None,
        company: None,
        tenant: None,
        unread: None,
    };
    Ok(batch.accounts().iter().map(subject).collect())
}
