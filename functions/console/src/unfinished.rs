//! Work that was begun, or could not be, and goes on by itself at a time (rule X6). Whoever looks for a ticket that is not there yet
//! reads here that it is coming, and opens none by hand.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::alert::{self, readable};
use bridge_core::hint::Hint;
use bridge_core::id::{AccountId, TenantId};
use bridge_core::ticket::{Entry, Unfinished, Work};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use store::record::{Account, Deferred, DueWork, MappedTenant};
use store::table::Read;

use crate::error::Error;
use crate::text::counted;
use crate::{Deps, accounts};

/// Nothing that waits for a system, or for the end of a doubt, waits longer.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);
/// Records that are due soonest, which are looked at; most of them wait for a time that was chosen.
const LOOKED_AT: usize = 500;

/// Work that goes on by itself.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "UnfinishedWork")]
pub struct View {
    /// What it is, and what it waits for.
    pub what: String,
    /// The account that it is done for, as far as known.
    pub account: Option<i64>,
    /// Its name, as far as known.
    pub account_name: Option<String>,
    /// Since when it is unfinished, where that is known.
    pub since: Option<Timestamp>,
    /// When it goes on; a time that is over means with the next run.
    pub next_at: Timestamp,
}

/// Work with what tells whose it is.
struct Found {
    what: String,
    account: Option<AccountId>,
    tenant: Option<TenantId>,
    since: Option<Timestamp>,
    next_at: Timestamp,
}

/// What is unfinished, next first.
///
/// # Errors
/// The table cannot be read.
pub async fn list(deps: &Deps) -> Result<Vec<View>, Error> {
    let mut found = found(deps).await?;
    put_accounts(deps, &mut found).await?;
    found.sort_by_key(|found| found.next_at);
    let names = accounts::names(deps, found.iter().filter_map(|found| found.account)).await?;
    let view = |found: Found| View {
        account_name: found.account.and_then(|account| names.get(&account).cloned()),
        account: found.account.map(|account| account.0),
        what: found.what,
        since: found.since,
        next_at: found.next_at,
    };
    Ok(found.into_iter().map(view).collect())
}

/// The same of one account.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn of(deps: &Deps, account: i64) -> Result<Vec<View>, Error> {
    let mut views = list(deps).await?;
    views.retain(|view| view.account == Some(account));
    Ok(views)
}

async fn found(deps: &Deps) -> Result<Vec<Found>, Error> {
    let table = &deps.systems.table;
    let (mut keys, mut hints, mut accounts) = (Vec::<alert::Key>::new(), Vec::<String>::new(), Vec::new());
    for due in table.due(deps.systems.clock.now() + AHEAD, LOOKED_AT).await? {
        match DueWork::of(&due) {
            DueWork::Key(key) => keys.push(key),
            DueWork::Hint(id) => hints.push(id),
            DueWork::Account(account) => accounts.push(account),
            DueWork::Foreign => {}
        }
    }
    let entries = table.get_many::<Entry>(&keys, Read::Eventual).await?.found.into_iter();
    let hints = table.get_many::<Deferred>(&hints, Read::Eventual).await?.found.into_iter();
    let accounts = table.get_many::<Account>(&accounts, Read::Eventual).await?.found.into_iter();
    let of_tickets = entries.filter_map(|stored| Found::of_entry(&stored.value));
    let of_hints = hints.map(|stored| Found::of_hint(stored.value));
    Ok(of_tickets.chain(of_hints).chain(accounts.filter_map(|stored| Found::of_account(&stored.value))).collect())
}

/// Whose tenants they are.
async fn put_accounts(deps: &Deps, found: &mut [Found]) -> Result<(), Error> {
    let nobodys = found.iter().filter(|found| found.account.is_none());
    let tenants: BTreeSet<TenantId> = nobodys.filter_map(|found| found.tenant.clone()).collect();
    let tenants: Vec<TenantId> = tenants.into_iter().collect();
    let mapped = deps.systems.table.get_many::<MappedTenant>(&tenants, Read::Eventual).await?.found.into_iter();
    let accounts: BTreeMap<TenantId, AccountId> =
        mapped.map(|stored| (stored.value.tenant, stored.value.account)).collect();
    for found in found {
        let of_tenant = found.tenant.as_ref().and_then(|tenant| accounts.get(tenant).copied());
        found.account = found.account.or(of_tenant);
    }
    Ok(())
}

impl Found {
    fn of_entry(entry: &Entry) -> Option<Self> {
        let Unfinished { work, since, next_at } = entry.unfinished()?;
        let account = entry.link().map(|link| link.account);
        Some(Self { what: of_ticket(entry, work), account, tenant: Some(entry.tenant.clone()), since, next_at })
    }

    fn of_hint(deferred: Deferred) -> Self {
        let Deferred { message, due_at, reason, .. } = deferred;
        let (mut account, mut tenant) = (None, None);
        let what = match message.hint {
            Hint::Alerts { alerts, .. } => {
                let tenants: BTreeSet<&TenantId> = alerts.iter().filter_map(|alert| alert.tenant.as_ref()).collect();
                tenant = tenants.first().filter(|_| tenants.len() == 1).map(|tenant| (*tenant).clone());
                format!("{} could not be looked at yet", counted(alerts.len() as u64, "alert"))
            }
            Hint::Keys { keys } => format!("{} could not be looked at yet", counted(keys.len() as u64, "problem")),
            Hint::Tickets { tickets } => {
                format!("{} could not be looked at yet", counted(tickets.len() as u64, "ticket"))
            }
            Hint::Account { account: of, .. } => {
                account = Some(of);
                "The account could not be looked at yet".to_owned()
            }
            Hint::Pass { .. } => "A run over the accounts could not begin yet".to_owned(),
            Hint::Unreadable { source, .. } => format!("A message of {source} could not be listed yet"),
        };
        Self { what: format!("{what}: {reason}"), account, tenant, since: None, next_at: due_at }
    }

    fn of_account(record: &Account) -> Option<Self> {
        let next_at = record.due_at?;
        let of = |what: String, since| Self { what, account: Some(record.account), tenant: None, since, next_at };
        if let Some(pending) = &record.pending {
            let what =
                "A change of quotas was sent to Acronis; what came of it is compared before anything else is written";
            return Some(of(what.to_owned(), Some(pending.at)));
        }
        let problem = record.last.problems.first().map_or("its last run failed", String::as_str);
        (record.failures > 0).then(|| of(format!("The account is tried again: {problem}"), None))
    }
}

/// What is unfinished about a problem's ticket.
fn of_ticket(entry: &Entry, work: Work) -> String {
    let kind = readable(&entry.kind);
    let ticket = match entry.link() {
        Some(link) => format!("ticket {}", link.number.clone().unwrap_or_else(|| link.id.to_string())),
        None => "its ticket".to_owned(),
    };
    match work {
        Work::Ticket => format!(
            "“{kind}”: its ticket was sent and Autotask has not confirmed it. It is looked for, and sent again only if it is not \
             there: open none by hand"
        ),
        Work::Note => format!("“{kind}”: a note on {ticket} was sent and Autotask has not confirmed it"),
        Work::Status { reopens: true } => format!("“{kind}”: {ticket} is reopened, which Autotask has not confirmed"),
        Work::Status { reopens: false } => format!("“{kind}”: {ticket} is closed, which Autotask has not confirmed"),
        Work::Storm => format!(
            "“{kind}”: very many tickets are made at once, so its ticket waits, and is made together with others of the account"
        ),
        Work::Attempts(failures) => {
            let failed = counted(failures, "attempt");
            format!("“{kind}”: {failed} failed, as a system gave no answer; it is tried again")
        }
    }
}
