//! Alerts: reading them in bulk, and dismissing one.

mod wire;

use std::collections::BTreeSet;

use bridge_core::alert::Alert;
use bridge_core::id::AlertId;
use jiff::Timestamp;
use runtime::http::Method;
use runtime::http::lenient::list;
use serde_json::Value;

use crate::client::{Call, Client, IDS_PER_CALL, identifier};
use crate::error::Error;
use crate::pages::{Pages, Read, Source};

const ENDPOINT: &str = "alerts";
/// The document names neither default nor maximum; this is what public clients use.
const PAGE: u32 = 200;

/// One page of alerts. Each was read for itself, so that a malformed one spoils nothing but itself (rule X4).
#[derive(Debug, Default, PartialEq)]
pub struct AlertPage {
    /// The alerts that could be read.
    pub alerts: Vec<Alert>,
    /// The others: their id, as far as there is one, and what is wrong.
    pub unreadable: Vec<String>,
}

impl AlertPage {
    fn read(reply: &Value) -> Option<Self> {
        let mut page = Self::default();
        for item in list(reply, "items")? {
            match wire::alert(item) {
                Ok(alert) => page.alerts.push(alert),
                Err(reason) => page.unreadable.push(reason),
            }
        }
        Some(page)
    }

    fn append(&mut self, mut other: Self) {
        self.alerts.append(&mut other.alerts);
        self.unreadable.append(&mut other.unreadable);
    }
}

impl Client {
    /// The given alerts, dismissed ones included. One that is missing from the answer no longer exists, or is hidden from
    /// this connection.
    ///
    /// # Errors
    /// Any of [`Error`]; nothing is returned of a partial answer.
    pub async fn alerts_by_id(&self, ids: &[AlertId]) -> Result<AlertPage, Error> {
        const DOING: &str = "reading alerts by id";
        let ids = ids.iter().map(|id| identifier(DOING, id.as_str())).collect::<Result<BTreeSet<_>, _>>()?;
        let ids: Vec<_> = ids.into_iter().collect();
        let mut found = AlertPage::default();
        for some in ids.chunks(IDS_PER_CALL) {
            let filters = some.iter().map(|id| ("id", (*id).to_owned())).chain([("show_deleted", "true".to_owned())]);
            for page in self.alerts(DOING, filters).collect().await? {
                found.append(page);
            }
        }
        Ok(found)
    }

    /// Alerts raised, changed, dismissed or cleared at `since` or later by the server's clock, oldest change first.
    #[must_use]
    pub fn alerts_changed_since(&self, since: Timestamp) -> Pages<AlertPage> {
        let filters = [
            ("updated_at", format!("ge({})", since.as_nanosecond())),
            ("show_deleted", "true".to_owned()),
            ("order", "asc(updated_at)".to_owned()),
        ];
        self.alerts("reading changed alerts", filters)
    }

    /// Every alert that is open now, in the whole tree of the connection.
    #[must_use]
    pub fn open_alerts(&self) -> Pages<AlertPage> {
        self.alerts("reading the open alerts", [])
    }

    fn alerts(
        &self,
        doing: &'static str,
        filters: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Pages<AlertPage> {
        let mut first = self.alert_manager(["alerts"]);
        for (name, value) in filters {
            first.query_pairs_mut().append_pair(name, &value);
        }
        Pages::new(
            self.clone(),
            Source {
                doing,
                endpoint: ENDPOINT,
                from: [first].into(),
                limit: Some(PAGE),
                read: Read::Tree(AlertPage::read),
            },
        )
    }

    /// Dismisses one alert. One that is gone already is as good as dismissed. The call may be made again after a doubtful
    /// outcome; it never names a filter, which could be about more than one alert (rule T14).
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn dismiss(&self, id: &AlertId) -> Result<(), Error> {
        const DOING: &str = "dismissing an alert";
        let url = self.alert_manager(["alerts", identifier(DOING, id.as_str())?]);
        match self.call(Call::write(DOING, ENDPOINT, Method::DELETE, url, None)).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
