//! What could not be done and waits for a person (rule B2).

mod again;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::{Parked, ParkedId};
use store::table::{Read, Stored};

use crate::auth::Actor;
use crate::error::Error;
use crate::page::{Page, Window, rows};
use crate::{Deps, journal, text};

pub use again::retry;

/// A parked message, as listed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "ParkedMessage")]
pub struct View {
    /// Names it in paths.
    pub id: String,
    /// Which queue or door it came from.
    pub source: String,
    /// Stable code of the reason.
    pub code: String,
    /// What happened, to which customer, and what to do.
    pub reason: String,
    /// The account, as far as known.
    pub account: Option<String>,
    /// The tenant, as far as known.
    pub tenant: Option<String>,
    /// When it was parked first.
    pub first_at: Timestamp,
    /// When it was parked last.
    pub last_at: Timestamp,
    /// How often.
    pub count: u64,
}

/// A parked message with what it says.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ParkedMessageWithBody")]
pub struct Whole {
    /// The message.
    #[serde(flatten)]
    pub parked: View,
    /// As received; a body that came through a webhook is in base64.
    pub body: Option<String>,
}

/// Why something is given up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Reason")]
pub struct Given {
    /// For whoever looks at it later.
    pub reason: String,
}

impl Given {
    /// The reason: there is one, and it has an end.
    pub(crate) fn text(&self) -> Result<String, Error> {
        text::reason("reason", &self.reason)
    }
}

/// A page of them, newest first.
///
/// # Errors
/// The table cannot be read.
pub async fn list(deps: &Deps, window: Window) -> Result<Page<View>, Error> {
    let page = Parked::page(&deps.systems.table, window.after, rows(window.limit)?).await?;
    Ok(Page::of(page, |stored| View::of(stored.value)))
}

/// One of them with its body.
///
/// # Errors
/// There is no such message (any more).
pub async fn read(deps: &Deps, id: &str) -> Result<Whole, Error> {
    let parked = find(deps, id).await?;
    let body = Parked::body(&deps.systems.table, &parked.id).await?;
    Ok(Whole { parked: View::of(parked), body })
}

/// Takes it off the list for good.
///
/// # Errors
/// There is no such message (any more), or no reason is given.
pub async fn discard(deps: &Deps, by: &Actor, id: &str, given: &Given) -> Result<(), Error> {
    let why = given.text()?;
    let parked = find(deps, id).await?;
    let change = journal::Change::new("a parked message was discarded");
    let change = journal::Change { why: Some(why), old: Some(parked.reason.text.clone()), ..change };
    journal::record(deps, by, change).await?;
    Ok(Parked::remove(&deps.systems.table, &parked.id).await?)
}

async fn find(deps: &Deps, id: &str) -> Result<Parked, Error> {
    let missing = || Error::NotFound("there is no such parked message (any more)".to_owned());
    let id = parse(id).ok_or_else(missing)?;
    let stored: Option<Stored<Parked>> = deps.systems.table.get(&id, Read::Strong).await?;
    stored.map(|stored| stored.value).ok_or_else(missing)
}

/// Time and fingerprint, in characters that need no escape in a path.
fn name(id: &ParkedId) -> String {
    format!("{}-{}", id.first_at.as_nanosecond(), id.fingerprint)
}

fn parse(text: &str) -> Option<ParkedId> {
    let (nanosecond, fingerprint) = text.split_once('-')?;
    let first_at = Timestamp::from_nanosecond(nanosecond.parse().ok()?).ok()?;
    Some(ParkedId { first_at, fingerprint: fingerprint.to_owned() })
}

impl View {
    fn of(parked: Parked) -> Self {
        Self {
            id: name(&parked.id),
            source: parked.source,
            code: parked.reason.code,
            reason: parked.reason.text,
            account: parked.reason.account,
            tenant: parked.reason.tenant,
            first_at: parked.id.first_at,
            last_at: parked.last_at,
            count: parked.count,
        }
    }
}
