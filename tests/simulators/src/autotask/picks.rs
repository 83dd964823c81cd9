//! Pick lists: the numbers that this database gives to its statuses, priorities, queues and the like.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::record::{Record, int, text_of};
use super::schema::{Entity, Field, rows};

/// One value of a pick list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickValue {
    /// The value as text, the way metadata shows it; records hold it in the field's own type.
    pub value: String,
    /// What a person sees.
    pub label: String,
    /// Chosen in the user interface when nothing else is.
    pub is_default: bool,
    /// Inactive values stay on old records and are refused on new ones.
    pub is_active: bool,
    /// Made by Autotask; cannot be removed.
    pub is_system: bool,
    /// The value of the parent field (an issue type) to which this one belongs.
    pub parent: Option<String>,
}

/// Whether [`shift_pick_lists`](super::Autotask::shift_pick_lists) also renumbers the status Complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complete {
    /// It stays the system value 5.
    Stays,
    /// It moves with the others.
    Moves,
}

/// The status Complete of an untouched database.
pub(super) const COMPLETE: i64 = 5;

const SHIFT: i64 = 70;
const SHIFTED: [(&str, &str); 6] = [
    ("Tickets", "status"),
    ("Tickets", "priority"),
    ("Tickets", "queueID"),
    ("TicketCategoryFieldDefaults", "status"),
    ("TicketCategoryFieldDefaults", "priority"),
    ("TicketCategoryFieldDefaults", "queueID"),
];

/// The pick lists of the database, by collection and field.
#[derive(Clone)]
pub(super) struct PickLists(BTreeMap<(String, String), Vec<PickValue>>);

#[derive(Deserialize)]
struct Row {
    entity: String,
    field: String,
    value: String,
    label: String,
    flags: String,
    parent: Option<String>,
}

impl PickLists {
    /// The lists that ship with the simulator.
    pub fn shipped() -> Self {
        let rows: Vec<Row> =
            rows(include_str!("data/picks.csv")).expect("the shipped table is well formed, as a test checks");
        let mut lists: BTreeMap<_, Vec<PickValue>> = BTreeMap::new();
        for row in rows {
            // `=Tickets.status` gives the field the same list as that one, which stands earlier in the table.
            let values = match row.label.strip_prefix('=').and_then(|source| source.split_once('.')) {
                Some((entity, field)) => lists.get(&(entity.to_owned(), field.to_owned())).cloned().unwrap_or_default(),
                None => vec![PickValue::from(&row)],
            };
            lists.entry((row.entity, row.field)).or_default().extend(values);
        }
        Self(lists)
    }

    /// The values of a field's list; empty when the database has none.
    pub fn of(&self, entity: &Entity, field: &Field) -> &[PickValue] {
        self.at(&entity.path, &field.name)
    }

    /// The values of the list of `collection`'s `field`.
    pub fn at(&self, collection: &str, field: &str) -> &[PickValue] {
        self.0.get(&(collection.to_owned(), field.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Gives a field this list.
    pub fn set(&mut self, collection: &str, field: &str, values: Vec<PickValue>) {
        self.0.insert((collection.to_owned(), field.to_owned()), values);
    }

    /// Whether `record` may newly take this value of `field`.
    pub fn offers(&self, entity: &Entity, field: &Field, value: &Value, record: &Record) -> bool {
        let parent = field.pick_parent.as_ref().map(|name| record.get(name).map(text_of));
        self.of(entity, field).iter().any(|each| {
            let parent_fits = parent.as_ref().is_none_or(|parent| *parent == each.parent);
            each.is_active && parent_fits && each.value == text_of(value)
        })
    }

    /// Makes a value inactive; says whether it was there.
    pub fn deactivate(&mut self, collection: &str, field: &str, value: &str) -> bool {
        let list = self.0.get_mut(&(collection.to_owned(), field.to_owned()));
        let Some(found) = list.and_then(|list| list.iter_mut().find(|each| each.value == value)) else { return false };
        found.is_active = false;
        true
    }

    /// Renumbers statuses, priorities and queues.
    pub fn shift(&mut self, shift: Shift) {
        for (collection, field) in SHIFTED {
            let Some(list) = self.0.get_mut(&(collection.to_owned(), field.to_owned())) else { continue };
            for each in list {
                each.value = shift.number(field, each.value.parse().unwrap_or_default()).to_string();
            }
        }
    }
}

/// A renumbering of statuses, priorities and queues.
#[derive(Clone, Copy)]
pub(super) struct Shift {
    /// The status that means Complete until now.
    pub complete: i64,
    /// Whether it moves.
    pub of_complete: Complete,
}

impl Shift {
    /// The status that means Complete from now on.
    pub fn complete(self) -> i64 {
        self.number("status", self.complete)
    }

    /// Renumbers what a record says in the fields whose lists are shifted.
    pub fn apply(self, collection: &str, record: &mut Record) {
        for (_, field) in SHIFTED.iter().filter(|(shifted, _)| *shifted == collection) {
            if let Some(number) = int(record, field) {
                record.insert((*field).to_owned(), self.number(field, number).into());
            }
        }
    }

    fn number(self, field: &str, number: i64) -> i64 {
        let stays = field == "status" && number == self.complete && self.of_complete == Complete::Stays;
        if stays { number } else { number + SHIFT }
    }
}

impl From<&Row> for PickValue {
    fn from(row: &Row) -> Self {
        let has = |flag| row.flags.split(' ').any(|each| each == flag);
        Self {
            value: row.value.clone(),
            label: row.label.clone(),
            is_default: has("default"),
            is_active: !has("inactive"),
            is_system: has("system"),
            parent: row.parent.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::Schema;
    use super::*;

    #[test]
    fn every_shipped_list_belongs_to_a_pick_list_field() {
        for (collection, field) in PickLists::shipped().0.keys() {
            let entity = Schema::shipped().entity(collection).unwrap_or_else(|| panic!("{collection}"));
            assert!(entity.field(field).is_some_and(|field| field.pick), "{collection}.{field}");
        }
    }

    #[test]
    fn a_list_can_be_the_same_as_another() {
        let lists = PickLists::shipped();
        assert!(!lists.at("Tickets", "source").is_empty());
        assert_eq!(lists.at("TicketCategoryFieldDefaults", "sourceID"), lists.at("Tickets", "source"));
    }
}
