//! Creating, changing and deleting records: what is the same for every entity.

use serde_json::Value;

use super::changes::{Changes, id_of};
use super::record::{Record, UDFS, int};
use super::refusal::Refusal;
use super::schema::Entity;
use super::validate::validate;
use super::world::{Actor, World};
use super::{behaviour, hooks, stamps};

/// How an update treats the fields that it does not mention.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// PATCH: they stay.
    Partial,
    /// PUT: they become null.
    Full,
}

/// Creates a record and answers its id.
pub(super) fn create(
    world: &mut World,
    actor: Actor,
    entity: &'static Entity,
    owner: Option<i64>,
    body: &Value,
) -> Result<i64, Refusal> {
    let mut errors = Vec::new();
    let changes = Changes::read(entity, body, &world.quirks, &mut errors)?;
    let mut draft = Record::new();
    changes.apply(&mut draft);
    link_to_owner(entity, owner, &mut draft, &mut errors);
    behaviour::prepare(world, entity, None, &mut draft);
    validate(world, entity, None, &draft, &mut errors);
    behaviour::check(world, actor, entity, None, &draft, &mut errors);
    Refusal::unless_empty(errors)?;
    if let Some(existing) = behaviour::duplicate_of(world, entity, &draft) {
        return Ok(existing);
    }
    Ok(store(world, actor, entity, None, draft))
}

/// Changes the record that the body names and answers its id.
pub(super) fn update(
    world: &mut World,
    actor: Actor,
    entity: &'static Entity,
    owner: Option<i64>,
    body: &Value,
    mode: Mode,
) -> Result<i64, Refusal> {
    let id = id_of(body).ok_or_else(|| Refusal::text("id is required"))?;
    let old = world.row(entity, id).filter(|record| belongs(entity, record, owner)).cloned();
    let old = old.ok_or_else(|| no_matching("update"))?;
    let mut errors = Vec::new();
    let strict = world.quirks.strict_read_only;
    let mut changes = Changes::read(entity, body, &world.quirks, &mut errors)?;
    changes.keep_create_only(&old, strict, &mut errors);
    behaviour::check_body(entity, &changes, &mut errors);
    let mut new = old.clone();
    if mode == Mode::Full {
        let server_set = |name: &str| entity.field(name).is_none_or(|field| field.read_only || field.create_only);
        // User-defined fields are a list of their own; what a PUT without it does is not documented: here it stays.
        new.retain(|name, _| name == UDFS || server_set(name));
    }
    changes.apply(&mut new);
    behaviour::prepare(world, entity, Some(&old), &mut new);
    validate(world, entity, Some(&old), &new, &mut errors);
    behaviour::check(world, actor, entity, Some(&old), &new, &mut errors);
    Refusal::unless_empty(errors)?;
    Ok(store(world, actor, entity, Some(&old), new))
}

/// Deletes a record.
pub(super) fn delete(
    world: &mut World,
    actor: Actor,
    entity: &'static Entity,
    owner: Option<i64>,
    id: i64,
) -> Result<(), Refusal> {
    let found = world.row(entity, id).is_some_and(|record| belongs(entity, record, owner));
    let gone = if found { world.remove(entity, id) } else { None };
    let gone = gone.ok_or_else(|| no_matching("delete"))?;
    behaviour::deleted(world, actor, entity, &gone);
    hooks::raise(world, actor, entity, hooks::Event::Delete(&gone));
    Ok(())
}

/// Keeps a record that has passed every check, with all that follows from it.
pub(super) fn store(
    world: &mut World,
    actor: Actor,
    entity: &'static Entity,
    old: Option<&Record>,
    mut new: Record,
) -> i64 {
    stamps::stamp(world, actor, entity, old, &mut new);
    behaviour::settle(world, actor, entity, old, &mut new);
    let id = match old.and_then(|old| int(old, "id")) {
        Some(id) => {
            world.put(entity, id, new);
            id
        }
        None => world.insert(entity, new),
    };
    let new = world.row(entity, id).cloned().unwrap_or_default();
    let event = match old {
        Some(old) => hooks::Event::Update { old, new: &new },
        None => hooks::Event::Create(&new),
    };
    hooks::raise(world, actor, entity, event);
    behaviour::stored(world, actor, entity, old, &new);
    id
}

/// Whether a record is one of the owner's; always, where no owner is named.
pub(super) fn belongs(entity: &Entity, record: &Record, owner: Option<i64>) -> bool {
    match (&entity.parent, owner) {
        (Some(parent), Some(owner)) => int(record, &parent.field) == Some(owner),
        _ => true,
    }
}

fn link_to_owner(entity: &Entity, owner: Option<i64>, draft: &mut Record, errors: &mut Vec<String>) {
    let (Some(parent), Some(owner)) = (&entity.parent, owner) else { return };
    let named = draft.entry(parent.field.clone()).or_insert_with(|| Value::from(owner));
    if *named != owner {
        errors.push(format!("The {} of the body is not the one of the path.", parent.field));
    }
}

fn no_matching(action: &str) -> Refusal {
    Refusal::text(format!(
        "No matching records found. The logged in Resource may not have the required permissions to {action} the data."
    ))
}
