//! What the page of *Billing and provisioning* is made from. Systems that cannot be read take their part of the page away and
//! leave the rest.

use std::collections::BTreeMap;
use std::sync::Arc;

use bridge_core::id::ConnectionId;
use bridge_core::settings::Products;

use super::changes::Known;
use super::picker::{self, Parents, Services};
use super::rows::Row;
use crate::error::Error;
use crate::lists::{self, CompanyType};
use crate::page::Page;
use crate::pages::form::Refusal;
use crate::services::{self, Listed};
use crate::tenants::Directory;
use crate::wording::Names;
use crate::{Deps, catalogue, products, settings};

pub(super) struct Ground {
    pub(super) settings: settings::Document,
    /// Those in use, by name.
    pub(super) connections: BTreeMap<ConnectionId, String>,
    /// Of the connection that is looked at; `None` where there is none in use.
    pub(super) mapping: Option<Mapping>,
    pub(super) company_types: Vec<CompanyType>,
    pub(super) services: Services,
    /// What could not be read.
    pub(super) warnings: Vec<String>,
}

/// The product mapping of a connection.
pub(super) struct Mapping {
    pub(super) connection: ConnectionId,
    pub(super) document: products::Document,
    /// Or why it cannot be read.
    pub(super) catalogue: Result<catalogue::View, String>,
    pub(super) parents: Parents,
}

impl Ground {
    /// Reads everything; the partners and folders only where one of them is named. What the systems offer is as of the last minutes,
    /// unless it is to be read `again`.
    pub(super) async fn read(
        deps: &Deps,
        connection: Option<ConnectionId>,
        names_a_parent: bool,
        again: bool,
    ) -> Result<Self, Error> {
        let settings = settings::read(deps).await?;
        let config = deps.systems.config().await?;
        let connections: BTreeMap<ConnectionId, String> =
            config.connections.iter().map(|(id, connection)| (id.clone(), connection.name.clone())).collect();
        let connection = match connection {
            Some(id) if !connections.contains_key(&id) => {
                return Err(Error::NotFound(format!("there is no connection {id} in use")));
            }
            Some(id) => Some(id),
            None => connections.keys().next().cloned(),
        };
        if let Some(connection) = connection.as_ref().filter(|_| again) {
            deps.recent.forget(connection).await;
        }
        let (mapping, services, company_types) = futures::join!(
            Mapping::read(deps, connection, names_a_parent),
            services::all(deps),
            lists::company_types(deps),
        );
        let last_services = deps.recent.services.last().await;
        let mut warnings = Vec::new();
        let mut or_warn = |text: String| warnings.push(text);
        let services = told(services)?.unwrap_or_else(|why| {
            or_warn(match &last_services {
                Some(_) => {
                    format!("The services of Autotask cannot be read, so they are told as they were called last: {why}")
                }
                None => format!("The services of Autotask cannot be read: {why}"),
            });
            last_services.unwrap_or_else(Arc::<Listed>::default)
        });
        let company_types = told(company_types)?.unwrap_or_else(|why| {
            or_warn(format!("The company types of Autotask cannot be read: {why}"));
            Page::whole(Vec::new())
        });
        let services = picker::services(&services.services);
        let company_types = company_types.items;
        Ok(Self { settings, connections, mapping: mapping?, company_types, services, warnings })
    }

    /// Names for telling differences.
    pub(super) fn known(&self) -> Known {
        let mut known = Known {
            names: Names { services: self.services.texts().clone(), ..Names::default() },
            connections: self.connections.clone(),
            company_types: self.company_types.iter().map(|it| (it.value, it.label.clone())).collect(),
            parents: BTreeMap::new(),
        };
        if let Some(mapping) = &self.mapping {
            known.parents = mapping.parents.texts().iter().map(|(id, text)| (id.to_string(), text.clone())).collect();
            for row in mapping.rows() {
                known.names.storages.extend(row.view.storage.map(|storage| (storage.id, storage.name)));
            }
        }
        known
    }
}

impl Mapping {
    async fn read(deps: &Deps, connection: Option<ConnectionId>, names_a_parent: bool) -> Result<Option<Self>, Error> {
        let Some(connection) = connection else { return Ok(None) };
        let document = products::read(deps, &connection).await?;
        let filter = catalogue::Filter { connection: connection.to_string(), again: false };
        let catalogue = told(catalogue::read(deps, &filter).await)?;
        let parents = match names_a_parent || document.products.parent.is_some() {
            true => told(parents(deps, &connection).await)?.unwrap_or_else(|_| picker::no_parents()),
            false => picker::no_parents(),
        };
        Ok(Some(Self { connection, document, catalogue, parents }))
    }

    /// The rows of the catalogue in its order, with nothing filled in.
    pub(super) fn rows(&self) -> Vec<Row> {
        let applications = self.catalogue.iter().flat_map(|catalogue| &catalogue.applications);
        let editions = applications
            .flat_map(|application| application.editions.iter().map(move |edition| (&application.name, edition)));
        let rows = editions.flat_map(|(application, edition)| {
            edition.rows.iter().map(move |row| (application, edition.edition.as_ref(), row.clone()))
        });
        rows.enumerate().map(|(index, (application, edition, row))| Row::of(index, application, edition, row)).collect()
    }

    pub(super) fn products(&self) -> &Products {
        &self.document.products
    }
}

/// The partners and folders of a connection.
pub(super) async fn parents(deps: &Deps, connection: &ConnectionId) -> Result<Parents, Error> {
    Directory::read(deps, connection).await.map(|directory| picker::parents(&directory))
}

/// What was read, or why it cannot be, in words; what is not the systems' doing stays an error.
fn told<T>(read: Result<T, Error>) -> Result<Result<T, String>, Error> {
    match read {
        Ok(read) => Ok(Ok(read)),
        Err(error) => Refusal::of(error).map(|refusal| Err(refusal.message)),
    }
}
