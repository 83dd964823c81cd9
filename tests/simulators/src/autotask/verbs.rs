//! What people do at Autotask's own screens, and what tests want to see: domain verbs, without HTTP.

mod contracts;
mod crowd;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::filter::Bounds;
use super::ids::{CategoryId, CompanyId, ResourceId, TicketId};
use super::picks::{Complete, Shift};
use super::record::{Record, int};
use super::refusal::Refusal;
use super::world::{Actor, World};
use super::write::{self, Mode};
use super::{Autotask, seed};

pub use contracts::ContractDraft;

/// Tickets.
impl Autotask {
    /// All tickets by ascending id.
    pub fn tickets(&self) -> Vec<Record> {
        self.records("Tickets")
    }

    /// One ticket.
    pub fn ticket(&self, ticket: TicketId) -> Option<Record> {
        self.record("Tickets", ticket.0)
    }

    /// The notes of a ticket, oldest first.
    pub fn notes(&self, ticket: TicketId) -> Vec<Record> {
        self.records("TicketNotes").into_iter().filter(|note| int(note, "ticketID") == Some(ticket.0)).collect()
    }

    /// A technician opens a ticket: `fields` as the API takes them.
    ///
    /// # Errors
    /// What the service's rules refuse, here and below.
    pub fn create_ticket_as(&self, resource: ResourceId, fields: &Value) -> Result<TicketId, Refusal> {
        let id = write::create(&mut self.world(), Actor::person(resource), World::entity("Tickets"), None, fields)?;
        Ok(TicketId(id))
    }

    /// A technician changes a ticket: `fields` as the API takes them, without the id.
    pub fn change_ticket_as(&self, resource: ResourceId, ticket: TicketId, mut fields: Value) -> Result<(), Refusal> {
        fields["id"] = ticket.0.into();
        let (world, actor) = (&mut self.world(), Actor::person(resource));
        write::update(world, actor, World::entity("Tickets"), None, &fields, Mode::Partial).map(|_| ())
    }

    /// A technician completes a ticket.
    pub fn complete_as(&self, resource: ResourceId, ticket: TicketId) -> Result<(), Refusal> {
        let complete = self.complete_status();
        self.set_status_as(resource, ticket, complete)
    }

    /// A technician moves a ticket to a status.
    pub fn set_status_as(&self, resource: ResourceId, ticket: TicketId, status: i64) -> Result<(), Refusal> {
        self.change_ticket_as(resource, ticket, json!({ "status": status }))
    }

    /// A technician moves a ticket to another company, with its time if need be.
    pub fn move_ticket(&self, ticket: TicketId, company: CompanyId) -> Result<(), Refusal> {
        self.change_ticket_as(seed::TECHNICIAN, ticket, json!({ "companyID": company.0 }))
    }

    /// An administrator deletes a ticket: it vanishes, and `DeletedTicketLogs` gets a row.
    pub fn delete_ticket_as(&self, resource: ResourceId, ticket: TicketId) -> Result<(), Refusal> {
        write::delete(&mut self.world(), Actor::person(resource), World::entity("Tickets"), None, ticket.0)
    }

    /// A technician writes an internal note; answers its id.
    pub fn write_note_as(
        &self,
        resource: ResourceId,
        ticket: TicketId,
        title: &str,
        text: &str,
    ) -> Result<i64, Refusal> {
        let note = json!({ "title": title, "description": text, "noteType": 1, "publish": 2 });
        write::create(&mut self.world(), Actor::person(resource), World::entity("TicketNotes"), Some(ticket.0), &note)
    }

    /// A technician books time on a ticket; answers the entry's id.
    pub fn write_time_as(&self, resource: ResourceId, ticket: TicketId, hours: f64) -> Result<i64, Refusal> {
        let time = json!({ "ticketID": ticket.0, "resourceID": resource.0, "hoursWorked": hours, "summaryNotes": "Worked on it" });
        write::create(&mut self.world(), Actor::person(resource), World::entity("TimeEntries"), None, &time)
    }

    /// The status that means Complete in this database.
    pub fn complete_status(&self) -> i64 {
        self.world().complete
    }
}

/// Companies and devices.
impl Autotask {
    /// All companies by ascending id, the provider's own first.
    pub fn companies(&self) -> Vec<Record> {
        self.records("Companies")
    }

    /// Adds the API user of another integration.
    pub fn add_integration(&self, name: &str) -> ResourceId {
        ResourceId(seed::add_api_user(&mut self.world(), name))
    }

    /// Adds an active customer.
    pub fn add_company(&self, name: &str) -> Result<CompanyId, Refusal> {
        let company = json!({ "companyName": name, "companyType": 1, "ownerResourceID": seed::TECHNICIAN.0, "phone": "+1 555 0199" });
        let (world, actor) = (&mut self.world(), Actor::person(seed::TECHNICIAN));
        write::create(world, actor, World::entity("Companies"), None, &company).map(CompanyId)
    }

    /// Makes a company inactive.
    pub fn deactivate_company(&self, company: CompanyId) -> Result<(), Refusal> {
        self.change_company(company, json!({ "isActive": false }))
    }

    /// Makes a company active again.
    pub fn activate_company(&self, company: CompanyId) -> Result<(), Refusal> {
        self.change_company(company, json!({ "isActive": true }))
    }

    /// Gives a company another name.
    pub fn rename_company(&self, company: CompanyId, name: &str) -> Result<(), Refusal> {
        self.change_company(company, json!({ "companyName": name }))
    }

    /// Adds an active device; answers its id.
    pub fn add_device(&self, company: CompanyId, title: &str) -> Result<i64, Refusal> {
        let (world, actor) = (&mut self.world(), Actor::person(seed::TECHNICIAN));
        write::create(world, actor, World::entity("ConfigurationItems"), None, &seed::device(company.0, title))
    }

    /// Takes a device out of use.
    pub fn retire_device(&self, device: i64) -> Result<(), Refusal> {
        let (world, actor) = (&mut self.world(), Actor::person(seed::TECHNICIAN));
        let retired = json!({ "id": device, "isActive": false });
        write::update(world, actor, World::entity("ConfigurationItems"), None, &retired, Mode::Partial).map(|_| ())
    }

    fn change_company(&self, company: CompanyId, mut fields: Value) -> Result<(), Refusal> {
        fields["id"] = company.0.into();
        let (world, actor) = (&mut self.world(), Actor::person(seed::TECHNICIAN));
        write::update(world, actor, World::entity("Companies"), None, &fields, Mode::Partial).map(|_| ())
    }
}

/// The administrator's settings.
impl Autotask {
    /// Gives statuses, priorities and queues other numbers, in pick lists and records alike, to prove that no client has its own
    /// idea of them. Done twice, they move twice.
    pub fn shift_pick_lists(&self, complete: Complete) {
        let mut world = self.world();
        let shift = Shift { complete: world.complete, of_complete: complete };
        world.picks.shift(shift);
        for collection in ["Tickets", "TicketCategoryFieldDefaults"] {
            for record in world.rows_mut(World::entity(collection)) {
                shift.apply(collection, record);
            }
        }
        world.complete = shift.complete();
    }

    /// Makes a pick-list value inactive; says whether there was such a value.
    pub fn deactivate_pick_value(&self, collection: &str, field: &str, value: i64) -> bool {
        self.world().picks.deactivate(collection, field, &value.to_string())
    }

    /// The number behind a label of a pick list, such as the status `In Progress`.
    pub fn pick_value(&self, collection: &str, field: &str, label: &str) -> Option<i64> {
        let world = self.world();
        world.picks.at(collection, field).iter().find(|value| value.label == label)?.value.parse().ok()
    }

    /// Makes a ticket category demand a field.
    pub fn require_in_category(&self, category: CategoryId, field: &str) {
        self.world().category_rules.required.entry(category).or_default().push(field.to_owned());
    }

    /// Makes a ticket category supply the due date and time.
    pub fn supply_due_in_category(&self, category: CategoryId, after: SignedDuration) {
        self.world().category_rules.due_after.insert(category, after);
    }

    /// Changes the secret of an API user; the old one no longer works.
    pub fn change_secret(&self, user: &str, secret: &str) {
        let mut world = self.world();
        if let Some(user) = world.users.iter_mut().find(|each| each.name == user) {
            secret.clone_into(&mut user.secret);
        }
    }

    /// Other integrations of the same database send this many requests now.
    pub fn other_integrations_call(&self, requests: usize) {
        let mut world = self.world();
        let now = world.now();
        world.meter.count_others(requests, now);
    }
}

/// Any entity.
impl Autotask {
    /// All records of a collection of the schema, such as `DeletedTicketLogs`, by ascending id.
    ///
    /// # Panics
    /// When the schema has no such collection: a test that misspells it should not see an empty table.
    pub fn records(&self, collection: &str) -> Vec<Record> {
        let entity = World::entity(collection);
        self.world().select(entity, &Bounds::default()).map(|(_, row)| row.to_record(entity)).collect()
    }

    /// One record of a collection of the schema.
    ///
    /// # Panics
    /// When the schema has no such collection.
    pub fn record(&self, collection: &str, id: i64) -> Option<Record> {
        let entity = World::entity(collection);
        self.world().select(entity, &Bounds::of_id(id)).next().map(|(_, row)| row.to_record(entity))
    }
}
