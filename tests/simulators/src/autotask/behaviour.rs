//! What entities do beyond keeping their fields: one arm for each entity that does.
//!
//! A write runs through these steps in order: `prepare` fills in what the request left out, `check` refuses, `settle` sets what
//! the server decides, and after the record is kept `stored` carries the consequences to other records.

use super::changes::Changes;
use super::lines::LineKind;
use super::record::{Record, int};
use super::schema::Entity;
use super::world::{Actor, World};
use super::{adjustments, catalogue, companies, contracts, hooks, lines, notes, tickets};

/// Fills in what the request left out. `old` is absent on create, here and below.
pub(super) fn prepare(world: &World, entity: &Entity, old: Option<&Record>, new: &mut Record) {
    if let Some(kind) = LineKind::of_adjustments(entity) {
        adjustments::prepare(world, kind, new);
    }
    match entity.path.as_str() {
        "Tickets" => tickets::prepare(world, old, new),
        "TicketNotes" => notes::prepare(new),
        "Companies" => companies::prepare(old, new),
        "Services" | "ServiceBundles" => catalogue::prepare(old, new),
        _ => {}
    }
}

/// Refuses an update whose body leaves out what the entity wants repeated.
pub(super) fn check_body(entity: &Entity, changes: &Changes, errors: &mut Vec<String>) {
    if entity.path == "TicketNotes" {
        notes::check_body(changes, errors);
    }
}

/// Refuses what the schema alone cannot.
pub(super) fn check(
    world: &World,
    actor: Actor,
    entity: &Entity,
    old: Option<&Record>,
    new: &Record,
    errors: &mut Vec<String>,
) {
    if let Some(kind) = LineKind::of_adjustments(entity) {
        adjustments::check(world, kind, entity, new, errors);
    }
    match entity.path.as_str() {
        "Tickets" => tickets::check(world, actor, old, new, errors),
        "Companies" => companies::check(world, old, new, errors),
        "Contracts" => contracts::check(new, errors),
        "ContractServices" | "ContractServiceBundles" => contracts::check_sells(world, new, errors),
        "Services" | "ServiceBundles" => catalogue::check(world, new, errors),
        "ServiceBundleServices" => catalogue::check_member(world, new, errors),
        "TicketWebhooks" => hooks::check(world, old, new, errors),
        _ => {}
    }
}

/// The existing record that a create answers instead of making a new one.
pub(super) fn duplicate_of(world: &World, entity: &Entity, draft: &Record) -> Option<i64> {
    if entity.path == "Tickets" { tickets::duplicate_of(world, draft) } else { None }
}

/// Sets what the server decides.
pub(super) fn settle(world: &mut World, actor: Actor, entity: &Entity, old: Option<&Record>, new: &mut Record) {
    if let Some(kind) = LineKind::of_lines(entity) {
        lines::settle(world, kind, new);
    }
    match entity.path.as_str() {
        "Tickets" => tickets::settle(world, actor, old, new),
        "Companies" => companies::settle(world, old, new),
        "TicketWebhooks" => hooks::settle(world, actor, old, new),
        _ => {}
    }
}

/// Carries the consequences of a kept record to other records.
pub(super) fn stored(world: &mut World, actor: Actor, entity: &'static Entity, old: Option<&Record>, new: &Record) {
    if let Some(kind) = LineKind::of_lines(entity) {
        lines::stored(world, kind, new);
    }
    if let Some(kind) = LineKind::of_adjustments(entity) {
        adjustments::stored(world, actor, kind, new);
    }
    match entity.path.as_str() {
        "Contacts" => companies::stored_of_company(world, entity, "primaryContact", new),
        "CompanyLocations" => companies::stored_of_company(world, entity, "isPrimary", new),
        "Contracts" => lines::follow_contract(world, int(new, "id").unwrap_or_default()),
        "ServiceBundleServices" => catalogue::follow_members(world, new),
        "Tickets" => tickets::stored(world, actor, old, new),
        "TicketNotes" | "TimeEntries" => notes::stored(world, actor, new),
        "TicketWebhookFields" | "TicketWebhookUdfFields" => hooks::refresh(world, new),
        _ => {}
    }
}

/// Carries the consequences of a deletion to other records.
pub(super) fn deleted(world: &mut World, actor: Actor, entity: &Entity, gone: &Record) {
    match entity.path.as_str() {
        "Tickets" => tickets::deleted(world, actor, gone),
        "ServiceBundles" => catalogue::bundle_deleted(world, gone),
        "ServiceBundleServices" => catalogue::follow_members(world, gone),
        "TicketWebhooks" => hooks::unregistered(world, gone),
        "TicketWebhookFields" | "TicketWebhookUdfFields" => hooks::refresh(world, gone),
        _ => {}
    }
}
