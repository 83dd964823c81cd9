//! The self-test of the rights in both systems.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use simulators::control::{Fault, Kind};
use suites::console::{Console, autotask_log_in, connection};

const AUTOTASK: &str = "/api/v1/systems/autotask/rights";
const TICKET: &str = "/api/v1/test-ticket";

fn state<'a>(view: &'a Value, right: &str) -> Result<(&'a str, &'a str)> {
    let rights = view["rights"].as_array().context("a list of rights")?;
    let found = rights.iter().find(|known| known["id"] == right).with_context(|| format!("no right {right}"))?;
    Ok((found["state"].as_str().unwrap_or_default(), found["words"].as_str().unwrap_or_default()))
}

/// Calls that change something, by method and path.
fn writes(console: &Console) -> Vec<String> {
    let calls = [console.autotask.control().calls(), console.acronis.control().calls()].concat();
    let is_read = |path: &str| path.contains("/query") || path.contains("/idp/token");
    let writes = calls.iter().filter(|call| call.method != "GET" && !is_read(&call.path));
    writes.map(|call| format!("{} {}", call.method, call.path)).collect()
}

fn forget(console: &Console) {
    console.autotask.control().clear_calls();
    console.acronis.control().clear_calls();
}

#[tokio::test(start_paused = true)]
async fn l3_the_self_test_tries_each_right_to_read_and_writes_nothing() -> Result<()> {
    let console = Console::connected().await?;
    let before = console.get(AUTOTASK).await?.expect(200)?.json()?;
    assert_eq!((&before["tested_at"], state(&before, "tickets")?.0), (&Value::Null, "not_tested"));

    forget(&console);
    for path in [AUTOTASK.to_owned(), format!("/api/v1/systems/{}/rights", connection())] {
        let view = console.post(&path, &json!({})).await?.expect(200)?.json()?;
        assert_eq!(view["tested_at"], json!(console.clock.now()));
        for right in view["rights"].as_array().context("rights")? {
            let expected = if right["writes"] == true && right["id"] != "webhooks" { "not_tested" } else { "passed" };
            assert_eq!(right["state"], expected, "{right}");
        }
        assert_eq!(console.get(&path).await?.expect(200)?.json()?, view, "it is remembered");
    }
    assert_eq!(writes(&console), [""; 0]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l3_a_missing_right_is_refused_with_the_name_of_its_permission_and_the_others_pass() -> Result<()> {
    let console = Console::connected().await?;
    console.autotask.quirks(|quirks| quirks.unreadable = vec!["ContractServiceUnits"]);
    let view = console.post(AUTOTASK, &json!({})).await?.expect(200)?.json()?;
    assert_eq!(state(&view, "contract_service_units")?.0, "refused");
    let rights = view["rights"].as_array().context("rights")?;
    let refused = rights.iter().find(|right| right["state"] == "refused").context("one is refused")?;
    assert_eq!(refused["permission"], "ContractServiceUnits, query");
    assert_eq!((state(&view, "contracts")?.0, state(&view, "tickets")?.0), ("passed", "passed"));

    console.acronis.control().add_fault(Fault::new(Kind::Status, "/api/alert_manager/v1/alerts").status(403));
    let path = format!("/api/v1/systems/{}/rights", connection());
    let view = console.post(&path, &json!({})).await?.expect(200)?.json()?;
    assert_eq!((state(&view, "alerts")?.0, state(&view, "tenants")?.0), ("refused", "passed"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l3_what_could_not_be_tried_is_not_tested_and_says_why() -> Result<()> {
    let console = Console::connected().await?;
    console.acronis.control().add_fault(Fault::new(Kind::Status, "/api/2/tenants/usages").status(503).times(9));
    let path = format!("/api/v1/systems/{}/rights", connection());
    let view = console.post(&path, &json!({})).await?.expect(200)?.json()?;
    let (found, words) = state(&view, "usages")?;
    assert_eq!(found, "not_tested");
    assert!(words.starts_with("it could not be tried: Acronis"), "{words}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l3_rights_to_write_are_tested_with_one_ticket_that_is_completed() -> Result<()> {
    let console = Console::connected().await?;
    forget(&console);
    let view = console.post(TICKET, &json!({})).await?.expect(200)?.json()?;
    for right in ["create_tickets", "create_notes", "change_tickets"] {
        assert_eq!(state(&view, right)?.0, "passed", "{right}");
    }
    let [ticket] = &console.autotask.tickets()[..] else { anyhow::bail!("expected one ticket") };
    assert_eq!((&ticket["companyID"], &ticket["status"]), (&json!(0), &json!(5)));
    let reference = ticket["externalID"].as_str().context("a reference")?;
    assert!(reference.starts_with("test-") && reference.len() <= 50, "{reference}");
    assert_eq!(console.autotask.records("TicketNotes").len(), 1);
    assert_eq!(console.autotask.records("TicketNotes")[0]["publish"], json!(2), "no customer reads it");

    let journal = console.get("/api/v1/activity").await?.expect(200)?.json()?;
    let entries = journal["items"].as_array().context("entries")?;
    let of_autotask = entries.iter().filter(|entry| entry["system"] == "autotask");
    let written: BTreeSet<_> = of_autotask.filter_map(|entry| entry["what"].as_str()).collect();
    assert_eq!(written, ["note written", "test ticket completed", "test ticket created"].into(), "rule X5");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l3_a_right_to_write_that_is_missing_is_refused_and_an_open_ticket_is_told() -> Result<()> {
    let console = Console::connected().await?;
    let forbidden = |method: Method, path: &str| Fault::new(Kind::Status, path).on(&method).status(403);
    console.autotask.control().add_fault(forbidden(Method::POST, "*/Tickets"));
    let view = console.post(TICKET, &json!({})).await?.expect(200)?.json()?;
    assert_eq!((state(&view, "create_tickets")?.0, state(&view, "create_notes")?.0), ("refused", "not_tested"));
    assert!(console.autotask.tickets().is_empty());

    console.autotask.control().clear_faults();
    console.autotask.control().add_fault(forbidden(Method::PATCH, "*/Tickets"));
    let view = console.post(TICKET, &json!({})).await?.expect(200)?.json()?;
    let (found, words) = state(&view, "change_tickets")?;
    assert_eq!((found, state(&view, "create_tickets")?.0), ("refused", "passed"));
    assert!(words.contains("is open: close it by hand"), "{words}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x2_a_test_ticket_whose_create_was_cut_off_is_found_and_not_made_twice() -> Result<()> {
    let console = Console::connected().await?;
    let lost = Fault::new(Kind::EffectThenDrop, "*/Tickets").on(&Method::POST);
    console.autotask.control().add_fault(lost);
    console.post(TICKET, &json!({})).await?.expect(503)?;
    assert_eq!(console.autotask.tickets().len(), 1);
    let busy = console.post(TICKET, &json!({})).await?.expect(503)?;
    assert!(busy.text.contains("a test is under way"), "{busy:?}");

    console.advance(SignedDuration::from_mins(1));
    let view = console.post(TICKET, &json!({})).await?.expect(200)?.json()?;
    assert_eq!(state(&view, "create_tickets")?.0, "passed");
    assert_eq!(console.autotask.tickets().len(), 1);
    assert_eq!(console.autotask.tickets()[0]["status"], json!(5));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x2_a_test_ticket_that_was_never_made_is_made_once_it_cannot_appear_any_more() -> Result<()> {
    let console = Console::connected().await?;
    console.autotask.control().add_fault(Fault::new(Kind::DropBefore, "*/Tickets").on(&Method::POST));
    console.post(TICKET, &json!({})).await?.expect(503)?;
    console.advance(SignedDuration::from_mins(1));
    let doubtful = console.post(TICKET, &json!({})).await?.expect(503)?;
    assert!(doubtful.text.contains("is not known yet"), "{doubtful:?}");
    assert!(console.autotask.tickets().is_empty());
    console.advance(SignedDuration::from_mins(6));
    console.post(TICKET, &json!({})).await?.expect(200)?;
    assert_eq!(console.autotask.tickets().len(), 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l3_a_new_log_in_is_not_tested_until_somebody_tests_it() -> Result<()> {
    let console = Console::connected().await?;
    console.post(AUTOTASK, &json!({})).await?.expect(200)?;
    console.put("/api/v1/autotask", &autotask_log_in()).await?.expect(200)?;
    let view = console.get(AUTOTASK).await?.expect(200)?.json()?;
    assert_eq!((&view["tested_at"], state(&view, "tickets")?.0), (&Value::Null, "not_tested"));
    console.get("/api/v1/systems/nobody/rights").await?.expect(404)?;
    Ok(())
}
