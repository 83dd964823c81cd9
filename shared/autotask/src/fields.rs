//! What an entity's fields are in this database, and what may be chosen for them (rule T1: read live, never assumed).

use runtime::http::lenient::{integer, list, text, truth};
use serde_json::Value;

use crate::client::{Call, Client, rows};
use crate::entity::Entity;
use crate::error::Error;

/// A field of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in records. The case differs between releases; see [`Field::is`].
    pub name: String,
    /// Whether every record needs it. A ticket category may require more than this says.
    pub required: bool,
    /// Whether only Autotask sets it.
    pub read_only: bool,
    /// What may be chosen; `None` when it is not a matter of choice.
    pub pick_list: Option<Vec<PickValue>>,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickValue {
    /// What records carry.
    pub value: i64,
    /// What people see.
    pub label: String,
    /// Inactive values stay on old records and are refused on new ones.
    pub active: bool,
    /// Set by Autotask, the same in every database.
    pub system: bool,
    /// The value of another field to which this choice belongs, as a sub-issue type belongs to an issue type.
    pub parent: Option<i64>,
}

impl Field {
    /// Whether this is the field of that name, in any case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

impl Client {
    /// The fields of an entity.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn fields(&self, entity: Entity) -> Result<Vec<Field>, Error> {
        const DOING: &str = "reading an entity's fields";
        let reply = self.json(Call::get(DOING, entity, &["entityInformation", "fields"])).await?;
        Ok(rows(DOING, &reply, "fields")?.iter().filter_map(Field::read).collect())
    }
}

impl Field {
    fn read(item: &Value) -> Option<Self> {
        let values = || list(item, "picklistValues").map(|values| values.iter().filter_map(PickValue::read).collect());
        Some(Self {
            name: text(item, "name")?,
            required: truth(item, "isRequired").unwrap_or(false),
            read_only: truth(item, "isReadOnly").unwrap_or(false),
            pick_list: truth(item, "isPickList").unwrap_or(false).then(|| values().unwrap_or_default()),
        })
    }
}

impl PickValue {
    /// A value that is no number cannot be on a record of the kinds used here, so it is left out.
    fn read(item: &Value) -> Option<Self> {
        let value = integer(item, "value")?;
        Some(Self {
            value,
            label: text(item, "label").unwrap_or_else(|| value.to_string()),
            active: truth(item, "isActive").unwrap_or(true),
            system: truth(item, "isSystem").unwrap_or(false),
            parent: integer(item, "parentValue"),
        })
    }
}

#[cfg(test)]
mod tests {
    use runtime::http::scripted::Answer;
    use serde_json::json;

    use super::*;
    use crate::fixture::client;

    #[tokio::test]
    async fn t1_pick_lists_are_read_in_either_case() {
        let reply = json!({"Fields": [
            {"name": "status", "isRequired": true, "isReadOnly": false, "isPickList": true, "picklistValues": [
                {"value": "1", "label": "New", "isActive": true, "isSystem": true, "parentValue": ""},
                {"value": "x", "label": "odd"}]},
            {"Name": "SubIssueType", "IsPickList": "true", "PicklistValues": [{"Value": 12, "Label": "", "IsActive": false, "ParentValue": "10"}]},
            {"name": "queueID", "isPickList": true, "picklistValues": null},
            {"name": "completedDate", "isReadOnly": true, "isPickList": false, "picklistValues": null},
        ]});
        let (client, autotask) = client([Answer::json(200, &reply)]);
        let fields = client.fields(Entity::Tickets).await.expect("read");
        assert_eq!(autotask.calls(), ["GET /atservicesrest/v1.0/Tickets/entityInformation/fields"]);
        let new = PickValue { value: 1, label: "New".to_owned(), active: true, system: true, parent: None };
        assert_eq!(
            fields[0],
            Field { name: "status".to_owned(), required: true, read_only: false, pick_list: Some(vec![new]) }
        );
        assert!(fields[1].is("subIssueType"));
        let sub = PickValue { value: 12, label: "12".to_owned(), active: false, system: false, parent: Some(10) };
        assert_eq!(fields[1].pick_list.as_deref(), Some([sub].as_slice()));
        assert_eq!((&fields[2].pick_list, fields[3].read_only, &fields[3].pick_list), (&Some(vec![]), true, &None));
    }
}
