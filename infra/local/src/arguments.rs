//! What the process is started with.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Parser;
use runtime::http::BaseUrl;

/// Default port of our own Acronis simulator.
const ACRONIS_PORT: u16 = 8081;
/// Default port of our own Autotask simulator.
const AUTOTASK_PORT: u16 = 8082;

const ENVIRONMENT: &str = "\
Environment:
  LOCAL_CONSOLE_TOKEN            opens console and API to programs: Authorization: Bearer …
  LOCAL_WEBHOOK_SECRET           signs alert webhooks (whsec_ and base64); otherwise made, printed and kept
  LOCAL_AUTOTASK_WEBHOOK_SECRET  signs ticket webhooks; otherwise made, printed and kept
  LOG_LEVEL                      what is logged to standard error, such as info or debug; otherwise warnings";

/// Acronis alerts become Autotask tickets: the whole integration in one process on this machine.
///
/// Without options it starts simulators of both systems, configures itself against them, raises a few alerts and shows the
/// tickets that were made of them. Everything listens on 127.0.0.1 only. It prints the addresses, then `ready`.
///
/// With `--no-demo` it is the integration alone: enter real credentials in the console, and keep the data with `--data`.
#[derive(Debug, Parser)]
#[command(version, after_help = ENVIRONMENT)]
pub struct Arguments {
    /// Port of the console and the webhooks; 0 takes any free one.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Port of the Acronis simulator, 8081 unless given; 0 takes any free one.
    #[arg(long, value_name = "PORT", conflicts_with = "acronis_url")]
    pub acronis_port: Option<u16>,
    /// Port of the Autotask simulator, 8082 unless given; 0 takes any free one.
    #[arg(long, value_name = "PORT", conflicts_with = "autotask_url")]
    pub autotask_port: Option<u16>,
    /// Folder for everything that is kept; made when it is missing. Without it nothing outlives the process.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Configure nothing and raise nothing. Simulators are started only where their port is given.
    #[arg(long)]
    pub no_demo: bool,
    /// An Acronis simulator that runs already, instead of one of our own.
    #[arg(long, value_name = "URL")]
    pub acronis_url: Option<String>,
    /// An Autotask simulator that runs already, instead of one of our own.
    #[arg(long, value_name = "URL")]
    pub autotask_url: Option<String>,
}

/// Where one of the two systems is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A simulator of our own on this port.
    Own(u16),
    /// Somebody else's simulator.
    Given(BaseUrl),
    /// The real system.
    Real,
}

impl Arguments {
    /// Where Acronis is.
    ///
    /// # Errors
    /// The given URL cannot be used.
    pub fn acronis(&self) -> anyhow::Result<Place> {
        let place = self.place(self.acronis_url.as_deref(), self.acronis_port, ACRONIS_PORT);
        place.context("--acronis-url cannot be used")
    }

    /// Where Autotask is.
    ///
    /// # Errors
    /// The given URL cannot be used.
    pub fn autotask(&self) -> anyhow::Result<Place> {
        let place = self.place(self.autotask_url.as_deref(), self.autotask_port, AUTOTASK_PORT);
        place.context("--autotask-url cannot be used")
    }

    fn place(&self, url: Option<&str>, port: Option<u16>, default_port: u16) -> anyhow::Result<Place> {
        match (url, port) {
            (Some(url), _) => {
                let url = BaseUrl::loopback_allowed(url)?;
                // The demo writes: it must never meet a real installation.
                ensure!(
                    url.is_loopback(),
                    "it names another machine; for the real systems leave it out and add --no-demo"
                );
                Ok(Place::Given(url))
            }
            (None, Some(port)) => Ok(Place::Own(port)),
            (None, None) if self.no_demo => Ok(Place::Real),
            (None, None) => Ok(Place::Own(default_port)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(options: &[&str]) -> Arguments {
        Arguments::try_parse_from([&["local"], options].concat()).unwrap()
    }

    #[test]
    fn without_options_both_systems_are_simulated() {
        let arguments = arguments(&[]);
        assert_eq!(arguments.acronis().unwrap(), Place::Own(8081));
        assert_eq!(arguments.autotask().unwrap(), Place::Own(8082));
    }

    #[test]
    fn without_the_demo_the_systems_are_real_unless_a_simulator_is_asked_for() {
        assert_eq!(arguments(&["--no-demo"]).autotask().unwrap(), Place::Real);
        assert_eq!(arguments(&["--no-demo", "--autotask-port", "0"]).autotask().unwrap(), Place::Own(0));
        let given = arguments(&["--no-demo", "--autotask-url", "http://127.0.0.1:9/"]).autotask().unwrap();
        assert_eq!(given, Place::Given(BaseUrl::loopback_allowed("http://127.0.0.1:9").unwrap()));
    }

    #[test]
    fn a_url_of_another_machine_is_refused() {
        for url in ["https://eu2-cloud.acronis.com", "http://10.0.0.1:8081", "nonsense"] {
            assert!(arguments(&["--acronis-url", url]).acronis().is_err(), "{url}");
        }
    }
}
