//! The demonstration's settings: every alert becomes a ticket at once, and the ticket is completed when the alert ends.

use anyhow::Context as _;
use bridge_core::settings::{PickLists, Row, Settings, Tickets};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::api::Api;

/// Saves the settings, unless that was done before.
pub(super) async fn save(api: &Api) -> anyhow::Result<()> {
    let document = api.get("/api/v1/settings").await?;
    if document["settings"]["tickets"]["enabled"] == json!(true) {
        return Ok(());
    }
    let lists = PickLists::deserialize(api.get("/api/v1/pick-lists").await?)?;
    let types = api.get("/api/v1/alert-types").await?;
    let settings = chosen(&lists, types["items"].as_array().map(Vec::as_slice).unwrap_or_default())?;
    api.put("/api/v1/settings", &json!({ "version": document["version"], "settings": settings })).await?;
    Ok(())
}

fn chosen(lists: &PickLists, types: &[Value]) -> anyhow::Result<Settings> {
    let row = |priority: &str| {
        anyhow::Ok(Row {
            create: true,
            status: Some(value(lists, "status", "New")?),
            reopened_status: Some(value(lists, "status", "In Progress")?),
            priority: Some(value(lists, "priority", priority)?),
            queue: Some(value(lists, "queueID", "Monitoring Alert")?),
            ..Row::default()
        })
    };
    let mut tickets = Tickets {
        enabled: true,
        source: Some(value(lists, "source", "Monitoring Alert")?),
        note_type: Some(value(lists, "noteType", "Task Notes")?),
        note_publish: Some(value(lists, "publish", "Internal")?),
        default_row: row("Medium")?,
        auto_close_status: Some(value(lists, "status", "Complete")?),
        ..Tickets::default()
    };
    for kind in types {
        let priority = match kind["severity"].as_str() {
            Some("critical") => "Critical",
            Some("error") => "High",
            Some("warning") | None => "Medium",
            Some(_) => "Low",
        };
        let id = kind["id"].as_str().context("an alert type without a name")?;
        tickets.types.insert(id.to_owned(), row(priority)?);
    }
    Ok(Settings { tickets, ..Settings::default() })
}

/// A person chooses by what is written on a value; its number differs between installations.
fn value(lists: &PickLists, list: &str, label: &str) -> anyhow::Result<i64> {
    let values = lists.0.get(list).with_context(|| format!("Autotask has no list {list}"))?;
    let found = values.iter().find(|value| value.active && value.label == label);
    Ok(found.with_context(|| format!("Autotask's list {list} has no “{label}”"))?.value)
}
