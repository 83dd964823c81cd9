//! Whether what was entered logs in, and as whom.

use acronis::{Client, Tenant, TenantKind};
use bridge_core::id::{ConnectionId, TenantId};
use bridge_core::settings::Problem;
use secrecy::{ExposeSecret, SecretString};
use store::record::Connection;
use store::secrets::SecretName;
use store::table::Read;
use systems::{AcronisCredentials, Use};

use super::Entered;
use crate::error::Error;
use crate::{Deps, log_in};

/// A connection that works.
pub(super) struct Checked {
    pub(super) id: ConnectionId,
    pub(super) name: String,
    pub(super) base_url: String,
    pub(super) application_code: Option<String>,
    pub(super) credentials: AcronisCredentials,
}

/// Reads only: the token, the client's own tenant, that tenant.
pub(super) async fn check(deps: &Deps, entered: &Entered) -> Result<Checked, Error> {
    let base_url = entered.base_url.trim().trim_end_matches('/').to_owned();
    check_fields(deps, entered, &base_url)?;
    let credentials = AcronisCredentials {
        client_id: entered.client_id.trim().to_owned(),
        client_secret: client_secret(deps, entered, &base_url).await?,
    };
    let application_code = entered.application_code.as_deref().map(str::trim).filter(|code| !code.is_empty());
    let application_code = application_code.map(str::to_owned);
    let client = deps.systems.acronis_with(&base_url, application_code.clone(), credentials.clone())?;
    let own = client.tenant(&client.me().await?).await?;
    if !matches!(own.kind, TenantKind::Partner | TenantKind::Folder) {
        let text = format!(
            "the API client belongs to “{}”, which is neither a partner nor a folder: make one there",
            own.name
        );
        return Err(Error::refused("not_a_partner", text));
    }
    let id = ConnectionId::new(own.id.as_str());
    if let Some(edited) = entered.id.as_ref().filter(|edited| **edited != id) {
        let text = format!(
            "these credentials are of the partner “{}” ({id}), and the connection {edited} is another's",
            own.name
        );
        return Err(Error::refused("another_partner", text));
    }
    stands_alone(deps, &client, &id, &own).await?;
    let name = entered.name.trim().to_owned();
    Ok(Checked { id, name, base_url, application_code, credentials })
}

fn check_fields(deps: &Deps, entered: &Entered, base_url: &str) -> Result<(), Error> {
    let mut problems = Vec::new();
    let mut say = |field: &str, message: String| problems.push(Problem { field: field.to_owned(), message });
    if entered.name.trim().is_empty() {
        say("name", "enter a name by which people tell the connection from others".to_owned());
    }
    if let Err(error) = deps.systems.base_url(base_url) {
        say("base_url", error.to_string());
    }
    if entered.client_id.trim().is_empty() {
        say("client_id", "enter a value".to_owned());
    }
    if entered.client_secret.as_ref().is_some_and(|secret| secret.expose_secret().trim().is_empty()) {
        say("client_secret", "enter a value, or leave the field out to keep the present one".to_owned());
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// The secret that was entered, or the stored one. The stored one is sent to no other place than before: whoever may edit a
/// connection must not be able to send its secret to a host of his own.
async fn client_secret(deps: &Deps, entered: &Entered, base_url: &str) -> Result<SecretString, Error> {
    if let Some(secret) = &entered.client_secret {
        return Ok(secret.clone());
    }
    let needed = |why: &str| Error::field("client_secret", format!("enter the secret: {why}"));
    let Some(id) = &entered.id else { return Err(needed("the connection is new")) };
    let connection = deps.systems.table.get::<Connection>(id, Read::Strong).await?;
    let connection = connection.ok_or_else(|| Error::NotFound(format!("there is no connection {id}")))?.value;
    let stored: Option<AcronisCredentials> = log_in::stored(deps, &SecretName::Acronis(id.clone())).await?;
    match stored {
        Some(_) if connection.base_url != base_url => Err(needed("the data centre has changed")),
        Some(stored) if stored.client_id == entered.client_id.trim() => Ok(stored.client_secret),
        Some(_) => Err(needed("the client has changed")),
        None => Err(needed("none is stored")),
    }
}

/// A partner inside another connection's tree would have each of its customers twice.
async fn stands_alone(deps: &Deps, client: &Client, id: &ConnectionId, own: &Tenant) -> Result<(), Error> {
    let config = deps.systems.config().await?;
    for other in Connection::all(&deps.systems.table).await?.records.into_iter().map(|stored| stored.value) {
        if other.id == *id {
            continue;
        }
        let overlaps = |inside: &str, outside: &str| {
            let text = format!("“{inside}” is inside the tree of “{outside}”, so its customers would be there twice");
            Error::refused("inside_another", text)
        };
        if can_see(client, &other.id.as_str().into()).await? {
            return Err(overlaps(&other.name, &own.name));
        }
        if config.connections.contains_key(&other.id) {
            let theirs = deps.systems.acronis(&config, &other.id, Use::Work).await?;
            if can_see(&theirs, &own.id).await? {
                return Err(overlaps(&own.name, &other.name));
            }
        }
    }
    Ok(())
}

/// A client sees its own tree and nothing else.
async fn can_see(client: &Client, tenant: &TenantId) -> Result<bool, Error> {
    match client.tenant(tenant).await {
        Ok(_) => Ok(true),
        Err(error) if error.is_not_found() || matches!(error, acronis::Error::Forbidden { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
