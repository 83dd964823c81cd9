//! The simulated database: tables of records, and what the service keeps beside them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::filter::Bounds;
use super::hooks::Callouts;
use super::ids::ResourceId;
use super::limits::Meter;
use super::lines::LineKind;
use super::picks::{COMPLETE, PickLists};
use super::quirks::Quirks;
use super::record::Record;
use super::row::Row;
use super::schema::{Entity, Schema};
use super::table::Table;
use super::tickets::CategoryRules;
use super::units::{self, Ledger};
use crate::control::Clock;

/// Everything that one Autotask database and its zone hold.
#[derive(Clone)]
pub(super) struct World {
    pub clock: Clock,
    /// Scheme and authority under which the zone is reached, without a slash at the end.
    pub base_url: String,
    pub quirks: Quirks,
    pub picks: PickLists,
    pub users: Vec<ApiUser>,
    pub meter: Meter,
    pub callouts: Callouts,
    pub category_rules: CategoryRules,
    /// The status that means Complete.
    pub complete: i64,
    tables: BTreeMap<&'static str, Table>,
    units_of_services: Ledger,
    units_of_bundles: Ledger,
    last_number: Option<(Date, u32)>,
}

/// A log-in for the API.
#[derive(Clone)]
pub(super) struct ApiUser {
    pub name: String,
    pub secret: String,
    pub integration_code: String,
    pub resource: ResourceId,
}

/// On whose behalf something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Actor {
    /// The resource that the records name.
    pub resource: ResourceId,
    /// The API user behind an impersonated resource.
    pub impersonator: Option<ResourceId>,
    /// The API, not the user interface: workflow rules and the API's own restrictions apply.
    pub by_api: bool,
}

impl Actor {
    /// A person at the user interface.
    pub fn person(resource: ResourceId) -> Self {
        Self { resource, impersonator: None, by_api: false }
    }
}

impl World {
    /// A database without records.
    pub fn new(clock: Clock, base_url: String) -> Self {
        Self {
            clock,
            base_url,
            quirks: Quirks::default(),
            picks: PickLists::shipped(),
            users: Vec::new(),
            meter: Meter::default(),
            callouts: Callouts::default(),
            category_rules: CategoryRules::default(),
            complete: COMPLETE,
            tables: BTreeMap::new(),
            units_of_services: Ledger::default(),
            units_of_bundles: Ledger::default(),
            last_number: None,
        }
    }

    /// The entity of a collection that the shipped schema has.
    pub fn entity(collection: &str) -> &'static Entity {
        Schema::shipped().entity(collection).expect("collections named in code are in the shipped schema")
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// One record.
    pub fn row(&self, entity: &Entity, id: i64) -> Option<&Record> {
        self.tables.get(entity.path.as_str())?.get(id)
    }

    /// All records of an entity by ascending id.
    pub fn rows(&self, entity: &Entity) -> impl DoubleEndedIterator<Item = (i64, &Record)> {
        self.tables.get(entity.path.as_str()).into_iter().flat_map(Table::rows)
    }

    /// The records of an entity within these bounds by ascending id.
    pub fn matching<'a>(
        &'a self,
        entity: &Entity,
        bounds: &Bounds,
    ) -> impl Iterator<Item = (i64, &'a Record)> + use<'a> {
        self.tables.get(entity.path.as_str()).map(|table| table.select(bounds)).into_iter().flatten()
    }

    /// The rows of a collection within these bounds by ascending id, as queries see them.
    pub fn select<'a>(&'a self, entity: &Entity, bounds: &Bounds) -> Box<dyn Iterator<Item = (i64, Row<'a>)> + 'a> {
        match (LineKind::of_units(entity), self.tables.get(entity.path.as_str())) {
            (Some(kind), _) => Box::new(units::select(self, kind, bounds).map(|(id, row)| (id, Row::Units(row)))),
            (None, Some(table)) => Box::new(table.select(bounds).map(|(id, record)| (id, Row::Kept(record)))),
            (None, None) => Box::new(std::iter::empty()),
        }
    }

    /// The same, as far as the integration's user may read them.
    pub fn readable<'a>(
        &'a self,
        entity: &'static Entity,
        bounds: &Bounds,
    ) -> impl Iterator<Item = (i64, Row<'a>)> + use<'a> {
        let rows = self.quirks.can_read(entity).then(|| self.select(entity, bounds)).into_iter().flatten();
        rows.filter(move |(id, _)| self.quirks.sees(entity, *id))
    }

    /// The units of all lines of a kind.
    pub fn ledger(&self, kind: LineKind) -> &Ledger {
        match kind {
            LineKind::Service => &self.units_of_services,
            LineKind::Bundle => &self.units_of_bundles,
        }
    }

    /// The units of all lines of a kind, to change.
    pub fn ledger_mut(&mut self, kind: LineKind) -> &mut Ledger {
        match kind {
            LineKind::Service => &mut self.units_of_services,
            LineKind::Bundle => &mut self.units_of_bundles,
        }
    }

    /// All records of an entity, to change without any of the service's rules what is not indexed.
    pub fn rows_mut(&mut self, entity: &'static Entity) -> impl Iterator<Item = &mut Record> {
        self.tables.entry(&entity.path).or_default().rows_mut()
    }

    /// Keeps a new record under the next free id.
    pub fn insert(&mut self, entity: &'static Entity, record: Record) -> i64 {
        let id = self.tables.entry(&entity.path).or_default().next_id();
        self.put(entity, id, record);
        id
    }

    /// Keeps a record under this id.
    pub fn put(&mut self, entity: &'static Entity, id: i64, mut record: Record) {
        record.retain(|_, value| !value.is_null());
        record.insert("id".to_owned(), Value::from(id));
        self.tables.entry(&entity.path).or_default().put(entity, id, record);
    }

    /// The next new record's id will be higher than this.
    pub fn count_ids_from(&mut self, entity: &'static Entity, last: i64) {
        self.tables.entry(&entity.path).or_default().count_ids_from(last);
    }

    /// Takes a record away.
    pub fn remove(&mut self, entity: &'static Entity, id: i64) -> Option<Record> {
        self.tables.get_mut(entity.path.as_str())?.remove(entity, id)
    }

    /// The user of this log-in name.
    pub fn user(&self, name: &str) -> Option<&ApiUser> {
        self.users.iter().find(|user| user.name.eq_ignore_ascii_case(name))
    }

    /// Whether a resource is the user of an integration, who cannot be impersonated or assigned.
    pub fn is_api_only(&self, resource: i64) -> bool {
        self.row(Self::entity("Resources"), resource).and_then(|row| row.get("userType"))
            == Some(&Value::from(super::seed::API_USER_TYPE))
    }

    /// The next ticket number of today: `TYYYYMMDD.nnnn`.
    pub fn next_ticket_number(&mut self) -> String {
        let today = self.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let count = match self.last_number {
            Some((day, count)) if day == today => count + 1,
            _ => 1,
        };
        self.last_number = Some((today, count));
        format!("T{}.{count:04}", today.strftime("%Y%m%d"))
    }

    /// The API's base address in the zone where the database lives, with a slash at the end.
    pub fn zone_url(&self) -> String {
        match &self.quirks.zone {
            Some(zone) => format!("{}/{zone}/atservicesrest/", self.base_url),
            None => format!("{}/atservicesrest/", self.base_url),
        }
    }
}
