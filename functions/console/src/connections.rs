//! The Acronis partner tenants that we are connected to (rules L1, L2, L4).

mod check;

use bridge_core::id::ConnectionId;
use bridge_core::settings::Scope;
use bridge_core::system::Id;
use jiff::Timestamp;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::record::{Connection, Generation};
use store::secrets::SecretName;
use store::table::{Committed, Read, Stored};
use systems::AcronisCredentials;

use crate::auth::Actor;
use crate::error::Error;
use crate::page::Page;
use crate::{Deps, activations, journal, log_in, rights};

/// A connection, as shown.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Connection")]
pub struct View {
    /// Version to save with.
    pub version: u64,
    /// The partner tenant.
    #[schemars(with = "String")]
    pub id: ConnectionId,
    /// Name for people.
    pub name: String,
    /// Data centre.
    pub base_url: String,
    /// The API client; its secret is never shown.
    pub client_id: Option<String>,
    /// Code of the registered integration.
    pub application_code: Option<String>,
    /// Whether it is used.
    pub enabled: bool,
    /// When it was first saved.
    pub created_at: Timestamp,
}

/// A connection to be saved.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ConnectionEntered")]
pub struct Entered {
    /// The connection that is edited; absent for a new one. A connection's id is its partner tenant, read with the credentials.
    #[schemars(with = "Option<String>")]
    pub id: Option<ConnectionId>,
    /// Version that is edited; absent for a new one.
    pub version: Option<u64>,
    /// Name for people.
    pub name: String,
    /// Data centre, for example `https://eu2-cloud.acronis.com`.
    pub base_url: String,
    /// The API client.
    pub client_id: String,
    /// Its secret; may be left out where neither client nor data centre change.
    #[schemars(with = "Option<String>")]
    pub client_secret: Option<SecretString>,
    /// Code of the registered integration, where there is one.
    pub application_code: Option<String>,
    /// Whether it is used.
    pub enabled: bool,
}

/// What a save came to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ConnectionSaved")]
pub struct Saved {
    /// The connection as it is now.
    #[serde(flatten)]
    pub connection: View,
    /// Alerts from before are counted first (rule T15): few become tickets, many are held.
    pub backlog_is_counted: bool,
}

/// All connections, used or not.
///
/// # Errors
/// The table or the secret store cannot be read.
pub async fn list(deps: &Deps) -> Result<Page<View>, Error> {
    let page = Connection::all(&deps.systems.table).await?;
    let mut items = Vec::with_capacity(page.records.len());
    for stored in page.records {
        items.push(view(deps, stored).await?);
    }
    Ok(Page { items, next: None, unreadable: page.skipped.len() })
}

async fn view(deps: &Deps, Stored { value, version }: Stored<Connection>) -> Result<View, Error> {
    Ok(View {
        version,
        client_id: client(deps, &value.id).await?,
        id: value.id,
        name: value.name,
        base_url: value.base_url,
        application_code: value.application_code,
        enabled: value.enabled,
        created_at: value.created_at,
    })
}

/// Logs in with what was entered and keeps it only when that worked and the partner tenant can be a connection of its own.
///
/// # Errors
/// [`Error::Stale`], [`Error::Invalid`], `exists` for a new one of a partner that is connected already, or what Acronis
/// refused; nothing is kept then.
pub async fn save(deps: &Deps, by: &Actor, entered: Entered) -> Result<Saved, Error> {
    let checked = check::check(deps, &entered).await.map_err(Error::nothing_saved)?;
    let id = checked.id.clone();
    let former = deps.systems.table.get::<Connection>(&id, Read::Strong).await?;
    let is_for_new = entered.id.is_none() && former.is_some();
    if is_for_new || former.as_ref().map(|stored| stored.version) != entered.version {
        return Err(stale(deps, former, &entered).await?);
    }
    let next = Connection {
        id: id.clone(),
        name: checked.name,
        base_url: checked.base_url,
        application_code: checked.application_code,
        tenant_number: former.as_ref().and_then(|stored| stored.value.tenant_number),
        created_at: former.as_ref().map_or(deps.systems.clock.now(), |stored| stored.value.created_at),
        enabled: entered.enabled,
    };
    let was_enabled = former.as_ref().is_some_and(|stored| stored.value.enabled);
    let is_switched_on = next.enabled && !was_enabled;
    if is_switched_on {
        let age_hours = deps.systems.config().await?.settings.tickets.backlog_age_hours;
        activations::switch_on(deps, &[Scope::Connection(id.clone())], age_hours).await?;
    }
    let clients = [client(deps, &id).await?, Some(checked.credentials.client_id.clone())];
    let Some(version) = write(deps, by, former, &next, clients).await? else {
        let now = deps.systems.table.get::<Connection>(&id, Read::Strong).await?;
        return Err(stale(deps, now, &entered).await?);
    };
    // Of two that save at once, only the first gets here. Whoever is stopped in between leaves the former secret.
    deps.systems.keep(&SecretName::Acronis(id.clone()), &checked.credentials).await?;
    rights::forget(deps, &Id::Acronis(id.clone())).await?;
    // New credentials are good: a pause that the old ones brought about is over. This also tells all functions of the change.
    deps.systems.resume(&Id::Acronis(id)).await?;
    let connection = view(deps, Stored { value: next, version }).await?;
    Ok(Saved { connection, backlog_is_counted: is_switched_on })
}

/// Stops using a connection. Its mappings and its tickets stay as they are.
///
/// # Errors
/// There is no such connection, or the table cannot be written.
pub async fn disable(deps: &Deps, by: &Actor, id: &ConnectionId) -> Result<(), Error> {
    let former = deps.systems.table.get::<Connection>(id, Read::Strong).await?;
    let former = former.ok_or_else(|| Error::NotFound(format!("there is no connection {id}")))?;
    if !former.value.enabled {
        return Ok(());
    }
    let next = Connection { enabled: false, ..former.value.clone() };
    let client = client(deps, id).await?;
    if write(deps, by, Some(former), &next, [client.clone(), client]).await?.is_none() {
        return Err(Error::Unavailable("the connection was changed at the same moment: repeat this".to_owned()));
    }
    Generation::bump(&deps.systems.table).await?;
    Ok(())
}

/// The API client that is in use.
async fn client(deps: &Deps, id: &ConnectionId) -> Result<Option<String>, Error> {
    let credentials: Option<AcronisCredentials> = log_in::stored(deps, &SecretName::Acronis(id.clone())).await?;
    Ok(credentials.map(|credentials| credentials.client_id))
}

/// Writes the connection and the journal's entry together, which names the clients before and after; `None` when somebody else was
/// first.
async fn write(
    deps: &Deps,
    by: &Actor,
    former: Option<Stored<Connection>>,
    next: &Connection,
    [old_client, new_client]: [Option<String>; 2],
) -> Result<Option<u64>, Error> {
    let mut old = former.as_ref().map_or(json!({}), |stored| json!(stored.value));
    let mut new = json!(next);
    (old["client_id"], new["client_id"]) = (json!(old_client), json!(new_client));
    let (old, new) = journal::difference(&old, &new);
    let what = format!("the connection “{}” was saved", next.name);
    let change = journal::Change { old, new, ..journal::Change::new(what) };
    let mut transaction = deps.systems.table.transaction();
    let version = match former {
        None => transaction.insert(next)?,
        Some(Stored { version, .. }) => transaction.replace(&Stored { value: next.clone(), version })?,
    };
    transaction.insert(&journal::entry(deps, by, change))?;
    match transaction.commit().await? {
        Committed::Done => Ok(Some(version)),
        Committed::Refused(_) => Ok(None),
    }
}

/// Why a save is refused that did not edit what is there.
async fn stale(deps: &Deps, current: Option<Stored<Connection>>, entered: &Entered) -> Result<Error, Error> {
    let current = match current {
        Some(Stored { value, .. }) if entered.id.is_none() => {
            let text =
                format!("this partner is already connected as “{}”: edit the connection {}", value.name, value.id);
            return Ok(Error::refused("exists", text));
        }
        Some(stored) => Some(view(deps, stored).await?),
        None => None,
    };
    let Entered { id, version, name, base_url, client_id, application_code, enabled, .. } = entered;
    let yours = json!({
        "id": id, "version": version, "name": name, "base_url": base_url, "client_id": client_id,
        "application_code": application_code, "enabled": enabled,
    });
    Ok(Error::stale(&current, &yours))
}
