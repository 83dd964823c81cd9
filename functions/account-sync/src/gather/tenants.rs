//! What Acronis has of the tenants of a batch.

use std::collections::{BTreeMap, BTreeSet};

use acronis::Tenant;
use bridge_core::id::{ConnectionId, TenantId};
use systems::{Config, Use};

use super::Subject;
use crate::failure::{self, Failure};
use crate::{Deps, Error};

/// A mapped tenant, as a complete list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It is there.
    There(Tenant),
    /// It is not: deleted, or moved out of our sight.
    Missing,
    /// It is missing from a list of which a part could not be read, so nothing is known (rule X3).
    Unreadable,
}

/// Reads the tenants of all accounts that may be written for, or of which a write has to be settled.
pub(super) async fn read(deps: &Deps, config: &Config, subjects: &mut [Subject]) {
    let now = deps.systems.clock.now();
    let mut wanted: BTreeMap<ConnectionId, BTreeSet<TenantId>> = BTreeMap::new();
    for subject in subjects.iter().filter(|subject| subject.may_write(config, now) || subject.has_pending()) {
        if let Some(mapping) = &subject.mapping
            && config.connections.contains_key(&mapping.connection)
        {
            wanted.entry(mapping.connection.clone()).or_default().insert(mapping.tenant.clone());
        }
    }
    for (connection, tenants) in wanted {
        let read = of_connection(deps, config, &connection, &tenants).await;
        for subject in subjects.iter_mut() {
            let Some(mapping) = subject.mapping.as_ref().filter(|mapping| mapping.connection == connection) else {
                continue;
            };
            if !tenants.contains(&mapping.tenant) {
                continue;
            }
            match &read {
                Ok(listed) => subject.tenant = Some(listed.seen(&mapping.tenant)),
                Err(error) => subject.unread = Some(Failure::of(deps, error, subject.record.as_ref())),
            }
        }
    }
}

/// What a list of some tenants had.
pub(crate) struct Listed {
    tenants: BTreeMap<TenantId, Tenant>,
    is_complete: bool,
}

impl Listed {
    /// What it says of a tenant that was asked for.
    pub(crate) fn seen(&self, tenant: &TenantId) -> Seen {
        let missing = if self.is_complete { Seen::Missing } else { Seen::Unreadable };
        self.tenants.get(tenant).cloned().map_or(missing, Seen::There)
    }
}

async fn of_connection(
    deps: &Deps,
    config: &Config,
    connection: &ConnectionId,
    tenants: &BTreeSet<TenantId>,
) -> Result<Listed, Error> {
    let client = deps.systems.acronis(config, connection, Use::Work).await?;
    let ids: Vec<TenantId> = tenants.iter().cloned().collect();
    match listed(&client, &ids).await {
        Ok(listed) => Ok(listed),
        Err(error) => Err(failure::of_acronis(deps, connection, error).await),
    }
}

/// Lists some tenants.
pub(crate) async fn listed(client: &acronis::Client, tenants: &[TenantId]) -> Result<Listed, acronis::Error> {
    let mut pages = client.tenants_by_id(tenants);
    let mut listed = Listed { tenants: BTreeMap::new(), is_complete: true };
    while let Some(page) = pages.next().await? {
        for reason in &page.unreadable {
            tracing::error!(reason, "a tenant cannot be read");
            listed.is_complete = false;
        }
        listed.tenants.extend(page.tenants.into_iter().map(|tenant| (tenant.id.clone(), tenant)));
    }
    Ok(listed)
}
