//! What a 401 means. Autotask says the same for a wrong secret, for a database that was moved to another zone, and sometimes
//! for a missing right; getting it wrong either stops everything for nothing or locks the API user out (rule X7).

use std::sync::atomic::Ordering;

use runtime::http::{Response, StatusCode};

use super::zone::Entry;
use super::{Call, Client};
use crate::error::{self, Error};

impl Client {
    /// Follows the database if it moved since `tried` was asked and makes the call there. If it did not move, or the new zone
    /// says 401 as well, a harmless call tells a refused log-in from a missing right.
    pub(super) async fn after_unauthorized(&self, call: &Call, tried: &Entry) -> Result<Response, Error> {
        let refusals = self.0.refusals.load(Ordering::SeqCst);
        let _inquiry = self.0.inquiry.lock().await;
        if self.0.refusals.load(Ordering::SeqCst) != refusals {
            return Err(Error::LogInRefused { reason: "it was refused a moment ago".to_owned(), named: None });
        }
        let zone = match self.0.zones.known().filter(|known| known.base != tried.base) {
            Some(moved) => moved,
            None => self.find_zone().await?,
        };
        if zone.base != tried.base {
            let response = self.attempt(call, &zone).await?;
            if response.status != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
        }
        Err(self.tell_apart(call, &zone).await)
    }

    async fn tell_apart(&self, call: &Call, zone: &Entry) -> Error {
        let probe = Call::threshold();
        match self.attempt(&probe, zone).await {
            Ok(response) if response.status == StatusCode::UNAUTHORIZED => {
                self.0.refusals.fetch_add(1, Ordering::SeqCst);
                Error::LogInRefused { reason: error::says(&response), named: error::names(&response) }
            }
            Ok(response) if response.status.is_success() => Error::Forbidden {
                doing: call.doing,
                reason: "HTTP 401, while the log-in itself is accepted".to_owned(),
            },
            Ok(response) => error::of_reply(probe.doing, probe.effect, &response, self.now()),
            Err(error) => error,
        }
    }
}
