//! The page of an account: what is stored of it at once, contracts and quotas when both systems answer, and what is decided there.

use anyhow::{Context as _, Result};
use bridge_core::id::AccountId;
use jiff::SignedDuration;
use serde_json::json;
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use simulators::control::{Fault, Kind};
use store::queue::QueueName;
use store::record::{Account, Mapping};
use suites::console::{Answer, Console};
use suites::page::Page;
use suites::world::World;
use suites::world::verbs_people::failed_backup;

const ALDER: i64 = autotask::FIRST_CUSTOMER.0;
const KALE: i64 = ALDER + 10;

fn path(part: &str) -> String {
    format!("/accounts/{ALDER}{part}")
}

async fn follow(console: &Console, answer: &Answer) -> Result<Page> {
    console.page(answer.location()?, 200).await
}

#[tokio::test(start_paused = true)]
async fn p14_each_quota_is_told_from_the_contract_to_what_is_used() -> Result<()> {
    let console = Console::billing().await?;
    let page = console.page(&path("/quotas"), 200).await?;
    let row = page.texts("#quotas tbody tr").into_iter().find(|row| row.starts_with("Workstations"));
    let row = row.context("a row")?;
    for part in ["“Workstations”: 25 units", "25 on “Acronis Cyber Protect”", "Why", "11"] {
        assert!(row.contains(part), "{part}: {row}");
    }
    let held = page.texts("#quotas tbody tr").into_iter().find(|row| row.starts_with("Microsoft 365 seats"));
    assert!(held.context("a row")?.contains("14 are in use"));
    console.page("/accounts/999999", 404).await?;
    console.page("/accounts/somebody", 404).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_system_that_does_not_answer_takes_nothing_else_away() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    console.acronis.control().add_fault(Fault::new(Kind::Status, "*").status(503).times(99));
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*").status(503).times(99));
    let page = console.page(&path(""), 200).await?;
    assert_eq!(page.text("h1")?, "Alder & Sons");
    let held = page.texts("#held li");
    assert!(held.iter().any(|held| held.contains("14 are in use")), "{held:?}");
    let quotas = console.page(&path("/quotas"), 200).await?;
    assert!(quotas.text("#quotas .notice.warn")?.starts_with("They could not be read just now:"));
    let unmapped = console.page(&format!("/accounts/{KALE}"), 200).await?;
    assert_eq!((unmapped.text("h1")?.as_str(), unmapped.texts("#quotas").len()), ("Kale Foods", 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v8_switches_are_saved_and_what_is_missing_is_said_beside_its_field() -> Result<()> {
    let console = Console::billing().await?;
    let page = console.page(&path("/switches"), 200).await?;
    let refused = page.form("save")?.tick("Pause")?.press(&console, "", "").await?.expect(422)?;
    let refused = Page::of(&refused);
    assert_eq!(refused.wrong("Reason of the pause")?, "Say why");

    let form = refused.form("save")?.fill("Reason of the pause", "migration")?.fill("Until", "2026-12-01T08:00")?;
    let form = form.untick("Tickets are made from its alerts")?.fill("Priority of its tickets", "Critical")?;
    let page = follow(&console, &form.press(&console, "", "").await?).await?;
    let switches = console.record::<Mapping>(&AccountId(ALDER)).await?.context("mapped")?.switches;
    let pause = switches.pause.context("a pause")?;
    assert_eq!((pause.reason.as_str(), pause.until), ("migration", Some("2026-12-01T08:00:00Z".parse()?)));
    assert!(switches.quotas && !switches.tickets && switches.priority.is_some());
    let shown = page.texts("dl.facts dd");
    assert!(
        shown.contains(&"Critical".to_owned()) && shown.contains(&"until 1 Dec 2026, 08:00: migration".to_owned()),
        "{shown:?}"
    );
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_switches_that_somebody_else_has_changed_stay_as_he_saved_them() -> Result<()> {
    let console = Console::billing().await?;
    let page = console.page(&path("/switches"), 200).await?;
    let version =
        console.get(&format!("/api/v1/mapping?account={ALDER}")).await?.json()?["items"][0]["version"].clone();
    console.map(json!([{"account": ALDER, "version": version, "switches": {"quotas": false}}])).await?;
    let stale =
        page.form("save")?.untick("Tickets are made from its alerts")?.press(&console, "", "").await?.expect(422)?;
    let stale = Page::of(&stale);
    assert!(stale.text("[role=alert]")?.contains("everything else is as it is saved now"));
    follow(&console, &stale.form("save")?.press(&console, "", "").await?).await?;
    let switches = console.record::<Mapping>(&AccountId(ALDER)).await?.context("mapped")?.switches;
    assert!(!switches.quotas && !switches.tickets, "his and mine");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v8_a_pause_does_not_wait_for_autotask() -> Result<()> {
    let console = Console::billing().await?;
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*").status(503).times(99));
    let page = console.page(&path("/switches"), 200).await?;
    assert!(page.text(".notice.warn")?.contains("cannot be listed just now"));
    let form = page.form("save")?.tick("Pause")?.fill("Reason of the pause", "migration")?;
    follow(&console, &form.press(&console, "", "").await?).await?;
    assert!(console.record::<Mapping>(&AccountId(ALDER)).await?.context("mapped")?.switches.pause.is_some());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_a_hand_edit_is_made_permanent_with_a_reason_and_ended_again() -> Result<()> {
    let console = Console::billing().await?;
    console.acronis.set_quota(acronis::ALDER, "pw_base_workstations", Some(30.0), Some(0.0))?;
    let page = console.page(&path("/quotas"), 200).await?;
    let rows = page.texts("#quotas tbody tr");
    let at = rows.iter().position(|row| row.starts_with("Workstations")).context("a row")? + 1;
    assert!(rows[at - 1].contains("Edited by hand: from 25 to 30"), "{}", rows[at - 1]);
    let form = page.form(&format!("keep-{at}"))?.fill("Reason", "a gift")?;
    let page = follow(&console, &form.press(&console, "", "").await?).await?;
    let row = page.text("#exceptions tbody tr")?;
    assert!(row.contains("Workstations") && row.contains("a gift"), "{row}");
    let page = follow(&console, &page.form("end-1")?.press(&console, "", "").await?).await?;
    assert_eq!(page.texts("#exceptions").len(), 0);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v3_a_tenant_that_could_not_be_made_waits_for_a_decision_on_the_page() -> Result<()> {
    let console = Console::billing().await?;
    console.acronis.rename_tenant(acronis::IVY_MEDIA, "Kale Foods")?;
    console.map(json!([{"account": KALE, "new": true}])).await?;
    console.work().await?;
    let page = console.page(&format!("/accounts/{KALE}"), 200).await?;
    assert_eq!(page.texts("#creation .notice.bad").len(), 1);
    assert!(page.form("retry").is_ok() && page.form("suggested").is_ok());
    let page = follow(&console, &page.form("give-up")?.press(&console, "", "").await?).await?;
    assert_eq!((page.text("header .badge")?.as_str(), page.texts("#creation").len()), ("Excluded", 0));
    let record = console.record::<Account>(&AccountId(KALE)).await?.context("remembered")?;
    assert!(record.creation.is_none() && record.excluded.is_some());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn run_now_sends_a_worker_to_the_account() -> Result<()> {
    let console = Console::billing().await?;
    let page = console.page(&path(""), 200).await?;
    follow(&console, &page.form("run")?.press(&console, "", "").await?).await?;
    let hints = console.hints_on(QueueName::Accounts).await?;
    assert_eq!(hints.len(), 1);
    assert_eq!(page.texts(&format!("a[href='/activity?account={ALDER}']")).len(), 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t4_a_repeated_alert_is_told_with_its_count_and_the_first_and_last_time() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, _) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.ticket_for(failed_backup("SRV-2")).await?;
    for _ in 0..3 {
        world.advance(SignedDuration::from_hours(1));
        world.acronis.re_raise(alert)?;
        world.hint(&[alert]).await?;
        world.work().await?;
    }
    let console = Console::of(&world);
    let told = console.page(&path(""), 200).await?.texts("#tickets td[data-label=Alert]");
    let repeated = "Backup failed4 times, first 22 Nov 2026, 09:00, last 22 Nov 2026, 12:00";
    assert_eq!(told.iter().filter(|told| *told == repeated).count(), 1, "{told:?}");
    assert_eq!(told.iter().filter(|told| *told == "Backup failed").count(), 1, "once is nothing to tell of: {told:?}");
    let recent = console.page("/", 200).await?.texts("section[aria-labelledby=recent] td[data-label='Alert type']");
    assert_eq!(recent.iter().filter(|told| *told == "Backup failed4 times").count(), 1, "{recent:?}");
    assert_eq!(recent.iter().filter(|told| *told == "Backup failed").count(), 1, "{recent:?}");
    Ok(())
}
