//! A table: the records of one entity by id, with indexes on the fields that the schema marks.

use std::collections::{BTreeMap, BTreeSet};

use super::filter::Bounds;
use super::record::{Record, int};
use super::schema::Entity;

/// The records of one entity.
#[derive(Clone, Default)]
pub(super) struct Table {
    rows: BTreeMap<i64, Record>,
    /// Ids by field and value.
    index: BTreeMap<(&'static str, i64), BTreeSet<i64>>,
    last_id: i64,
}

impl Table {
    pub fn get(&self, id: i64) -> Option<&Record> {
        self.rows.get(&id)
    }

    /// Keeps a record under this id.
    pub fn put(&mut self, entity: &'static Entity, id: i64, record: Record) {
        self.remove(entity, id);
        self.last_id = self.last_id.max(id);
        for (field, key) in keys(entity, &record) {
            self.index.entry((field, key)).or_default().insert(id);
        }
        self.rows.insert(id, record);
    }

    /// Takes a record away.
    pub fn remove(&mut self, entity: &'static Entity, id: i64) -> Option<Record> {
        let record = self.rows.remove(&id)?;
        for (field, key) in keys(entity, &record) {
            if let Some(ids) = self.index.get_mut(&(field, key)) {
                ids.remove(&id);
            }
        }
        Some(record)
    }

    /// The id that the next new record gets.
    pub fn next_id(&self) -> i64 {
        self.last_id + 1
    }

    /// The next new record's id will be higher than this.
    pub fn count_ids_from(&mut self, last: i64) {
        self.last_id = last;
    }

    /// All records by ascending id.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = (i64, &Record)> {
        self.rows.iter().map(|(id, record)| (*id, record))
    }

    /// All records, to change what is not indexed.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut Record> {
        self.rows.values_mut()
    }

    /// The records within these bounds by ascending id.
    pub fn select<'a>(&'a self, bounds: &Bounds) -> Box<dyn Iterator<Item = (i64, &'a Record)> + 'a> {
        let first = bounds.first();
        let by_key = || {
            let (field, keys) = bounds.narrowest()?;
            Some(keys.iter().filter_map(|key| self.index.get(&(field, *key))).flatten().copied().collect())
        };
        let ids: Option<BTreeSet<i64>> = bounds.ids().map(|ids| ids.iter().copied().collect()).or_else(by_key);
        match ids {
            Some(ids) => {
                let ids = ids.into_iter().filter(move |id| *id >= first);
                Box::new(ids.filter_map(|id| self.rows.get(&id).map(|record| (id, record))))
            }
            None => Box::new(self.rows.range(first..).map(|(id, record)| (*id, record))),
        }
    }
}

fn keys<'a>(entity: &'static Entity, record: &'a Record) -> impl Iterator<Item = (&'static str, i64)> + 'a {
    let indexed = entity.fields.iter().filter(|field| field.indexed);
    indexed.filter_map(|field| Some((field.name.as_str(), int(record, &field.name)?)))
}
