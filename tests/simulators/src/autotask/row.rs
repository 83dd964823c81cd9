//! Rows as queries see them: records that a table keeps, and units rows, which the unit engine computes.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::dates;
use super::quirks::Quirks;
use super::record::{Record, UDFS, int, udf};
use super::schema::{Entity, Field, Kind};
use super::units::{Day, UnitsRow};

/// One row of a collection.
pub(super) enum Row<'a> {
    Kept(&'a Record),
    Units(UnitsRow),
}

/// A field of a units row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell {
    Whole(i64),
    Amount(f64),
    Day(Day),
}

impl Row<'_> {
    /// The row as a table would keep it.
    pub fn to_record(&self, entity: &Entity) -> Record {
        match self {
            Self::Kept(record) => (*record).clone(),
            Self::Units(row) => {
                let cells = entity.fields.iter().filter_map(|field| Some((field.name.clone(), row.cell(&field.name)?)));
                cells.map(|(name, cell)| (name, cell.kept())).collect()
            }
        }
    }

    /// Whether a field holds this id.
    pub fn is_of(&self, field: &str, id: i64) -> bool {
        match self {
            Self::Kept(record) => int(record, field) == Some(id),
            Self::Units(row) => matches!(row.cell(field), Some(Cell::Whole(found)) if found == id),
        }
    }
}

/// How the API shows the rows of a collection: which fields, and days and moments in which shape.
pub(super) struct View<'a> {
    entity: &'static Entity,
    fields: Vec<&'static Field>,
    quirks: &'a Quirks,
}

impl<'a> View<'a> {
    /// All fields that this database has, or `only` these.
    pub fn new(entity: &'static Entity, only: Option<&[String]>, quirks: &'a Quirks) -> Self {
        let is_wanted = |field: &&Field| {
            let is_asked_for = only.is_none_or(|only| only.iter().any(|each| each.eq_ignore_ascii_case(&field.name)));
            is_asked_for && !field.unlisted && quirks.has(entity, field)
        };
        Self { entity, fields: entity.fields.iter().filter(is_wanted).collect(), quirks }
    }

    /// A row in this view.
    pub fn of(&'a self, row: Row<'a>) -> Shown<'a> {
        Shown { row, view: self }
    }
}

/// A row on its way out: nulls for what is unset. It is written straight into the answer, because pages are long and many.
pub(super) struct Shown<'a> {
    row: Row<'a>,
    view: &'a View<'a>,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let View { entity, fields, quirks } = self.view;
        let mut item = serializer.serialize_map(None)?;
        for field in fields {
            item.serialize_key(&field.name)?;
            match &self.row {
                Row::Kept(record) => match record.get(&field.name) {
                    Some(Value::String(stored)) if field.kind == Kind::Datetime => {
                        item.serialize_value(&shaped(stored, field, quirks))?;
                    }
                    stored => item.serialize_value(&stored)?,
                },
                Row::Units(row) => match row.cell(&field.name) {
                    Some(Cell::Whole(number)) => item.serialize_value(&number)?,
                    Some(Cell::Amount(number)) => item.serialize_value(&number)?,
                    Some(Cell::Day(day)) => item.serialize_value(&dates::shaped_day(day, quirks))?,
                    None => item.serialize_value(&())?,
                },
            }
        }
        item.serialize_entry(UDFS, &shown_udfs(entity, &self.row))?;
        item.end()
    }
}

fn shaped(stored: &str, field: &Field, quirks: &Quirks) -> String {
    match dates::parse(stored).filter(|_| field.date_only) {
        Some(day) => dates::shaped_day(Day::of(day), quirks),
        None => dates::shaped(stored, quirks.dates),
    }
}

fn shown_udfs(entity: &Entity, row: &Row<'_>) -> Value {
    match row {
        Row::Kept(record) => {
            entity.udfs.iter().map(|each| json!({ "name": each.name, "value": udf(record, &each.name) })).collect()
        }
        Row::Units(_) => json!([]),
    }
}

impl Cell {
    fn kept(self) -> Value {
        match self {
            Self::Whole(number) => number.into(),
            Self::Amount(number) => number.into(),
            Self::Day(day) => dates::stored(day.midnight()).into(),
        }
    }
}
