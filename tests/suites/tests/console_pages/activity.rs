//! *Activity*: what was written, each ticket by its link, and all of it as files.

use anyhow::Result;
use bridge_core::id::TicketId;
use store::record::{Activity, Subject};
use suites::console::Console;

/// Records `count` writes, a second apart; the last one is to a ticket.
async fn write(console: &Console, count: i64) -> Result<()> {
    for number in 0..count {
        let ticket = (number + 1 == count).then_some(TicketId(4711));
        let entry = Activity {
            at: console.clock.now(),
            id: number.to_string(),
            actor: "ticket-sync".to_owned(),
            actor_id: None,
            system: "autotask".to_owned(),
            what: format!("write {number}"),
            subject: Subject { ticket, ..Subject::default() },
            why: "the alert was raised".to_owned(),
            old: None,
            new: None,
        };
        entry.record(&console.systems.table).await?;
        console.clock.advance(jiff::SignedDuration::from_secs(1));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t18_a_ticket_is_opened_from_the_activity() -> Result<()> {
    let console = Console::connected().await?;
    write(&console, 2).await?;
    let page = console.page("/activity", 200).await?;
    assert_eq!(page.texts("a[href*='OpenTicketDetail'][href$='TicketID=4711']"), ["ticket 4711"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x5_the_export_says_what_its_file_holds_and_whether_that_is_all() -> Result<()> {
    let console = Console::fresh().await?;
    write(&console, 3).await?;
    let page = console.page("/activity?from=2026-11-22", 200).await?;
    assert_eq!(page.texts("a[href='/activity/export?from=2026-11-22']"), ["Export as CSV"]);
    let page = console.page("/activity/export?from=2026-11-22", 200).await?;
    assert_eq!(
        page.text("#part")?,
        "3 entries, from 22 Nov 2026, 09:00 to 22 Nov 2026, 09:00. There are no older ones."
    );
    assert_eq!(page.texts("a[href='/api/v1/activity?from=2026-11-22&format=csv']"), ["Download part 1"]);
    let nothing = console.page("/activity/export?to=2026-11-21", 200).await?;
    assert_eq!((nothing.text("#part")?.as_str(), nothing.texts("a[download]").len()), ("Nothing was written.", 0));
    Ok(())
}
