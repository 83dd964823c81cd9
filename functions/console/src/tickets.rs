//! The tickets of an account, as the journal and the ledger know them (rule T18).

mod links;

use std::collections::BTreeMap;

use bridge_core::alert;
use bridge_core::id::AccountId;
use bridge_core::system::Id;
use bridge_core::ticket::Entry;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::Activity;
use store::table::Read;
use systems::Use;

use crate::activity::{self, Filter};
use crate::error::Error;
use crate::page::{Page, rows};
use crate::{Deps, accounts};

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
    /// How often its alerts were raised (rule T4); nothing when it is not the problem's current ticket.
    pub raises: Option<Raises>,
    /// When it was last written to.
    pub last_at: Timestamp,
    /// What was written then.
    pub last_what: String,
}

/// How often the alerts of a ticket were raised while it has been the problem's ticket.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Raises {
    /// Raises, the first one included.
    pub count: u32,
    /// When Acronis had the first.
    pub first_at: Option<Timestamp>,
    /// When Acronis had the last.
    pub last_at: Option<Timestamp>,
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
    let names = accounts::names(deps, seen.values().filter_map(|write| write.subject.account)).await?;
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

/// A ticket of ours that is open.
pub(crate) struct Open {
    pub(crate) number: String,
    /// Where Autotask shows it, as far as known.
    pub(crate) url: Option<String>,
}

/// The account's tickets of ours that are open, by their numbers.
///
/// # Errors
/// Autotask or the table cannot be read.
pub(crate) async fn open(deps: &Deps, account: AccountId) -> Result<Vec<Open>, Error> {
    let config = deps.systems.config().await?;
    let client = deps.systems.autotask(&config, Use::Work).await?;
    let closing: Vec<i64> = config.settings.tickets.closing_statuses().into_iter().collect();
    let mut pages = client.our_open_tickets_of(account, &closing);
    let mut tickets = Vec::new();
    loop {
        match pages.next().await {
            Ok(Some(page)) => tickets.extend(page.rows),
            Ok(None) => break,
            Err(error) => return Err(deps.systems.failed(&Id::Autotask, error.into()).await.into()),
        }
    }
    tickets.sort_by(|one, other| one.number.cmp(&other.number));
    let links = Links::read_for(deps, tickets.iter().map(|ticket| ticket.id.0)).await;
    Ok(tickets.into_iter().map(|ticket| Open { url: links.of(ticket.id.0), number: ticket.number }).collect())
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
            raises: entry.filter(|_| link.is_some()).map(Raises::of),
            last_at: write.at,
            last_what: write.what.clone(),
        }
    }
}

impl Raises {
    fn of(entry: &Entry) -> Self {
        Self { count: entry.count, first_at: entry.first_at, last_at: entry.last_at }
    }

    /// Whether there is more to tell than that an alert was raised.
    pub(crate) fn are_several(&self) -> bool {
        self.count > 1
    }
}
