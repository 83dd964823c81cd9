//! The accounts' side of the console: what is set up for it, and the functions that it sends to work.

use std::sync::Arc;

use account_poll::Summary;
use anyhow::{Context as _, Result, ensure};
use jiff::SignedDuration;
use runtime::lambda::Deadline;
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use store::queue::QueueName;

use super::{Console, connection};
use crate::world::event;
use crate::world::verbs_accounts::products;

/// How long an invocation may take.
const INVOCATION: SignedDuration = SignedDuration::from_mins(5);
/// Customers that are mapped; the first ones of both worlds have the same names.
const MAPPED: usize = 8;

impl Console {
    /// As [`Console::connected`], with eight customers mapped and the product mapping saved; billing is off.
    ///
    /// # Errors
    /// The API refused something.
    pub async fn mapped() -> Result<Self> {
        let console = Self::connected().await?;
        let pairs = (autotask::FIRST_CUSTOMER.0..).zip(acronis::CUSTOMERS).take(MAPPED);
        let edits: Vec<Value> = pairs
            .map(|(account, customer)| {
                json!({"account": account, "tenant": customer.id.to_string(), "connection": connection()})
            })
            .collect();
        let applied = console.map(json!(edits)).await?;
        ensure!(applied["refused"] == json!([]), "{applied:#}");
        let document = json!({"version": null, "products": products()});
        console.put(&format!("/api/v1/products/{}", connection()), &document).await?.expect(200)?;
        Ok(console)
    }

    /// As [`Console::mapped`], with billing switched on by a preview that was applied, and everything done that follows.
    ///
    /// # Errors
    /// The API refused something, or a function failed.
    pub async fn billing() -> Result<Self> {
        let console = Self::mapped().await?;
        let preview = console.preview(&json!({"draft": {"billing": console.billing_on().await?}})).await?;
        console.apply(&preview).await?;
        console.work().await?;
        Ok(console)
    }

    /// The billing settings as they are, switched on, with their version.
    ///
    /// # Errors
    /// The API refused something.
    pub async fn billing_on(&self) -> Result<Value> {
        let settings = self.get("/api/v1/settings").await?.expect(200)?.json()?;
        let mut billing = settings["settings"]["billing"].clone();
        billing["enabled"] = json!(true);
        Ok(json!({"version": settings["version"], "billing": billing}))
    }

    /// Starts a preview and has it worked out.
    ///
    /// # Errors
    /// The API refused it, or it could not be worked out.
    pub async fn preview(&self, asked: &Value) -> Result<Value> {
        let started = self.post("/api/v1/previews", asked).await?.expect(202)?.json()?;
        self.work().await?;
        let id = started["id"].as_str().context("a preview has an id")?;
        let preview = self.get(&format!("/api/v1/previews/{id}")).await?.expect(200)?.json()?;
        ensure!(preview["state"] == "ready", "{preview:#}");
        Ok(preview)
    }

    /// Applies a preview as it was shown.
    ///
    /// # Errors
    /// The API refused it.
    pub async fn apply(&self, preview: &Value) -> Result<Value> {
        let id = preview["id"].as_str().context("a preview has an id")?;
        let given = json!({"digest": preview["digest"]});
        self.post(&format!("/api/v1/previews/{id}/apply"), &given).await?.expect(200)?.json()
    }

    /// Lets the worker of accounts do what waits for it.
    ///
    /// # Errors
    /// It failed, or its work never ends.
    pub async fn work(&self) -> Result<()> {
        for _ in 0..100 {
            let batch = self.queue.receive(QueueName::Accounts, 100).await?;
            if batch.is_empty() {
                return Ok(());
            }
            let deps = account_sync::Deps {
                systems: self.systems.clone(),
                queue: Arc::new(self.queue.clone()),
                process: "process".to_owned(),
                worker: "process/1".to_owned(),
                is_only_process: true,
            };
            let deadline = Deadline::at(self.clock.now() + INVOCATION);
            let answer = account_sync::handle(&deps, event(&batch), deadline).await?;
            ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
            let receipts: Vec<String> = batch.into_iter().map(|message| message.receipt).collect();
            self.queue.delete(QueueName::Accounts, &receipts).await?;
        }
        anyhow::bail!("the work never ends")
    }

    /// Runs over all accounts, as on its schedule, and does what follows.
    ///
    /// # Errors
    /// A function failed.
    pub async fn run_accounts(&self) -> Result<Summary> {
        self.advance(SignedDuration::from_mins(3));
        let deps = account_poll::Deps { systems: self.systems.clone(), queue: Arc::new(self.queue.clone()) };
        let summary = account_poll::handle(&deps, Deadline::at(self.clock.now() + INVOCATION)).await?;
        self.work().await?;
        Ok(summary)
    }

    /// Lets time pass for everybody.
    pub fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
        self.acronis.control().clock().advance(by);
    }
}
