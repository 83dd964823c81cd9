//! The checks that the schema alone decides: required fields, lengths, pick lists, references.

use serde_json::Value;

use super::record::{Record, text_of};
use super::schema::{Entity, Field, Schema};
use super::world::World;

/// Checks a new or changed record. Of a changed one only what changed: old records may hold values that are no longer offered.
pub(super) fn validate(world: &World, entity: &Entity, old: Option<&Record>, new: &Record, errors: &mut Vec<String>) {
    for field in entity.fields.iter().filter(|field| !field.read_only) {
        let value = new.get(&field.name).filter(|value| value.as_str() != Some(""));
        let Some(value) = value else {
            if field.required {
                errors.push(required(field));
            }
            continue;
        };
        if old.and_then(|old| old.get(&field.name)) != Some(value) {
            errors.extend(broken_rule(world, entity, field, value, new));
        }
    }
}

/// The error text for a missing field.
pub(super) fn required(field: &Field) -> String {
    match field.reference {
        Some(_) => format!("Value does not exist for the required field {}", field.name),
        None => format!("{} is required", field.name),
    }
}

/// The error text for a reference to something that is not there, or that may not be referred to.
pub(super) fn invalid_reference(field: &str, entity: &str) -> String {
    format!("Reference value on field: {field} of type: {entity} does not exist or is invalid.")
}

fn broken_rule(world: &World, entity: &Entity, field: &Field, value: &Value, record: &Record) -> Option<String> {
    if let (Some(limit), Some(text)) = (field.length, value.as_str()) {
        // The unit of measure is not documented; the service is a .NET program, whose texts are counted in UTF-16.
        let is_longer = text.encode_utf16().count() > limit;
        if is_longer {
            return Some(format!("{} must be less than or equal to {limit} characters", field.name));
        }
    }
    if field.pick && !world.picks.offers(entity, field, value, record) {
        return Some(format!("Picklist value [{}] does not exist for {}", text_of(value), field.name));
    }
    let reference = field.reference.as_deref()?;
    // Some references lead to entities that this simulator does not have: there is nothing to check them against.
    let target = Schema::shipped().named(reference)?;
    let exists = value.as_i64().is_some_and(|id| world.row(target, id).is_some());
    (!exists).then(|| missing_reference(field, reference))
}

fn missing_reference(field: &Field, reference: &str) -> String {
    match reference {
        "Role" => "Role does not exist or is invalid".to_owned(),
        _ => invalid_reference(&field.name, reference),
    }
}
