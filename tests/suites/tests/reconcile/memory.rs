//! Memory for what is read, not for how it is read.

use anyhow::Result;
use suites::reconcile::memory::{Peak, peak};

/// Of a process with ten thousand accounts.
const ALLOWED_KIB: u64 = 64 * 1_024;

#[tokio::test]
async fn ten_thousand_accounts_would_fit_into_64_mib_by_what_a_thousand_take() -> Result<()> {
    let program = env!("CARGO_BIN_EXE_reconcile");
    let highest = |Peak { first_kib, second_kib }| first_kib.max(second_kib);
    let none = highest(peak(program.into(), 0).await?);
    let thousand = highest(peak(program.into(), 1_000).await?);
    let ten_thousand = none + 10 * thousand.saturating_sub(none);
    println!("KiB: {none} without accounts, {thousand} with 1,000, so {ten_thousand} with 10,000");
    assert!(thousand > none, "what is measured does not depend on the accounts");
    assert!(ten_thousand <= ALLOWED_KIB, "{ten_thousand} KiB");
    Ok(())
}
