//! The catalogue of alert types, embedded as a table.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// One type of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertType {
    /// Machine id, such as `BackupFailed`.
    pub id: &'static str,
    /// Category, such as `Backup`.
    pub category: &'static str,
    /// Severity of its alerts unless the sender says otherwise.
    pub severity: &'static str,
    /// Operating systems whose agents raise it.
    pub systems: Vec<&'static str>,
}

const TABLE: &str = include_str!("alert_types.tsv");

/// Every type, in the order of the catalogue.
pub fn all() -> impl Iterator<Item = AlertType> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(parse)
}

/// The type with this id, letter case included.
pub fn find(id: &str) -> Option<AlertType> {
    all().find(|alert_type| alert_type.id == id)
}

/// The categories of all types, sorted.
pub fn categories() -> BTreeSet<&'static str> {
    all().map(|alert_type| alert_type.category).collect()
}

impl AlertType {
    /// The type as `GET /types` shows it.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "enabled": true,
            "severity": self.severity,
            "category": self.category,
            "alias": null,
            "cti_name": null,
            "supportedOS": self.systems,
            "contextKeys": ["resourceId", "planId"],
            "searchableDetails": ["planName", "resourceName"],
            "exportable": ["planName", "resourceName"],
            "notificationType": "alert",
            "notificationExtraRecipients": [],
        })
    }
}

fn parse(line: &'static str) -> Option<AlertType> {
    let mut fields = line.split('\t');
    let (id, category, severity, systems) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    Some(AlertType { id, category, severity, systems: systems.split(',').collect() })
}

#[cfg(test)]
mod tests {
    use super::super::severity;
    use super::*;

    #[test]
    fn every_row_of_the_table_is_a_type_with_a_known_severity_and_no_id_comes_twice() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        let ids: BTreeSet<_> = all().map(|alert_type| alert_type.id).collect();
        assert_eq!(ids.len(), rows);
        assert!(rows >= 45);
        for alert_type in all() {
            assert!(severity::rank(alert_type.severity).is_some(), "{}", alert_type.id);
        }
    }
}
