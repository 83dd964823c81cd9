//! What comes in by webhook: relays that post alerts, and Autotask that tells of changed tickets.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use aws_lambda_events::encodings::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use runtime::webhook::secrets::SigningSecrets;
use runtime::webhook::{Request, Response};
use secrecy::SecretString;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::Sha256;
use simulators::acronis::AlertId;
use simulators::autotask::TicketId;
use store::secrets::{Cached, SecretName};

use super::World;

/// Key of the relay's signatures, before it is written in base64.
const RELAY_KEY: &[u8] = b"thirty-two bytes of a relay's key";
/// Key of Autotask's signatures.
const AUTOTASK_KEY: &str = "what Autotask signs its callouts with";

/// The two webhook functions as warm processes, with the senders' keys.
pub struct Doors {
    alerts: alert_webhook::Deps,
    tickets: ticket_webhook::Deps,
}

impl World {
    /// The webhook functions, just started.
    ///
    /// # Errors
    /// The secret store failed.
    pub async fn doors(&self) -> Result<Doors> {
        let secrets = &self.systems.secrets;
        let relay = SecretString::from(format!("whsec_{}", STANDARD.encode(RELAY_KEY)));
        secrets.put(&SecretName::AcronisWebhook, SigningSecrets::only(relay).to_stored()).await?;
        let autotask = SecretString::from(AUTOTASK_KEY);
        secrets.put(&SecretName::AutotaskWebhook, SigningSecrets::only(autotask).to_stored()).await?;
        let cached = || Cached::new(Arc::clone(secrets), self.clock.clone());
        let queue = Arc::new(self.queue.clone());
        Ok(Doors {
            alerts: alert_webhook::Deps { queue: queue.clone(), secrets: cached(), clock: self.clock.clone() },
            tickets: ticket_webhook::Deps { queue, secrets: cached() },
        })
    }
}

impl Doors {
    /// A relay posts these alerts, correctly signed. Returns the status.
    pub async fn post(&self, alerts: &[AlertId]) -> i64 {
        let items: Vec<Value> = alerts.iter().map(|id| json!({ "id": id.to_string().to_uppercase() })).collect();
        self.deliver(signed(self.alerts.clock.now(), json!({ "items": items }).to_string().as_bytes()))
            .await
            .status_code
    }

    /// Any request at the alert webhook.
    pub async fn deliver(&self, request: Request) -> Response {
        alert_webhook::handle(&self.alerts, request).await
    }

    /// Autotask tells of a changed ticket, correctly signed. Returns the status.
    pub async fn tell(&self, ticket: TicketId) -> i64 {
        self.tell_that("Update", ticket).await
    }

    /// Autotask tells of a deleted ticket, correctly signed. Returns the status.
    pub async fn tell_deleted(&self, ticket: TicketId) -> i64 {
        self.tell_that("Delete", ticket).await
    }

    async fn tell_that(&self, action: &str, ticket: TicketId) -> i64 {
        let callout = json!({ "Action": action, "EntityType": "Ticket", "Id": ticket.0, "Fields": {} });
        self.call_out(signed_by_autotask(callout.to_string().as_bytes())).await.status_code
    }

    /// Any request at the ticket webhook.
    pub async fn call_out(&self, request: Request) -> Response {
        ticket_webhook::handle(&self.tickets, request).await
    }
}

/// A relay's request with this body, signed at that moment as *Standard Webhooks* wants it.
#[must_use]
pub fn signed(at: Timestamp, body: &[u8]) -> Request {
    let (id, time) = ("msg_1", at.as_second().to_string());
    let mac = Hmac::<Sha256>::new_from_slice(RELAY_KEY).expect("a MAC takes keys of any length");
    let mac = mac.chain_update(id).chain_update(".").chain_update(&time).chain_update(".").chain_update(body);
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let headers = [("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
    request(&headers, body).expect("the headers are plain text")
}

/// Autotask's request with this body.
#[must_use]
pub fn signed_by_autotask(body: &[u8]) -> Request {
    let mac = Hmac::<Sha1>::new_from_slice(AUTOTASK_KEY.as_bytes()).expect("a MAC takes keys of any length");
    let signature = format!("sha1={}", STANDARD.encode(mac.chain_update(body).finalize().into_bytes()));
    request(&[("x-hook-signature", &signature)], body).expect("the header is plain text")
}

/// A request as API Gateway hands it to a function.
///
/// # Errors
/// A header is none.
pub fn request(headers: &[(&str, &str)], body: &[u8]) -> Result<Request> {
    let mut request = Request::default();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).context("a header's name")?;
        request.headers.insert(name, HeaderValue::from_str(value)?);
    }
    request.is_base64_encoded = true;
    request.body = Some(STANDARD.encode(body));
    Ok(request)
}

/// The body of an answer.
#[must_use]
pub fn answered(response: &Response) -> &str {
    match &response.body {
        Some(Body::Text(text)) => text,
        _ => "",
    }
}
