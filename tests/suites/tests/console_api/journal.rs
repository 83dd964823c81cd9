//! The journal: pages, filters, the export, and the tickets that it knows.

use anyhow::Result;
use bridge_core::id::{AccountId, TicketId};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::record::{Activity, Subject};
use suites::console::Console;

/// Writes an entry an hour, alternating between two accounts; ticket numbers count up.
async fn filled(count: i64) -> Result<Console> {
    let console = Console::fresh().await?;
    for number in 0..count {
        let subject =
            Subject { account: Some(AccountId(number % 2)), ticket: Some(TicketId(number / 4)), ..Subject::default() };
        let entry = Activity {
            at: console.clock.now(),
            id: number.to_string(),
            actor: "ticket-sync".to_owned(),
            actor_id: None,
            system: "autotask".to_owned(),
            what: format!("=write {number}"),
            subject,
            why: "the alert was raised".to_owned(),
            old: None,
            new: None,
        };
        entry.record(&console.systems.table).await?;
        console.clock.advance(SignedDuration::from_hours(1));
    }
    Ok(console)
}

async fn all(console: &Console, query: &str) -> Result<Vec<String>> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = console.get(&format!("/api/v1/activity?{query}{after}")).await?.expect(200)?.json()?;
        let items = page["items"].as_array().expect("a list");
        found.extend(items.iter().filter_map(|entry| entry["what"].as_str()).map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(found),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn x5_pages_hold_every_entry_once_newest_first() -> Result<()> {
    let console = filled(40).await?;
    let expected: Vec<String> = (0..40).rev().map(|number| format!("=write {number}")).collect();
    for limit in [1, 7, 40, 500] {
        assert_eq!(all(&console, &format!("limit={limit}")).await?, expected, "limit {limit}");
    }
    let odd: Vec<String> = expected.iter().step_by(2).cloned().collect();
    for limit in [1, 3, 20] {
        assert_eq!(all(&console, &format!("account=1&limit={limit}")).await?, odd, "limit {limit}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x5_days_limit_what_is_listed() -> Result<()> {
    // The first entry is of 09:00 on the 22nd, so the 23rd has those from the 16th to the 39th.
    let console = filled(60).await?;
    let day = all(&console, "from=2026-11-23&to=2026-11-23&limit=10").await?;
    assert_eq!(
        (day.len(), day.first().map(String::as_str), day.last().map(String::as_str)),
        (24, Some("=write 38"), Some("=write 15"))
    );
    let refused = console.get("/api/v1/activity?after=nonsense").await?.expect(422)?;
    assert_eq!(refused.fields()?, ["after"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x5_the_journal_is_exported_for_a_spreadsheet() -> Result<()> {
    let console = filled(30).await?;
    let answer = console.get("/api/v1/activity?format=csv&account=1").await?.expect(200)?;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<&str> = answer.text.lines().collect();
    assert_eq!(lines.len(), 16);
    assert_eq!(lines[0], "at,actor,system,what,why,account,tenant,ticket,key,old,new,account_name,actor_id");
    assert_eq!(lines[1], "2026-11-23T14:00:00Z,ticket-sync,autotask,'=write 29,the alert was raised,1,,7,,,,,");
    assert!(answer.headers.get("link").is_none(), "everything fits");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_tickets_of_an_account_are_listed_with_their_last_write() -> Result<()> {
    let console = filled(8).await?;
    let page = console.get("/api/v1/tickets?account=1").await?.expect(200)?.json()?;
    let items: Vec<(&Value, &Value)> =
        page["items"].as_array().expect("a list").iter().map(|view| (&view["ticket"], &view["last_what"])).collect();
    assert_eq!(items, [(&json!(1), &json!("=write 7")), (&json!(0), &json!("=write 3"))]);
    Ok(())
}
