//! The entities and their fields, as data.
//!
//! `data/entities.csv`, `fields.csv` and `udfs.csv` say what exists; the engine knows no entity by name. A further entity is a row in
//! the first table, its fields in the second, and an arm in [`behaviour`](super::behaviour) if it does more than keep its fields.

use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

static SHIPPED: LazyLock<Schema> = LazyLock::new(|| {
    Schema::read(include_str!("data/entities.csv"), include_str!("data/fields.csv"), include_str!("data/udfs.csv"))
        .expect("the shipped tables are well formed, as a test below checks")
});

/// Every entity of the simulated database.
pub(super) struct Schema {
    entities: Vec<Entity>,
}

/// One entity: its place in the URL map, what may be done with it, and its fields.
#[derive(Debug)]
pub(super) struct Entity {
    /// The collection in URLs, such as `Tickets`.
    pub path: String,
    /// The singular in metadata, references and error texts, such as `Ticket`.
    pub name: String,
    /// Where a child entity is written.
    pub parent: Option<Parent>,
    /// What the API offers: `create`, `update`, `delete`, `query`, `udf`, `hooks`; `root` for a child that is also created at its
    /// own collection.
    pub can: Capabilities,
    /// The fields in the order of the documents, `id` first.
    pub fields: Vec<Field>,
    /// The user-defined fields of this database.
    pub udfs: Vec<Udf>,
}

/// The owner of a child entity.
#[derive(Debug)]
pub(super) struct Parent {
    /// The owner's collection, such as `Tickets`.
    pub collection: String,
    /// The last segment of the nested path, such as `Notes`.
    pub child_path: String,
    /// The child's field that holds the owner's id.
    pub field: String,
}

/// What the API offers for an entity.
#[derive(Debug, Default)]
pub(super) struct Capabilities {
    pub create: bool,
    pub update: bool,
    pub delete: bool,
    pub query: bool,
    pub udf: bool,
    pub hooks: bool,
    pub root: bool,
}

/// A field's type, as metadata names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Integer,
    Long,
    Short,
    Double,
    Decimal,
    Boolean,
    String,
    Datetime,
}

impl Kind {
    /// The name that metadata uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Long => "long",
            Self::Short => "short",
            Self::Double => "double",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::String => "string",
            Self::Datetime => "datetime",
        }
    }
}

/// One field.
#[derive(Debug)]
pub(super) struct Field {
    pub name: String,
    pub kind: Kind,
    pub length: Option<usize>,
    pub required: bool,
    pub read_only: bool,
    pub create_only: bool,
    pub queryable: bool,
    pub pick: bool,
    /// A day without a time of day, though its type is `datetime`.
    pub date_only: bool,
    /// Taken from requests, but neither shown nor in the metadata.
    pub unlisted: bool,
    /// Tables find records by its value without a walk.
    pub indexed: bool,
    /// Ticket webhooks can subscribe to it.
    pub hook: bool,
    /// The field whose value decides which pick-list values are open.
    pub pick_parent: Option<String>,
    /// The singular name of the entity whose ids it holds.
    pub reference: Option<String>,
}

/// A user-defined field.
#[derive(Debug)]
pub(super) struct Udf {
    pub name: String,
    pub kind: Kind,
    pub length: Option<usize>,
    /// The values of a list field; empty for free text.
    pub values: Vec<String>,
}

#[derive(Deserialize)]
struct EntityRow {
    path: String,
    name: String,
    parent: String,
    child_path: String,
    parent_field: String,
    can: String,
}

#[derive(Deserialize)]
struct FieldRow {
    entity: String,
    field: String,
    kind: Kind,
    length: Option<usize>,
    flags: String,
    pick_parent: Option<String>,
    reference: Option<String>,
}

#[derive(Deserialize)]
struct UdfRow {
    entity: String,
    name: String,
    kind: Kind,
    length: Option<usize>,
    values: String,
}

impl Schema {
    /// The schema that ships with the simulator.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// The entity with this collection, letter case aside.
    pub fn entity(&self, collection: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.path.eq_ignore_ascii_case(collection))
    }

    /// The entity with this singular name.
    pub fn named(&self, name: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.name == name)
    }

    /// The child entity at `/{collection}/{id}/{child}`.
    pub fn child(&self, collection: &str, child: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| {
            entity.parent.as_ref().is_some_and(|parent| {
                parent.collection.eq_ignore_ascii_case(collection) && parent.child_path.eq_ignore_ascii_case(child)
            })
        })
    }

    fn read(entities: &str, fields: &str, udfs: &str) -> Result<Self, csv::Error> {
        let fields: Vec<FieldRow> = rows(fields)?;
        let udfs: Vec<UdfRow> = rows(udfs)?;
        let entities = rows(entities)?.into_iter().map(|row: EntityRow| Entity {
            fields: fields.iter().filter(|field| field.entity == row.path).map(Field::from).collect(),
            udfs: udfs.iter().filter(|udf| udf.entity == row.path).map(Udf::from).collect(),
            can: Capabilities::read(&row.can),
            parent: (!row.parent.is_empty()).then_some(Parent {
                collection: row.parent,
                child_path: row.child_path,
                field: row.parent_field,
            }),
            path: row.path,
            name: row.name,
        });
        Ok(Self { entities: entities.collect() })
    }
}

/// The rows of a shipped CSV table.
pub(super) fn rows<T: DeserializeOwned>(table: &str) -> Result<Vec<T>, csv::Error> {
    csv::Reader::from_reader(table.as_bytes()).deserialize().collect()
}

impl Entity {
    /// The field of this name, letter case aside.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The user-defined field of this name, letter case aside.
    pub fn udf(&self, name: &str) -> Option<&Udf> {
        self.udfs.iter().find(|udf| udf.name.eq_ignore_ascii_case(name))
    }

    /// The error text for a field that is not there.
    pub fn unable_to_find(&self, name: &str) -> String {
        format!("Unable to find {name} in the {} Entity.", self.name)
    }
}

impl Capabilities {
    fn read(words: &str) -> Self {
        let has = |word| words.split(' ').any(|each| each == word);
        Self {
            create: has("create"),
            update: has("update"),
            delete: has("delete"),
            query: has("query"),
            udf: has("udf"),
            hooks: has("hooks"),
            root: has("root"),
        }
    }
}

impl From<&FieldRow> for Field {
    fn from(row: &FieldRow) -> Self {
        let has = |flag| row.flags.split(' ').any(|each| each == flag);
        Self {
            name: row.field.clone(),
            kind: row.kind,
            length: row.length,
            required: has("required"),
            read_only: has("readonly"),
            create_only: has("createonly"),
            queryable: !has("noquery"),
            pick: has("pick"),
            date_only: has("date"),
            unlisted: has("unlisted"),
            indexed: has("index"),
            hook: has("hook"),
            pick_parent: row.pick_parent.clone(),
            reference: row.reference.clone(),
        }
    }
}

impl From<&UdfRow> for Udf {
    fn from(row: &UdfRow) -> Self {
        let values = row.values.split(';').filter(|value| !value.is_empty()).map(str::to_owned).collect();
        Self { name: row.name.clone(), kind: row.kind, length: row.length, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_tables_are_well_formed_and_every_entity_has_fields() {
        for entity in &Schema::shipped().entities {
            assert_eq!(entity.fields.first().map(|field| field.name.as_str()), Some("id"), "{}", entity.path);
        }
    }

    #[test]
    fn every_child_names_an_owner_and_a_field_of_its_own() {
        for entity in &Schema::shipped().entities {
            let Some(parent) = &entity.parent else { continue };
            assert!(Schema::shipped().entity(&parent.collection).is_some(), "{}", entity.path);
            assert!(entity.field(&parent.field).is_some(), "{}", entity.path);
        }
    }

    #[test]
    fn every_row_of_fields_and_user_defined_fields_belongs_to_an_entity() {
        let fields: Vec<FieldRow> = rows(include_str!("data/fields.csv")).unwrap();
        let udfs: Vec<UdfRow> = rows(include_str!("data/udfs.csv")).unwrap();
        for owner in fields.iter().map(|row| &row.entity).chain(udfs.iter().map(|row| &row.entity)) {
            assert!(Schema::shipped().entity(owner).is_some(), "{owner}");
        }
    }
}
