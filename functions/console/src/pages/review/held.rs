//! The held changes, customer by customer, with what can be decided about each.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::tz::TimeZone;

use super::{Asked, PATH};
use crate::Deps;
use crate::auth::Actor;
use crate::error::Error;
use crate::held::kinds::KINDS;
use crate::held::{self, Help};
use crate::pages::form::Form;
use crate::pages::frame::told;
use crate::pages::words::{When, counted, query};

/// Accounts named with an entry that is about several.
const NAMED: usize = 20;

/// What is shown of them.
pub(super) struct Part {
    pub(super) groups: Vec<Group>,
    pub(super) next: Option<String>,
    pub(super) unreadable: usize,
}

/// What is held of one customer, or of none alone.
pub(super) struct Group {
    pub(super) customer: Option<Customer>,
    pub(super) count: String,
    pub(super) entries: Vec<Entry>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Customer {
    pub(super) id: i64,
    pub(super) name: String,
}

pub(super) struct Entry {
    pub(super) view: held::View,
    pub(super) since: When,
    /// When it happens by itself.
    pub(super) until: Option<When>,
    pub(super) named: Vec<held::Named>,
    /// How many accounts are not named.
    pub(super) others: usize,
    pub(super) links: Vec<Link>,
    pub(super) map_to: Option<MapTo>,
    pub(super) has_first_plans: bool,
}

pub(super) struct Link {
    pub(super) href: String,
    pub(super) text: &'static str,
}

/// A mapping that can be staged at once.
pub(super) struct MapTo {
    pub(super) account: i64,
    pub(super) tenant: String,
    pub(super) name: String,
    pub(super) connection: String,
}

impl Part {
    pub(super) async fn read(deps: &Deps, asked: &Asked, zone: &TimeZone) -> Result<Self, Error> {
        let page = held::list(deps, asked.filter()?).await?;
        Ok(Self {
            groups: grouped(page.items.into_iter().map(|view| Entry::of(view, zone)).collect()),
            next: page.next.map(|after| query(PATH, &Asked { after: Some(after), ..asked.clone() })),
            unreadable: page.unreadable,
        })
    }
}

/// What is about all of them first, then customer by customer.
fn grouped(mut entries: Vec<Entry>) -> Vec<Group> {
    entries.sort_by_cached_key(|entry| entry.customer().map(|customer| (customer.name.to_lowercase(), customer.id)));
    let mut groups: Vec<Group> = Vec::new();
    for entry in entries {
        let customer = entry.customer();
        match groups.last_mut().filter(|group| group.customer == customer) {
            Some(group) => group.entries.push(entry),
            None => groups.push(Group { customer, count: String::new(), entries: vec![entry] }),
        }
    }
    for group in &mut groups {
        group.count = counted(group.entries.len() as i128, "held change");
    }
    groups
}

impl Entry {
    fn of(mut view: held::View, zone: &TimeZone) -> Self {
        let mut named = std::mem::take(&mut view.accounts);
        let others = named.len().saturating_sub(NAMED);
        named.truncate(NAMED);
        Self {
            since: When::new(view.since, zone),
            until: view.quota.as_ref().and_then(|quota| quota.until).map(|at| When::new(at, zone)),
            named,
            others,
            links: view.helps.iter().filter_map(|help| Link::of(help, &view)).collect(),
            map_to: view.helps.iter().find_map(|help| MapTo::of(help, &view)),
            has_first_plans: view.helps.contains(&Help::FirstPlans),
            view,
        }
    }

    fn customer(&self) -> Option<Customer> {
        let (id, name) = (self.view.account?.0, self.view.account_name.clone()?);
        Some(Customer { id, name })
    }
}

impl Link {
    /// The page that helps; nothing where a button does.
    fn of(help: &Help, view: &held::View) -> Option<Self> {
        let account = view.account.map(|account| account.0).unwrap_or_default();
        let (href, text) = match help {
            Help::Quotas => (format!("/accounts/{account}#quotas"), "Contracts, quotas and usage"),
            Help::Switches => (format!("/accounts/{account}/switches"), "Exclude it in its switches"),
            Help::Mapping => (format!("/mapping?account={account}#panel"), "Customer mapping"),
            Help::Creation => (format!("/accounts/{account}#creation"), "All answers"),
            Help::Unmapped => ("/mapping?state=not_mapped".to_owned(), "Customer mapping"),
            Help::Billing => ("/billing".to_owned(), "Billing and provisioning"),
            Help::Tickets => ("/tickets".to_owned(), "Ticket synchronization"),
            Help::LogIn => ("/log-in".to_owned(), "Log in"),
            Help::MapTo { .. } | Help::FirstPlans => return None,
        };
        Some(Self { href, text })
    }
}

impl MapTo {
    fn of(help: &Help, view: &held::View) -> Option<Self> {
        let Help::MapTo { tenant, name, connection } = help else { return None };
        Some(Self {
            account: view.account?.0,
            tenant: tenant.to_string(),
            name: name.clone(),
            connection: connection.to_string(),
        })
    }
}

pub(super) async fn approve(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let shown = held::Shown { version: version(&form)?, digest: form.filled("digest").map(str::to_owned) };
    let text = "Approved. It is carried out within seconds if it is still wanted as it was shown; Activity says what came of it.";
    told(PATH, held::approve(&deps, &by, &id, &shown).await.map(|()| text.to_owned()))
}

pub(super) async fn decline(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let declined = held::Declined { version: version(&form)?, reason: form.text("reason").to_owned() };
    told(PATH, held::decline(&deps, &by, &id, &declined).await.map(|()| "Declined.".to_owned()))
}

/// The version of what was shown.
fn version(form: &Form) -> Result<u64, Error> {
    form.number("version")?.ok_or_else(|| Error::field("version", "give the version that was shown"))
}

impl Asked {
    fn filter(&self) -> Result<held::Filter, Error> {
        let account = self.account.trim();
        let wrong = |_| Error::field("account", format!("“{account}” is no id of an account, which is a number"));
        let account = if account.is_empty() { None } else { Some(account.parse().map_err(wrong)?) };
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let (search, kind) = (filled(&self.search), filled(&self.kind));
        Ok(held::Filter { account, search, kind, after: self.after.clone(), ..held::Filter::default() })
    }

    /// Everything is asked for.
    pub(super) fn is_all(&self) -> bool {
        [&self.account, &self.search, &self.kind].iter().all(|asked| asked.trim().is_empty())
    }

    /// It asks for a sort that a later release has written.
    pub(super) fn is_unknown(&self) -> bool {
        !self.kind.is_empty() && KINDS.iter().all(|(code, _)| *code != self.kind)
    }
}
