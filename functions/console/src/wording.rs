//! The core's words with names in the place of ids. The core tells items, services, bundles and contracts by their ids, as it knows
//! nothing else; here their names are at hand.

use std::collections::{BTreeMap, BTreeSet};

use autotask::Contracts;
use bridge_core::id::{BundleId, ConnectionId, ContractId, InfraId, ServiceId};
use bridge_core::item::ItemId;
use systems::{Config, Use};

use crate::error::Error;
use crate::{Deps, labels};

/// What may stand around an id in a sentence.
const AROUND: [char; 7] = ['(', ')', ',', ';', ':', '.', '?'];

/// Names as far as they are known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    pub(crate) services: BTreeMap<ServiceId, String>,
    pub(crate) bundles: BTreeMap<BundleId, String>,
    pub(crate) contracts: BTreeMap<ContractId, String>,
    pub(crate) storages: BTreeMap<InfraId, String>,
}

impl Names {
    /// The item's name for people, with the storage's where it is bound to one.
    pub(crate) fn label(&self, item: &ItemId) -> String {
        let label = labels::of(item);
        match &item.infra {
            None => label,
            Some(infra) => match self.storages.get(infra) {
                Some(name) => format!("{label} on “{name}”"),
                None => format!("{label} on storage {infra}"),
            },
        }
    }

    /// The words with names in the place of ids. What has no known name stays as it is.
    pub(crate) fn put(&self, words: &str) -> String {
        let mut before = "";
        let mut put = Vec::new();
        for word in words.split(' ') {
            let id = word.trim_matches(AROUND);
            let named = self.numbered(before, id).or_else(|| self.item(id));
            put.push(named.map_or_else(|| word.to_owned(), |named| word.replacen(id, &named, 1)));
            before = word;
        }
        put.join(" ")
    }

    fn numbered(&self, sort: &str, id: &str) -> Option<String> {
        let number: i64 = id.parse().ok()?;
        let name = match sort.trim_matches(AROUND) {
            "service" => self.services.get(&ServiceId(number)),
            "bundle" => self.bundles.get(&BundleId(number)),
            "contract" => self.contracts.get(&ContractId(number)),
            _ => None,
        };
        name.map(|name| format!("“{name}” ({number})"))
    }

    fn item(&self, text: &str) -> Option<String> {
        let (name, infra) = match text.split_once('@') {
            Some((name, infra)) => (name, Some(InfraId::new(infra))),
            None => (text, None),
        };
        labels::is_item(name).then(|| self.label(&ItemId { application: "".into(), name: name.to_owned(), infra }))
    }
}

/// What words tell by ids.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    services: BTreeSet<ServiceId>,
    bundles: BTreeSet<BundleId>,
    contracts: BTreeSet<ContractId>,
    storages: BTreeSet<InfraId>,
}

impl Told {
    fn add(&mut self, words: &str) {
        let mut before = "";
        for word in words.split(' ').map(|word| word.trim_matches(AROUND)) {
            match (before, word.parse::<i64>()) {
                ("service", Ok(id)) => drop(self.services.insert(ServiceId(id))),
                ("bundle", Ok(id)) => drop(self.bundles.insert(BundleId(id))),
                ("contract", Ok(id)) => drop(self.contracts.insert(ContractId(id))),
                _ => {}
            }
            let item = word.split_once('@').filter(|(name, _)| labels::is_item(name));
            self.storages.extend(item.map(|(_, infra)| InfraId::new(infra)));
            before = word;
        }
    }
}

/// The names of what these words tell by ids, as of the last minutes. A system is asked only where they speak of something of it, and
/// one that does not answer leaves ids: a name is no reason to fail.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn names_in(deps: &Deps, words: &[&str]) -> Result<Names, Error> {
    let mut told = Told::default();
    words.iter().for_each(|words| told.add(words));
    read(deps, told).await
}

/// The names of these services and storages, as of [`names_in`].
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn names_of(
    deps: &Deps,
    services: BTreeSet<ServiceId>,
    storages: BTreeSet<InfraId>,
) -> Result<Names, Error> {
    read(deps, Told { services, storages, ..Told::default() }).await
}

async fn read(deps: &Deps, told: Told) -> Result<Names, Error> {
    let config = deps.systems.config().await?;
    let mut names = Names {
        services: services(deps, &config, &told.services).await,
        bundles: bundles(deps, &config, &told.bundles).await,
        contracts: contracts(deps, &config, &told.contracts).await?,
        storages: BTreeMap::new(),
    };
    for connection in config.connections.keys() {
        names.storages.extend(storages(deps, &config, connection, &told.storages).await);
    }
    Ok(names)
}

/// The names of services. Here as below: what cannot be read is told by its id.
pub(crate) async fn services(deps: &Deps, config: &Config, ids: &BTreeSet<ServiceId>) -> BTreeMap<ServiceId, String> {
    let read = async |ids: &[ServiceId]| {
        let client = deps.systems.autotask(config, Use::Work).await.ok()?;
        let services = client.services_by_id(ids).await.ok()?;
        Some(services.into_iter().map(|service| (service.id, service.name)).collect())
    };
    deps.recent.names.services.get(config.generation, deps.systems.clock.now(), ids, read).await
}

/// The names of bundles.
pub(crate) async fn bundles(deps: &Deps, config: &Config, ids: &BTreeSet<BundleId>) -> BTreeMap<BundleId, String> {
    let read = async |ids: &[BundleId]| {
        let client = deps.systems.autotask(config, Use::Work).await.ok()?;
        let bundles = client.bundles_by_id(ids).await.ok()?;
        Some(bundles.into_iter().map(|bundle| (bundle.id, bundle.name)).collect())
    };
    deps.recent.names.bundles.get(config.generation, deps.systems.clock.now(), ids, read).await
}

/// The names of contracts. Those in force are kept by the runs over the accounts; Autotask is asked for those that have ended, and
/// for all before the first run.
async fn contracts(
    deps: &Deps,
    config: &Config,
    ids: &BTreeSet<ContractId>,
) -> Result<BTreeMap<ContractId, String>, Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut names = billing::contracts::names(&deps.systems.table).await?;
    names.retain(|id, _| ids.contains(id));
    let others: BTreeSet<ContractId> = ids.iter().copied().filter(|id| !names.contains_key(id)).collect();
    let read = async |ids: &[ContractId]| {
        let client = deps.systems.autotask(config, Use::Work).await.ok()?;
        let (mut found, mut pages) = (BTreeMap::new(), client.contracts(Contracts::Of(ids)));
        while let Some(page) = pages.next().await.ok()? {
            found.extend(page.rows.into_iter().map(|contract| (contract.id, contract.name)));
        }
        Some(found)
    };
    let now = deps.systems.clock.now();
    names.extend(deps.recent.names.contracts.get(config.generation, now, &others, read).await);
    Ok(names)
}

/// The names of storages of a connection.
pub(crate) async fn storages(
    deps: &Deps,
    config: &Config,
    connection: &ConnectionId,
    ids: &BTreeSet<InfraId>,
) -> BTreeMap<InfraId, String> {
    let ids = ids.iter().map(|id| (connection.clone(), id.clone())).collect();
    let read = async |ids: &[(ConnectionId, InfraId)]| {
        let client = deps.systems.acronis(config, connection, Use::Work).await.ok()?;
        let ids: Vec<InfraId> = ids.iter().map(|(_, id)| id.clone()).collect();
        let storages = client.storages(&ids).await.ok()?;
        Some(storages.into_iter().map(|storage| ((connection.clone(), storage.id), storage.name)).collect())
    };
    let names = deps.recent.names.storages.get(config.generation, deps.systems.clock.now(), &ids, read).await;
    names.into_iter().map(|((_, id), name)| (id, name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names {
            services: BTreeMap::from([(ServiceId(9008), "Cloud storage".to_owned())]),
            bundles: BTreeMap::from([(BundleId(9101), "Care".to_owned())]),
            contracts: BTreeMap::from([(ContractId(7001), "Backup 2026".to_owned())]),
            storages: BTreeMap::from([(InfraId::new("20-01"), "Dublin".to_owned())]),
        }
    }

    #[test]
    fn p14_ids_give_way_to_names() {
        let put = |words| names().put(words);
        assert_eq!(
            put("500 × 1 GB of service 9008: 500 on contract 7001, line 8003, by bundle 9101"),
            "500 × 1 GB of service “Cloud storage” (9008): 500 on contract “Backup 2026” (7001), line 8003, by bundle \
             “Care” (9101)"
        );
        assert_eq!(
            put("pw_base_storage@20-01: 250 GB would become 0 GB"),
            "Cloud storage for backups on “Dublin”: 250 GB would become 0 GB"
        );
        assert_eq!(put("they need pw_base_servers."), "they need Servers.");
    }

    #[test]
    fn p14_only_what_is_told_by_its_id_is_asked_for() {
        let mut told = Told::default();
        told.add("500 × 1 GB of service 9008: 500 on contract 7001, line 8003, by bundle 9101");
        told.add("pw_base_storage@20-01: 250 GB would become 0 GB; ann@example of 9001 contracts");
        let expected = Told {
            services: [ServiceId(9008)].into(),
            bundles: [BundleId(9101)].into(),
            contracts: [ContractId(7001)].into(),
            storages: [InfraId::new("20-01")].into(),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn p14_what_has_no_known_name_keeps_its_id() {
        let put = |words| names().put(words);
        assert_eq!(put("service 1 is on none of 9008 contracts"), "service 1 is on none of 9008 contracts");
        assert_eq!(put("pw_base_storage@20-02"), "Cloud storage for backups on storage 20-02");
        assert_eq!(put(""), "");
    }
}
