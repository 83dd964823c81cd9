//! Alert types, for the page on which an administrator chooses what becomes a ticket (rule T1).

use bridge_core::alert::Severity;
use runtime::http::lenient::{list, text};
use serde_json::Value;

use crate::client::{Call, Client, contract};
use crate::error::Error;

/// Required by the API, which has no word for "all".
const SYSTEMS: [&str; 4] = ["windows", "linux", "macos", "ios"];

/// One type of alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertType {
    /// Machine name, as alerts carry it.
    pub id: String,
    /// Category, for example `Backup`.
    pub category: Option<String>,
    /// Severity unless the alert says otherwise.
    pub severity: Option<Severity>,
    /// Readable name, where the type has one.
    pub title: Option<String>,
}

impl Client {
    /// All types, of every operating system.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn alert_types(&self) -> Result<Vec<AlertType>, Error> {
        const DOING: &str = "reading the alert types";
        let mut url = self.alert_manager(["types"]);
        url.query_pairs_mut().extend_pairs(SYSTEMS.map(|system| ("os_type", system)));
        let reply = self.read(Call::get(DOING, "types", url)).await?;
        let items = list(&reply, "items").ok_or_else(|| contract(DOING, "the reply has no list"))?;
        let mut types: Vec<_> = items.iter().filter_map(AlertType::read).collect();
        types.sort_by(|a, b| a.id.cmp(&b.id));
        types.dedup_by(|a, b| a.id == b.id);
        Ok(types)
    }
}

impl AlertType {
    /// A type without a name cannot be chosen, so it is left out.
    fn read(item: &Value) -> Option<Self> {
        Some(Self {
            id: text(item, "id")?,
            category: text(item, "category"),
            severity: text(item, "severity").as_deref().and_then(Severity::parse),
            title: text(item, "alias").or_else(|| text(item, "title")),
        })
    }
}

#[cfg(test)]
mod tests {
    use runtime::http::scripted::Answer;
    use serde_json::json;

    use super::*;
    use crate::fixture::{client, granted};

    #[tokio::test]
    async fn t1_types_are_read_for_every_system_and_listed_once() {
        let failed =
            json!({"id": "BackupFailed", "severity": "critical", "category": "Backup", "alias": "Backup failed"});
        let reply = json!({"items": [failed, {"id": null}, {"id": "A", "severity": "odd"}, failed]});
        let (client, acronis) = client([granted("t"), Answer::json(200, &reply)]);
        let types = client.alert_types().await.expect("good");
        assert_eq!(types.iter().map(|kind| kind.id.as_str()).collect::<Vec<_>>(), ["A", "BackupFailed"]);
        assert_eq!((types[0].severity, types[1].severity), (None, Some(Severity::Critical)));
        assert_eq!(types[1].title.as_deref(), Some("Backup failed"));
        assert_eq!(
            acronis.calls()[1],
            "GET /api/alert_manager/v1/types?os_type=windows&os_type=linux&os_type=macos&os_type=ios"
        );
    }
}
