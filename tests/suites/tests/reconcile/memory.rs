//! Memory of a process that reads a thousand accounts. The benchmark looks at ten thousand, in a build that is optimised.

use anyhow::Result;
use suites::reconcile::memory::{Peak, peak};

/// Promised for the process, whatever it is built with.
const ALLOWED_KIB: u64 = 64 * 1_024;
/// What a thousand accounts may add to what the process needs without any: a few full pages, and little for each account.
const ADDED_KIB: u64 = 20 * 1_024;

#[tokio::test]
async fn a_thousand_accounts_are_read_with_little_memory() -> Result<()> {
    let program = env!("CARGO_BIN_EXE_reconcile");
    let highest = |Peak { first_kib, second_kib }| first_kib.max(second_kib);
    let none = highest(peak(program.into(), 0).await?);
    let thousand = highest(peak(program.into(), 1_000).await?);
    println!("peak in KiB: {none} without accounts, {thousand} with 1,000");
    assert!(thousand > none, "what is measured does not depend on the accounts");
    assert!(thousand <= ALLOWED_KIB, "{thousand} KiB");
    assert!(thousand - none <= ADDED_KIB, "{none} KiB without accounts, {thousand} KiB with 1,000");
    Ok(())
}
