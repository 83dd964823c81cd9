//! *Overview*: what happened lately, as far as it looks back.

use anyhow::Result;
use bridge_core::id::{AccountId, TicketId};
use bridge_core::system::Id;
use jiff::SignedDuration;
use simulators::autotask::seed as autotask;
use simulators::control::{Fault, Kind};
use store::record::{Activity, Subject};
use suites::console::Console;
use suites::world::World;
use suites::world::verbs_people::{ALDER_ACCOUNT, failed_backup};

const ALDER: AccountId = AccountId(autotask::FIRST_CUSTOMER.0);

async fn write(console: &Console, numbers: std::ops::Range<i64>, subject: Subject) -> Result<()> {
    for number in numbers {
        let entry = Activity {
            at: console.clock.now(),
            id: number.to_string(),
            actor: "a run".to_owned(),
            actor_id: None,
            system: "acronis".to_owned(),
            what: format!("write {number}"),
            subject: subject.clone(),
            why: "the contracts ask for it".to_owned(),
            old: None,
            new: None,
        };
        entry.record(&console.systems.table).await?;
        console.clock.advance(SignedDuration::from_secs(1));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t18_a_ticket_is_found_and_linked_behind_hundreds_of_other_writes() -> Result<()> {
    let console = Console::mapped().await?;
    let of_account = Subject { account: Some(ALDER), ..Subject::default() };
    write(&console, 0..1, Subject { ticket: Some(TicketId(4711)), ..of_account.clone() }).await?;
    write(&console, 1..701, of_account).await?;
    let link = "a[href*='OpenTicketDetail'][href$='TicketID=4711']";
    let overview = console.page("/", 200).await?;
    assert_eq!((overview.texts("section[aria-labelledby=recent] tbody tr").len(), overview.texts(link).len()), (1, 1));
    let account = console.page(&format!("/accounts/{}", ALDER.0), 200).await?;
    assert_eq!((account.texts("#tickets tbody tr").len(), account.texts(link).len()), (1, 1));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x5_a_search_for_tickets_that_ended_early_says_how_far_it_went() -> Result<()> {
    let console = Console::mapped().await?;
    let none = console.page("/", 200).await?;
    assert!(none.text("section[aria-labelledby=recent] p")?.starts_with("No ticket was written yet."));
    write(&console, 0..5_001, Subject { account: Some(ALDER), ..Subject::default() }).await?;
    let expected = "There is no ticket among the last 5000 writes.";
    assert!(console.page("/", 200).await?.text("section[aria-labelledby=recent] p")?.starts_with(expected));
    let account = console.page(&format!("/accounts/{}", ALDER.0), 200).await?;
    assert!(account.text("#tickets p")?.starts_with(expected));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x6_the_budget_is_told_from_the_runs_and_not_from_the_process_that_shows_the_page() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let page = console.page("/", 200).await?;
    assert_eq!(page.texts("section[aria-labelledby=systems] thead th"), ["System", "State"]);
    let status = console.get("/api/v1/status").await?.expect(200)?.json()?;
    let calls = format!("The last run took {} calls of Autotask", status["accounts"]["calls"]);
    assert!(page.texts("p").iter().any(|text| text.contains(&calls)), "{calls}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x6_the_accounts_that_are_not_as_they_must_be_are_named_with_their_last_good_time() -> Result<()> {
    const ROWS: &str = "section[aria-labelledby=late] tbody tr";
    const SAID: &str = "section[aria-labelledby=late] p";
    let console = Console::mapped().await?;
    assert_eq!(console.page("/", 200).await?.text(SAID)?, "Billing is off, so everything in Acronis stays as it is.");
    let console = Console::billing().await?;
    console.run_accounts().await?;
    assert!(console.page("/", 200).await?.text(SAID)?.starts_with("The last run found every account as"));

    let refused = Fault::new(Kind::Status, "/api/2/tenants").status(503).on(&http::Method::PUT).times(u32::MAX);
    console.acronis.control().add_fault(refused);
    console.autotask.contract(autotask::FIRST_CUSTOMER).sells(autotask::WORKSTATIONS, 5).sign()?;
    console.run_accounts().await?;
    console.run_accounts().await?;
    let page = console.page("/", 200).await?;
    let texts = |part: &str| page.texts(&format!("{ROWS} {part}"));
    assert_eq!(texts("th"), ["Alder & Sons"]);
    assert_eq!(
        texts("td"),
        ["3 minutes ago", "6 minutes ago"],
        "it waits since the run after the one that found it good"
    );
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x6_a_system_whose_runs_fail_is_not_shown_as_connected() -> Result<()> {
    let console = Console::connected().await?;
    for (expected, tone) in
        [("its last run failed", "warn"), ("the last 2 runs failed", "warn"), ("the last 3 runs failed", "bad")]
    {
        console.systems.run_failed(&Id::Autotask, "it answers 503").await?;
        for (path, section) in [("/", "systems"), ("/log-in", "autotask-heading")] {
            let page = console.page(path, 200).await?;
            let badges = page.texts(&format!("section[aria-labelledby={section}] .badge.{tone}"));
            assert_eq!(badges, [expected], "{path}");
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x6_a_ticket_that_autotask_has_not_confirmed_is_shown_with_its_next_try() -> Result<()> {
    let mut world = World::new().await?;
    let refused = Fault::new(Kind::Status, "/atservicesrest/v1.0/Tickets").status(503).on(&http::Method::POST);
    world.autotask.control().add_fault(refused);
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    let begun = world.now();
    world.hint(&[alert]).await?;
    world.work().await?;
    world.pass(SignedDuration::from_mins(2)).await?;

    let console = Console::of(&world);
    let status = console.get("/api/v1/status").await?.expect(200)?.json()?;
    let work = &status["unfinished"][0];
    assert_eq!(
        (work["account"].as_i64(), status["unfinished"].as_array().map(Vec::len)),
        (Some(ALDER_ACCOUNT.0), Some(1))
    );
    assert_eq!(work["since"], serde_json::json!(begun), "{work:#}");
    let next: jiff::Timestamp = serde_json::from_value(work["next_at"].clone())?;
    assert!(next > world.now(), "{work:#}");

    let overview = console.page("/", 200).await?;
    let row = overview.text("#unfinished tbody tr")?;
    assert!(row.starts_with("“Backup failed”: its ticket was sent and Autotask has not confirmed it"), "{row}");
    assert!(row.contains("Alder & Sons"), "{row}");
    let tiles = overview.texts(".tile");
    assert!(tiles.contains(&"2 minutes agooldest unfinished work".to_owned()), "{tiles:?}");
    let account = console.page(&format!("/accounts/{}", ALDER_ACCOUNT.0), 200).await?;
    assert_eq!(account.texts("#unfinished tbody tr").len(), 1);
    assert!(account.text("#tickets p")?.contains("what is under way is told above"));

    world.pass(SignedDuration::from_mins(9)).await?;
    world.the_ticket()?;
    let after = Console::of(&world).page("/", 200).await?;
    assert_eq!(after.texts("#unfinished").len(), 0);
    assert!(after.texts(".tile").contains(&"noneoldest unfinished work".to_owned()));
    Ok(())
}
