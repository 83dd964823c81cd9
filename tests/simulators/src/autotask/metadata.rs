//! What `entityInformation` tells about an entity.

use serde_json::{Value, json};

use super::picks::{PickLists, PickValue};
use super::quirks::Quirks;
use super::schema::{Entity, Field, Udf};

/// `…/entityInformation`.
pub(super) fn information(entity: &Entity, quirks: &Quirks) -> Value {
    let can = &entity.can;
    let access = |offered: bool| if offered { "All" } else { "None" };
    json!({ "info": {
        "name": entity.name,
        "canCreate": can.create,
        "canDelete": can.delete,
        "canQuery": can.query,
        "canUpdate": can.update,
        "userAccessForCreate": access(can.create),
        "userAccessForDelete": access(can.delete),
        "userAccessForQuery": access(can.query && quirks.can_read(entity)),
        "userAccessForUpdate": access(can.update),
        "hasUserDefinedFields": can.udf,
        "supportsWebhookCallouts": can.hooks,
    } })
}

/// `…/entityInformation/fields`, with this database's pick lists.
pub(super) fn fields(entity: &Entity, picks: &PickLists, quirks: &Quirks) -> Value {
    let listed = entity.fields.iter().filter(|field| !field.unlisted && quirks.has(entity, field));
    let fields: Vec<_> = listed.map(|each| field(entity, each, picks)).collect();
    json!({ "fields": fields })
}

/// `…/entityInformation/userDefinedFields`.
pub(super) fn user_defined_fields(entity: &Entity) -> Value {
    let fields: Vec<_> = entity.udfs.iter().map(user_defined_field).collect();
    json!({ "fields": fields })
}

fn field(entity: &Entity, field: &Field, picks: &PickLists) -> Value {
    let values = picks.of(entity, field).iter().enumerate().map(|(position, value)| pick_value(position, value));
    json!({
        "name": field.name,
        "dataType": field.kind.as_str(),
        "length": field.length.unwrap_or(0),
        "isRequired": field.required,
        // Settable once at most: the metadata does not tell apart what may be written on create only.
        "isReadOnly": field.read_only || field.create_only,
        "isQueryable": field.queryable,
        "isReference": field.reference.is_some(),
        "referenceEntityType": field.reference.as_deref().unwrap_or_default(),
        "isPickList": field.pick,
        "picklistValues": field.pick.then(|| values.collect::<Vec<_>>()),
        "picklistParentValueField": field.pick_parent.as_deref().map(pascal).unwrap_or_default(),
        "isSupportedWebhookField": field.hook,
    })
}

fn pick_value(position: usize, value: &PickValue) -> Value {
    json!({
        "value": value.value,
        "label": value.label,
        "isDefaultValue": value.is_default,
        "sortOrder": position + 1,
        "parentValue": value.parent.as_deref().unwrap_or_default(),
        "isActive": value.is_active,
        "isSystem": value.is_system,
    })
}

fn user_defined_field(udf: &Udf) -> Value {
    let values = udf.values.iter().enumerate().map(|(position, value)| {
        json!({
            "value": value, "label": value, "isDefaultValue": false, "sortOrder": position + 1,
            "parentValue": "", "isActive": true, "isSystem": false,
        })
    });
    json!({
        "name": udf.name,
        "label": udf.name,
        "type": udf.kind.as_str(),
        "length": udf.length.unwrap_or(0),
        "description": "",
        "isRequired": false,
        "isReadOnly": false,
        "isQueryable": true,
        "isPickList": !udf.values.is_empty(),
        "picklistValues": (!udf.values.is_empty()).then(|| values.collect::<Vec<_>>()),
        "defaultValue": "",
        "isSupportedWebhookField": false,
    })
}

/// The spelling of field names in some older parts of the service: `issueType` becomes `IssueType`.
pub(super) fn pascal(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
