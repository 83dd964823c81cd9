//! The query that a client sends: filter, fields to include, page size.

use serde_json::{Map, Value};

use super::filter::Condition;
use super::quirks::Quirks;
use super::refusal::Refusal;
use super::schema::Entity;

/// The largest page, and the page size when none is asked for.
const MAX_RECORDS: usize = 500;
/// How many OR conditions a query may have, each value of an `in` list included.
const MAX_ALTERNATIVES: usize = 500;

/// A query, checked against its entity.
pub(super) struct Query {
    pub condition: Condition,
    /// The fields to show; all when absent.
    pub include: Option<Vec<String>>,
    pub max_records: usize,
}

impl Query {
    /// Reads the JSON of a `search` parameter or a body.
    pub fn read(entity: &'static Entity, json: &[u8], quirks: &Quirks) -> Result<Self, Refusal> {
        if !entity.can.query {
            return Err(Refusal::text("This entity type does not support the query action"));
        }
        let Ok(Value::Object(model)) = serde_json::from_slice(json) else {
            return Err(Refusal::text("The query is missing or is not a JSON object."));
        };
        let condition = match property(&model, "filter") {
            Some(Value::Array(filters)) if !filters.is_empty() => Condition::all(entity, filters, quirks)?,
            _ => return Err(Refusal::text("The query must have a filter.")),
        };
        if condition.udf_conditions() > 1 {
            return Err(Refusal::text("Queries are limited to one user-defined field condition."));
        }
        if condition.alternatives() > MAX_ALTERNATIVES {
            return Err(Refusal::text("Queries are limited to 500 or fewer 'OR' conditions."));
        }
        Ok(Self { condition, include: include(&model), max_records: max_records(&model)? })
    }
}

/// A property by its name, letter case aside.
pub(super) fn property<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn include(model: &Map<String, Value>) -> Option<Vec<String>> {
    let names = property(model, "IncludeFields")?.as_array()?;
    let names: Vec<_> = names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    (!names.is_empty()).then_some(names)
}

fn max_records(model: &Map<String, Value>) -> Result<usize, Refusal> {
    let asked = match property(model, "MaxRecords") {
        None | Some(Value::Null) => return Ok(MAX_RECORDS),
        Some(asked) => asked.as_u64().and_then(|asked| usize::try_from(asked).ok()),
    };
    asked
        .filter(|asked| (1..=MAX_RECORDS).contains(asked))
        .ok_or_else(|| Refusal::text("maxCountOfRecordsToReturn must be between 1 and 500"))
}
