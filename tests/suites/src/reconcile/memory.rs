//! How much memory the handler needs, in a process of its own: the simulators answer it from another one over loopback, its table
//! is a file. The embedded engine, which AWS has elsewhere, counts as well.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use jiff::SignedDuration;
use local::engine::Engine;
use runtime::clock::Clock;
use runtime::http::{BaseUrl, Outbound};
use simulators::serve;
use tokio::net::TcpListener;

use super::{Installation, Provider};
use crate::world::start;

/// Peak of a process's resident memory after each run, in KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peak {
    /// After the run that reads everything for the first time.
    pub first_kib: u64,
    /// After another one, which begins with what the first has kept.
    pub second_kib: u64,
}

/// Lets `program` (the benchmark itself) read a provider with so many customers twice, as [`handle`] does.
///
/// # Errors
/// The process failed.
pub async fn peak(program: PathBuf, customers: u32) -> Result<Peak> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("table");
    let acronis = TcpListener::bind("127.0.0.1:0").await?;
    let autotask = TcpListener::bind("127.0.0.1:0").await?;
    let url = |listener: &TcpListener| listener.local_addr().map(|address| format!("http://{address}"));
    let (acronis_url, autotask_url) = (url(&acronis)?, url(&autotask)?);
    let provider = Provider::new(customers, start(), &autotask_url)?;
    // The engine is closed again before the other process opens the file.
    Installation::set_up(&Engine::file(&file)?, &acronis_url, &provider.customers, &Clock::manual(start())).await?;
    let servers = [
        tokio::spawn(serve(provider.acronis.router(), acronis)),
        tokio::spawn(serve(provider.autotask.router(), autotask)),
    ];
    let mut command = Command::new(program);
    command.arg("handle").arg(&file).arg(&autotask_url);
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    servers.iter().for_each(tokio::task::JoinHandle::abort);
    ensure!(output.status.success(), "the handler's process failed: {}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout)?;
    let mut kib = printed.lines().map(str::parse);
    let mut next = || kib.next().context("the handler's process printed too little")?.context("no number of KiB");
    Ok(Peak { first_kib: next()?, second_kib: next()? })
}

/// The handler's process: two runs, with nothing else in it than a function has. Returns the peak after each.
///
/// # Errors
/// A run failed.
pub async fn handle(table: &Path, autotask_url: &str) -> Result<[u64; 2]> {
    let clock = Clock::manual(start());
    let network = Arc::new(Outbound::new()?);
    let discovery_url = BaseUrl::loopback_allowed(autotask_url)?;
    let product = Installation::on(Engine::file(table)?, network, discovery_url, clock.clone()).await?;
    product.poll().await?;
    let first = resident_peak_kib()?;
    clock.advance(SignedDuration::from_mins(15));
    product.poll().await?;
    Ok([first, resident_peak_kib()?])
}

/// What the kernel counts as `VmHWM`.
fn resident_peak_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(peak.trim().trim_end_matches("kB").trim().parse()?)
}
