//! Behaviour on which the documents are silent or contradict each other, as switches.
//!
//! The defaults are the readings we think most likely. A client that works is one that works under every setting.

use std::time::Duration;

use jiff::civil::Date;

use super::schema::{Entity, Field};

/// The switches.
#[derive(Clone, Debug)]
pub struct Quirks {
    /// How `GET /{Entity}/{id}` answers for a record that is not there. The documents do not say which entity does which.
    pub missing_id: MissingId,
    /// `PATCH /Tickets` is not offered (405). The documents do not say that this happens; two integrators report it.
    pub no_ticket_patch: bool,
    /// A workflow rule of the database that changes a status right after an update through the API wrote it. Which rules exist
    /// is the customer's choice; the documents do not say how the answer to the update tells (here: it does not).
    pub workflow: Option<StatusRule>,
    /// A create with the external id and company of an existing ticket answers that ticket's id and creates nothing. The documents
    /// describe the setting, and do not say what the API answers.
    pub merge_duplicates: bool,
    /// Fields that must be filled before a ticket can be completed. The documents do not say how the API reacts.
    pub required_on_completion: Vec<String>,
    /// Writing a read-only, create-only or unknown field is refused; otherwise it is ignored. The documents do not say.
    pub strict_read_only: bool,
    /// The shape of dates in answers. The documents show several.
    pub dates: DateShape,
    /// What happens to a day on its way in and out. The documents contradict each other.
    pub date_only: DateOnly,
    /// Days are shown without a time of day. The documents show `T00:00:00Z`; integrators send and compare bare dates.
    pub bare_days: bool,
    /// Fields, by collection and name, that this database is too old to have, such as `Contracts` `lastModifiedDateTime`.
    pub absent_fields: Vec<(&'static str, &'static str)>,
    /// Collections that the integration's user may not read: lists come empty, single records are not there. The documents do
    /// not say how a missing right shows; integrators report empty lists.
    pub unreadable: Vec<&'static str>,
    /// Single records that the integration's user may not see, by collection and id, such as contracts of another line of business.
    pub unseen: Vec<(&'static str, i64)>,
    /// A ticket may be linked to a device that is no longer active. The documents only advise clients to check this first.
    pub retired_devices_accepted: bool,
    /// A refused link to a device is told without the name of the field. The documents do not give the text.
    pub vague_device_refusal: bool,
    /// Edits of a company's own fields leave `lastActivityDate` alone. The documents recommend the field for polling, and do not
    /// say what moves it.
    pub quiet_company_edits: bool,
    /// The `endDate` of a units row that an adjustment cut short is the day on which the next row begins, not the day before.
    pub cut_rows_overlap: bool,
    /// `ContractServiceUnits` also lists the services inside sold bundles, under a `contractServiceID` that is no line of the
    /// contract. Nothing suggests it, and nothing rules it out.
    pub bundle_members_have_units: bool,
    /// Units rows that begin before this day have no `contractServiceID`. The documents only say that old rows may lack it.
    pub no_contract_service_before: Option<Date>,
    /// The database lives in this other zone: a first path segment on this server. Other paths answer 401 until the client asks
    /// for the zone again. The documents do not say what the old zone answers; integrators report 401.
    pub zone: Option<String>,
    /// Requests in a rolling hour that the database allows, all integrations together. 10,000 by the documents.
    pub request_threshold: usize,
    /// `Retry-After` on a 429. The documents do not mention the header.
    pub retry_after: Option<Duration>,
    /// At most three calls in flight for each endpoint and integration; more answer 429. The documents do not say the status.
    pub thread_limit: bool,
    /// Slows calls by 0.5 s from half of the threshold and by 1 s from three quarters, as documented. Off by default: tests that
    /// do not look at time should not spend it.
    pub latency_bands: bool,
    /// How long a call takes on the server beside that. Lets calls overlap.
    pub response_time: Duration,
}

/// A record that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingId {
    /// 404 with an empty body.
    NotFound,
    /// 200 with `{"item":null}`.
    NullItem,
}

/// The shape of dates in answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateShape {
    /// `2026-11-22T10:15:00Z`, a fraction only where there is one.
    Zulu,
    /// `2026-11-22T10:15:00.000Z`.
    Milliseconds,
    /// `2026-11-22T10:15:00` or `2026-11-22T10:15:00.563`.
    NoZone,
}

/// What happens to a day on its way in and out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOnly {
    /// The day is kept as sent and shown as midnight UTC.
    AsSent,
    /// What is sent is taken as UTC and converted to the database's zone, this many hours ahead of UTC; the day there is kept, and
    /// shown as midnight UTC.
    TakenAsUtc {
        /// The zone's hours ahead of UTC.
        ahead: i8,
    },
    /// Days are shown as midnight in the database's zone, this many hours ahead of UTC: `2026-12-01` reads `2026-11-30T13:00:00Z`
    /// at eleven hours.
    LocalMidnight {
        /// The zone's hours ahead of UTC.
        ahead: i8,
    },
}

/// A workflow rule: a ticket that an update moves to one status goes on to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRule {
    /// The status written by the update.
    pub from: i64,
    /// The status that the rule sets instead.
    pub to: i64,
}

impl Quirks {
    /// The field of this name, unless this database is too old to have it.
    pub(super) fn field<'a>(&self, entity: &'a Entity, name: &str) -> Option<&'a Field> {
        entity.field(name).filter(|field| self.has(entity, field))
    }

    /// Whether this database has the field.
    pub(super) fn has(&self, entity: &Entity, field: &Field) -> bool {
        !self.absent_fields.iter().any(|(collection, name)| entity.path == *collection && field.name == *name)
    }

    /// Whether the integration's user may read the entity.
    pub(super) fn can_read(&self, entity: &Entity) -> bool {
        !self.unreadable.contains(&entity.path.as_str())
    }

    /// Whether the integration's user sees this record of an entity that it may read.
    pub(super) fn sees(&self, entity: &Entity, id: i64) -> bool {
        !self.unseen.iter().any(|(collection, unseen)| entity.path == *collection && *unseen == id)
    }
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            missing_id: MissingId::NotFound,
            no_ticket_patch: false,
            workflow: None,
            merge_duplicates: false,
            required_on_completion: Vec::new(),
            strict_read_only: false,
            dates: DateShape::Zulu,
            date_only: DateOnly::AsSent,
            bare_days: false,
            absent_fields: Vec::new(),
            unreadable: Vec::new(),
            unseen: Vec::new(),
            retired_devices_accepted: false,
            vague_device_refusal: false,
            quiet_company_edits: false,
            cut_rows_overlap: false,
            bundle_members_have_units: false,
            no_contract_service_before: None,
            zone: None,
            request_threshold: 10_000,
            retry_after: None,
            thread_limit: true,
            latency_bands: false,
            response_time: Duration::ZERO,
        }
    }
}
