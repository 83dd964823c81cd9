//! Where the database lives. Every database is in one zone, which is looked up and never asked for (rule L2); it is kept for
//! as long as it answers.

use std::sync::{Mutex, PoisonError};

use runtime::http::lenient::{integer, text};
use runtime::http::{BaseUrl, Method, Request};
use serde::{Deserialize, Serialize};

use super::{Client, Effect, contract};
use crate::error::{self, Error};

const DOING: &str = "looking up the database's zone";
/// Credentials are sent to no other host.
const SUFFIX: &str = ".autotask.net";

/// A database's zone, to be kept between processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// Root of the API, without the version.
    pub url: String,
    /// Root of the user interface, for links.
    #[serde(default)]
    pub web_url: Option<String>,
    /// The database's number.
    #[serde(default)]
    pub database: Option<i64>,
}

/// A zone with its URL checked.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) base: BaseUrl,
    zone: Zone,
}

/// The zone in use.
#[derive(Debug, Default)]
pub(super) struct Zones {
    known: Mutex<Option<Entry>>,
    /// Held during a look-up, so that callers who start together share it.
    looking_up: tokio::sync::Mutex<()>,
}

impl Zones {
    pub(super) fn known(&self) -> Option<Entry> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, entry: Entry) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(entry);
    }
}

impl Client {
    /// Uses a zone that an earlier process found, and so spares the look-up.
    ///
    /// # Errors
    /// [`Error::ZoneRefused`] when credentials must not be sent there.
    pub fn use_known_zone(&self, zone: Zone) -> Result<(), Error> {
        let entry = self.entry(zone)?;
        self.0.zones.keep(entry);
        Ok(())
    }

    /// The zone in use; `None` before the first call.
    #[must_use]
    pub fn zone(&self) -> Option<Zone> {
        self.0.zones.known().map(|entry| entry.zone)
    }

    /// The database's number, which stays the same when it moves to another zone (rule V3).
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn database(&self) -> Result<i64, Error> {
        let known = self.current_zone().await?.zone.database;
        let number = match known {
            Some(number) => Some(number),
            // Kept by a process that was not told it.
            None => self.find_zone().await?.zone.database,
        };
        number.ok_or_else(|| contract(DOING, "the reply does not number the database"))
    }

    pub(super) async fn current_zone(&self) -> Result<Entry, Error> {
        if let Some(known) = self.0.zones.known() {
            return Ok(known);
        }
        let _looking_up = self.0.zones.looking_up.lock().await;
        match self.0.zones.known() {
            Some(found_meanwhile) => Ok(found_meanwhile),
            None => self.find_zone().await,
        }
    }

    /// Looks the zone up and keeps it. The call carries the user name, and no secret.
    pub(super) async fn find_zone(&self) -> Result<Entry, Error> {
        let settings = self.settings();
        let mut url = settings.discovery_url.join(["atservicesrest", "v1.0", "zoneInformation"]);
        url.query_pairs_mut().append_pair("user", &settings.user_name);
        let sent = self.send_read("zoneInformation", &Request::new(Method::GET, url)).await;
        let response = sent.map_err(|failure| error::of_failure(DOING, Effect::Read, failure))?;
        if !response.status.is_success() {
            return Err(error::of_reply(DOING, Effect::Read, &response, self.now()));
        }
        let reply = response.json().unwrap_or_default();
        let Some(url) = text(&reply, "url") else {
            let reason = "the reply names no zone".to_owned();
            return Err(Error::Unavailable { doing: DOING, reason, cause: None });
        };
        let entry = self.entry(Zone { url, web_url: text(&reply, "webUrl"), database: integer(&reply, "ci") })?;
        self.0.zones.keep(entry.clone());
        Ok(entry)
    }

    fn entry(&self, zone: Zone) -> Result<Entry, Error> {
        let refused = |reason: String| Error::ZoneRefused { reason };
        let local = self.settings().allow_loopback;
        let base = if local { BaseUrl::loopback_allowed(&zone.url) } else { BaseUrl::parse(&zone.url) };
        let base = base.map_err(|error| refused(error.to_string()))?;
        if !(base.host().ends_with(SUFFIX) || local && base.is_loopback()) {
            return Err(refused(format!("{} is no host of Autotask", base.host())));
        }
        Ok(Entry { base, zone })
    }
}
