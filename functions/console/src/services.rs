//! The services and bundles of Autotask, to choose from (manual 5.1).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bridge_core::id::{BundleId, ServiceId};
use bridge_core::settings::Products;
use bridge_core::system::Id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use systems::{Config, Use};

use crate::Deps;
use crate::error::Error;
use crate::page::{Page, fits, of_cursor, rows, to_cursor};

/// A service, as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Service")]
pub struct View {
    /// The service.
    #[schemars(with = "i64")]
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// Inactive services stay on the contracts that have them and count there.
    pub active: bool,
}

/// A bundle that contains a mapped service, as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Bundle")]
pub struct Bundle {
    /// The bundle.
    #[schemars(with = "i64")]
    pub id: BundleId,
    /// Its name.
    pub name: String,
    /// Inactive bundles stay on the contracts that have them and count there.
    pub active: bool,
    /// The mapped services in it, each as often as it is contained.
    #[schemars(with = "Vec<i64>")]
    pub services: Vec<ServiceId>,
}

/// Which services.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ServiceFilter")]
pub struct Filter {
    /// Only those with this in their name, letter case aside.
    pub search: Option<String>,
    /// Rows on the page, 1 to 500; 50 unless given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// All services.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// By name.
    pub(crate) services: Vec<View>,
    unreadable: usize,
}

/// A page of services in the order of their names, as of the last minutes.
///
/// # Errors
/// Autotask cannot be read, or the filter makes no sense.
pub async fn list(deps: &Deps, filter: Filter) -> Result<Page<View>, Error> {
    let limit = rows(filter.limit)?;
    let after: Option<(String, i64)> = filter.after.as_deref().map(of_cursor).transpose()?;
    let listed = all(deps).await?;
    let fitting = listed.services.iter().filter(|service| fits(&service.name, filter.search.as_deref()));
    let mut fitting = fitting.filter(|service| after.as_ref().is_none_or(|after| place(service) > *after));
    let items: Vec<View> = fitting.by_ref().take(limit).cloned().collect();
    let next = fitting.next().and_then(|_| items.last()).map(|last| to_cursor(&place(last)));
    Ok(Page { items, next, unreadable: listed.unreadable })
}

/// All services, as of the last minutes.
///
/// # Errors
/// Autotask cannot be read.
pub(crate) async fn all(deps: &Deps) -> Result<Arc<Listed>, Error> {
    let config = deps.systems.config().await?;
    deps.recent.services.get(config.generation, deps.systems.clock.now(), read(deps, &config)).await
}

/// All services for their names: as they were called last, when they cannot be read now; `None` where nobody knows.
pub(crate) async fn last_known(deps: &Deps) -> Option<Arc<Listed>> {
    match all(deps).await {
        Ok(listed) => Some(listed),
        Err(_) => deps.recent.services.last().await,
    }
}

/// Where a service stands in the list.
fn place(service: &View) -> (String, i64) {
    (service.name.to_lowercase(), service.id.0)
}

async fn read(deps: &Deps, config: &Config) -> Result<Listed, Error> {
    let client = deps.systems.autotask(config, Use::Work).await?;
    let (mut services, mut unreadable) = (Vec::new(), 0);
    let mut pages = client.services();
    loop {
        match pages.next().await {
            Ok(Some(page)) => {
                unreadable += page.unreadable.len();
                services.extend(page.rows.into_iter().map(View::from));
            }
            Ok(None) => break,
            Err(error) => return Err(deps.systems.failed(&Id::Autotask, error.into()).await.into()),
        }
    }
    services.sort_by_cached_key(place);
    Ok(Listed { services, unreadable })
}

/// The bundles that contain a mapped service, by their names.
///
/// # Errors
/// Autotask cannot be read.
pub async fn bundles(deps: &Deps) -> Result<Page<Bundle>, Error> {
    let config = deps.systems.config().await?;
    let services: BTreeSet<ServiceId> = config.products.values().flat_map(Products::services).collect();
    let client = deps.systems.autotask(&config, Use::Work).await?;
    let read = async {
        let services: Vec<ServiceId> = services.into_iter().collect();
        let mut members: BTreeMap<BundleId, Vec<ServiceId>> = BTreeMap::new();
        let mut unreadable = 0;
        let mut pages = client.bundles_with(&services);
        while let Some(page) = pages.next().await? {
            unreadable += page.unreadable.len();
            page.rows.into_iter().for_each(|member| members.entry(member.bundle).or_default().push(member.service));
        }
        let ids: Vec<BundleId> = members.keys().copied().collect();
        Ok((client.bundles_by_id(&ids).await?, members, unreadable))
    };
    let (bundles, mut members, unreadable) = match read.await {
        Ok(read) => read,
        Err::<_, autotask::Error>(error) => return Err(deps.systems.failed(&Id::Autotask, error.into()).await.into()),
    };
    let view = |bundle: autotask::Bundle| {
        let autotask::Bundle { id, name, active } = bundle;
        Bundle { id, name, active, services: members.remove(&id).unwrap_or_default() }
    };
    let mut items: Vec<Bundle> = bundles.into_iter().map(view).collect();
    items.sort_by_cached_key(|bundle| (bundle.name.to_lowercase(), bundle.id));
    Ok(Page { items, next: None, unreadable })
}

impl From<autotask::Service> for View {
    fn from(service: autotask::Service) -> Self {
        let autotask::Service { id, name, active } = service;
        Self { id, name, active }
    }
}
