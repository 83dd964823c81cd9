//! Filters: conditions on fields, nested in and/or groups, with the comparison rules of the database behind the service.
//!
//! As in SQL, a comparison with something that is not set is never true, not even `noteq`; only `exist` and `notExist` see nulls.

mod bounds;

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::dates;
use super::query::property;
use super::quirks::Quirks;
use super::record::{text_of, udf};
use super::refusal::Refusal;
use super::row::{Cell, Row};
use super::schema::{Entity, Field, Kind, Udf};

pub(super) use bounds::Bounds;

/// What a record must satisfy.
#[derive(Debug)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Test(Test),
}

/// One comparison of one field.
#[derive(Debug)]
pub(super) struct Test {
    source: Source,
    comparison: Comparison,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    Field(&'static Field),
    Udf(&'static Udf),
}

#[derive(Debug)]
enum Comparison {
    Exists,
    IsMissing,
    /// `noteq` fits less and greater, every other comparison one of them at most.
    Ordered(fn(Ordering) -> bool, Operand),
    Text(fn(&str, &str) -> bool, String),
    /// Sorted, without what equals nothing.
    In(Vec<Operand>),
    NotIn(Vec<Operand>),
}

#[derive(Debug)]
enum Operand {
    Number(f64),
    Text(String),
    Flag(bool),
    Moment(Timestamp),
    /// Equal to nothing: null, or a number that came as text, for which the service finds no rows.
    Nothing,
}

impl Condition {
    /// Reads a list of conditions that must all hold.
    pub fn all(entity: &'static Entity, filters: &[Value], quirks: &Quirks) -> Result<Self, Refusal> {
        filters.iter().map(|filter| Self::read(entity, filter, quirks)).collect::<Result<_, _>>().map(Self::All)
    }

    fn read(entity: &'static Entity, filter: &Value, quirks: &Quirks) -> Result<Self, Refusal> {
        let filter = filter.as_object().ok_or_else(|| Refusal::text("Every filter must be an object."))?;
        let op = property(filter, "op").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        if !matches!(op.as_str(), "and" | "or") {
            return Test::read(entity, &op, filter, quirks).map(Self::Test);
        }
        let items = property(filter, "items").and_then(Value::as_array).filter(|items| !items.is_empty());
        let items = items.ok_or_else(|| Refusal::text(format!("The operator '{op}' must have items.")))?;
        let items = items.iter().map(|item| Self::read(entity, item, quirks)).collect::<Result<_, _>>()?;
        Ok(if op == "and" { Self::All(items) } else { Self::Any(items) })
    }

    /// Whether a record satisfies it.
    pub fn holds(&self, row: &Row<'_>) -> bool {
        match self {
            Self::All(items) => items.iter().all(|item| item.holds(row)),
            Self::Any(items) => items.iter().any(|item| item.holds(row)),
            Self::Test(test) => test.holds(row),
        }
    }

    /// How many OR conditions it has.
    pub fn alternatives(&self) -> usize {
        match self {
            Self::All(items) => items.iter().map(Self::alternatives).sum(),
            Self::Any(items) => items.iter().map(|item| item.alternatives().max(1)).sum(),
            Self::Test(Test { comparison: Comparison::In(values), .. }) => values.len(),
            Self::Test(_) => 0,
        }
    }

    /// How many conditions look at user-defined fields.
    pub fn udf_conditions(&self) -> usize {
        match self {
            Self::All(items) | Self::Any(items) => items.iter().map(Self::udf_conditions).sum(),
            Self::Test(test) => usize::from(matches!(test.source, Source::Udf(_))),
        }
    }
}

impl Test {
    fn read(entity: &'static Entity, op: &str, filter: &Map<String, Value>, quirks: &Quirks) -> Result<Self, Refusal> {
        let name = property(filter, "field").and_then(Value::as_str).unwrap_or_default();
        let is_udf = property(filter, "udf").and_then(Value::as_bool).unwrap_or(false);
        let source =
            if is_udf { entity.udf(name).map(Source::Udf) } else { quirks.field(entity, name).map(Source::Field) };
        let source = source.ok_or_else(|| Refusal::text(entity.unable_to_find(name)))?;
        if let Source::Field(field) = source
            && !field.queryable
        {
            return Err(Refusal::text(format!(
                "The field {} of the {} Entity is not queryable.",
                field.name, entity.name
            )));
        }
        let value = property(filter, "value").unwrap_or(&Value::Null);
        let comparison = Comparison::read(op, source, value, quirks)?;
        if !comparison.suits(source.kind()) {
            let kind = source.kind().as_str();
            return Err(Refusal::text(format!(
                "The operator '{op}' cannot be used with {name}, which is of type {kind}."
            )));
        }
        Ok(Self { source, comparison })
    }

    fn holds(&self, row: &Row<'_>) -> bool {
        let stored = self.source.stored(row);
        let Some(stored) = stored else { return matches!(self.comparison, Comparison::IsMissing) };
        match &self.comparison {
            Comparison::Exists => true,
            Comparison::IsMissing => false,
            Comparison::Ordered(fits, operand) => stored.compare(operand).is_some_and(fits),
            Comparison::Text(fits, part) => matches!(&stored, Operand::Text(text) if fits(text, part)),
            Comparison::In(values) => {
                values.binary_search_by(|value| value.compare(&stored).unwrap_or(Ordering::Less)).is_ok()
            }
            Comparison::NotIn(values) => values.iter().all(|value| stored.compare(value).is_some_and(Ordering::is_ne)),
        }
    }
}

impl Comparison {
    fn read(op: &str, source: Source, value: &Value, quirks: &Quirks) -> Result<Self, Refusal> {
        let read = |value| Operand::read(source, value, quirks);
        let one = || read(value);
        let many = || match value {
            Value::Array(values) => values.iter().map(read).collect::<Result<Vec<_>, _>>(),
            _ => Err(Refusal::text(format!("The value of the operator '{op}' must be an array."))),
        };
        let part = || text_of(value).to_lowercase();
        Ok(match op {
            "exist" => Self::Exists,
            "notexist" => Self::IsMissing,
            "eq" => Self::Ordered(Ordering::is_eq, one()?),
            "noteq" => Self::Ordered(Ordering::is_ne, one()?),
            "gt" => Self::Ordered(Ordering::is_gt, one()?),
            "gte" => Self::Ordered(Ordering::is_ge, one()?),
            "lt" => Self::Ordered(Ordering::is_lt, one()?),
            "lte" => Self::Ordered(Ordering::is_le, one()?),
            "beginswith" => Self::Text(|text, part| text.starts_with(part), part()),
            "endswith" => Self::Text(|text, part| text.ends_with(part), part()),
            "contains" => Self::Text(|text, part| text.contains(part), part()),
            "in" => Self::In(sorted(many()?)),
            "notin" => Self::NotIn(many()?),
            unknown => return Err(Refusal::text(format!("The filter operator '{unknown}' is not valid."))),
        })
    }

    /// Texts take every operator, numbers and dates none that looks into a text, yes/no fields only equality.
    fn suits(&self, kind: Kind) -> bool {
        let is_equality = match self {
            Self::Exists | Self::IsMissing => true,
            Self::Ordered(fits, _) => fits(Ordering::Less) == fits(Ordering::Greater),
            Self::Text(..) | Self::In(_) | Self::NotIn(_) => false,
        };
        match kind {
            Kind::String => true,
            Kind::Boolean => is_equality,
            Kind::Integer | Kind::Long | Kind::Short | Kind::Double | Kind::Decimal | Kind::Datetime => {
                !matches!(self, Self::Text(..))
            }
        }
    }
}

impl Source {
    fn kind(self) -> Kind {
        match self {
            Self::Field(field) => field.kind,
            Self::Udf(udf) => udf.kind,
        }
    }

    fn stored(self, row: &Row<'_>) -> Option<Operand> {
        let record = match (self, row) {
            (Self::Field(field), Row::Units(row)) => {
                return Some(match row.cell(&field.name)? {
                    Cell::Whole(number) => Operand::Number(number as f64),
                    Cell::Amount(number) => Operand::Number(number),
                    Cell::Day(day) => Operand::Moment(day.midnight()),
                });
            }
            (Self::Udf(_), Row::Units(_)) => return None,
            (_, Row::Kept(record)) => record,
        };
        match self {
            Self::Field(field) => Operand::of_record(field.kind, record.get(&field.name)?),
            // User-defined fields are kept as text whatever their type.
            Self::Udf(field) => match (field.kind, udf(record, &field.name)?) {
                (Kind::String, text) => Some(Operand::Text(text.to_lowercase())),
                (Kind::Datetime, text) => dates::parse(text).map(Operand::Moment),
                (_, text) => text.parse().ok().map(Operand::Number),
            },
        }
    }
}

impl Operand {
    fn of_record(kind: Kind, value: &Value) -> Option<Self> {
        match (kind, value) {
            (Kind::Datetime, Value::String(text)) => dates::parse(text).map(Self::Moment),
            (_, Value::String(text)) => Some(Self::Text(text.to_lowercase())),
            (_, Value::Bool(flag)) => Some(Self::Flag(*flag)),
            (_, value) => value.as_f64().map(Self::Number),
        }
    }

    fn read(source: Source, value: &Value, quirks: &Quirks) -> Result<Self, Refusal> {
        let kind = source.kind();
        if value.is_null() {
            return Ok(Self::Nothing);
        }
        let read = match (kind, value) {
            (Kind::String, Value::String(_) | Value::Number(_) | Value::Bool(_)) => {
                Some(Self::Text(text_of(value).to_lowercase()))
            }
            (Kind::Boolean, Value::Bool(flag)) => Some(Self::Flag(*flag)),
            (Kind::Datetime, Value::String(text)) => {
                let is_day = matches!(source, Source::Field(field) if field.date_only);
                let moment = dates::parse(text);
                moment.map(|moment| if is_day { dates::as_kept_day(moment, quirks) } else { moment }).map(Self::Moment)
            }
            (Kind::Boolean | Kind::Datetime | Kind::String, _) => None,
            (_, Value::Number(number)) => number.as_f64().map(Self::Number),
            (_, Value::String(text)) => text.trim().parse::<f64>().ok().map(|_| Self::Nothing),
            _ => None,
        };
        read.ok_or_else(|| Refusal::text(conversion_failed(kind, value)))
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Flag(a), Self::Flag(b)) => Some(a.cmp(b)),
            (Self::Moment(a), Self::Moment(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

fn sorted(mut values: Vec<Operand>) -> Vec<Operand> {
    values.retain(|value| !matches!(value, Operand::Nothing));
    values.sort_by(|a, b| a.compare(b).unwrap_or(Ordering::Equal));
    values
}

/// The error text for a value that the database cannot convert.
pub(super) fn conversion_failed(kind: Kind, value: &Value) -> String {
    let target = match kind {
        Kind::Integer | Kind::Long | Kind::Short => "int",
        Kind::Double | Kind::Decimal => "decimal",
        Kind::Boolean => "bit",
        Kind::Datetime => "datetime",
        Kind::String => "varchar",
    };
    format!("Conversion failed when converting varchar '{}' to data type {target}.", text_of(value))
}
