//! The journal: pages, filters, the export, and the tickets that it knows.

use anyhow::Result;
use bridge_core::id::{AccountId, TicketId};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::record::{Activity, Subject};
use suites::console::Console;
use suites::world::World;
use suites::world::verbs_people::failed_backup;

/// Writes an entry an hour, alternating between two accounts; ticket numbers count up.
async fn filled(count: i64) -> Result<Console> {
    filled_saying(count, "the alert was raised").await
}

async fn filled_saying(count: i64, why: &str) -> Result<Console> {
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
            why: why.to_owned(),
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
async fn x5_an_export_that_lambda_would_not_let_through_comes_in_several_files() -> Result<()> {
    let console = filled_saying(2_000, &"a long story ".repeat(230)).await?;
    let (mut files, mut found, mut after) = (0, Vec::new(), String::new());
    loop {
        let answer = console.get(&format!("/api/v1/activity?format=csv{after}")).await?.expect(200)?;
        let size = serde_json::to_string(&answer.text)?.len();
        assert!(size < 6_000_000, "{size} bytes");
        files += 1;
        found.extend(answer.text.lines().skip(1).filter_map(|line| line.split(',').nth(3)).map(str::to_owned));
        let Some(link) = answer.headers.get("link") else { break };
        let (_, next) = link.to_str()?.split_once("after=").expect("where it goes on");
        after = format!("&after={}", next.split('>').next().unwrap_or_default());
    }
    let expected: Vec<String> = (0..2_000).rev().map(|number| format!("'=write {number}")).collect();
    assert!(files > 1 && found == expected, "{} rows in {files} files", found.len());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x5_the_link_of_a_file_leads_to_the_rest_of_what_was_asked_for() -> Result<()> {
    let console = filled(60).await?;
    let wanted = "format=csv&account=1&from=2026-11-22&to=2026-11-23&limit=4";
    let (mut files, mut next) = (Vec::new(), format!("?{wanted}"));
    loop {
        let answer = console.get(&format!("/api/v1/activity{next}")).await?.expect(200)?;
        files.push(answer.text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>());
        let Some(link) = answer.headers.get("link") else { break };
        let target = link.to_str()?.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
        next = target.expect("a target").to_owned();
    }
    let whole =
        console.get("/api/v1/activity?format=csv&account=1&from=2026-11-22&to=2026-11-23").await?.expect(200)?;
    assert_eq!(files.concat(), whole.text.lines().skip(1).collect::<Vec<_>>());
    assert_eq!(files.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 4, 4, 3]);
    let refused = console.get("/api/v1/activity?format=csv&limit=10001").await?.expect(400)?;
    assert_eq!(refused.fields()?, ["limit"]);
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

#[tokio::test(start_paused = true)]
async fn t4_a_ticket_is_listed_with_how_often_its_alert_was_raised_and_when() -> Result<()> {
    let mut world = World::new().await?;
    let first = world.now();
    let (alert, _) = world.ticket_for(failed_backup("SRV-1")).await?;
    for _ in 0..3 {
        world.advance(SignedDuration::from_hours(1));
        world.acronis.re_raise(alert)?;
        world.hint(&[alert]).await?;
        world.work().await?;
    }
    let page = Console::of(&world).get("/api/v1/tickets").await?.expect(200)?.json()?;
    let ticket = &page["items"][0];
    assert_eq!(ticket["raises"], json!({"count": 4, "first_at": first, "last_at": world.now()}), "{ticket:#}");
    assert_eq!(ticket["last_at"], json!(first), "nothing was written since");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t4_raises_are_counted_for_the_ticket_that_is_the_problem_s_now() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.new_ticket_after_days = Some(1)).await?;
    let (alert, before) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.acronis.dismiss(alert)?;
    world.hint(&[alert]).await?;
    world.work().await?;
    world.advance(SignedDuration::from_hours(48));
    let (_, now) = world.ticket_for(failed_backup("SRV-1")).await?;
    let page = Console::of(&world).get("/api/v1/tickets").await?.expect(200)?.json()?;
    let raises = |id: i64| page["items"].as_array().and_then(|items| items.iter().find(|item| item["ticket"] == id));
    assert_eq!(raises(now.id.0).expect("listed")["raises"]["count"], 1, "{page:#}");
    assert_eq!(raises(before.id.0).expect("listed")["raises"], Value::Null, "{page:#}");
    Ok(())
}
