//! Settings: validation against live pick lists, versions, and what a save switches on.

use anyhow::Result;
use bridge_core::settings::{Activation, Release, Row, Scope, Settings};
use jiff::SignedDuration;
use serde_json::json;
use simulators::control::{Fault, Kind};
use store::record::Generation;
use suites::console::Console;
use suites::world;

fn row() -> Row {
    world::settings().tickets.default_row
}

/// The demo's settings with the default row off and one row on.
fn one_type(kind: &str) -> Settings {
    let mut settings = world::settings();
    settings.tickets.default_row.create = false;
    settings.tickets.types.insert(kind.to_owned(), row());
    settings
}

async fn scopes(console: &Console) -> Result<Vec<Scope>> {
    let activations = console.activations().await?;
    assert!(activations.iter().all(|activation| activation.release == Release::Pending));
    Ok(activations.into_iter().map(|activation| activation.scope).collect())
}

#[tokio::test(start_paused = true)]
async fn b3_a_stale_save_is_refused_and_shows_both_versions() -> Result<()> {
    let console = Console::connected().await?;
    let first = json!({"version": 0, "settings": {"time_zone": "Europe/Berlin"}});
    let saved = console.put("/api/v1/settings", &first).await?.expect(200)?.json()?;
    let second = json!({"version": 0, "settings": {"time_zone": "Europe/Paris"}});
    let refused = console.put("/api/v1/settings", &second).await?.expect(409)?;
    assert_eq!(refused.code()?, "stale");
    assert_eq!(refused.json()?["current"]["settings"]["time_zone"], "Europe/Berlin");
    assert_eq!(refused.json()?["current"]["version"], saved["version"]);
    assert_eq!(refused.json()?["yours"]["settings"]["time_zone"], "Europe/Paris");
    assert_eq!(console.get("/api/v1/settings").await?.json()?["settings"]["time_zone"], "Europe/Berlin");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_wrong_fields_are_named_beside_the_field() -> Result<()> {
    let console = Console::connected().await?;
    let mut settings = world::settings();
    settings.time_zone = "Mars/Olympus".to_owned();
    settings.tickets.default_row.priority = Some(4_711);
    let refused = console.save(&settings).await?.expect(422)?;
    assert_eq!(refused.fields()?, ["settings.time_zone", "settings.tickets.default_row.priority"]);

    let unknown = json!({"version": 0, "settings": {"tickets": {"types": {"BackupFailed": {"crate": true}}}}});
    let refused = console.put("/api/v1/settings", &unknown).await?.expect(400)?;
    assert_eq!(refused.fields()?, ["settings.tickets.types.BackupFailed.crate"]);
    assert!(console.record::<Settings>(&()).await?.is_none(), "nothing was saved");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t1_values_that_cannot_be_checked_are_saved_only_while_tickets_are_off() -> Result<()> {
    let console = Console::connected().await?;
    let mut settings = world::settings();
    settings.tickets.enabled = false;
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*entityInformation").status(503).times(99));
    let saved = console.save(&settings).await?.expect(200)?.json()?;
    assert!(saved["warnings"][0].as_str().is_some_and(|text| text.contains("not checked")), "{saved}");

    settings.tickets.enabled = true;
    console.save(&settings).await?.expect(503)?;
    console.autotask.control().clear_faults();
    console.save(&settings).await?.expect(200)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p1_what_is_on_is_switched_off_while_autotask_does_not_answer() -> Result<()> {
    let console = Console::enabled().await?;
    let mut settings = world::settings();
    settings.billing.enabled = true;
    settings.tickets.types.insert("BackupFailed".to_owned(), row());
    console.systems.table.modify::<Settings>(&(), |_| Some(settings.clone())).await?;
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*").status(503).times(99));

    settings.billing.enabled = false;
    console.save(&settings).await?.expect(200)?;
    settings.tickets.types.insert("BackupFailed".to_owned(), Row { create: false, ..row() });
    console.save(&settings).await?.expect(200)?;
    settings.tickets.types.insert("QuotaExceeded".to_owned(), row());
    console.save(&settings).await?.expect(503)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t1_a_value_that_autotask_has_dropped_is_in_no_other_edits_way_and_cannot_be_chosen_anew() -> Result<()> {
    let console = Console::enabled().await?;
    let mut settings = world::settings();
    let queue = settings.tickets.default_row.queue.expect("the demo has chosen one");
    assert!(console.autotask.deactivate_pick_value("Tickets", "queueID", queue));
    settings.time_zone = "Europe/Berlin".to_owned();
    console.save(&settings).await?.expect(200)?;
    let elsewhere = Row { queue: None, ..row() };
    settings.tickets.types.insert("BackupFailed".to_owned(), elsewhere);
    console.save(&settings).await?.expect(200)?;
    settings.tickets.types.insert("QuotaExceeded".to_owned(), row());
    let refused = console.save(&settings).await?.expect(422)?;
    assert_eq!(refused.fields()?, ["settings.tickets.types.QuotaExceeded.queue"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_each_switching_on_is_remembered_before_it_takes_effect() -> Result<()> {
    let console = Console::connected().await?;
    let before = scopes(&console).await?;
    let mut settings = one_type("BackupFailed");
    settings.tickets.enabled = false;
    assert_eq!(console.save(&settings).await?.json()?["backlog_is_counted"], false);
    assert_eq!(scopes(&console).await?, before, "a draft switches nothing on");

    settings.tickets.enabled = true;
    assert_eq!(console.save(&settings).await?.expect(200)?.json()?["backlog_is_counted"], true);
    assert!(scopes(&console).await?.contains(&Scope::Everything));

    console.clock.advance(SignedDuration::from_hours(1));
    settings.tickets.types.insert("QuotaExceeded".to_owned(), row());
    settings.tickets.backlog_age_hours = 6;
    console.save(&settings).await?.expect(200)?;
    let kind = Scope::AlertType("QuotaExceeded".to_owned());
    let last = console.record::<Activation>(&kind).await?.expect("it was switched on");
    assert_eq!((last.at, last.age_hours), (console.clock.now(), 6));
    assert!(!scopes(&console).await?.contains(&Scope::AlertType("BackupFailed".to_owned())), "it was on before");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_former_closing_status_is_remembered_whatever_the_client_sends() -> Result<()> {
    let console = Console::enabled().await?;
    let mut settings = world::settings();
    let other = console.autotask.pick_value("Tickets", "status", "In Progress").expect("a status of the demo");
    settings.tickets.default_row.reopened_status = settings.tickets.default_row.status;
    settings.tickets.auto_close_status = Some(other);
    console.save(&settings).await?.expect(200)?;
    settings.tickets.auto_close_status = None;
    let saved = console.save(&settings).await?.expect(200)?.json()?;
    assert_eq!(saved["settings"]["tickets"]["former_closing_statuses"], json!([other]));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x5_a_save_tells_all_functions_and_is_recorded_with_what_changed() -> Result<()> {
    let console = Console::connected().await?;
    let before = console.record::<Generation>(&()).await?.unwrap_or_default();
    // Entries of the same millisecond have no order in the journal.
    console.clock.advance(SignedDuration::from_secs(1));
    let change = json!({"version": 0, "settings": {"time_zone": "Europe/Berlin"}});
    console.put("/api/v1/settings", &change).await?.expect(200)?;
    assert!(console.record::<Generation>(&()).await?.unwrap_or_default().n > before.n);

    let journal = console.get("/api/v1/activity?limit=1").await?.expect(200)?.json()?;
    let entry = &journal["items"][0];
    assert_eq!((&entry["system"], &entry["actor"]), (&json!("console"), &json!("api token")));
    assert_eq!(entry["old"], r#"{"time_zone":"UTC"}"#);
    assert_eq!(entry["new"], r#"{"time_zone":"Europe/Berlin"}"#);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t2_the_account_for_partners_alerts_must_take_tickets() -> Result<()> {
    let console = Console::enabled().await?;
    let mut settings = world::settings();
    for refused in [99_999, simulators::autotask::seed::INACTIVE_CUSTOMER.0] {
        settings.tickets.partner_alerts_account = Some(bridge_core::id::AccountId(refused));
        let answer = console.save(&settings).await?.expect(422)?;
        assert_eq!(answer.fields()?, ["settings.tickets.partner_alerts_account"], "{refused}");
    }
    settings.tickets.partner_alerts_account = Some(bridge_core::id::AccountId(0));
    console.save(&settings).await?.expect(200)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t1_lists_are_read_live() -> Result<()> {
    let console = Console::connected().await?;
    let lists = console.get("/api/v1/pick-lists").await?.expect(200)?.json()?;
    for list in ["status", "priority", "queueID", "source", "noteType", "publish", "subIssueType", "ticketCategory"] {
        assert!(lists[list].as_array().is_some_and(|values| !values.is_empty()), "{list}: {lists}");
    }
    let types = console.get("/api/v1/alert-types").await?.expect(200)?.json()?;
    let known = types["items"].as_array().expect("a list");
    assert!(known.iter().any(|kind| kind["id"] == "BackupFailed"), "{types}");
    Ok(())
}
