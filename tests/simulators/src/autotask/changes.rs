//! The fields that a request body sets, read into the types of their entity.

use serde_json::{Map, Value};

use super::dates;
use super::filter::conversion_failed;
use super::query::property;
use super::quirks::Quirks;
use super::record::{Record, UDFS, set_udf, text_of};
use super::refusal::Refusal;
use super::schema::{Entity, Field, Kind};

/// What a body sets: fields under their documented names, null for what it clears.
#[derive(Default)]
pub(super) struct Changes {
    fields: Vec<(&'static Field, Value)>,
    udfs: Vec<(&'static str, Value)>,
}

impl Changes {
    /// Reads a body. Read-only and unknown fields are refused by a strict database, else ignored; `id` is neither.
    pub fn read(
        entity: &'static Entity,
        body: &Value,
        quirks: &Quirks,
        errors: &mut Vec<String>,
    ) -> Result<Self, Refusal> {
        let strict = quirks.strict_read_only;
        let body = body.as_object().ok_or_else(|| Refusal::text("The request body must be an object."))?;
        let mut changes = Self::default();
        for (name, value) in body {
            match quirks.field(entity, name) {
                Some(field) if field.name == "id" => {}
                Some(field) if field.read_only && strict => errors.push(format!("{} is read-only", field.name)),
                Some(field) if field.read_only => {}
                Some(field) => match coerce(field, value, quirks) {
                    Ok(value) => changes.fields.push((field, value)),
                    Err(error) => errors.push(error),
                },
                None if name.eq_ignore_ascii_case(UDFS) => changes.read_udfs(entity, value, errors),
                None if strict => errors.push(entity.unable_to_find(name)),
                None => {}
            }
        }
        Ok(changes)
    }

    /// Takes out the create-only fields, so that an update leaves them alone; a changed one is refused when `strict`.
    pub fn keep_create_only(&mut self, old: &Record, strict: bool, errors: &mut Vec<String>) {
        self.fields.retain(|(field, value)| {
            let changed = old.get(&field.name).unwrap_or(&Value::Null) != value;
            if field.create_only && changed && strict {
                errors.push(format!("{} cannot be changed after creation", field.name));
            }
            !field.create_only
        });
    }

    /// What the body says about a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| field.name == name).map(|(_, value)| value)
    }

    /// Writes the changes into a record.
    pub fn apply(self, record: &mut Record) {
        for (field, value) in self.fields {
            if value.is_null() {
                record.remove(&field.name);
            } else {
                record.insert(field.name.clone(), value);
            }
        }
        for (name, value) in self.udfs {
            set_udf(record, name, &value);
        }
    }

    fn read_udfs(&mut self, entity: &'static Entity, pairs: &Value, errors: &mut Vec<String>) {
        for pair in pairs.as_array().into_iter().flatten().filter_map(Value::as_object) {
            let name = property(pair, "name").map(text_of).unwrap_or_default();
            match entity.udf(&name) {
                None => errors.push(entity.unable_to_find(&name)),
                Some(udf) => {
                    let value = property(pair, "value").cloned().unwrap_or(Value::Null);
                    let is_listed = udf.values.is_empty() || value.is_null() || udf.values.contains(&text_of(&value));
                    if is_listed {
                        self.udfs.push((&udf.name, value));
                    } else {
                        errors.push(format!("Picklist value [{}] does not exist for {}", text_of(&value), udf.name));
                    }
                }
            }
        }
    }
}

/// The id that a body names.
pub(super) fn id_of(body: &Value) -> Option<i64> {
    body.as_object().and_then(|body: &Map<_, _>| property(body, "id")).and_then(Value::as_i64)
}

/// The value in the field's type. Like the service's JSON library, numbers and yes/no are also accepted as text.
fn coerce(field: &Field, value: &Value, quirks: &Quirks) -> Result<Value, String> {
    let text = value.as_str().map(str::trim);
    let coerced = match (field.kind, value) {
        (_, Value::Null) => Some(Value::Null),
        (Kind::Integer | Kind::Long | Kind::Short, _) => value.as_i64().or_else(|| text?.parse().ok()).map(Value::from),
        (Kind::Double | Kind::Decimal, _) => value.as_f64().or_else(|| text?.parse().ok()).map(Value::from),
        (Kind::Boolean, _) => value.as_bool().or_else(|| text?.to_ascii_lowercase().parse().ok()).map(Value::from),
        (Kind::Datetime, _) if field.date_only => {
            text.and_then(|text| dates::parse_day(text, quirks)).map(|day| Value::from(dates::stored(day.midnight())))
        }
        (Kind::Datetime, _) => text.and_then(dates::parse).map(|moment| Value::from(dates::stored(moment))),
        (Kind::String, Value::Array(_) | Value::Object(_)) => None,
        (Kind::String, _) => Some(Value::from(text_of(value))),
    };
    coerced.ok_or_else(|| format!("{}: {}", field.name, conversion_failed(field.kind, value)))
}
