//! Autotask's log-in, and systems that are paused.

use anyhow::Result;
use bridge_core::id::AccountId;
use bridge_core::system::Id;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed;
use simulators::control::{Fault, Kind};
use store::record::{Installation, Mapping, SystemState};
use store::secrets::SecretName;
use suites::console::{Console, autotask_log_in, connection};

async fn is_stored(console: &Console) -> Result<bool> {
    Ok(console.systems.secrets.get(&SecretName::Autotask).await?.is_some())
}

async fn system(console: &Console, id: &str) -> Result<Value> {
    let systems = console.get("/api/v1/systems").await?.expect(200)?.json()?;
    let found = systems["items"].as_array().into_iter().flatten().find(|system| system["id"] == id);
    Ok(found.cloned().unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn l1_a_log_in_is_stored_only_when_it_worked() -> Result<()> {
    let console = Console::fresh().await?;
    assert_eq!(console.get("/api/v1/autotask").await?.expect(200)?.json()?, json!({"user_name": null}));
    let mut wrong = autotask_log_in();
    wrong["secret"] = json!("wrong");
    let refused = console.put("/api/v1/autotask", &wrong).await?.expect(422)?;
    assert!(refused.text.contains("refused the log-in"), "{refused:?}");
    let mut unknown = autotask_log_in();
    unknown["integration_code"] = json!("UNKNOWN");
    let refused = console.put("/api/v1/autotask", &unknown).await?.expect(422)?;
    assert!(refused.text.contains("IntegrationCode is invalid. Check the integration code\""), "{refused:?}");
    let mut empty = autotask_log_in();
    empty["integration_code"] = json!(" ");
    assert_eq!(console.put("/api/v1/autotask", &empty).await?.expect(422)?.fields()?, ["integration_code"]);
    assert!(!is_stored(&console).await?);

    let saved = console.put("/api/v1/autotask", &autotask_log_in()).await?.expect(200)?.json()?;
    assert_eq!(saved["warnings"], json!([]));
    assert!(is_stored(&console).await?);
    assert_eq!(console.get("/api/v1/autotask").await?.json()?, json!({"user_name": seed::API_USER.user}));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l1_a_log_in_that_cannot_be_tried_is_not_stored() -> Result<()> {
    let console = Console::fresh().await?;
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*ThresholdInformation").status(503).times(9));
    console.put("/api/v1/autotask", &autotask_log_in()).await?.expect(503)?;
    assert!(!is_stored(&console).await?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l1_a_user_of_another_database_is_refused_while_anybody_is_mapped() -> Result<()> {
    let console = Console::connected().await?;
    let installation = async || -> Result<Installation> { Ok(console.record(&()).await?.expect("it is remembered")) };
    let ours = installation().await?;
    let number = ours.database.expect("a log-in was saved");
    // As if the accounts had been mapped with a user of another database.
    let elsewhere = Installation { database: Some(number + 1), ..ours.clone() };
    console.systems.table.modify(&(), |_| Some(elsewhere.clone())).await?;
    let edit =
        json!([{"account": seed::FIRST_CUSTOMER.0, "tenant": acronis::ALDER.to_string(), "connection": connection()}]);
    assert_eq!(console.map(edit).await?["refused"], json!([]));
    let before =
        console.systems.secrets.get(&SecretName::Autotask).await?.map(|secret| secret.expose_secret().to_owned());
    let mut other = autotask_log_in();
    other["secret"] = json!("changed");
    console.autotask.change_secret(seed::API_USER.user, "changed");
    let refused = console.put("/api/v1/autotask", &other).await?.expect(422)?;
    assert_eq!(refused.code()?, "another_database");
    for named in [number, number + 1] {
        assert!(refused.text.contains(&named.to_string()), "{refused:?}");
    }
    let after =
        console.systems.secrets.get(&SecretName::Autotask).await?.map(|secret| secret.expose_secret().to_owned());
    assert_eq!((after, installation().await?), (before, elsewhere), "nothing was kept");

    console.systems.table.modify::<Mapping>(&AccountId(seed::FIRST_CUSTOMER.0), |_| None).await?;
    console.put("/api/v1/autotask", &other).await?.expect(200)?;
    assert_eq!(installation().await?, ours, "nobody is mapped, so it may be another one");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x7_a_refused_log_in_pauses_and_saving_a_working_one_resumes() -> Result<()> {
    let console = Console::connected().await?;
    console.autotask.change_secret(seed::API_USER.user, "changed");
    console.get("/api/v1/pick-lists").await?.expect(422)?;
    let paused = system(&console, "autotask").await?;
    assert_eq!(paused["state"], "paused", "{paused}");
    let reason = paused["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("Autotask refused") && reason.ends_with('.') && !reason.contains(".."), "{reason}");
    assert_eq!(paused["paused_since"], json!(console.clock.now()));
    assert_eq!(paused["next_probe"], json!(console.clock.now() + jiff::SignedDuration::from_mins(15)));
    assert_eq!(console.get("/api/v1/pick-lists").await?.expect(422)?.code()?, "paused");

    let refused = console.post("/api/v1/systems/autotask/test", &json!({})).await?.expect(422)?;
    assert!(refused.text.contains("refused the log-in"), "{refused:?}");
    assert_eq!(system(&console, "autotask").await?["state"], "paused");

    let mut entered = autotask_log_in();
    entered["secret"] = json!("changed");
    console.put("/api/v1/autotask", &entered).await?.expect(200)?;
    assert_eq!(system(&console, "autotask").await?["state"], "open");
    console.get("/api/v1/pick-lists").await?.expect(200)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x7_a_test_that_succeeds_resumes_and_so_does_a_person() -> Result<()> {
    let console = Console::connected().await?;
    console.acronis.enable_client(simulators::acronis::seed::CLIENT_ID, false)?;
    console.acronis.revoke_tokens(simulators::acronis::seed::CLIENT_ID);
    console.get("/api/v1/alert-types").await?.expect(422)?;
    let id = connection().to_string();
    let paused = system(&console, &id).await?;
    assert_eq!(paused["state"], "paused");
    let reason = paused["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("the connection “Demo partner”: "), "{reason}");
    assert!(reason.ends_with('.') && !reason.contains(".."), "{reason}");
    let refused = console.get("/api/v1/alert-types").await?.expect(422)?;
    assert!(
        refused.text.contains("the connection “Demo partner” is paused since it refused the log-in: Acronis"),
        "{refused:?}"
    );

    console.acronis.enable_client(simulators::acronis::seed::CLIENT_ID, true)?;
    assert_eq!(system(&console, &id).await?["state"], "paused", "nobody has tried yet");
    let tested = console.post(&format!("/api/v1/systems/{id}/test"), &json!({})).await?.expect(200)?.json()?;
    assert_eq!(tested["system"]["state"], "open");
    console.get("/api/v1/alert-types").await?.expect(200)?;

    let refused = |record: Option<SystemState>| {
        let mut record = record?;
        record.state.refused("by the test".to_owned(), console.clock.now());
        Some(record)
    };
    console.systems.table.modify(&Id::Acronis(connection()), refused).await?;
    let resumed = console.post(&format!("/api/v1/systems/{id}/resume"), &json!({})).await?.expect(200)?.json()?;
    assert_eq!(resumed["state"], "open");
    console.post("/api/v1/systems/nobody/resume", &json!({})).await?.expect(404)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_test_shows_what_autotask_counts_and_what_this_process_has_used() -> Result<()> {
    let console = Console::connected().await?;
    let tested = console.post("/api/v1/systems/autotask/test", &json!({})).await?.expect(200)?.json()?;
    assert_eq!(tested["requests"]["limit"], 10_000, "{tested}");
    console.get("/api/v1/pick-lists").await?.expect(200)?;
    let shown = system(&console, "autotask").await?;
    assert_eq!(shown["calls"]["limit"], 2_000, "{shown}");
    assert!(shown["calls"]["used"].as_i64().is_some_and(|used| used >= 2), "{shown}");
    assert!(shown["zone_url"].as_str().is_some_and(|url| url.contains("webservices3")), "{shown}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t14_autotask_is_asked_to_tell_of_changes_and_asked_once() -> Result<()> {
    let console = Console::connected().await?;
    let hooks = || console.autotask.records("TicketWebhooks");
    assert_eq!(hooks()[0]["webhookUrl"], "https://bridge.msp.example/webhooks/autotask");
    let secret = console.systems.secrets.get(&SecretName::AutotaskWebhook).await?;
    assert!(secret.is_some(), "callbacks are signed");
    console.put("/api/v1/autotask", &autotask_log_in()).await?.expect(200)?;
    assert_eq!(hooks().len(), 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_cannot_be_registered_is_a_warning() -> Result<()> {
    let console = Console::fresh().await?;
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*TicketWebhook").status(503).times(9));
    let saved = console.put("/api/v1/autotask", &autotask_log_in()).await?.expect(200)?.json()?;
    assert!(saved["warnings"][0].as_str().is_some_and(|text| text.contains("a minute later")), "{saved}");
    Ok(())
}
