//! What else may stand at the other end of the network: a second data centre, and an Autotask that answers otherwise than the
//! simulator does by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

use anyhow::Result;
use async_trait::async_trait;
use bridge_core::id::ConnectionId;
use runtime::http::{Method, Request, Response, StatusCode, Transport, TransportError};
use serde_json::{Value, json};
use simulators::Seed;
use simulators::acronis::{Acronis, Kind, TenantId, seed};
use simulators::autotask::TicketId;
use simulators::control::Control;
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

/// Takes rights away from the API user and gives them back.
#[derive(Clone, Default)]
pub struct Rights(Arc<AtomicBool>);

impl Rights {
    /// From now on the user sees no ticket: Autotask answers every query for them with an empty list.
    pub fn take_away(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// The user sees them again.
    pub fn give_back(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl World {
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
        self.put_before(|rest| Fork { second: routes, rest }).await?;
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
        Ok(Second { acronis, connection, customer })
    }

    /// Autotask's duplicate handling answers the next create of a ticket with this one, and creates nothing.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn next_create_answers(&mut self, ticket: TicketId) -> Result<()> {
        self.put_before(|rest| Duplicate { ticket: AtomicI64::new(ticket.0), rest }).await
    }

    /// The rights of the API user to see tickets.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn rights(&mut self) -> Result<Rights> {
        let rights = Rights::default();
        let blind = rights.clone();
        self.put_before(|rest| Blind { rights: blind, rest }).await?;
        Ok(rights)
    }

    /// Right before each of the next `times` writes of a tenant's items arrives, `happens` does.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn before_item_writes(
        &mut self,
        tenant: TenantId,
        times: usize,
        happens: impl Fn() + Send + Sync + 'static,
    ) -> Result<()> {
        let (path, left) = (format!("/tenants/{tenant}/offering_items"), AtomicUsize::new(times));
        self.put_before(|rest| Meanwhile { path, left, happens: Box::new(happens), rest }).await
    }

    /// Puts something between the functions and the network; clients are made anew over it.
    async fn put_before<T: Transport + 'static>(&mut self, before: impl FnOnce(Arc<dyn Transport>) -> T) -> Result<()> {
        self.systems.transport = Arc::new(before(Arc::clone(&self.systems.transport)));
        Ok(Generation::bump(&self.systems.table).await?)
    }
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

/// Something happens while a write is under way.
struct Meanwhile {
    /// How the path of the write ends.
    path: String,
    /// How often it still happens.
    left: AtomicUsize,
    happens: Box<dyn Fn() + Send + Sync>,
    rest: Arc<dyn Transport>,
}

#[async_trait]
impl Transport for Meanwhile {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let is_it = request.method == Method::PUT && request.url.path().ends_with(&self.path);
        let take = |left: usize| left.checked_sub(1);
        if is_it && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok() {
            (self.happens)();
        }
        self.rest.send(request).await
    }
}

struct Duplicate {
    /// The ticket to answer with; 0 once it was.
    ticket: AtomicI64,
    rest: Arc<dyn Transport>,
}

#[async_trait]
impl Transport for Duplicate {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let is_create = request.method == Method::POST && request.url.path().ends_with("/Tickets");
        let ticket = if is_create { self.ticket.swap(0, Ordering::SeqCst) } else { 0 };
        if ticket == 0 { self.rest.send(request).await } else { Ok(answer(&json!({ "itemId": ticket }))) }
    }
}

struct Blind {
    rights: Rights,
    rest: Arc<dyn Transport>,
}

#[async_trait]
impl Transport for Blind {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        if !self.rights.0.load(Ordering::SeqCst) || !request.url.path().ends_with("/Tickets/query") {
            return self.rest.send(request).await;
        }
        let nothing = json!({ "count": 0, "requestCount": 500, "prevPageUrl": null, "nextPageUrl": null });
        Ok(answer(&json!({ "items": [], "pageDetails": nothing })))
    }
}

fn answer(body: &Value) -> Response {
    Response { status: StatusCode::OK, headers: http::HeaderMap::new(), body: body.to_string().into() }
}
