//! Several connections to Acronis: each has its own product mapping and its own customers.

use anyhow::{Context as _, Result};
use bridge_core::id::ConnectionId;
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use store::record::{Connection, Generation};
use store::secrets::SecretName;
use suites::console::{Console, connection};
use suites::in_process::ACRONIS_URL;

const SERVERS: &str = "Autotask service for Servers, per workload";

fn northside() -> ConnectionId {
    acronis::NORTHSIDE_PARTNER.to_string().into()
}

/// A second connection beside the one of [`Console::mapped`], to a partner below its own, with the same API client.
async fn two() -> Result<Console> {
    let console = Console::mapped().await?;
    let systems = &console.systems;
    let log_in = systems.secrets.get(&SecretName::Acronis(connection())).await?.context("a log-in")?;
    systems.secrets.put(&SecretName::Acronis(northside()), log_in).await?;
    let connection = Connection {
        id: northside(),
        name: "Northside".to_owned(),
        base_url: ACRONIS_URL.to_owned(),
        application_code: None,
        tenant_number: None,
        created_at: console.clock.now(),
        enabled: true,
    };
    systems.table.insert(connection).await?;
    Generation::bump(&systems.table).await?;
    Ok(console)
}

/// The service that is saved for servers.
async fn service(console: &Console, connection: &ConnectionId) -> Result<Value> {
    let products = console.get(&format!("/api/v1/products/{connection}")).await?.expect(200)?.json()?;
    let rows = products["products"]["rows"].as_array().context("rows")?;
    let row = rows.iter().find(|row| row["item"]["name"] == "pw_base_servers");
    Ok(row.map(|row| row["treatment"]["service"].clone()).unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn p2_each_connection_has_a_product_mapping_of_its_own() -> Result<()> {
    let console = two().await?;
    let first = console.page("/billing", 200).await?;
    assert_eq!(first.texts("nav[aria-label=Connection] a"), ["Demo partner", "Northside"]);
    assert_eq!(first.texts("nav[aria-label=Connection] a[aria-current]").len(), 1);

    let path = format!("/billing?connection={}", northside());
    let page = console.page(&path, 200).await?;
    assert_eq!(page.texts("nav[aria-label=Connection] a[aria-current]"), ["Northside"]);
    let form = page.form("apply")?;
    assert_eq!((form.value(SERVERS)?, form.value("Connection for new customers")?), ("", ""));
    let answer = form.fill(SERVERS, "Websites")?.press(&console, "do", "apply").await?;
    assert_eq!(answer.location()?, path, "the answer shows the same connection again");
    assert_eq!(service(&console, &northside()).await?, json!(autotask::WEBSITES.0));
    assert_eq!(service(&console, &connection()).await?, json!(autotask::SERVERS.0), "the other one is as it was");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v1_with_several_connections_the_one_for_new_customers_has_to_be_chosen() -> Result<()> {
    let console = two().await?;
    let label = "Connection for new customers";
    let automatic = "Automatically create customers for Autotask accounts with assigned offering items";
    let form = console.page("/billing", 200).await?.form("apply")?.tick("Enable")?.tick(automatic)?;
    let refused = suites::page::Page::of(&form.press(&console, "do", "apply").await?.expect(422)?);
    assert!(!refused.wrong(label)?.is_empty());
    let form = refused.form("apply")?.fill(label, "Northside")?;
    let preview = form.press(&console, "do", "apply").await?.location()?.to_owned();
    assert!(preview.starts_with("/billing/previews/"), "{preview}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_an_account_is_mapped_to_a_customer_of_the_connection_that_is_chosen() -> Result<()> {
    let console = two().await?;
    console.run_accounts().await?;
    let listed = console.get("/api/v1/accounts?state=not_mapped").await?.expect(200)?.json()?;
    let account = listed["items"][0]["id"].as_i64().context("an account that is not mapped")?;
    let path = format!("/mapping/{account}/existing");
    let form = console.page(&path, 200).await?.form("filter")?.fill("Connection", "Northside")?;
    let northside = northside();
    let page = console.page(&format!("{path}?connection={northside}&search="), 200).await?;
    assert_eq!(form.value("Connection")?, northside.as_str());
    assert!(page.texts("tbody th").iter().any(|partner| partner.contains("Northside")), "{:?}", page.texts("tbody"));
    Ok(())
}
