//! Calls in bulk, never by account.

use anyhow::Result;
use suites::reconcile::count::{Row, runs};

#[expect(clippy::print_stdout, reason = "the numbers are what somebody runs this for")]
async fn promises_are_kept_for(customers: u32) -> Result<()> {
    let rows = runs(customers).await?;
    rows.iter().for_each(|row| println!("{customers:>6} {row}"));
    let missed: Vec<&Row> = rows.iter().filter(|row| !row.is_kept()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x6_a_hundred_accounts_are_read_in_a_few_calls() -> Result<()> {
    promises_are_kept_for(100).await
}

#[tokio::test(start_paused = true)]
async fn x6_a_thousand_accounts_are_read_in_pages() -> Result<()> {
    promises_are_kept_for(1_000).await
}
