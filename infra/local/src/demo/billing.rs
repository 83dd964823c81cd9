//! The demonstration's billing: every service of the manual sells its item, all quotas hard, and the first plans are agreed to.

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::Stage;
use super::api::Api;
use crate::schedule::Scheduled;

/// What the provider's services sell: the service's name in Autotask, the item's in Acronis.
const SOLD: [(&str, &str); 10] = [
    ("Workstations", "pw_base_workstations"),
    ("Servers", "pw_base_servers"),
    ("Virtual machines", "pw_base_vms"),
    ("Mobile devices", "pw_base_mobiles"),
    ("Office 365 mailboxes", "pw_base_m365_seats"),
    ("Websites", "pw_base_websites"),
    ("Local backup", "local_storage"),
    ("Cloud storage for backups", "pw_base_storage"),
    ("File Sync & Share users", "pu_base_fc_seats"),
    ("Cloud storage for files", "pu_base_fc_storage"),
];
/// Which of several storages is the default.
const DEFAULT_STORAGE: &str = "Frankfurt storage";

/// Saves the product mapping of the connection, unless that was done before.
pub(super) async fn map_products(api: &Api, connection: &str) -> anyhow::Result<()> {
    let path = format!("/api/v1/products/{connection}");
    let saved = api.get(&path).await?;
    if !saved["version"].is_null() {
        return Ok(());
    }
    let catalogue = api.get(&format!("/api/v1/catalogue?connection={connection}")).await?;
    let services = api.get("/api/v1/services?limit=500").await?;
    let products = products(connection, &catalogue, list(&services, "items"))?;
    api.put(&path, &json!({ "version": null, "products": products })).await?;
    Ok(())
}

/// The rows of the items that are sold; two storages of a kind share the service.
fn products(connection: &str, catalogue: &Value, services: &[Value]) -> anyhow::Result<Value> {
    let (mut rows, mut storages, mut editions) = (Vec::new(), json!({}), json!({}));
    for (row, edition) in offered(catalogue) {
        let (item, storage) = (&row["item"], &row["storage"]["name"]);
        let Some((service, name)) = SOLD.into_iter().find(|(_, name)| item["name"] == json!(name)) else { continue };
        let id = services.iter().find(|known| known["name"] == json!(service)).map(|known| &known["id"]);
        let id = id.with_context(|| format!("Autotask has no service “{service}”"))?;
        if storage == &json!(DEFAULT_STORAGE) {
            storages[name] = item["infra"].clone();
        }
        if let (Some(application), Some(edition)) = (item["application"].as_str(), edition.as_str()) {
            editions[application] = json!(edition);
        }
        let treatment = json!({ "state": "managed", "service": id, "share": !storage.is_null() });
        rows.push(json!({ "item": item, "edition": edition, "unit": row["unit"], "treatment": treatment }));
    }
    ensure!(rows.len() >= SOLD.len(), "Acronis offers only {} of {} items", rows.len(), SOLD.len());
    Ok(json!({ "connection": connection, "rows": rows, "default_storages": storages, "editions": editions }))
}

/// The rows of a catalogue, each with its edition.
fn offered(catalogue: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    let editions = list(catalogue, "applications").iter().flat_map(|application| list(application, "editions"));
    editions.flat_map(|edition| list(edition, "rows").iter().map(|row| (row, &edition["edition"])))
}

/// Switches billing on: shows itself what that does to all accounts, and agrees.
pub(super) async fn apply(api: &Api, stage: &Stage) -> anyhow::Result<()> {
    let settings = api.get("/api/v1/settings").await?;
    if settings["settings"]["billing"]["enabled"] == json!(true) {
        return Ok(());
    }
    let mut billing = settings["settings"]["billing"].clone();
    billing["enabled"] = json!(true);
    let draft = json!({ "billing": { "version": settings["version"], "billing": billing } });
    let preview = api.post("/api/v1/previews", &json!({ "draft": draft })).await?;
    let path = format!("/api/v1/previews/{}", preview["id"].as_str().context("a preview without an id")?);
    stage.settle.settle().await?;
    let preview = api.get(&path).await?;
    if preview["state"] != json!("ready") {
        bail!("the effect on the accounts could not be worked out: {preview}");
    }
    api.post(&format!("{path}/apply"), &json!({ "digest": preview["digest"] })).await?;
    stage.settle.settle().await?;
    // Lists what is held, so that nothing changes afterwards.
    stage.settle.run(Scheduled::AccountPoll).await?;
    stage.settle.settle().await?;
    Ok(())
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map(Vec::as_slice).unwrap_or_default()
}
