//! Rule L4: Acronis is told, once, that a registered integration is in use, and once that it no longer is.
//!
//! What was told is kept for each connection, as the code that it was told with, and compared with what should be told. So it makes
//! no difference whether tickets, billing, the connection or the code itself was changed, and a report that failed is repeated.

use bridge_core::id::ConnectionId;
use bridge_core::system::Id;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::record::{Activity, Connection, Cursor, Subject};
use store::table::{Error as TableError, Read, Table};
use systems::{Config, Systems, Use};

use crate::follow_up::{ACTOR, Error};

/// A report that failed is repeated after this time.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// What Acronis was told about a connection. Losing it costs one more report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Told {
    /// The code that was reported to be in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// When a report last failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_at: Option<Timestamp>,
}

/// Reports of every connection what has changed, also of one that is no longer used. One that fails keeps no other away.
///
/// # Errors
/// The table cannot be read or written.
pub(crate) async fn report(systems: &Systems, config: &Config) -> Result<(), Error> {
    let table = &systems.table;
    let is_on = config.settings.billing.enabled || config.settings.tickets.enabled;
    for connection in Connection::all(table).await?.records.into_iter().map(|stored| stored.value) {
        let code = connection.application_code.as_deref().map(str::trim).filter(|code| !code.is_empty());
        let wanted = code.filter(|_| connection.enabled && is_on);
        let told = read(table, &connection.id).await?;
        let now = systems.clock.now();
        let has_just_failed = told.failed_at.is_some_and(|at| now.duration_since(at) < AGAIN_AFTER);
        if told.code.as_deref() == wanted || has_just_failed {
            continue;
        }
        if let Err(error) = tell(systems, config, &connection, told.code, wanted).await {
            note(systems, &connection, error).await;
            change(table, &connection.id, |told| told.failed_at = Some(now)).await?;
        }
    }
    Ok(())
}

/// Reports that the former code is no longer in use and that the wanted one is.
async fn tell(
    systems: &Systems,
    config: &Config,
    connection: &Connection,
    former: Option<String>,
    wanted: Option<&str>,
) -> Result<(), Error> {
    if let Some(code) = former {
        send(systems, config, connection, &code, false).await?;
        change(&systems.table, &connection.id, |told| *told = Told::default()).await?;
    }
    if let Some(code) = wanted {
        send(systems, config, connection, code, true).await?;
        change(&systems.table, &connection.id, |told| *told = Told { code: Some(code.to_owned()), failed_at: None })
            .await?;
    }
    Ok(())
}

async fn send(
    systems: &Systems,
    config: &Config,
    connection: &Connection,
    code: &str,
    is_active: bool,
) -> Result<(), Error> {
    let now = systems.clock.now();
    let under_code = Connection { application_code: Some(code.to_owned()), ..connection.clone() };
    let client = systems.acronis_of(config, &under_code, Use::Work).await?;
    client.report_activation(is_active).await.map_err(systems::Error::from)?;
    let (what, why) = if is_active {
        ("integration reported as in use", "tickets or billing are switched on")
    } else {
        ("integration reported as no longer in use", "it was switched off, or has another application code now")
    };
    let activity = Activity {
        at: now,
        id: format!("activation-{}-{is_active}", connection.id),
        actor: ACTOR.to_owned(),
        actor_id: None,
        system: "acronis".to_owned(),
        what: what.to_owned(),
        subject: Subject { tenant: Some(connection.id.as_str().into()), ..Subject::default() },
        why: why.to_owned(),
        old: None,
        new: Some(code.to_owned()),
    };
    Ok(activity.record(&systems.table).await?)
}

async fn note(systems: &Systems, connection: &Connection, error: Error) {
    let error = match error {
        Error::Systems(error) => Error::Systems(systems.failed(&Id::Acronis(connection.id.clone()), error).await),
        error => error,
    };
    let error = &error as &dyn std::error::Error;
    tracing::warn!(connection = %connection.id, error, "Acronis was not told about the use; it will be tried again");
}

fn name(connection: &ConnectionId) -> String {
    format!("activation/{connection}")
}

fn of(cursor: Option<Cursor>) -> Told {
    cursor.and_then(|cursor| serde_json::from_value(cursor.value).ok()).unwrap_or_default()
}

async fn read(table: &Table, connection: &ConnectionId) -> Result<Told, TableError> {
    Ok(of(table.get(&name(connection), Read::Eventual).await?.map(|stored| stored.value)))
}

async fn change(table: &Table, connection: &ConnectionId, change: impl Fn(&mut Told)) -> Result<(), TableError> {
    let name = name(connection);
    let changed = |cursor: Option<Cursor>| {
        let mut told = of(cursor);
        change(&mut told);
        let value = serde_json::to_value(told).expect("what was told is plain data");
        Some(Cursor { name: name.clone(), value })
    };
    table.modify(&name, changed).await?;
    Ok(())
}
