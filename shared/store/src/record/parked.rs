//! Work that could not be done and waits for a person (rule B2). The list is read newest first and shown a page at a time, so it
//! holds no bodies: a body may have 350 KB. The body lies by itself, under a fingerprint of what was parked and why, which is also
//! how a repeat of the same message is found and counted instead of being listed again.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::sortable;
use crate::table::{Committed, Deleted, Error, Key, Order, Page, Query, Read, Record, Stored, Table};

/// Why a message is parked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable code, for example `unreadable`.
    pub code: String,
    /// In words: what happened, to which customer, and what to do.
    pub text: String,
    /// The account, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The tenant, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

/// Identifies a parked message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedId {
    /// When it was parked first.
    pub first_at: Timestamp,
    /// Made from the source, the body and the code.
    pub fingerprint: String,
}

/// A parked message, as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// Its place in the list.
    pub id: ParkedId,
    /// Which queue or door it came from.
    pub source: String,
    /// Why it is parked; of the last time, if it came again.
    pub reason: Reason,
    /// When it was parked last.
    pub last_at: Timestamp,
    /// How often.
    pub count: u64,
}

/// The body of a parked message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedBody {
    /// Its entry in the list.
    pub id: ParkedId,
    /// As received; a body that is not text is in base64.
    pub body: String,
}

impl Record for Parked {
    const KIND: &'static str = "PARKED";
    type Id = ParkedId;

    fn key(id: &ParkedId) -> Key {
        Key::new(Self::KIND, format!("{}#{}", sortable(id.first_at), id.fingerprint))
    }

    fn id(&self) -> ParkedId {
        self.id.clone()
    }
}

impl Record for ParkedBody {
    const KIND: &'static str = "PARKED_BODY";
    type Id = String;

    fn key(fingerprint: &String) -> Key {
        Key::alone(Self::KIND, fingerprint)
    }

    fn id(&self) -> String {
        self.id.fingerprint.clone()
    }
}

impl Parked {
    /// Parks a message, or counts it when the same message is parked for the same code already.
    ///
    /// # Errors
    /// The table cannot be read or written.
    pub async fn park(
        table: &Table,
        source: &str,
        body: String,
        reason: Reason,
        now: Timestamp,
    ) -> Result<ParkedId, Error> {
        let id = ParkedId { first_at: now, fingerprint: fingerprint(source, &body, &reason.code) };
        let parked = Self { id: id.clone(), source: source.to_owned(), reason, last_at: now, count: 1 };
        let body = ParkedBody { id: id.clone(), body };
        let mut transaction = table.transaction();
        transaction.insert(&body)?;
        transaction.insert(&parked)?;
        match transaction.commit().await? {
            Committed::Done => Ok(id),
            Committed::Refused(_) => parked.count_again(table).await,
        }
    }

    /// Adds this repeat to the entry that is listed already.
    async fn count_again(self, table: &Table) -> Result<ParkedId, Error> {
        let listed = table.get::<ParkedBody>(&self.id.fingerprint, Read::Strong).await?;
        // Gone again in the meantime: somebody retries or discards it at this very moment.
        let id = listed.map_or(self.id, |body| body.value.id);
        let (reason, now) = (self.reason, self.last_at);
        let count = |parked: Option<Self>| {
            parked.map(|parked| Self { reason: reason.clone(), last_at: now, count: parked.count + 1, ..parked })
        };
        table.modify(&id, count).await?;
        Ok(id)
    }

    /// A page of the list, newest first.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn page(table: &Table, after: Option<String>, limit: usize) -> Result<Page<Self>, Error> {
        table.query(Query::partition(Self::KIND, Order::Descending, limit).after(after)).await
    }

    /// The body of a listed message.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn body(table: &Table, id: &ParkedId) -> Result<Option<String>, Error> {
        let body = table.get::<ParkedBody>(&id.fingerprint, Read::Strong).await?;
        Ok(body.filter(|body| body.value.id == *id).map(|body| body.value.body))
    }

    /// Takes a message off the list, after it was sent again or because a person discards it.
    ///
    /// # Errors
    /// The table cannot be read or written.
    pub async fn remove(table: &Table, id: &ParkedId) -> Result<(), Error> {
        // The body goes first: without it the entry is still shown and can be removed again.
        if let Some(body) = table.get::<ParkedBody>(&id.fingerprint, Read::Strong).await?
            && body.value.id == *id
        {
            table.delete(&body).await?;
        }
        let mut parked: Option<Stored<Self>> = table.get(id, Read::Strong).await?;
        while let Some(listed) = parked {
            parked = match table.delete(&listed).await? {
                Deleted::Done => None,
                Deleted::Conflict(now) => now,
            };
        }
        Ok(())
    }
}

/// The same message from the same place for the same code has the same fingerprint.
fn fingerprint(source: &str, body: &str, code: &str) -> String {
    let mut hash = Sha256::new();
    for part in [source, code, body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut text = String::with_capacity(32);
    for byte in &hash.finalize()[..16] {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
    }
    text
}
