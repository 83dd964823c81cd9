//! Records as the tables keep them.

use serde_json::{Map, Value, json};

/// One row: the fields that are not null, under their documented names, and `userDefinedFields`.
pub type Record = Map<String, Value>;

/// The name under which every record carries its user-defined fields.
pub(super) const UDFS: &str = "userDefinedFields";

/// A whole number in a record.
pub(super) fn int(record: &Record, field: &str) -> Option<i64> {
    record.get(field).and_then(Value::as_i64)
}

/// A number in a record.
pub(super) fn number(record: &Record, field: &str) -> Option<f64> {
    record.get(field).and_then(Value::as_f64)
}

/// A text in a record.
pub(super) fn text<'a>(record: &'a Record, field: &str) -> Option<&'a str> {
    record.get(field).and_then(Value::as_str)
}

/// A yes or no in a record; absent means no.
pub(super) fn flag(record: &Record, field: &str) -> bool {
    record.get(field).and_then(Value::as_bool).unwrap_or(false)
}

/// A plain value as text: what metadata, webhooks and user-defined fields show.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The value of a user-defined field.
pub(super) fn udf<'a>(record: &'a Record, name: &str) -> Option<&'a str> {
    let pairs = record.get(UDFS)?.as_array()?;
    pairs.iter().find(|pair| pair["name"] == name)?["value"].as_str()
}

/// Sets a user-defined field; null clears it.
pub(super) fn set_udf(record: &mut Record, name: &str, value: &Value) {
    let pairs = record.entry(UDFS).or_insert_with(|| json!([]));
    if let Value::Array(pairs) = pairs {
        pairs.retain(|pair| pair["name"] != name);
        if !value.is_null() {
            pairs.push(json!({ "name": name, "value": text_of(value) }));
        }
    }
}
