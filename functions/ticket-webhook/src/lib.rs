//! Accepts Autotask's ticket webhooks and makes them hints for ticket-sync (rule B1).
//!
//! Nothing depends on them: alert-poll reads our tickets every minute anyway. They only make a change made by a technician
//! known sooner (rule T14). What a callout says about the ticket is not believed, only that it is worth a look (rule X1).
#![warn(missing_docs)]

mod callout;

use std::sync::Arc;

use callout::Callout;
use runtime::webhook::secrets::SigningSecrets;
use runtime::webhook::{self, Accepted, Refused, Rejected, Request, Response, autotask};
use secrecy::SecretString;
use store::queue::{Queue, QueueName};
use store::secrets::{Cached, SecretName, Secrets as _};

/// This function in counts, and as the door in parked messages.
const FUNCTION: &str = "ticket-webhook";

/// What the function works with.
pub struct Deps {
    /// Where hints go.
    pub queue: Arc<dyn Queue>,
    /// Where the webhook's secrets are.
    pub secrets: Cached,
}

/// Answers one request: 2xx when it is dealt with, 401 or 413 when it is refused, 5xx when Autotask must repeat it.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    webhook::answer(FUNCTION, receive(deps, &request).await)
}

async fn receive(deps: &Deps, request: &Request) -> Result<Accepted, Rejected> {
    let body = webhook::raw_body(request)?;
    authenticate(deps, request, &body).await?;
    let correlation = webhook::correlation(request);
    let callout = callout::read(&body);
    if callout == Callout::SwitchedOff {
        tracing::warn!(
            correlation,
            "Autotask says that it has switched its ticket webhook off; changes are seen by polling"
        );
    }
    let messages = callout.messages(&body, correlation.as_deref());
    if messages.is_empty() {
        return Ok(Accepted::Ignored);
    }
    deps.queue
        .send(QueueName::Alerts, &messages)
        .await
        .map_err(|error| Rejected::failed("a ticket's change could not be stored", &error))?;
    tracing::info!(correlation, messages = messages.len(), body_bytes = body.len(), "change of a ticket stored");
    Ok(Accepted::Stored)
}

/// Every request must be signed. Autotask signs all of them but one: the call to the deactivation URL, when it gives a webhook up
/// after repeated failures. That one is refused like any stranger's, because anybody could send it; whether
/// the webhook is off can be read from its `isActive` at any time, and polling does not need it.
async fn authenticate(deps: &Deps, request: &Request, body: &[u8]) -> Result<(), Rejected> {
    let claim = autotask::Claim::read(&request.headers)?;
    let unreadable = |error| Rejected::failed("the webhook's secret could not be read", &error);
    let secret = deps.secrets.get(&SecretName::AutotaskWebhook).await.map_err(unreadable)?;
    match verify(&claim, secret.as_ref(), body) {
        // The secret may have been changed since it was read.
        Err(rejected) if rejected.is_of_secret() => {
            let secret = deps.secrets.refresh(&SecretName::AutotaskWebhook).await.map_err(unreadable)?;
            verify(&claim, secret.as_ref(), body)
        }
        verified => verified,
    }
}

fn verify(claim: &autotask::Claim, secret: Option<&SecretString>, body: &[u8]) -> Result<(), Rejected> {
    let secret = secret.ok_or(Refused::NoSecret)?;
    let secrets =
        SigningSecrets::parse(secret).map_err(|error| Rejected::failed("no request can be checked", &error))?;
    Ok(claim.verify(secrets.signing(), body)?)
}
