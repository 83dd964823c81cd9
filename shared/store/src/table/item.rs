//! Records as items and back.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::schema::{DUE, DUE_AT, DUE_BUCKET, EXPIRES_AT, FORMAT, NOTED, PK, RECORD, SK, VERSION};
use super::{Error, Key, Record, Stored};

pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) fn key(key: &Key) -> Item {
    Item::from([(PK.to_owned(), text(&key.pk)), (SK.to_owned(), text(&key.sk))])
}

pub(super) fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(super) fn number(number: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

/// The first whole second that is not before `at`: work is never found due before its time.
pub(super) fn whole_second(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}

pub(super) fn encode<R: Record>(value: &R, version: u64) -> Result<Item, Error> {
    let Key { pk, sk } = R::key(&value.id());
    let record = serde_dynamo::to_attribute_value(value)
        .map_err(|error| Error::Malformed(format!("{} {pk}/{sk} is no item: {error}", R::KIND)))?;
    let mut item = Item::from([
        (PK.to_owned(), AttributeValue::S(pk)),
        (SK.to_owned(), AttributeValue::S(sk)),
        (FORMAT.to_owned(), number(R::FORMAT)),
        (VERSION.to_owned(), number(version)),
        (RECORD.to_owned(), record),
    ]);
    if let Some(at) = value.due_at() {
        item.insert(DUE_BUCKET.to_owned(), text(DUE));
        item.insert(DUE_AT.to_owned(), number(whole_second(at)));
    }
    if value.is_noted() {
        item.insert(NOTED.to_owned(), text(R::KIND));
    }
    if let Some(at) = value.expires_at() {
        item.insert(EXPIRES_AT.to_owned(), number(whole_second(at)));
    }
    Ok(item)
}

pub(super) fn decode<R: Record>(mut item: Item) -> Result<Stored<R>, Error> {
    let key = key_of(&item)?;
    let unreadable = |reason: String| Error::Unreadable { key: key.clone(), reason };
    let found: u32 = whole(&item, FORMAT).ok_or_else(|| unreadable("it has no format".to_owned()))?;
    let version = whole(&item, VERSION).ok_or_else(|| unreadable("it has no version".to_owned()))?;
    if found > R::FORMAT {
        return Err(Error::NewerFormat { key, found, known: R::FORMAT });
    }
    let fields = item.remove(RECORD).ok_or_else(|| unreadable("it has no fields".to_owned()))?;
    let value = if found == R::FORMAT {
        serde_dynamo::from_attribute_value(fields).map_err(|error| unreadable(error.to_string()))?
    } else if found + 1 == R::FORMAT {
        let fields = serde_dynamo::from_attribute_value(fields).map_err(|error| unreadable(error.to_string()))?;
        R::from_previous(fields).map_err(|error| unreadable(error.to_string()))?
    } else {
        return Err(unreadable(format!("format {found} is too old for this release, which knows {}", R::FORMAT)));
    };
    Ok(Stored { value, version })
}

pub(super) fn key_of(item: &Item) -> Result<Key, Error> {
    let part = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    match (part(PK), part(SK)) {
        (Some(pk), Some(sk)) => Ok(Key::new(pk, sk)),
        _ => Err(Error::Malformed("an item without a key was returned".to_owned())),
    }
}

pub(super) fn whole<N: std::str::FromStr>(item: &Item, name: &str) -> Option<N> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// The version of a new record: taken from its content, so that it differs from that of an earlier record in the same place
/// unless the two are the same in every field.
pub(super) fn first_version<R: Record>(value: &R) -> Result<u64, Error> {
    let content = serde_json::to_vec(value)
        .map_err(|error| Error::Malformed(format!("{} cannot be written: {error}", R::KIND)))?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&content);
    Ok(hasher.finish() & u64::from(u32::MAX))
}
