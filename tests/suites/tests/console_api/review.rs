//! Parked and held work, and runs on request.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bridge_core::alert::Key;
use bridge_core::hint::{Hint, Message};
use bridge_core::id::AccountId;
use bridge_core::settings::{Activation, Release, Scope};
use bridge_core::ticket::{Entry, Ticket};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::record::{Cursor, Held, Parked, Reason};
use suites::console::{Answer, Console, connection};
use suites::world;

async fn park(console: &Console, source: &str, body: &str) -> Result<String> {
    let text = "It could not be read.".to_owned();
    let reason = Reason { code: "unreadable".to_owned(), text, account: None, tenant: None };
    Parked::park(&console.systems.table, source, body.to_owned(), reason, console.clock.now()).await?;
    let page = console.get("/api/v1/parked?limit=1").await?.expect(200)?.json()?;
    Ok(page["items"][0]["id"].as_str().expect("an id").to_owned())
}

async fn hold(console: &Console, id: &str, kind: &str) -> Result<Value> {
    // Entries of the same millisecond have no order in the journal.
    console.clock.advance(SignedDuration::from_secs(1));
    let (reason, what) = ("too much at once".to_owned(), "it would happen".to_owned());
    let since = console.clock.now();
    let held = Held {
        id: id.to_owned(),
        kind: kind.to_owned(),
        account: None,
        reason,
        what,
        since,
        quota: None,
        accounts: Vec::new(),
    };
    console.systems.table.insert(held).await?;
    let page = console.get("/api/v1/held").await?.expect(200)?.json()?;
    let found = page["items"].as_array().into_iter().flatten().find(|view| view["kind"] == kind);
    Ok(found.expect("it is listed").clone())
}

/// Answers what is held, as it was shown.
async fn decide(console: &Console, answer: &str, held: &Value) -> Result<Answer> {
    let mut body = json!({"version": held["version"]});
    if answer == "decline" {
        body["reason"] = json!("old news");
    }
    console.post(&format!("/api/v1/held/{}/{answer}", held["id"].as_str().expect("an id")), &body).await
}

async fn is_empty(console: &Console, list: &str) -> Result<bool> {
    Ok(console.get(list).await?.expect(200)?.json()?["items"] == json!([]))
}

async fn walk(console: &Console, field: &str) -> Result<Option<Timestamp>> {
    let cursor = console.record::<Cursor>(&"walk".to_owned()).await?;
    let at = cursor.map(|cursor| cursor.value[field].clone()).unwrap_or_default();
    Ok(serde_json::from_value(at)?)
}

/// Who did something last, and why.
async fn last_why(console: &Console) -> Result<Value> {
    Ok(console.get("/api/v1/activity?limit=1").await?.json()?["items"][0]["why"].clone())
}

#[tokio::test(start_paused = true)]
async fn b2_a_parked_message_is_shown_and_sent_again() -> Result<()> {
    let console = Console::connected().await?;
    let message = Message::new(Hint::Tickets { tickets: vec![bridge_core::id::TicketId(7)] }, None);
    let id = park(&console, "alerts", &message.to_body()).await?;
    let shown = console.get(&format!("/api/v1/parked/{id}")).await?.expect(200)?.json()?;
    assert_eq!((&shown["body"], &shown["count"]), (&json!(message.to_body()), &json!(1)));
    console.post(&format!("/api/v1/parked/{id}/retry"), &json!({})).await?.expect(204)?;
    assert_eq!(console.hints().await?, [message]);
    assert!(is_empty(&console, "/api/v1/parked").await?);
    console.post(&format!("/api/v1/parked/{id}/retry"), &json!({})).await?.expect(404)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t2_a_refused_ticket_is_tried_again_from_its_ledger_entry() -> Result<()> {
    let console = Console::connected().await?;
    let key = Key::parse(&format!("{}1-{}", Key::prefix(), "0".repeat(32))).expect("a key");
    let mut entry = Entry::new(key.clone(), connection(), "t-1".into(), "BackupFailed".to_owned());
    entry.park("refused", "a field is missing".to_owned(), console.clock.now());
    console.systems.table.insert(entry).await?;
    let message = Message::new(Hint::Keys { keys: vec![key.clone()] }, None);
    let id = park(&console, "alerts", &message.to_body()).await?;
    console.post(&format!("/api/v1/parked/{id}/retry"), &json!({})).await?.expect(204)?;
    assert_eq!(console.record::<Entry>(&key).await?.expect("there").ticket, Ticket::None);
    assert_eq!(console.hints().await?, [message]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b2_what_is_still_unreadable_stays_parked_until_it_is_discarded_with_a_reason() -> Result<()> {
    let console = Console::connected().await?;
    let id = park(&console, "alert-webhook", &STANDARD.encode("<html>")).await?;
    let refused = console.post(&format!("/api/v1/parked/{id}/retry"), &json!({})).await?.expect(422)?;
    assert_eq!(refused.code()?, "still_unreadable");
    assert_eq!(console.hints().await?, []);

    let discard = format!("/api/v1/parked/{id}/discard");
    assert_eq!(console.post(&discard, &json!({"reason": " "})).await?.expect(422)?.fields()?, ["reason"]);
    // Entries of the same millisecond have no order in the journal.
    console.clock.advance(SignedDuration::from_secs(1));
    console.post(&discard, &json!({"reason": "a probe of ours"})).await?.expect(204)?;
    assert!(is_empty(&console, "/api/v1/parked").await?);
    assert_eq!(last_why(&console).await?, "a probe of ours");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_a_held_backlog_is_released_or_declined() -> Result<()> {
    for (answer, release) in [("approve", Release::Released), ("decline", Release::Declined)] {
        let console = Console::connected().await?;
        let scope = Scope::Account(AccountId(174));
        for scope in [scope.clone(), Scope::Everything] {
            let release = Release::Held { tickets: 30 };
            let activation = Activation { release, ..Activation::new(scope, console.clock.now(), 24) };
            console.systems.table.insert(activation).await?;
        }
        let held = hold(&console, r#"backlog#{"what":"account","id":174}"#, "backlog").await?;
        decide(&console, answer, &held).await?.expect(204)?;

        let of = async |scope: &Scope| -> Result<Option<Release>> {
            Ok(console.record::<Activation>(scope).await?.map(|activation| activation.release))
        };
        assert_eq!(of(&scope).await?, Some(release));
        assert_eq!(of(&Scope::Everything).await?, Some(Release::Held { tickets: 30 }), "another question");
        assert!(is_empty(&console, "/api/v1/held").await?);
        assert_eq!(walk(&console, "again_at").await?.is_some(), answer == "approve");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_an_answer_to_a_backlog_that_waits_no_more_is_refused_and_not_recorded() -> Result<()> {
    let console = Console::connected().await?;
    let pending = Activation::new(Scope::Everything, console.clock.now(), 24);
    console.systems.table.insert(pending.clone()).await?;
    let held = hold(&console, r#"backlog#{"what":"everything"}"#, "backlog").await?;
    let before = console.get("/api/v1/activity").await?.json()?;
    for answer in ["approve", "decline"] {
        assert_eq!(decide(&console, answer, &held).await?.expect(422)?.code()?, "moved", "{answer}");
    }
    assert_eq!(console.record::<Activation>(&Scope::Everything).await?, Some(pending), "it is counted anew");
    assert_eq!(console.get("/api/v1/activity").await?.json()?, before);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_many_closings_are_agreed_to_for_an_hour() -> Result<()> {
    let console = Console::connected().await?;
    let earlier = json!({"walked_at": console.clock.now(), "again_at": null, "mass_close_until": null});
    console.systems.table.insert(Cursor { name: "walk".to_owned(), value: earlier }).await?;
    let held = hold(&console, "mass_close", "mass_close").await?;
    decide(&console, "approve", &held).await?.expect(204)?;
    let now = console.clock.now();
    assert_eq!(walk(&console, "mass_close_until").await?, Some(now + SignedDuration::from_hours(1)));
    assert_eq!(walk(&console, "again_at").await?, Some(now));
    assert!(walk(&console, "walked_at").await?.is_some(), "the rest of the cursor stays");

    let held = hold(&console, "mass_close", "mass_close").await?;
    decide(&console, "decline", &held).await?.expect(204)?;
    assert_eq!(last_why(&console).await?, "old news");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t2_a_partners_alert_needs_an_account_first() -> Result<()> {
    let console = Console::enabled().await?;
    let held = hold(&console, "partner_alert#a-1", "partner_alert").await?;
    assert_eq!(decide(&console, "approve", &held).await?.expect(422)?.code()?, "no_account");
    assert!(!is_empty(&console, "/api/v1/held").await?);

    let mut settings = world::settings();
    settings.tickets.partner_alerts_account = Some(AccountId(0));
    console.save(&settings).await?.expect(200)?;
    decide(&console, "approve", &held).await?.expect(204)?;
    let hints = console.hints().await?;
    assert!(
        matches!(&hints[..], [Message { hint: Hint::Alerts { alerts, .. }, .. }] if alerts[0].id.as_str() == "a-1"),
        "{hints:?}"
    );
    decide(&console, "approve", &held).await?.expect(404)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn run_now_makes_the_next_poll_walk_everything() -> Result<()> {
    let console = Console::connected().await?;
    console.post("/api/v1/run", &json!({"what": "everything"})).await?.expect(400)?;
    console.post("/api/v1/run", &json!({"what": "alerts"})).await?.expect(200)?;
    assert_eq!(walk(&console, "again_at").await?, Some(console.clock.now()));
    Ok(())
}
