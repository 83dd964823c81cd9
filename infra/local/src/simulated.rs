//! The two systems outside: simulators of our own, somebody else's, or the real ones.

use std::future::Future;
use std::net::Ipv4Addr;

use anyhow::Context as _;
use runtime::http::BaseUrl;
use simulators::acronis::Acronis;
use simulators::autotask::Autotask;
use simulators::control::{Clock, Control};
use simulators::{Seed, serve_until};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::arguments::Place;
use crate::stop::Stop;

/// Where the simulators are; nothing for a system that is real.
#[derive(Debug, Clone, Default)]
pub struct Simulated {
    /// Acronis.
    pub acronis: Option<BaseUrl>,
    /// Autotask.
    pub autotask: Option<BaseUrl>,
}

/// Starts those simulators that are to be our own. They serve as a part of `tasks` until `stop` rises.
///
/// # Errors
/// A port cannot be used.
pub async fn start(acronis: Place, autotask: Place, stop: &Stop, tasks: &mut JoinSet<()>) -> anyhow::Result<Simulated> {
    let clock = Clock::system();
    let mut simulated = Simulated::default();
    match acronis {
        Place::Real => {}
        Place::Given(url) => simulated.acronis = Some(url),
        Place::Own(port) => {
            let (listener, url) = listen(port, "--acronis-port").await?;
            let acronis = Acronis::new(Control::new(clock.clone()), Seed::Demo);
            tasks.spawn(served("Acronis", serve_until(acronis.router(), listener, stop.clone().raised())));
            simulated.acronis = Some(BaseUrl::loopback_allowed(&url)?);
        }
    }
    match autotask {
        Place::Real => {}
        Place::Given(url) => simulated.autotask = Some(url),
        Place::Own(port) => {
            let (listener, url) = listen(port, "--autotask-port").await?;
            let autotask = Autotask::new(Control::new(clock), Seed::Demo, url.clone());
            tasks.spawn(served("Autotask", serve_until(autotask.router(), listener, stop.clone().raised())));
            let stop = stop.clone();
            tasks.spawn(async move {
                tokio::select! {
                    () = autotask.deliver_webhooks() => {}
                    () = stop.raised() => {}
                }
            });
            simulated.autotask = Some(BaseUrl::loopback_allowed(&url)?);
        }
    }
    Ok(simulated)
}

/// A listener on this machine, and its URL. The port was chosen by this option.
///
/// # Errors
/// The port cannot be used.
pub async fn listen(port: u16, option: &str) -> anyhow::Result<(TcpListener, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener =
        listener.with_context(|| format!("port {port} of 127.0.0.1 cannot be used, choose another with {option}"))?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

async fn served(system: &str, server: impl Future<Output = std::io::Result<()>>) {
    if let Err(error) = server.await {
        tracing::error!(error = &error as &dyn std::error::Error, system, "a simulator has stopped");
    }
}
