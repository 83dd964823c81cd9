//! Time, calls and doubt.

use std::sync::Arc;

use anyhow::Result;
use async_trait::async_trait;
use bridge_core::id::ConnectionId;
use jiff::{SignedDuration, Timestamp};
use runtime::http::{Request, Response, Transport, TransportError};
use simulators::Seed;
use simulators::acronis::{Acronis, Kind, TenantId, seed};
use simulators::control::{Call, Control};
use store::record::{Connection, Generation};

use super::World;
use crate::in_process::InProcess;

/// Where the second connection's data centre seems to live.
const SECOND_HOST: &str = "us5-cloud.acronis.test";
/// Identifiers that the second data centre skips, as it draws the same ones as the first.
const DRAWN_BY_THE_FIRST: usize = 500;

/// A second Acronis partner, in another data centre.
pub struct Second {
    /// Its data centre.
    pub acronis: Acronis,
    /// The connection as stored.
    pub connection: Connection,
    /// A customer tenant of its.
    pub customer: TenantId,
}

impl World {
    /// Lets `minutes` pass without anything running, then a poll and its work.
    ///
    /// # Errors
    /// As [`World::turn`].
    pub async fn after_minutes(&mut self, minutes: i64) -> Result<()> {
        self.advance(SignedDuration::from_mins(minutes));
        self.turn().await
    }

    /// Calls that Autotask has answered since the last [`World::forget_calls`], as `METHOD /path`, without the version.
    #[must_use]
    pub fn autotask_calls(&self) -> Vec<String> {
        self.autotask.control().calls().iter().map(brief).collect()
    }

    /// The same for Acronis.
    #[must_use]
    pub fn acronis_calls(&self) -> Vec<String> {
        self.acronis.control().calls().iter().map(brief).collect()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.autotask.control().clear_calls();
        self.acronis.control().clear_calls();
    }

    /// Adds a second connection with one customer, reached over the same network.
    ///
    /// # Errors
    /// The stores cannot be written.
    pub async fn second_connection(&mut self) -> Result<Second> {
        let acronis = Acronis::new(Control::new(self.acronis.control().clock().clone()), Seed::Empty);
        for _ in 0..DRAWN_BY_THE_FIRST {
            let _ = acronis.unused_id();
        }
        let partner = acronis.add_tenant("Other MSP", Kind::Partner, seed::ROOT_PARTNER)?;
        let customer = acronis.add_tenant("Otter Printing", Kind::Customer, partner)?;
        acronis.add_client("second-client", "second-secret", partner)?;
        let routes = InProcess::default().host(SECOND_HOST, acronis.router());
        self.systems.transport = Arc::new(Fork { second: routes, rest: Arc::clone(&self.systems.transport) });
        let connection = Connection {
            id: ConnectionId::new(partner.to_string()),
            name: "Other partner".to_owned(),
            base_url: format!("https://{SECOND_HOST}"),
            application_code: None,
            tenant_number: None,
            created_at: self.now(),
            enabled: true,
        };
        self.systems.table.insert(connection.clone()).await?;
        self.log_in_to_acronis(&connection, "second-client", "second-secret").await?;
        Generation::bump(&self.systems.table).await?;
        Ok(Second { acronis, connection, customer })
    }
}

/// Times of calls that were refused for who made them.
#[must_use]
pub fn refused(control: &Control) -> Vec<Timestamp> {
    let is_refusal = |call: &Call| matches!(call.status, 401 | 403 | 500);
    control.calls().into_iter().filter(is_refusal).map(|call| call.at).collect()
}

fn brief(call: &Call) -> String {
    let path = call.path.split('?').next().unwrap_or_default();
    let path = path.trim_start_matches("/atservicesrest").trim_start_matches("/v1.0").trim_start_matches("/V1.0");
    format!("{} {path}", call.method)
}

/// Two networks: one host lies in the second, all others in the first.
struct Fork {
    second: InProcess,
    rest: Arc<dyn Transport>,
}

#[async_trait]
impl Transport for Fork {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        if request.host() == SECOND_HOST { self.second.send(request).await } else { self.rest.send(request).await }
    }
}
