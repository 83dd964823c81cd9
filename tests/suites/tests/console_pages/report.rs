//! *Report*: what a person reads in it, looks for and takes along (rule P16).

use anyhow::{Context as _, Result};
use simulators::autotask::seed as autotask;
use suites::console::Console;

const ALDER: i64 = autotask::FIRST_CUSTOMER.0;

async fn reported() -> Result<Console> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    console.run_accounts().await?;
    Ok(console)
}

#[tokio::test(start_paused = true)]
async fn p16_each_customer_is_told_from_units_to_use_and_each_item_has_its_total() -> Result<()> {
    let console = reported().await?;
    let page = console.page("/report", 200).await?;
    assert_eq!(page.text("#totals-heading")?, "Totals of 8 customers");
    assert_eq!(page.texts("#month option"), ["November 2026"]);
    let rows = page.texts(&format!("#customer-{ALDER} tbody tr"));
    let row = |item: &str| rows.iter().find(|row| row.starts_with(item)).cloned().context("no such row");
    assert_eq!(row("Workstations")?, "Workstations Workstations 25 25 25 11 14 unused");
    let seats = row("Microsoft 365 seats")?;
    assert!(seats.contains("held") && seats.contains("14 are in use") && seats.contains("differs"), "{seats}");
    assert!(page.texts("#totals tbody th").contains(&"Servers".to_owned()));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p16_a_search_and_only_differences_are_kept_in_the_file() -> Result<()> {
    let console = reported().await?;
    let found = console.get("/report?month=2026-11&search=alder&only=differences").await?.expect(200)?;
    let href = "/api/v1/report?search=alder&amp;only=differences&amp;month=2026-11&amp;format=csv";
    assert!(found.text.contains(href) || found.text.contains(&href.replace("&amp;", "&#38;")), "{}", found.text);
    let page = suites::page::Page::of(&found);
    assert_eq!(page.texts("main section h2"), ["Totals of 1 customer", "Alder & Sons"]);
    let rows = page.texts(&format!("#customer-{ALDER} tbody tr"));
    assert!(!rows.is_empty() && rows.iter().all(|row| row.contains("differs")), "{rows:#?}");
    let nobody = console.page("/report?search=nobody", 200).await?;
    assert_eq!(nobody.text("main p.card")?, "Nothing in November 2026 fits.");
    console.page("/report?month=soon", 422).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p16_before_the_first_run_the_page_says_when_the_report_begins() -> Result<()> {
    let console = Console::connected().await?;
    let page = console.page("/report", 200).await?;
    assert!(page.text("main p.card")?.starts_with("There is no report of November 2026"));
    Ok(())
}
