//! The simulated database: tables of records, and what the service keeps beside them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::hooks::Callouts;
use super::ids::ResourceId;
use super::limits::Meter;
use super::picks::{COMPLETE, PickLists};
use super::quirks::Quirks;
use super::record::Record;
use super::schema::{Entity, Schema};
use super::tickets::CategoryRules;
use crate::control::Clock;

/// Everything that one Autotask database and its zone hold.
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
    tables: BTreeMap<&'static str, BTreeMap<i64, Record>>,
    last_ids: BTreeMap<&'static str, i64>,
    last_number: Option<(Date, u32)>,
}

/// A log-in for the API.
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
            last_ids: BTreeMap::new(),
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
        self.tables.get(entity.path.as_str())?.get(&id)
    }

    /// All records of an entity by ascending id.
    pub fn rows(&self, entity: &Entity) -> impl DoubleEndedIterator<Item = (i64, &Record)> {
        self.tables.get(entity.path.as_str()).into_iter().flatten().map(|(id, record)| (*id, record))
    }

    /// All records of an entity, to change without any of the service's rules.
    pub fn rows_mut(&mut self, entity: &'static Entity) -> impl Iterator<Item = &mut Record> {
        self.tables.entry(&entity.path).or_default().values_mut()
    }

    /// Keeps a new record under the next free id.
    pub fn insert(&mut self, entity: &'static Entity, record: Record) -> i64 {
        let id = self.last_ids.get(entity.path.as_str()).map_or(1, |last| last + 1);
        self.put(entity, id, record);
        id
    }

    /// Keeps a record under this id.
    pub fn put(&mut self, entity: &'static Entity, id: i64, mut record: Record) {
        record.retain(|_, value| !value.is_null());
        record.insert("id".to_owned(), Value::from(id));
        let last = self.last_ids.entry(&entity.path).or_insert(0);
        *last = id.max(*last);
        self.tables.entry(&entity.path).or_default().insert(id, record);
    }

    /// The next new record's id will be higher than this.
    pub fn count_ids_from(&mut self, entity: &'static Entity, last: i64) {
        self.last_ids.insert(&entity.path, last);
    }

    /// Takes a record away.
    pub fn remove(&mut self, entity: &Entity, id: i64) -> Option<Record> {
        self.tables.get_mut(entity.path.as_str())?.remove(&id)
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
