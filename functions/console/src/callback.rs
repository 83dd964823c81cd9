//! Asking Autotask to tell us of changes to tickets. Nothing depends on it, as the poll sees the same a minute later; so whatever
//! stands against it is a warning and no refusal.

use autotask::{Client, WebhookSettings};
use bridge_core::id::ResourceId;
use runtime::webhook::secrets::SigningSecrets;
use secrecy::SecretString;
use store::secrets::SecretName;

use crate::error::Error;
use crate::{Deps, token};

/// Where the ticket webhook listens.
const PATH: &str = "/webhooks/autotask";

/// Registers the callback where this installation can be reached from outside, or brings it up to date. Returns what stands
/// against it.
pub(crate) async fn register(deps: &Deps, client: &Client, own_resource: ResourceId) -> Option<String> {
    let public_url = deps.public_url.as_deref()?;
    let error = match settings(deps, public_url, own_resource).await {
        Ok(settings) => client.register_ticket_webhook(&settings).await.err()?.to_string(),
        Err(error) => error.to_string(),
    };
    Some(format!("Autotask will not tell of changes to tickets, so they are seen a minute later: {error}"))
}

async fn settings(deps: &Deps, public_url: &str, own_resource: ResourceId) -> Result<WebhookSettings, Error> {
    let url = format!("{}{PATH}", public_url.trim_end_matches('/'));
    let url = deps.systems.base_url(&url).map_err(|error| Error::refused("public_url", error.to_string()))?;
    // Switching itself off is posted to the same door: unsigned, so it is refused there, and polling goes on.
    Ok(WebhookSettings { deactivation_url: url.clone(), url, secret: secret(deps).await?, own_resource })
}

/// The secret that callbacks are signed with, made when there is none.
async fn secret(deps: &Deps) -> Result<SecretString, Error> {
    let stored = deps.systems.secrets.get(&SecretName::AutotaskWebhook).await?;
    if let Some(secrets) = stored.as_ref().and_then(|stored| SigningSecrets::parse(stored).ok()) {
        return Ok(secrets.current);
    }
    let secret = SecretString::from(token::fresh()?);
    deps.systems.secrets.put(&SecretName::AutotaskWebhook, SigningSecrets::only(secret.clone()).to_stored()).await?;
    Ok(secret)
}
