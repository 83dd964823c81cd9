//! Companies, their contacts and locations.

use serde_json::Value;

use super::dates;
use super::filter::Bounds;
use super::record::{Record, flag, int};
use super::schema::Entity;
use super::validate::invalid_reference;
use super::world::World;

/// A company is active unless the request says otherwise.
pub(super) fn prepare(old: Option<&Record>, company: &mut Record) {
    if old.is_none() {
        company.entry("isActive").or_insert(true.into());
    }
}

/// The owner is an active person: users of integrations own no companies.
pub(super) fn check(world: &World, old: Option<&Record>, company: &Record, errors: &mut Vec<String>) {
    let Some(owner) = int(company, "ownerResourceID") else { return };
    if old.and_then(|old| int(old, "ownerResourceID")) == Some(owner) {
        return;
    }
    let record = world.row(World::entity("Resources"), owner);
    if record.is_some_and(|record| !flag(record, "isActive") || world.is_api_only(owner)) {
        errors.push(invalid_reference("ownerResourceID", "Resource"));
    }
}

/// Keeps the time of the last activity where an edit is none.
pub(super) fn settle(world: &World, old: Option<&Record>, company: &mut Record) {
    if let Some(old) = old.filter(|_| world.quirks.quiet_company_edits) {
        let before = old.get("lastActivityDate").cloned().unwrap_or(Value::Null);
        company.insert("lastActivityDate".to_owned(), before);
    }
}

/// What happens to a company's tickets, notes and contacts is activity of the company.
pub(super) fn touch(world: &mut World, company: Option<i64>) {
    let companies = World::entity("Companies");
    let Some(id) = company else { return };
    let Some(mut record) = world.row(companies, id).cloned() else { return };
    record.insert("lastActivityDate".to_owned(), dates::stored(world.now()).into());
    world.put(companies, id, record);
}

/// A company has one primary contact, and one primary location: the newest takes the place of the one before.
pub(super) fn stored_of_company(world: &mut World, entity: &'static Entity, flag_name: &str, new: &Record) {
    let company = int(new, "companyID");
    touch(world, company);
    let (Some(company), true) = (company, flag(new, flag_name)) else { return };
    let others: Vec<_> = world
        .matching(entity, &Bounds::of_key("companyID", company))
        .filter(|(id, record)| Some(*id) != int(new, "id") && flag(record, flag_name))
        .map(|(id, record)| (id, record.clone()))
        .collect();
    for (id, mut other) in others {
        other.insert(flag_name.to_owned(), false.into());
        world.put(entity, id, other);
    }
}
