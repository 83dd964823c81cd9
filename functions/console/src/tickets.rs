//! The tickets of an account, as the journal and the ledger know them (rule T18).

mod links;

use std::collections::BTreeMap;

use bridge_core::alert;
use bridge_core::ticket::Entry;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::Activity;
use store::table::Read;

use crate::Deps;
use crate::activity::{self, Filter};
use crate::error::Error;
use crate::page::{Page, rows};

pub(crate) use links::Links;

/// Which tickets.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TicketFilter")]
pub struct Asked {
    /// Writes to tickets to look at, 1 to 500; 50 unless given. A ticket has several.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Only those of this account.
    pub account: Option<i64>,
}

/// A ticket that was written to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "WrittenTicket")]
pub struct View {
    /// Its id in Autotask.
    pub ticket: i64,
    /// Its number, as far as known.
    pub number: Option<String>,
    /// Where Autotask shows it, as far as known.
    pub url: Option<String>,
    /// The account that it was written for.
    pub account: Option<i64>,
    /// Its name, while it is mapped.
    pub account_name: Option<String>,
    /// Type of its alerts.
    pub kind: Option<String>,
    /// Its status when last seen; nothing when it is not the problem's current ticket.
    pub status: Option<i64>,
    /// Whether it counts as closed.
    pub is_closed: Option<bool>,
    /// When it was last written to.
    pub last_at: Timestamp,
    /// What was written then.
    pub last_what: String,
}

/// The tickets of a page of the journal's writes to tickets, newest write first. A page may be short, or empty, and still have a
/// next one.
///
/// # Errors
/// The table cannot be read.
pub async fn list(deps: &Deps, asked: Asked) -> Result<Page<View>, Error> {
    let limit = rows(asked.limit)?;
    let filter = Filter { after: asked.after, account: asked.account, ..Filter::default() };
    let page = activity::of_tickets(deps, &filter, limit).await?;
    let mut seen = BTreeMap::new();
    for entry in &page.items {
        if let Some(ticket) = entry.subject.ticket {
            // Newest first: the first entry of a ticket is its last write.
            seen.entry(ticket).or_insert(entry);
        }
    }
    let keys: Vec<alert::Key> = seen.values().filter_map(|entry| entry.subject.key.clone()).collect();
    let entries = deps.systems.table.get_many::<Entry>(&keys, Read::Eventual).await?.found;
    let ledger: BTreeMap<&alert::Key, &Entry> =
        entries.iter().map(|stored| (&stored.value.key, &stored.value)).collect();
    let names = activity::account_names(deps, seen.values().filter_map(|write| write.subject.account)).await?;
    let links = Links::read_for(deps, seen.keys().map(|ticket| ticket.0)).await;
    let mut items: Vec<View> = seen
        .into_iter()
        .map(|(ticket, write)| {
            let entry = write.subject.key.as_ref().and_then(|key| ledger.get(key).copied());
            let account_name = write.subject.account.and_then(|account| names.get(&account).cloned());
            View { account_name, url: links.of(ticket.0), ..View::of(ticket.0, write, entry) }
        })
        .collect();
    items.sort_by_key(|view| std::cmp::Reverse(view.last_at));
    Ok(Page { items, next: page.next, unreadable: page.unreadable })
}

impl View {
    fn of(ticket: i64, write: &Activity, entry: Option<&Entry>) -> Self {
        let link = entry.and_then(Entry::link).filter(|link| link.id.0 == ticket);
        Self {
            ticket,
            number: link.and_then(|link| link.number.clone()),
            url: None,
            account: write.subject.account.map(|account| account.0),
            account_name: None,
            kind: entry.map(|entry| entry.kind.clone()),
            status: link.map(|link| link.status),
            is_closed: link.map(|link| link.closed.is_some()),
            last_at: write.at,
            last_what: write.what.clone(),
        }
    }
}
