//! The product beside such a provider: its table, its queues, its two functions.

use std::sync::Arc;

use anyhow::Result;
use bridge_core::mapping::Switches;
use bridge_core::settings::Settings;
use bridge_core::settings::billing::Billing;
use jiff::SignedDuration;
use local::engine::Engine;
use local::queue::{LocalQueue, Policy};
use local::secrets::MemorySecrets;
use runtime::clock::Clock;
use runtime::http::{BaseUrl, Transport};
use runtime::lambda::Deadline;
use runtime::random::Random;
use secrecy::SecretString;
use simulators::{acronis, autotask};
use store::queue::QueueName;
use store::record::{Account, Connection, Generation, Mapping};
use store::secrets::SecretName;
use store::table::Table;
use systems::{AcronisCredentials, AutotaskCredentials, Options, Systems};

use super::provider::{Customer, Provider};
use crate::world::{connection, event, fresh};

/// Name of the table.
const TABLE: &str = "bridge";
/// Calls that bulk reads may make of Autotask in an hour: a fifth of what a database allows.
const CALLS_PER_HOUR: u32 = 2_000;
/// Messages in one batch.
const BATCH: usize = 100;
/// How long an invocation may take. The clock stands still meanwhile.
const INVOCATION: SignedDuration = SignedDuration::from_mins(5);

/// The product.
pub struct Installation {
    /// Its clock.
    pub clock: Clock,
    /// Its table's engine, for its counters.
    pub engine: Engine,
    queue: LocalQueue,
    systems: Systems,
}

impl Installation {
    /// The product on this engine, with the credentials of the simulators. Its table is there already.
    ///
    /// # Errors
    /// The queues cannot be opened.
    pub async fn on(
        engine: Engine,
        transport: Arc<dyn Transport>,
        discovery_url: BaseUrl,
        clock: Clock,
    ) -> Result<Self> {
        let random = Random::seeded(1);
        let policy = Policy { visibility: SignedDuration::from_mins(30), max_receive_count: 5 };
        let queue = LocalQueue::open(&engine, "queue", policy, clock.clone(), random.clone()).await?;
        let options = Options { discovery_url, loopback: true, autotask_calls_per_hour: CALLS_PER_HOUR };
        let table = Table::new(engine.client(), TABLE);
        let systems =
            Systems::new(table, Arc::new(MemorySecrets::default()), transport, clock.clone(), random, options);
        let user = autotask::seed::API_USER;
        let to_autotask = AutotaskCredentials {
            user_name: user.user.to_owned(),
            secret: SecretString::from(user.secret),
            integration_code: SecretString::from(user.code),
        };
        systems.keep(&SecretName::Autotask, &to_autotask).await?;
        let to_acronis = AcronisCredentials {
            client_id: acronis::seed::CLIENT_ID.to_owned(),
            client_secret: SecretString::from(acronis::seed::CLIENT_SECRET),
        };
        systems.keep(&SecretName::Acronis(connection()), &to_acronis).await?;
        Ok(Self { clock, engine, queue, systems })
    }

    /// What an administrator has set up: billing is on, all customers are mapped, and their first plans agreed to.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn set_up(engine: &Engine, acronis_url: &str, customers: &[Customer], clock: &Clock) -> Result<()> {
        engine.create_table(TABLE).await?;
        let table = Table::new(engine.client(), TABLE);
        let now = clock.now();
        let billing = Billing { enabled: true, ..Billing::default() };
        table.insert(Settings { billing, ..Settings::default() }).await?;
        let provider = Connection {
            id: connection(),
            name: "Provider".to_owned(),
            base_url: acronis_url.to_owned(),
            application_code: None,
            tenant_number: None,
            created_at: now,
            enabled: true,
        };
        table.insert(provider).await?;
        table.insert(Provider::products()).await?;
        for Customer { account, tenant, name } in customers {
            let mapping = Mapping {
                account: *account,
                tenant: tenant.to_string().into(),
                connection: connection(),
                switches: Switches::default(),
                account_name: name.clone(),
                tenant_name: name.clone(),
                mapped_at: now,
            };
            Mapping::map(&table, mapping, None).await?;
            table.insert(Account { consent: Some(now), ..Account::new(*account) }).await?;
        }
        Ok(Generation::bump(&table).await?)
    }

    /// A run of the poll, as a process that has just started.
    ///
    /// # Errors
    /// The run failed, or it was too soon for one.
    pub async fn poll(&self) -> Result<account_poll::Summary> {
        let deps = account_poll::Deps { systems: fresh(&self.systems), queue: Arc::new(self.queue.clone()) };
        let summary = Box::pin(account_poll::handle(&deps, Deadline::at(self.clock.now() + INVOCATION))).await?;
        anyhow::ensure!(summary.skipped_until.is_none() && summary.failed.is_empty(), "{summary:?}");
        Ok(summary)
    }

    /// Has a worker do all that the poll has asked for. Returns at how many accounts it looked.
    ///
    /// # Errors
    /// The worker failed, or gave messages back.
    pub async fn work(&self) -> Result<usize> {
        let mut count = 0;
        loop {
            let batch = self.queue.receive(QueueName::Accounts, BATCH).await?;
            if batch.is_empty() {
                return Ok(count);
            }
            count += batch.len();
            let deps = account_sync::Deps {
                systems: fresh(&self.systems),
                queue: Arc::new(self.queue.clone()),
                process: "worker".to_owned(),
                worker: "worker/1".to_owned(),
                is_only_process: true,
            };
            let deadline = Deadline::at(self.clock.now() + INVOCATION);
            let answer = Box::pin(account_sync::handle(&deps, event(&batch), deadline)).await?;
            anyhow::ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
            let receipts: Vec<String> = batch.into_iter().map(|message| message.receipt).collect();
            self.queue.delete(QueueName::Accounts, &receipts).await?;
        }
    }
}
