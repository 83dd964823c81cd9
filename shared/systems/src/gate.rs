//! Rule X7: a system that refused a log-in is left alone until a probe or a person opens it again.

use bridge_core::id::ConnectionId;
use bridge_core::system::{Gate, Id, State};
use store::record::{Connection, Generation, SystemState};
use store::secrets::SecretName;

use crate::credentials::{AcronisCredentials, AutotaskCredentials};
use crate::{Config, Error, Systems};

/// Name and version that both systems see.
const PRODUCT: &str = concat!("ACP 1.0/acronis-autotask-bridge/", env!("CARGO_PKG_VERSION"));

/// What a client is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Ordinary work, which never calls a paused system.
    Work,
    /// A scheduled run, which makes the one probe that is due. A single function does so, so that there is one prober.
    MayProbe,
}

impl Systems {
    /// The client of Autotask.
    ///
    /// # Errors
    /// [`Error::NotConfigured`], [`Error::Paused`], or the stores cannot be read.
    pub async fn autotask(&self, config: &Config, purpose: Use) -> Result<autotask::Client, Error> {
        self.pass(config, &Id::Autotask, purpose).await?;
        if let Some(client) = self.cached(|cache| cache.autotask.clone()) {
            return Ok(client);
        }
        let credentials = self.credentials(&SecretName::Autotask, "Autotask").await?;
        let client = self.autotask_with(credentials).in_zone(config.settings.zone());
        self.cached(|cache| cache.autotask = Some(client.clone()));
        Ok(client)
    }

    /// A client of Autotask with credentials that need not be stored yet.
    #[must_use]
    pub fn autotask_with(&self, credentials: AutotaskCredentials) -> autotask::Client {
        let settings = autotask::Settings {
            user_name: credentials.user_name,
            secret: credentials.secret,
            integration_code: credentials.integration_code,
            discovery_url: self.options.discovery_url.clone(),
            allow_loopback: self.options.loopback,
        };
        let budget = autotask::Budget::new(self.options.autotask_calls_per_hour);
        autotask::Client::with_budget(self.transport.clone(), self.clock.clone(), self.random.clone(), settings, budget)
    }

    /// The client of one connection.
    ///
    /// # Errors
    /// As [`Systems::autotask`].
    pub async fn acronis(&self, config: &Config, id: &ConnectionId, purpose: Use) -> Result<acronis::Client, Error> {
        self.pass(config, &Id::Acronis(id.clone()), purpose).await?;
        if let Some(client) = self.cached(|cache| cache.acronis.get(id).cloned()) {
            return Ok(client);
        }
        let connection = config.connections.get(id).ok_or_else(|| Error::NotConfigured(format!("connection {id}")))?;
        let client = self.acronis_stored(connection).await?;
        self.cached(|cache| cache.acronis.insert(id.clone(), client.clone()));
        Ok(client)
    }

    /// The client of a connection that need not be in use any more, made anew.
    ///
    /// # Errors
    /// As [`Systems::autotask`].
    pub async fn acronis_of(
        &self,
        config: &Config,
        connection: &Connection,
        purpose: Use,
    ) -> Result<acronis::Client, Error> {
        self.pass(config, &Id::Acronis(connection.id.clone()), purpose).await?;
        self.acronis_stored(connection).await
    }

    /// A client with the credentials that are stored for the connection.
    async fn acronis_stored(&self, connection: &Connection) -> Result<acronis::Client, Error> {
        let credentials = self.credentials(&SecretName::Acronis(connection.id.clone()), &connection.name).await?;
        self.acronis_with(&connection.base_url, connection.application_code.clone(), credentials)
    }

    /// A client of Acronis with credentials that need not be stored yet.
    ///
    /// # Errors
    /// [`Error::Unusable`] when the data centre's URL is none.
    pub fn acronis_with(
        &self,
        base_url: &str,
        application_code: Option<String>,
        credentials: AcronisCredentials,
    ) -> Result<acronis::Client, Error> {
        let base_url = self
            .base_url(base_url)
            .map_err(|error| Error::Unusable { system: "Acronis".to_owned(), reason: error.to_string() })?;
        let settings = acronis::Settings {
            base_url,
            client_id: credentials.client_id,
            client_secret: credentials.client_secret,
            application_code,
            product: PRODUCT,
        };
        Ok(acronis::Client::new(self.transport.clone(), self.clock.clone(), self.random.clone(), settings))
    }

    /// Takes note of a failed call: a refused log-in pauses the system. Returns the error for the caller to go on with.
    pub async fn failed(&self, id: &Id, error: Error) -> Error {
        let refused = match &error {
            Error::Acronis(error) => error.is_log_in_refused(),
            Error::Autotask(error) => error.is_log_in_refused(),
            _ => false,
        };
        if refused && let Err(error) = self.pause(id, &error).await {
            tracing::error!(system = %id, error = &error as &dyn std::error::Error, "a refused log-in could not be noted");
        }
        error
    }

    /// Opens a system again: a probe went through, or a person tested or resumed it.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn resume(&self, id: &Id) -> Result<(), Error> {
        let now = self.clock.now();
        self.change_state(id, |state| state.succeeded(now)).await?;
        Ok(Generation::bump(&self.table).await?)
    }

    /// Counts a scheduled run that failed, and alarms at the third in a row (rule L4).
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn run_failed(&self, id: &Id, reason: &str) -> Result<(), Error> {
        let mut is_third = false;
        self.change_state(id, |state| is_third = state.failed()).await?;
        if is_third {
            let (name, reason) = (self.name(id), without_stop(reason));
            runtime::alarm!("runs_failing", system = %id, "{name}: three runs in a row have failed: {reason}.");
        }
        Ok(())
    }

    /// Forgets failed runs after a good one. Writes only when there is something to forget.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn run_succeeded(&self, config: &Config, id: &Id) -> Result<(), Error> {
        let now = self.clock.now();
        match config.systems.get(id) {
            Some(state) if state.refusal.is_some() => self.resume(id).await,
            _ => self.change_state(id, |state| state.succeeded(now)).await,
        }
    }

    async fn pause(&self, id: &Id, refusal: &Error) -> Result<(), Error> {
        let now = self.clock.now();
        let name = self.name(id);
        let refusal = refusal.to_string();
        let reason = match id {
            // Autotask's errors begin with its name.
            Id::Autotask => format!("{}.", without_stop(&refusal)),
            Id::Acronis(_) => format!("{name}: {}.", without_stop(&refusal)),
        };
        let (mut is_new, mut paused) = (false, State::default());
        let pause = |state: &mut State| {
            is_new = state.refused(reason.clone(), now);
            paused = state.clone();
        };
        self.change_state(id, pause).await?;
        self.cached(|cache| cache.refused.insert(id.clone(), paused));
        if is_new {
            let refusal = without_stop(&refusal);
            runtime::alarm!("log_in_refused", system = %id, "{name} is paused, as the log-in was refused: {refusal}.");
        }
        Ok(Generation::bump(&self.table).await?)
    }

    /// Whether the system may be called; claims the probe if one is due and wanted.
    async fn pass(&self, config: &Config, id: &Id, purpose: Use) -> Result<(), Error> {
        let refused = self.cached(|cache| cache.refused.get(id).cloned());
        let Some(state) = refused.as_ref().or_else(|| config.systems.get(id)) else { return Ok(()) };
        match (state.gate(self.clock.now()), purpose) {
            (Gate::Open, _) => Ok(()),
            (Gate::Probe, Use::MayProbe) => {
                self.change_state(id, State::claim_probe).await?;
                Ok(Generation::bump(&self.table).await?)
            }
            (Gate::Probe, Use::Work) => Err(paused(name(config, id), state, Some(self.clock.now()))),
            (Gate::Closed { until }, _) => Err(paused(name(config, id), state, until)),
        }
    }

    /// What people call the system, as of the configuration that is at hand.
    fn name(&self, id: &Id) -> String {
        match self.cached(|cache| cache.config.clone()) {
            Some(config) => name(&config, id),
            None => name_without_config(id),
        }
    }

    async fn change_state(&self, id: &Id, mut change: impl FnMut(&mut State)) -> Result<(), Error> {
        let changed = |record: Option<SystemState>| {
            let mut record = record.unwrap_or_else(|| SystemState { system: id.clone(), state: State::default() });
            change(&mut record.state);
            Some(record)
        };
        self.table.modify(id, changed).await?;
        Ok(())
    }
}

fn paused(system: String, state: &State, until: Option<jiff::Timestamp>) -> Error {
    let reason = state.refusal.as_ref().map_or("", |refusal| without_stop(&refusal.reason));
    // The sentence begins with the name already.
    let reason = reason.strip_prefix(&format!("{system}: ")).unwrap_or(reason).to_owned();
    Error::Paused { system, reason, until }
}

fn name(config: &Config, id: &Id) -> String {
    match id {
        Id::Acronis(connection) => match config.connections.get(connection) {
            Some(connection) => format!("the connection “{}”", connection.name),
            None => name_without_config(id),
        },
        Id::Autotask => name_without_config(id),
    }
}

fn name_without_config(id: &Id) -> String {
    match id {
        Id::Autotask => "Autotask".to_owned(),
        Id::Acronis(connection) => format!("the connection {connection}"),
    }
}

/// A text that goes on in a sentence of ours, which has the full stop.
fn without_stop(text: &str) -> &str {
    text.trim_end_matches(['.', ' '])
}
