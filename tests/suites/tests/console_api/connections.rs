//! Connections to Acronis.

use std::sync::Arc;

use anyhow::Result;
use async_trait::async_trait;
use bridge_core::settings::Scope;
use console::auth::Auth;
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use simulators::acronis::seed;
use store::record::Connection;
use store::secrets::{SecretName, Secrets, SecretsError};
use store::table::Table;
use suites::console::{Console, ONE_TIME, TOKEN, connection, connection_log_in};
use suites::in_process::ACRONIS_URL;

async fn the_connection(console: &Console) -> Result<Value> {
    Ok(console.get("/api/v1/connections").await?.expect(200)?.json()?["items"][0].clone())
}

/// What is sent to edit the connection as it is now.
async fn edited(console: &Console) -> Result<Value> {
    let shown = the_connection(console).await?;
    let fields = ["id", "version", "name", "base_url", "client_id", "application_code", "enabled"];
    Ok(fields
        .into_iter()
        .map(|field| (field.to_owned(), shown[field].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into())
}

#[tokio::test(start_paused = true)]
async fn l1_a_connection_is_stored_only_when_its_client_logs_in() -> Result<()> {
    let console = Console::fresh().await?;
    let mut wrong = connection_log_in();
    wrong["client_secret"] = json!("wrong");
    let refused = console.put("/api/v1/connections", &wrong).await?.expect(422)?;
    assert!(refused.text.contains("refused the log-in"), "{refused:?}");
    let mut insecure = connection_log_in();
    insecure["base_url"] = json!("http://eu2-cloud.acronis.test");
    insecure["client_id"] = json!("");
    let refused = console.put("/api/v1/connections", &insecure).await?.expect(422)?;
    assert_eq!(refused.fields()?, ["base_url", "client_id"]);
    assert_eq!(the_connection(&console).await?, Value::Null);
    assert!(console.systems.secrets.get(&SecretName::Acronis(connection())).await?.is_none());

    let saved = console.put("/api/v1/connections", &connection_log_in()).await?.expect(200)?.json()?;
    assert_eq!((&saved["id"], &saved["backlog_is_counted"]), (&json!(connection()), &json!(true)));
    let shown = the_connection(&console).await?;
    assert_eq!(shown["client_id"], seed::CLIENT_ID);
    assert_eq!(console.activations().await?[0].scope, Scope::Connection(connection()));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_an_edit_of_a_connection_carries_its_version() -> Result<()> {
    let console = Console::connected().await?;
    let mut renamed = edited(&console).await?;
    renamed["name"] = json!("Our partner");
    let saved = console.put("/api/v1/connections", &renamed).await?.expect(200)?.json()?;
    assert_eq!((&saved["name"], &saved["backlog_is_counted"]), (&json!("Our partner"), &json!(false)));
    renamed["client_secret"] = connection_log_in()["client_secret"].clone();
    let again = console.put("/api/v1/connections", &renamed).await?.expect(409)?;
    assert_eq!(again.json()?["current"]["id"], json!(connection()));
    assert!(again.json()?["yours"].get("client_secret").is_none());
    Ok(())
}

/// The secret store, in which something is saved while somebody else looks at the client in use.
struct Overtaken {
    secrets: Arc<dyn Secrets>,
    table: Table,
}

#[async_trait]
impl Secrets for Overtaken {
    async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretsError> {
        let rename = |found: Option<Connection>| Some(Connection { name: "Theirs".to_owned(), ..found? });
        self.table.modify::<Connection>(&connection(), rename).await.expect("the table can be written");
        self.secrets.get(name).await
    }

    async fn put(&self, name: &SecretName, secret: SecretString) -> Result<(), SecretsError> {
        self.secrets.put(name, secret).await
    }
}

async fn secret(console: &Console) -> Result<Option<String>> {
    let secret = console.systems.secrets.get(&SecretName::Acronis(connection())).await?;
    Ok(secret.map(|secret| secret.expose_secret().to_owned()))
}

#[tokio::test(start_paused = true)]
async fn b3_of_two_that_save_a_connection_at_once_the_second_leaves_nothing_behind() -> Result<()> {
    let mut console = Console::connected().await?;
    // What is stored differs from what is entered.
    let theirs = json!({"client_id": "theirs", "client_secret": "theirs"}).to_string();
    console.systems.secrets.put(&SecretName::Acronis(connection()), theirs.clone().into()).await?;
    let mut yours = edited(&console).await?;
    yours["client_id"] = json!(seed::CLIENT_ID);
    yours["client_secret"] = connection_log_in()["client_secret"].clone();
    let mut systems = console.systems.clone();
    systems.secrets = Arc::new(Overtaken { secrets: systems.secrets.clone(), table: systems.table.clone() });
    let auth = Auth::Local { token: Some(TOKEN.into()), one_time: ONE_TIME.into() };
    console.router = console.router_with(auth, systems, None);
    let stale = console.put("/api/v1/connections", &yours).await?.expect(409)?;
    assert_eq!(stale.json()?["current"]["name"], "Theirs");
    assert_eq!(secret(&console).await?, Some(theirs));

    console.router = console.router_anew();
    yours["version"] = the_connection(&console).await?["version"].clone();
    console.advance(SignedDuration::from_secs(1));
    console.put("/api/v1/connections", &yours).await?.expect(200)?;
    assert!(secret(&console).await?.is_some_and(|secret| secret.contains(seed::CLIENT_ID)));
    let entry = console.get("/api/v1/activity?limit=1").await?.json()?["items"][0].clone();
    let of = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
    assert!(of("old").contains(r#""client_id":"theirs""#) && of("new").contains(seed::CLIENT_ID), "{entry:#}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l1_a_partner_that_is_connected_is_not_entered_as_a_new_one() -> Result<()> {
    let console = Console::connected().await?;
    let before = the_connection(&console).await?;
    for version in [Value::Null, before["version"].clone()] {
        let mut again = connection_log_in();
        again["name"] = json!("Once more");
        again["version"] = version;
        let refused = console.put("/api/v1/connections", &again).await?.expect(422)?;
        assert_eq!(refused.code()?, "exists");
        assert!(refused.text.contains("already connected as “Demo partner”"), "{refused:?}");
    }
    assert_eq!(the_connection(&console).await?, before);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_connection_has_a_name() -> Result<()> {
    let console = Console::fresh().await?;
    let mut nameless = connection_log_in();
    nameless["name"] = json!("  ");
    assert_eq!(console.put("/api/v1/connections", &nameless).await?.expect(422)?.fields()?, ["name"]);
    assert_eq!(the_connection(&console).await?, Value::Null);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l2_a_stored_secret_is_never_sent_to_another_place() -> Result<()> {
    let console = Console::connected().await?;
    for (field, value) in [("base_url", "https://evil.example"), ("client_id", "another-client")] {
        let mut moved = edited(&console).await?;
        moved[field] = json!(value);
        let refused = console.put("/api/v1/connections", &moved).await?.expect(422)?;
        assert_eq!(refused.fields()?, ["client_secret"], "{field}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_partner_inside_anothers_tree_is_refused_from_both_sides() -> Result<()> {
    let console = Console::connected().await?;
    console.acronis.add_client("inner", "inner-secret", seed::NORTHSIDE_PARTNER)?;
    let inner = json!({
        "name": "Northside", "base_url": ACRONIS_URL, "client_id": "inner", "client_secret": "inner-secret", "enabled": true,
    });
    assert_eq!(console.put("/api/v1/connections", &inner).await?.expect(422)?.code()?, "inside_another");

    let other = Console::fresh().await?;
    other.acronis.add_client("inner", "inner-secret", seed::NORTHSIDE_PARTNER)?;
    other.put("/api/v1/connections", &inner).await?.expect(200)?;
    assert_eq!(other.put("/api/v1/connections", &connection_log_in()).await?.expect(422)?.code()?, "inside_another");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_customers_client_is_no_connection() -> Result<()> {
    let console = Console::fresh().await?;
    console.acronis.add_client("customer", "customer-secret", seed::ALDER)?;
    let customer = json!({
        "name": "A customer", "base_url": ACRONIS_URL, "client_id": "customer", "client_secret": "customer-secret", "enabled": true,
    });
    assert_eq!(console.put("/api/v1/connections", &customer).await?.expect(422)?.code()?, "not_a_partner");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn credentials_of_another_partner_do_not_replace_a_connections_own() -> Result<()> {
    let console = Console::connected().await?;
    console.acronis.add_client("harbour", "harbour-secret", seed::HARBOUR_PARTNER)?;
    let mut swapped = edited(&console).await?;
    swapped["client_id"] = json!("harbour");
    swapped["client_secret"] = json!("harbour-secret");
    assert_eq!(console.put("/api/v1/connections", &swapped).await?.expect(422)?.code()?, "another_partner");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_not_used_any_more_stays_listed_as_off() -> Result<()> {
    let console = Console::fresh().await?;
    let mut entered = connection_log_in();
    entered["application_code"] = json!("vendor.bridge");
    console.put("/api/v1/connections", &entered).await?.expect(200)?;
    console.call("DELETE", &format!("/api/v1/connections/{}", connection()), None).await?.expect(204)?;
    assert_eq!(the_connection(&console).await?["enabled"], false);
    console.call("DELETE", &format!("/api/v1/connections/{}", connection()), None).await?.expect(204)?;
    console.call("DELETE", "/api/v1/connections/none", None).await?.expect(404)?;
    assert_eq!(console.get("/api/v1/systems").await?.json()?["items"][1]["state"], "off");
    Ok(())
}
