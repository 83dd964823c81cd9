//! Both systems as a run has read them.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::{AccountId, ConnectionId, ServiceId, TenantId};
use bridge_core::settings::{Billing, Products};
use bridge_core::system::Id;
use jiff::Timestamp;
use jiff::civil::Date;
use store::record::{Connection, Mapping};
use store::table::Table;
use systems::{Config, Systems};

use super::{Position, purpose};
use crate::Error;
use crate::companies::Companies;
use crate::contracts::{Book, Contracts, Missing, Since};
use crate::reading::Reader;
use crate::tenants::{self, Tenants};

/// By what a run goes: the saved settings, or a draft.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) billing: &'a Billing,
    pub(super) products: &'a BTreeMap<ConnectionId, Products>,
    /// Other product mappings that it is compared with: what their services sell is read too.
    pub(super) compared: Option<&'a BTreeMap<ConnectionId, Products>>,
    /// Read everything anew.
    pub(super) in_full: bool,
    /// Keep what was read for the next run.
    pub(super) keep: bool,
    pub(super) today: Date,
    pub(super) now: Timestamp,
}

/// What was read.
pub(super) struct World<'a> {
    pub(super) scope: Scope<'a>,
    pub(super) mappings: BTreeMap<AccountId, Mapping>,
    pub(super) companies: Companies,
    pub(super) contracts: Contracts,
    pub(super) tenants: BTreeMap<ConnectionId, Tenants>,
    /// Connections that could not be read, and why. Nothing is concluded about their accounts.
    pub(super) unread: BTreeMap<ConnectionId, String>,
    /// Mapped services of all connections.
    services: Vec<ServiceId>,
    client: autotask::Client,
    /// Calls of Autotask so far.
    pub(super) calls: u32,
}

impl<'a> World<'a> {
    /// Reads both systems. A connection that cannot be read leaves only its own accounts out (rule X4); without Autotask there is
    /// nothing to conclude.
    pub(super) async fn read(
        systems: &Systems,
        config: &Config,
        scope: Scope<'a>,
        position: &mut Position,
    ) -> Result<Self, Error> {
        let table = &systems.table;
        let client = systems.autotask(config, purpose(config)).await?;
        let mut reader = Reader::new(&client);
        let companies = read_companies(table, &mut reader, scope, position).await?;
        let compared = scope.compared.into_iter().flat_map(BTreeMap::values);
        let services: BTreeSet<ServiceId> =
            scope.products.values().chain(compared).flat_map(Products::services).collect();
        let services: Vec<ServiceId> = services.into_iter().collect();
        let contracts = if scope.billing.enabled {
            let book = read_book(table, &mut reader, scope, position).await?;
            Contracts::of_everybody(&mut reader, book, &services, scope.today).await?
        } else {
            Contracts::default()
        };
        let calls = reader.calls;
        let mut mappings = BTreeMap::new();
        Mapping::each(table, |mapping| {
            mappings.insert(mapping.account, mapping);
        })
        .await?;
        let mut world = Self {
            scope,
            mappings,
            companies,
            contracts,
            tenants: BTreeMap::new(),
            unread: BTreeMap::new(),
            services,
            client,
            calls,
        };
        for connection in config.connections.values() {
            match world.read_connection(systems, config, connection, position).await {
                Ok(tenants) => {
                    world.tenants.insert(connection.id.clone(), tenants);
                }
                Err(error @ (Error::Table(_) | Error::Queue(_))) => return Err(error),
                Err(error) => world.leave_out(systems, connection, error).await,
            }
        }
        Ok(world)
    }

    async fn read_connection(
        &self,
        systems: &Systems,
        config: &Config,
        connection: &Connection,
        position: &mut Position,
    ) -> Result<Tenants, Error> {
        let client = systems.acronis(config, &connection.id, purpose(config)).await?;
        let here = self.mappings.values().filter(|mapping| mapping.connection == connection.id);
        let mapped: BTreeSet<TenantId> = here.map(|mapping| mapping.tenant.clone()).collect();
        let products = self.scope.products.get(&connection.id).filter(|_| self.scope.billing.enabled);
        let Scope { in_full, now, .. } = self.scope;
        let wanted = tenants::Wanted { connection: &connection.id, products, mapped: &mapped, in_full, now };
        let mut tenants = Tenants::stored(&systems.table, &connection.id).await?;
        // The position moves only with what was kept.
        let mut moved = position.connections.get(&connection.id).cloned().unwrap_or_default();
        tenants.read(&client, wanted, &mut moved).await?;
        if self.scope.keep {
            tenants.save(&systems.table).await?;
        }
        position.connections.insert(connection.id.clone(), moved);
        Ok(tenants)
    }

    async fn leave_out(&mut self, systems: &Systems, connection: &Connection, error: Error) {
        let error = match error {
            Error::Systems(error) => Error::Systems(systems.failed(&Id::Acronis(connection.id.clone()), error).await),
            error => error,
        };
        let why = error.to_string();
        if matches!(error, Error::Systems(systems::Error::Paused { .. })) {
            tracing::info!(connection = %connection.id, reason = why, "left alone");
        } else {
            let error = &error as &dyn std::error::Error;
            tracing::error!(connection = %connection.id, error, "a connection could not be read");
        }
        self.unread.insert(connection.id.clone(), why);
    }

    /// Reads what was found to be missing of some contracts.
    pub(super) async fn read_missing(&mut self, missing: &Missing) -> Result<(), Error> {
        let mut reader = Reader::new(&self.client);
        self.contracts.read_missing(&mut reader, missing, &self.services).await?;
        self.calls += reader.calls;
        Ok(())
    }

    /// The accounts whose quotas are managed, without those that are as they must be, and from when on each is mapped. What could not
    /// be looked at is among them.
    pub(super) fn behind(&self, in_step: &BTreeSet<AccountId>) -> BTreeMap<AccountId, Timestamp> {
        let Scope { products, now, .. } = self.scope;
        let is_managed =
            |mapping: &&Mapping| mapping.switches.allow_quotas(now) && products.contains_key(&mapping.connection);
        let managed = self.mappings.values().filter(is_managed);
        let behind = managed.filter(|mapping| !in_step.contains(&mapping.account));
        behind.map(|mapping| (mapping.account, mapping.mapped_at)).collect()
    }

    /// The connection for new tenants, if it could be read.
    pub(super) fn for_new_tenants(&self) -> Option<(&ConnectionId, &Products)> {
        let in_use = self.tenants.keys().chain(self.unread.keys());
        let connection = self.scope.billing.provisioning.connection_among(in_use)?;
        let connection = Some(connection).filter(|connection| self.tenants.contains_key(*connection))?;
        Some((connection, self.scope.products.get(connection)?))
    }
}

async fn read_companies(
    table: &Table,
    reader: &mut Reader<'_>,
    scope: Scope<'_>,
    position: &mut Position,
) -> Result<Companies, Error> {
    let mut companies = Companies::stored(table).await?;
    let since = position.companies.changed_since(scope.now).filter(|_| !scope.in_full && !companies.is_lost());
    companies.read(reader, since).await?;
    if scope.keep {
        companies.save(table).await?;
    }
    position.companies.read(since.is_none(), scope.now);
    Ok(companies)
}

async fn read_book(
    table: &Table,
    reader: &mut Reader<'_>,
    scope: Scope<'_>,
    position: &mut Position,
) -> Result<Book, Error> {
    let mut book = Book::stored(table).await?;
    let since = position.contracts.changed_since(scope.now);
    let since = since.filter(|_| !scope.in_full && !book.is_lost() && !position.without_change_dates);
    let has_dates = book.read(reader, since.map_or(Since::Everything, Since::Changed), scope.today).await?;
    if scope.keep {
        book.save(table).await?;
    }
    position.without_change_dates |= !has_dates;
    position.contracts.read(since.is_none(), scope.now);
    Ok(book)
}
