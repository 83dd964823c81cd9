use std::collections::BTreeMap;
use std::sync::Arc;

use bridge_core::id::ConnectionId;
use bridge_core::settings::{Activations, Products, Settings};
use bridge_core::system;
use jiff::{SignedDuration, Timestamp};
use store::record::{Connection, Generation, SystemState, all_activations, all_products};
use store::table::Read;

use crate::{Cache, Error, Systems};

/// Even an unchanged generation is read anew after this time: a process may have died between a change and its number.
const KEPT_FOR: SignedDuration = SignedDuration::from_mins(5);

/// The installation's settings as of one generation.
#[derive(Debug, Clone)]
pub struct Config {
    /// Number of the generation; 0 before anything was configured.
    pub generation: u64,
    /// When it was read.
    pub read_at: Timestamp,
    /// What the administrator chose.
    pub settings: Settings,
    /// What was switched on when (rule T15).
    pub activations: Activations,
    /// The connections in use.
    pub connections: BTreeMap<ConnectionId, Connection>,
    /// The product mappings of all connections that have one.
    pub products: BTreeMap<ConnectionId, Products>,
    /// Log-in states of the systems that have one.
    pub systems: BTreeMap<system::Id, system::State>,
}

impl Systems {
    /// The present settings. One small read when nothing has changed since this process last looked.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn config(&self) -> Result<Arc<Config>, Error> {
        // A strong read: whoever saved settings expects the next run to follow them.
        let generation = self.table.get::<Generation>(&(), Read::Strong).await?.map_or(0, |stored| stored.value.n);
        let now = self.clock.now();
        let is_good = |config: &Arc<Config>| config.generation == generation && now < config.read_at + KEPT_FOR;
        if let Some(config) = self.cached(|cache| cache.config.clone()).filter(is_good) {
            return Ok(config);
        }
        let config = Arc::new(self.load(generation, now).await?);
        self.cached(|cache| {
            if cache.config.as_ref().is_some_and(|known| known.generation == generation) {
                // Clients keep their tokens; only what may have been missed is dropped.
                cache.config = Some(Arc::clone(&config));
                cache.tenants = crate::owner::Tenants::default();
            } else {
                *cache = Cache { config: Some(Arc::clone(&config)), ..Cache::default() };
            }
        });
        Ok(config)
    }

    async fn load(&self, generation: u64, read_at: Timestamp) -> Result<Config, Error> {
        let settings = self.table.get::<Settings>(&(), Read::Strong).await?;
        let connections = Connection::all(&self.table).await?.records.into_iter().map(|stored| stored.value);
        let products = all_products(&self.table).await?.records.into_iter().map(|stored| stored.value);
        let systems = SystemState::all(&self.table).await?.records.into_iter().map(|stored| stored.value);
        Ok(Config {
            generation,
            read_at,
            settings: settings.map(|stored| stored.value).unwrap_or_default(),
            activations: all_activations(&self.table).await?,
            connections: connections.filter(|c| c.enabled).map(|c| (c.id.clone(), c)).collect(),
            products: products.map(|products| (products.connection.clone(), products)).collect(),
            systems: systems.map(|record| (record.system, record.state)).collect(),
        })
    }
}
