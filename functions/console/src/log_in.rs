//! Autotask's log-in (rules L1, L2, X7).

use bridge_core::system::Id;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::record::{Installation, Mapping};
use store::secrets::{SecretName, SecretsError};
use store::table::Read;
use systems::{AutotaskCredentials, Systems};

use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, callback, journal, rights};

const UNTOLD: &str = "The API user cannot be told from others among the resources, so its own notes may be taken for a \
     technician's: use a resource with the security level API User (API-only)";

/// What is shown of the log-in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AutotaskLogIn")]
pub struct LogIn {
    /// The API user; nothing before it was entered. Secret and integration code are never shown.
    pub user_name: Option<String>,
}

/// A log-in to be saved. It replaces the former one as a whole, of which nothing but the name can have been seen; so it carries no
/// version.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AutotaskLogInEntered")]
pub struct Entered {
    /// The API user's name.
    pub user_name: String,
    /// Its secret.
    #[schemars(with = "String")]
    pub secret: SecretString,
    /// The integration code (tracking identifier).
    #[schemars(with = "String")]
    pub integration_code: SecretString,
}

/// What a save came to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AutotaskLogInSaved")]
pub struct Saved {
    /// The API user.
    pub user_name: String,
    /// The zone that was found for it.
    pub zone_url: Option<String>,
    /// What works, but not as it should.
    pub warnings: Vec<String>,
}

/// What is shown of the log-in.
///
/// # Errors
/// The secret store cannot be read.
pub async fn read(deps: &Deps) -> Result<LogIn, Error> {
    let stored: Option<AutotaskCredentials> = stored(deps, &SecretName::Autotask).await?;
    Ok(LogIn { user_name: stored.map(|credentials| credentials.user_name) })
}

/// Logs in with what was entered, and keeps it only when that worked; Autotask is called again from then on.
///
/// # Errors
/// Says what Autotask refused, that it cannot be reached, or that the user is of another database than the mapped accounts
/// (`another_database`); nothing is kept then.
pub async fn save(deps: &Deps, by: &Actor, entered: Entered) -> Result<Saved, Error> {
    for (field, text) in [
        ("user_name", entered.user_name.as_str()),
        ("secret", entered.secret.expose_secret()),
        ("integration_code", entered.integration_code.expose_secret()),
    ] {
        if text.trim().is_empty() {
            return Err(Error::field(field, "enter a value"));
        }
    }
    let credentials = AutotaskCredentials {
        user_name: entered.user_name.trim().to_owned(),
        secret: entered.secret,
        integration_code: entered.integration_code,
    };
    let client = deps.systems.autotask_with(credentials.clone());
    let database = logged_in(&client).await.map_err(Error::nothing_saved)?;
    same_database(deps, database).await?;
    let own = client.own_resource().await.map_err(|error| Error::from(error).nothing_saved())?;
    let former = read(deps).await?.user_name;
    deps.systems.keep(&SecretName::Autotask, &credentials).await?;
    rights::forget(deps, &Id::Autotask).await?;
    deps.systems.resume(&Id::Autotask).await?;
    let warnings = match own {
        Some(own) => callback::register(deps, &client, own).await.into_iter().collect(),
        None => vec![UNTOLD.to_owned()],
    };
    let user_name = credentials.user_name;
    let change = journal::Change::new("the log-in for Autotask was saved");
    journal::record(deps, by, journal::Change { old: former, new: Some(user_name.clone()), ..change }).await?;
    Ok(Saved { user_name, zone_url: client.zone().map(|zone| zone.url), warnings })
}

/// The database that the log-in works in.
async fn logged_in(client: &autotask::Client) -> Result<i64, Error> {
    client.threshold().await?;
    Ok(client.database().await?)
}

/// Takes a database as this installation's, once and for as long as anybody is mapped: in another one the same number is another
/// company, and its alerts would become that company's tickets. It is kept before the log-in, so that nobody is mapped by a log-in
/// of a database that is not remembered.
async fn same_database(deps: &Deps, database: i64) -> Result<(), Error> {
    let Systems { table, random, clock, .. } = &deps.systems;
    let own = table.get::<Installation>(&(), Read::Strong).await?.and_then(|stored| stored.value.database);
    match own {
        Some(own) if own == database => return Ok(()),
        Some(own) if !Mapping::page(table, None, 1).await?.records.is_empty() => {
            let text = format!(
                "this user is of Autotask database {database}, and the accounts mapped here are of database {own}, where the same \
                 numbers are other companies: enter a user of database {own}, or remove all mappings first"
            );
            return Err(Error::refused("another_database", text));
        }
        Some(_) | None => {}
    }
    Ok(Installation::belongs_to(table, random, clock, database).await?)
}

/// Stored credentials. Those of another form count as none: they are to be entered again.
pub(crate) async fn stored<C>(deps: &Deps, name: &SecretName) -> Result<Option<C>, SecretsError>
where
    C: DeserializeOwned,
{
    let secret = deps.systems.secrets.get(name).await?;
    Ok(secret.and_then(|secret| serde_json::from_str(secret.expose_secret()).ok()))
}
