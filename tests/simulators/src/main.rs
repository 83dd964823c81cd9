//! Runs both simulators on loopback ports, for scripts and for a product that runs in another process.

use clap::Parser;
use simulators::acronis::Acronis;
use simulators::autotask::Autotask;
use simulators::control::{Clock, Control};
use simulators::process::{listen, stop_signal, stopped};
use simulators::{Seed, serve_until};

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

#[expect(clippy::print_stdout, reason = "scripts read the URLs and `ready` from standard output")]
fn announce(acronis_url: &str, autotask_url: &str) {
    println!("acronis: {acronis_url}");
    println!("autotask: {autotask_url}");
    println!("ready");
}
