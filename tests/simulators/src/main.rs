//! Runs both simulators on loopback ports, for scripts and for a product that runs in another process.

use std::net::Ipv4Addr;

use anyhow::Context;
use clap::Parser;
use simulators::acronis::Acronis;
use simulators::autotask::Autotask;
use simulators::control::{Clock, Control};
use simulators::{Seed, serve_until};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Stateful stand-ins for Acronis Cyber Protect Cloud and Autotask PSA.
///
/// Prints the two base URLs, then `ready`. The Acronis client is `demo-client` / `demo-secret`; the Autotask user is
/// `api@demo.example` / `demo-secret` with integration code `DEMOINTEGRATIONCODE00000001`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Port of the Acronis simulator on 127.0.0.1; 0 takes any free one.
    #[arg(long, default_value_t = 8081)]
    acronis_port: u16,
    /// Port of the Autotask simulator on 127.0.0.1; 0 takes any free one.
    #[arg(long, default_value_t = 8082)]
    autotask_port: u16,
    /// Start with catalogues and pick lists only, without customers.
    #[arg(long)]
    empty: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let seed = if arguments.empty { Seed::Empty } else { Seed::Demo };
    let clock = Clock::system();
    let (acronis_listener, acronis_url) = listen(arguments.acronis_port).await?;
    let (autotask_listener, autotask_url) = listen(arguments.autotask_port).await?;
    let acronis = Acronis::new(Control::new(clock.clone()), seed);
    let autotask = Autotask::new(Control::new(clock), seed, autotask_url.clone());

    let stop = stop_signal()?;
    announce(&acronis_url, &autotask_url);
    tokio::spawn(autotask.clone().deliver_webhooks());
    tokio::try_join!(
        serve_until(acronis.router(), acronis_listener, stopped(stop.clone())),
        serve_until(autotask.router(), autotask_listener, stopped(stop)),
    )?;
    Ok(())
}

async fn listen(port: u16) -> anyhow::Result<(TcpListener, String)> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.with_context(|| format!("port {port} cannot be used"))?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

#[expect(clippy::print_stdout, reason = "scripts read the URLs and `ready` from standard output")]
fn announce(acronis_url: &str, autotask_url: &str) {
    println!("acronis: {acronis_url}");
    println!("autotask: {autotask_url}");
    println!("ready");
}

/// A flag that rises with SIGTERM or Ctrl-C.
fn stop_signal() -> anyhow::Result<watch::Receiver<bool>> {
    let (raise, flag) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        raise.send_replace(true);
    });
    Ok(flag)
}

async fn stopped(mut flag: watch::Receiver<bool>) {
    // An error means that the flag's owner is gone, which is as good a reason to stop.
    let _ = flag.wait_for(|raised| *raised).await;
}
