//! A provider with many customers, all alike: five services on a contract, five items in a tenant.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use account_poll::{Deps, Summary, handle};
use anyhow::{Context as _, Result};
use async_trait::async_trait;
use billing::account::{Facts, conclude};
use billing::contracts::{Wanted, of_accounts};
use billing::tenants::Tenants;
use bridge_core::hint::{Hint, Message};
use bridge_core::id::{AccountId, ConnectionId, ServiceId, TenantId};
use bridge_core::item::{Item, Kind};
use bridge_core::mapping::Switches;
use bridge_core::quota::Memory;
use bridge_core::settings::billing::{Managed, Row, Treatment};
use bridge_core::settings::{Billing, Products, Settings};
use jiff::{SignedDuration, Timestamp};
use local::engine::{Call, Cut, Engine, Interceptor};
use local::secrets::MemorySecrets;
use runtime::clock::Clock;
use runtime::http::BaseUrl;
use runtime::lambda::Deadline;
use runtime::random::Random;
use secrecy::SecretString;
use simulators::Seed;
use simulators::acronis::Acronis;
use simulators::autotask::{Autotask, CompanyId};
use simulators::control::{Control, Fault};
use store::queue::{Queue, QueueName, SendError};
use store::record::{Account, Activity, ActivityCursor, Connection, Generation, Held, Mapping};
use store::secrets::SecretName;
use store::table::{Read, Table};
use suites::in_process::{ACRONIS_URL, DISCOVERY_URL, InProcess, ZONE_URL};
use systems::{AcronisCredentials, AutotaskCredentials, Options, Systems, Use};

/// Services on each contract, and items of each tenant.
pub const EACH: usize = 5;

pub struct World {
    pub clock: Clock,
    outside: simulators::control::Clock,
    pub acronis: Acronis,
    pub autotask: Autotask,
    pub systems: Systems,
    pub companies: Vec<CompanyId>,
    pub tenants: Vec<simulators::acronis::TenantId>,
    sent: Sent,
    writes: Writes,
}

/// A queue that only remembers.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<Message>>>);

#[async_trait]
impl Queue for Sent {
    async fn send(&self, queue: QueueName, messages: &[Message]) -> Result<(), SendError> {
        assert_eq!(queue, QueueName::Accounts);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(messages);
        Ok(())
    }
}

/// Writes to the table: the requests, for their keys, and what goes wrong outside after one of them.
#[derive(Clone, Default)]
struct Writes(Arc<Mutex<Vec<String>>>, Arc<Mutex<Option<Trap>>>);

/// A fault that is ordered as soon as a record of this kind is written.
struct Trap {
    kind: String,
    control: Control,
    fault: Fault,
}

#[async_trait]
impl Interceptor for Writes {
    async fn before(&self, call: &Call) -> Result<(), Cut> {
        if !matches!(call.operation.as_str(), "GetItem" | "BatchGetItem" | "Query") {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(call.request.clone());
            let mut trap = self.1.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(trap) = trap.take_if(|trap| call.request.contains(&trap.kind)) {
                trap.control.add_fault(trap.fault);
            }
        }
        Ok(())
    }
}

pub fn connection() -> ConnectionId {
    simulators::acronis::seed::ROOT_PARTNER.to_string().into()
}

impl World {
    /// So many customers on both sides, all mapped, with their product mapping; billing is on.
    pub async fn with(customers: usize) -> Result<Self> {
        let start: Timestamp = "2026-11-22T09:00:00Z".parse()?;
        let (clock, outside) = (Clock::manual(start), simulators::control::Clock::manual(start));
        let acronis = Acronis::new(Control::new(outside.clone()), Seed::Empty);
        let autotask = Autotask::new(Control::new(outside.clone()), Seed::Empty, ZONE_URL.to_owned());
        let companies = autotask.customers(customers, EACH);
        let tenants = acronis.customers(u32::try_from(customers)?, EACH);
        let engine = Engine::memory(clock.clone())?;
        engine.create_table("bridge").await?;
        let systems = Systems::new(
            Table::new(engine.client(), "bridge"),
            Arc::new(MemorySecrets::default()),
            Arc::new(InProcess::new(acronis.router(), autotask.router())),
            clock.clone(),
            Random::seeded(1),
            Options {
                discovery_url: BaseUrl::parse(DISCOVERY_URL)?,
                loopback: false,
                autotask_calls_per_hour: autotask::CALLS_PER_HOUR,
            },
        );
        let (sent, writes) = (Sent::default(), Writes::default());
        let world = Self { clock, outside, acronis, autotask, systems, companies, tenants, sent, writes };
        world.log_in().await?;
        world.map_products().await?;
        for position in 0..customers {
            world.map(position).await?;
        }
        Generation::bump(&world.systems.table).await?;
        engine.intercept(Arc::new(world.writes.clone()));
        Ok(world)
    }

    async fn log_in(&self) -> Result<()> {
        use simulators::{acronis, autotask};
        let credentials = AutotaskCredentials {
            user_name: autotask::seed::API_USER.user.to_owned(),
            secret: SecretString::from(autotask::seed::API_USER.secret),
            integration_code: SecretString::from(autotask::seed::API_USER.code),
        };
        self.systems.keep(&SecretName::Autotask, &credentials).await?;
        let credentials = AcronisCredentials {
            client_id: acronis::seed::CLIENT_ID.to_owned(),
            client_secret: SecretString::from(acronis::seed::CLIENT_SECRET),
        };
        self.systems.keep(&SecretName::Acronis(connection()), &credentials).await?;
        let connection = Connection {
            id: connection(),
            name: "Partner".to_owned(),
            base_url: ACRONIS_URL.to_owned(),
            application_code: None,
            tenant_number: None,
            created_at: self.clock.now(),
            enabled: true,
        };
        self.systems.table.insert(connection).await?;
        let billing = Billing { enabled: true, ..Billing::default() };
        self.systems.table.insert(Settings { billing, ..Settings::default() }).await?;
        Ok(())
    }

    /// The items that the first tenant has follow the first services.
    async fn map_products(&self) -> Result<()> {
        let mut products = Products::of(connection());
        if let Some(tenant) = self.tenants.first() {
            let items = self.items(&tenant.to_string().into()).await?;
            let services = simulators::autotask::seed::ACRONIS_SERVICES;
            products.rows =
                items.iter().zip(services).map(|(item, service)| row(item, ServiceId(service.id.0))).collect();
        }
        self.systems.table.insert(products).await?;
        Ok(())
    }

    /// What a tenant has on.
    async fn items(&self, tenant: &TenantId) -> Result<Vec<Item>> {
        let config = self.systems.config().await?;
        let client = self.systems.acronis(&config, &connection(), Use::Work).await?;
        let items = client.items_of(tenant).await?.items;
        Ok(items.into_iter().filter(|item| item.grant.is_on() && item.offer.kind == Kind::Count).collect())
    }

    async fn map(&self, position: usize) -> Result<()> {
        let name = format!("Customer {:05}", position + 1);
        let mapping = Mapping {
            account: self.account(position),
            tenant: self.tenants[position].to_string().into(),
            connection: connection(),
            switches: Switches::default(),
            account_name: name.clone(),
            tenant_name: name,
            mapped_at: self.clock.now(),
        };
        Mapping::map(&self.systems.table, mapping, None).await?;
        Ok(())
    }

    pub fn account(&self, position: usize) -> AccountId {
        AccountId(self.companies[position].0)
    }

    /// A person has agreed to all first plans, and workers have brought every tenant to where it must be.
    pub async fn settled(customers: usize) -> Result<Self> {
        let world = Self::with(customers).await?;
        world.poll().await?;
        for position in 0..customers {
            world.work_as_planned(position).await?;
        }
        world.advance(SignedDuration::from_mins(3));
        world.poll().await?;
        for position in 0..customers {
            world.remember(position).await?;
        }
        world.advance(SignedDuration::from_mins(3));
        world.poll().await?;
        world.advance(SignedDuration::from_mins(3));
        world.forget();
        Ok(world)
    }

    /// Sets the quotas that the contract of [`Autotask::customers`] asks for.
    async fn work_as_planned(&self, position: usize) -> Result<()> {
        let units = i64::try_from(position % 20 + 1)?;
        for item in self.items(&self.tenants[position].to_string().into()).await? {
            let value = units as f64;
            self.acronis.set_quota(self.tenants[position], item.offer.id.name.as_str(), Some(value), Some(0.0))?;
        }
        Ok(())
    }

    /// What a worker stores when it has nothing to write.
    pub async fn remember(&self, position: usize) -> Result<()> {
        let (table, now) = (&self.systems.table, self.clock.now());
        let config = self.systems.config().await?;
        let (account, products) = (self.account(position), &config.products[&connection()]);
        let mapping = table.get::<Mapping>(&account, Read::Strong).await?.context("mapped")?.value;
        let tenants = Tenants::stored(table, &connection()).await?;
        let tenant = tenants.tenant(&mapping.tenant, products).context("listed")?;
        let record = table.get::<Account>(&account, Read::Strong).await?;
        let memory = record.map_or_else(Memory::default, |record| record.value.memory);
        let client = self.systems.autotask(&config, Use::Work).await?;
        let today = billing::today(&config.settings, now);
        let wanted = Wanted { account, products, memory: &memory };
        let contracts = of_accounts(&client, &[wanted], today).await?.remove(&account).context("read")?;
        let facts = Facts {
            billing: &config.settings.billing,
            products,
            contracts: &contracts,
            tenant: &tenant,
            usage: &tenants.usage(&mapping.tenant),
            usage_is_read: false,
            memory: &memory,
            today,
            now,
        };
        let conclusion = conclude(facts);
        let mut record = Account::new(account);
        record.consent = Some(mapping.mapped_at);
        record.lifecycle.had_contract = conclusion.sales.is_selling();
        record.memory = conclusion.memory;
        table.modify(&account, |_| Some(record.clone())).await?;
        Ok(())
    }

    pub fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
        self.outside.advance(by);
    }

    pub async fn poll(&self) -> Result<Summary> {
        self.poll_until(self.clock.now() + SignedDuration::from_mins(15)).await
    }

    /// A poll that has time until then.
    pub async fn poll_until(&self, end: Timestamp) -> Result<Summary> {
        let deps = Deps { systems: self.systems.clone(), queue: Arc::new(self.sent.clone()) };
        Ok(handle(&deps, Deadline::at(end)).await?)
    }

    /// The next poll, three minutes later, with nothing remembered of the last one.
    pub async fn next_poll(&self) -> Result<Summary> {
        self.advance(SignedDuration::from_mins(3));
        self.forget();
        self.poll().await
    }

    /// Runs a preview.
    pub async fn preview(&self, id: &str) -> Result<Summary> {
        let deadline = Deadline::at(self.clock.now() + SignedDuration::from_mins(15));
        Ok(billing::pass(&self.systems, &self.sent, Some(id), deadline).await?)
    }

    pub fn forget(&self) {
        self.sent.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.writes.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.acronis.control().clear_calls();
        self.autotask.control().clear_calls();
    }

    /// The accounts that were sent to work, with what was judged.
    pub fn sent(&self) -> BTreeMap<AccountId, String> {
        let sent = self.sent.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hint = |message: &Message| match &message.hint {
            Hint::Account { account, plan: Some(plan) } => (*account, plan.clone()),
            other => panic!("the poll sends nothing like {other:?}"),
        };
        sent.iter().map(hint).collect()
    }

    /// Requests of writes to the table.
    pub fn writes(&self) -> Vec<String> {
        self.writes.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Calls of Autotask and of Acronis whose path contains the text.
    pub fn calls(&self, part: &str) -> (usize, usize) {
        let count = |control: &Control| control.calls().iter().filter(|call| call.path.contains(part)).count();
        (count(self.autotask.control()), count(self.acronis.control()))
    }

    pub async fn held(&self) -> Result<Vec<Held>> {
        let page = Held::page(&self.systems.table, None, 1_000).await?;
        Ok(page.records.into_iter().map(|stored| stored.value).collect())
    }

    pub async fn held_kinds(&self) -> Result<BTreeMap<String, usize>> {
        let mut kinds = BTreeMap::new();
        for held in self.held().await? {
            *kinds.entry(held.kind).or_default() += 1;
        }
        Ok(kinds)
    }

    /// Saves the settings of *Billing and provisioning*.
    pub async fn billing(&self, change: impl Fn(&mut Billing)) -> Result<()> {
        self.settings(|settings| change(&mut settings.billing)).await
    }

    /// Saves settings.
    pub async fn settings(&self, change: impl Fn(&mut Settings)) -> Result<()> {
        let changed = |settings: Option<Settings>| {
            let mut settings = settings?;
            change(&mut settings);
            Some(settings)
        };
        self.systems.table.modify(&(), changed).await?;
        Ok(Generation::bump(&self.systems.table).await?)
    }

    /// Autotask shows this fault at the first call after a record of this kind was written.
    pub fn strike_after(&self, kind: &str, fault: Fault) {
        let trap = Trap { kind: kind.to_owned(), control: self.autotask.control().clone(), fault };
        *self.writes.1.lock().unwrap_or_else(PoisonError::into_inner) = Some(trap);
    }

    /// What was written to either system, newest first, with who and why.
    pub async fn activity(&self) -> Result<Vec<Activity>> {
        let now = self.clock.now();
        let oldest = now.to_zoned(jiff::tz::TimeZone::UTC).date().yesterday()?;
        let page = Activity::page(&self.systems.table, ActivityCursor::from(now), oldest, 1_000).await?;
        Ok(page.entries.into_iter().map(|stored| stored.value).collect())
    }

    /// Takes so many units of workstations off a contract, from today on; adds them where negative.
    pub fn cut(&self, position: usize, units: i64) -> Result<()> {
        let today = self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let contract = self.autotask.contracts_of(self.companies[position])[0];
        Ok(self.autotask.adjust(contract, simulators::autotask::seed::WORKSTATIONS, -units, today)?)
    }
}

fn row(item: &Item, service: ServiceId) -> Row {
    Row {
        item: item.offer.id.clone(),
        edition: item.offer.edition.clone(),
        unit: item.offer.unit,
        treatment: Treatment::Managed(Managed {
            service: Some(service),
            free: false,
            unit_size: None,
            soft: false,
            share: false,
        }),
    }
}
