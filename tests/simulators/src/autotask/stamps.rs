//! Who and when: the fields that every entity fills in the same way.

use serde_json::Value;

use super::dates;
use super::record::Record;
use super::schema::Entity;
use super::world::{Actor, World};

const CREATED_AT: [&str; 3] = ["createDate", "createDateTime", "createdTime"];
const CREATED_BY: [&str; 4] = ["creatorResourceID", "createdByResourceID", "createdByPersonID", "creatorUserID"];
const CHANGED_AT: [&str; 6] = [
    "lastActivityDate",
    "lastModifiedDate",
    "lastModifiedDateTime",
    "lastModifiedTime",
    "lastTrackedModifiedDateTime",
    "lastTrackedModificationDateTime",
];
const CHANGED_BY: [&str; 3] = ["lastActivityResourceID", "lastActivityPersonID", "updateResourceID"];

/// Stamps a record that is about to be kept.
pub(super) fn stamp(world: &World, actor: Actor, entity: &Entity, old: Option<&Record>, new: &mut Record) {
    let now = Value::from(dates::stored(world.now()));
    let who = Value::from(actor.resource.0);
    let mut set = |names: &[&str], value: &Value| {
        for name in names.iter().filter(|name| entity.field(name).is_some_and(|field| field.read_only)) {
            new.insert((*name).to_owned(), value.clone());
        }
    };
    if old.is_none() {
        set(&CREATED_AT, &now);
        set(&CREATED_BY, &who);
        if let Some(impersonator) = actor.impersonator {
            set(&["impersonatorCreatorResourceID"], &Value::from(impersonator.0));
        }
    } else if let Some(impersonator) = actor.impersonator {
        set(&["impersonatorUpdaterResourceID"], &Value::from(impersonator.0));
    }
    set(&CHANGED_AT, &now);
    set(&CHANGED_BY, &who);
}
