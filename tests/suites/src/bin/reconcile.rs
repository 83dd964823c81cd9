//! Prints what reading a provider with 100, 1,000 and 10,000 customers takes, beside what is promised:
//!
//! ```sh
//! cargo run -p suites --release --bin reconcile                # the whole table, half a minute
//! cargo run -p suites --release --bin reconcile -- count 1000  # only the calls, for this number of customers
//! cargo run -p suites --release --bin reconcile -- memory 1000 # only the peak of memory
//! ```
#![expect(clippy::print_stdout, reason = "the table is what somebody runs this for")]

use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use suites::reconcile::{count, memory};

/// Peak of the handler's memory with ten thousand customers, at most.
const PEAK_KIB: u64 = 64 * 1_024;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Calls for so many customers.
    Count { customers: u32 },
    /// Memory for so many customers.
    Memory { customers: u32 },
    /// The process whose memory is looked at: reads two systems by this table and prints its peaks.
    #[command(hide = true)]
    Handle { table: PathBuf, autotask_url: String },
}

fn main() -> Result<ExitCode> {
    let is_kept = match Arguments::parse().what {
        None => {
            [100, 1_000, 10_000]
                .into_iter()
                .try_fold(true, |is_kept, customers| anyhow::Ok(is_kept & count(customers)?))?
                & memory(10_000)?
        }
        Some(What::Count { customers }) => count(customers)?,
        Some(What::Memory { customers }) => memory(customers)?,
        Some(What::Handle { table, autotask_url }) => {
            let peaks = block_on(false, memory::handle(&table, &autotask_url))?;
            peaks.iter().for_each(|kib| println!("{kib}"));
            true
        }
    };
    Ok(if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints the calls. Answers whether all promises are kept.
fn count(customers: u32) -> Result<bool> {
    // Nobody waits in real time for the simulators' thinking.
    let rows = block_on(true, count::runs(customers))?;
    println!("\n{customers} customers{:>43} {:>8}", "counted", "allowed");
    rows.iter().for_each(|row| println!("{row}"));
    Ok(rows.iter().all(count::Row::is_kept))
}

/// Prints the peak of memory. Answers whether the promise is kept.
fn memory(customers: u32) -> Result<bool> {
    let program = std::env::current_exe()?;
    let memory::Peak { first_kib, second_kib } = block_on(false, memory::peak(program, customers))?;
    println!(
        "\n{customers} customers, peak of the handler's memory in KiB: first run {first_kib}, second run {second_kib}, allowed {PEAK_KIB}"
    );
    Ok(first_kib.max(second_kib) <= PEAK_KIB)
}

/// One thread, as a function has. Paused, time passes at once wherever everybody waits.
fn block_on<T>(is_paused: bool, what: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(is_paused).build()?;
    runtime.block_on(what)
}
