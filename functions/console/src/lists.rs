//! What may be chosen, read live from both systems (rule T1).

use std::collections::BTreeMap;

use autotask::{Entity, Field};
use bridge_core::alert::Severity;
use bridge_core::settings::{PickLists, PickValue};
use bridge_core::system::Id;
use schemars::JsonSchema;
use serde::Serialize;
use systems::Use;

use crate::Deps;
use crate::error::Error;

/// Lists that settings choose from, under Autotask's own names.
const OF_TICKETS: [&str; 8] =
    ["source", "status", "priority", "queueID", "ticketCategory", "ticketType", "issueType", "subIssueType"];
const SLA: &str = "serviceLevelAgreementID";
const OF_NOTES: [&str; 2] = ["noteType", "publish"];

/// A type of alert.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AlertType {
    /// Its name, as settings and alerts have it.
    pub id: String,
    /// For people.
    pub title: String,
    /// Category, for example `Backup`.
    pub category: Option<String>,
    /// Severity unless the alert says otherwise.
    #[schemars(with = "Option<String>")]
    pub severity: Option<Severity>,
}

/// The types of all connections.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AlertTypes {
    /// By name.
    pub items: Vec<AlertType>,
    /// Connections whose types could not be read, and why.
    pub warnings: Vec<String>,
}

/// The pick lists of tickets and their notes.
///
/// # Errors
/// Autotask cannot be read.
pub async fn pick_lists(deps: &Deps) -> Result<PickLists, Error> {
    let config = deps.systems.config().await?;
    let client = deps.systems.autotask(&config, Use::Work).await?;
    let read = async |entity| match client.fields(entity).await {
        Ok(fields) => Ok(fields),
        Err(error) => Err(Error::from(deps.systems.failed(&Id::Autotask, error.into()).await)),
    };
    let (tickets, notes) = (read(Entity::Tickets).await?, read(Entity::TicketNotes).await?);
    let of_tickets = OF_TICKETS.iter().chain([&SLA]).map(|name| (name, &tickets));
    let lists = of_tickets.chain(OF_NOTES.iter().map(|name| (name, &notes)));
    Ok(PickLists(lists.filter_map(|(name, fields)| Some(((*name).to_owned(), values(name, fields)?))).collect()))
}

fn values(name: &str, fields: &[Field]) -> Option<Vec<PickValue>> {
    let values = fields.iter().find(|field| field.is(name))?.pick_list.as_ref()?;
    let value = |value: &autotask::PickValue| PickValue {
        value: value.value,
        label: value.label.clone(),
        active: value.active,
        parent: value.parent,
    };
    Some(values.iter().map(value).collect())
}

/// The alert types of all connections in use.
///
/// # Errors
/// None of the connections can be read.
pub async fn alert_types(deps: &Deps) -> Result<AlertTypes, Error> {
    let config = deps.systems.config().await?;
    let (mut types, mut warnings, mut last) = (BTreeMap::new(), Vec::new(), None);
    for (id, connection) in &config.connections {
        let read = async {
            let client = deps.systems.acronis(&config, id, Use::Work).await?;
            client.alert_types().await.map_err(::systems::Error::from)
        };
        match read.await {
            Ok(found) => types.extend(found.into_iter().map(|found| (found.id.clone(), AlertType::of(found)))),
            Err(error) => {
                let error = deps.systems.failed(&Id::Acronis(id.clone()), error).await;
                warnings.push(format!("{}: {error}", connection.name));
                last = Some(error);
            }
        }
    }
    match last {
        Some(error) if warnings.len() == config.connections.len() => Err(error.into()),
        _ => Ok(AlertTypes { items: types.into_values().collect(), warnings }),
    }
}

impl AlertType {
    fn of(found: acronis::AlertType) -> Self {
        let title = found.title.unwrap_or_else(|| bridge_core::alert::readable(&found.id));
        Self { title, category: found.category, severity: found.severity, id: found.id }
    }
}
