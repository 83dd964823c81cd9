//! Accepts alerts that a relay posts and makes them hints for ticket-sync (rule B1).
//!
//! Acronis itself sends no webhooks: an automation platform, a SIEM or somebody's own poller posts the alert objects of the Alert
//! Manager API. What they say about an alert is not believed, only that it is worth a look: ticket-sync reads the alert from
//! Acronis (rule X1). So this function knows no settings and no table. An accepted request of a warm process costs one call, to
//! the queue.
#![warn(missing_docs)]

mod body;

use std::sync::Arc;

use runtime::clock::Clock;
use runtime::webhook::secrets::SigningSecrets;
use runtime::webhook::{self, Accepted, Refused, Rejected, Request, Response, bearer, standard};
use secrecy::SecretString;
use store::queue::{Queue, QueueName};
use store::secrets::{Cached, SecretName, Secrets as _};

/// This function in counts, and as the door in parked messages.
const FUNCTION: &str = "alert-webhook";

/// What the function works with.
pub struct Deps {
    /// Where hints go.
    pub queue: Arc<dyn Queue>,
    /// Where the webhook's secrets are.
    pub secrets: Cached,
    /// The time.
    pub clock: Clock,
}

/// Answers one request: 2xx when its alerts are in the queue, 401 or 413 when it is refused, 5xx when the sender must repeat.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    webhook::answer(FUNCTION, receive(deps, &request).await)
}

async fn receive(deps: &Deps, request: &Request) -> Result<Accepted, Rejected> {
    let body = webhook::raw_body(request)?;
    authenticate(deps, request, &body).await?;
    let correlation = webhook::correlation(request);
    let messages = body::messages(&body, correlation.as_deref());
    if messages.is_empty() {
        return Ok(Accepted::Ignored);
    }
    deps.queue
        .send(QueueName::Alerts, &messages)
        .await
        .map_err(|error| Rejected::failed("alerts could not be stored", &error))?;
    tracing::info!(correlation, messages = messages.len(), body_bytes = body.len(), "alerts stored");
    Ok(Accepted::Stored)
}

async fn authenticate(deps: &Deps, request: &Request, body: &[u8]) -> Result<(), Rejected> {
    let claim = Claim::read(deps, request)?;
    let unreadable = |error| Rejected::failed("the webhook's secret could not be read", &error);
    let secret = deps.secrets.get(&SecretName::AcronisWebhook).await.map_err(unreadable)?;
    match claim.verify(secret.as_ref(), body) {
        // The secret may have been changed since it was read.
        Err(rejected) if rejected.is_of_secret() => {
            let secret = deps.secrets.refresh(&SecretName::AcronisWebhook).await.map_err(unreadable)?;
            claim.verify(secret.as_ref(), body)
        }
        verified => verified,
    }
}

/// How the sender shows who it is. A signature, where there is one, decides alone: a wrong one is not made good by a token.
enum Claim<'a> {
    Signature(standard::Claim<'a>),
    Token(bearer::Claim<'a>),
}

impl<'a> Claim<'a> {
    fn read(deps: &Deps, request: &'a Request) -> Result<Self, Refused> {
        match standard::Claim::read(&request.headers, deps.clock.now()) {
            Err(Refused::Unsigned) => bearer::Claim::read(&request.headers).map(Self::Token),
            signature => signature.map(Self::Signature),
        }
    }

    fn verify(&self, secret: Option<&SecretString>, body: &[u8]) -> Result<(), Rejected> {
        let secret = secret.ok_or(Refused::NoSecret)?;
        let secrets =
            SigningSecrets::parse(secret).map_err(|error| Rejected::failed("no request can be checked", &error))?;
        match self {
            Self::Signature(claim) => claim.verify(secrets.signing(), body)?,
            Self::Token(claim) => claim.verify(secrets.bearer.as_ref())?,
        }
        Ok(())
    }
}
