//! The demo's MSP, configured as the demo is: time zone UTC, known alert types and the default row create a ticket at once,
//! auto-closing on with Complete, eight customers mapped.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use bridge_core::id::{AccountId, ConnectionId};
use bridge_core::mapping::Switches;
use bridge_core::settings::{Row, Settings, Tickets};
use local::engine::Engine;
use local::queue::LocalQueue;
use local::secrets::MemorySecrets;
use runtime::clock::Clock;
use runtime::random::Random;
use secrecy::SecretString;
use simulators::Seed;
use simulators::acronis::Acronis;
use simulators::autotask::Autotask;
use simulators::control::Control;
use store::record::{Connection, Generation, Mapping};
use store::secrets::SecretName;
use store::table::Table;
use systems::{AcronisCredentials, AutotaskCredentials, Options, Systems};

use super::network::Network;
use super::seam::Seam;
use super::{Policy, Poller, VISIBILITY, World, start};
use crate::in_process::{ACRONIS_URL, DISCOVERY_URL, InProcess, ZONE_URL};

/// Status of a new ticket.
pub const NEW: i64 = 1;
/// Status of a reopened ticket.
pub const IN_PROGRESS: i64 = 8;
/// Autotask's system status.
pub const COMPLETE: i64 = 5;

/// The engine's tables: that of the functions, and the queues'.
pub(super) const TABLES: [&str; 2] = ["bridge", "queue"];
/// How many customers the demo maps.
const MAPPED: usize = 8;

/// The demo's connection.
#[must_use]
pub fn connection() -> ConnectionId {
    simulators::acronis::seed::ROOT_PARTNER.to_string().into()
}

pub(super) async fn world(seed: u64) -> Result<World> {
    let clock = Clock::manual(start());
    let outside = simulators::control::Clock::manual(start());
    let random = Random::seeded(seed);
    let acronis = Acronis::new(Control::new(outside.clone()), Seed::Demo);
    let autotask = Autotask::new(Control::new(outside.clone()), Seed::Demo, ZONE_URL.to_owned());
    let engine = Engine::memory(clock.clone())?;
    let [table, messages] = TABLES;
    engine.create_table(table).await?;
    let policy = Policy { visibility: VISIBILITY, max_receive_count: 5 };
    let queue = LocalQueue::open(&engine, messages, policy, clock.clone(), random.clone()).await?;
    let clocks = (clock.clone(), outside.clone());
    let seam = Seam::new(move |time| {
        clocks.0.advance(time);
        clocks.1.advance(time);
    });
    let vendors = InProcess::new(acronis.router(), autotask.router());
    let (to_acronis, to_autotask) = (acronis.control().clone(), autotask.control().clone());
    let network = Network::new(vendors, seam.clone(), clock.clone(), to_acronis, to_autotask);
    let systems = Systems::new(
        Table::new(engine.client(), table),
        Arc::new(MemorySecrets::default()),
        Arc::new(network.clone()),
        clock.clone(),
        random,
        Options {
            discovery_url: runtime::http::BaseUrl::parse(DISCOVERY_URL)?,
            loopback: false,
            autotask_calls_per_hour: 2_000,
        },
    );
    configure(&systems).await?;
    engine.intercept(Arc::new(seam.clone()));
    let world = World {
        clock,
        outside,
        acronis,
        autotask,
        engine,
        queue,
        poller: Mutex::new(Poller::new(&systems)),
        systems,
        seam,
        network,
        processes: 0,
    };
    Ok(world)
}

async fn configure(systems: &Systems) -> Result<()> {
    use simulators::{acronis, autotask};
    let table = &systems.table;
    systems
        .keep(
            &SecretName::Autotask,
            &AutotaskCredentials {
                user_name: autotask::seed::API_USER.user.to_owned(),
                secret: SecretString::from(autotask::seed::API_USER.secret),
                integration_code: SecretString::from(autotask::seed::API_USER.code),
            },
        )
        .await?;
    let credentials = AcronisCredentials {
        client_id: acronis::seed::CLIENT_ID.to_owned(),
        client_secret: SecretString::from(acronis::seed::CLIENT_SECRET),
    };
    systems.keep(&SecretName::Acronis(connection()), &credentials).await?;
    let now = systems.clock.now();
    table
        .insert(Connection {
            id: connection(),
            name: "Demo partner".to_owned(),
            base_url: ACRONIS_URL.to_owned(),
            application_code: None,
            tenant_number: None,
            created_at: now,
            enabled: true,
        })
        .await?;
    table.insert(settings()).await?;
    for (index, customer) in acronis::seed::CUSTOMERS.iter().take(MAPPED).enumerate() {
        let offset = i64::try_from(index).context("few customers")?;
        let mapping = Mapping {
            account: AccountId(autotask::seed::FIRST_CUSTOMER.0 + offset),
            tenant: customer.id.to_string().into(),
            connection: connection(),
            switches: Switches::default(),
            account_name: customer.name.to_owned(),
            tenant_name: customer.name.to_owned(),
            mapped_at: now,
        };
        Mapping::map(table, mapping, None).await?;
    }
    Generation::bump(table).await?;
    Ok(())
}

/// The demo's settings.
#[must_use]
pub fn settings() -> Settings {
    let row = Row {
        create: true,
        status: Some(NEW),
        reopened_status: Some(IN_PROGRESS),
        priority: Some(2),
        queue: Some(8),
        ..Row::default()
    };
    let tickets = Tickets {
        enabled: true,
        source: Some(8),
        note_type: Some(1),
        note_publish: Some(2),
        types: BTreeMap::new(),
        default_row: row,
        auto_close_status: Some(COMPLETE),
        ..Tickets::default()
    };
    Settings { tickets, ..Settings::default() }
}

impl World {
    /// Changes the settings, as a save in the console does.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn settings(&self, change: impl Fn(&mut Tickets)) -> Result<()> {
        let changed = |settings: Option<Settings>| {
            let mut settings = settings?;
            let before = settings.tickets.clone();
            change(&mut settings.tickets);
            before.hand_over(&mut settings.tickets);
            Some(settings)
        };
        self.systems.table.modify(&(), changed).await?;
        Ok(Generation::bump(&self.systems.table).await?)
    }

    /// Changes an account's switches, as a save in the console does.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn switches(&self, account: AccountId, change: impl Fn(&mut Switches)) -> Result<()> {
        let changed = |mapping: Option<Mapping>| {
            let mut mapping = mapping?;
            change(&mut mapping.switches);
            Some(mapping)
        };
        self.systems.table.modify(&account, changed).await?;
        Ok(Generation::bump(&self.systems.table).await?)
    }
}
