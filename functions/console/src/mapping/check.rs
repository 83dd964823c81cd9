//! Whether both systems know the two sides of an edit.

use std::collections::BTreeMap;

use acronis::{Client, Tenant, TenantKind};
use autotask::Company;
use billing::companies::Companies;
use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::mapping::Switches;
use bridge_core::provision::Marker;
use bridge_core::settings::{PickLists, Problem};
use bridge_core::system::Id;
use jiff::Timestamp;
use systems::{Config, Use};

use super::Edit;
use super::wish::{Wish, wish};
use crate::error::Field;
use crate::{Deps, lists, suggestions, text};

/// From so many tenants of a connection on, one read of its whole tree is cheaper than one of each.
const TREE_FROM: usize = 6;

/// Why an edit is not carried out.
#[derive(Debug, Clone)]
pub(super) struct Why {
    pub(super) code: &'static str,
    pub(super) message: String,
    /// Fields of the edit that cannot be used.
    pub(super) fields: Vec<Problem>,
}

impl Why {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), fields: Vec::new() }
    }

    /// The same, beside the field of the edit that it is about.
    pub(super) fn at(mut self, field: &str) -> Self {
        self.fields.push(Problem { field: field.to_owned(), message: self.message.clone() });
        self
    }

    /// Values that cannot be used.
    pub(super) fn invalid(fields: Vec<Problem>) -> Self {
        let message = fields.iter().map(|problem| format!("{}: {}", problem.field, problem.message));
        Self { code: "invalid", message: message.collect::<Vec<_>>().join("; "), fields }
    }
}

/// What the two systems say about the edits of a batch, read in bulk. A side that could not be read refuses the edits that need
/// it, and no others.
pub(super) struct Sides {
    companies: Result<BTreeMap<AccountId, Company>, Why>,
    tenants: BTreeMap<ConnectionId, Result<BTreeMap<TenantId, Tenant>, Why>>,
    lists: Result<PickLists, Why>,
    /// Any marker of ours, to tell others by, where a tenant carries one.
    ours: Option<Marker>,
    /// The active accounts, where a tenant may carry the id of one.
    names: BTreeMap<AccountId, String>,
}

impl Sides {
    /// `former` are the tenants that accounts were unmapped from.
    pub(super) async fn read(
        deps: &Deps,
        config: &Config,
        edits: &[Edit],
        former: &BTreeMap<AccountId, (TenantId, ConnectionId)>,
    ) -> Self {
        let mut accounts = Vec::new();
        let mut wanted: BTreeMap<ConnectionId, Vec<TenantId>> = BTreeMap::new();
        for edit in edits {
            let side = match wish(edit) {
                Ok(Wish::Map { tenant, connection }) => Some((tenant.clone(), connection.clone())),
                Ok(Wish::Return) => former.get(&edit.account).cloned(),
                Ok(Wish::New(new)) => new.place(config).ok().map(|(connection, parent)| (parent, connection)),
                Ok(Wish::Remove { .. } | Wish::Switch { .. } | Wish::Exclude { .. } | Wish::Include) | Err(_) => None,
            };
            if let Some((tenant, connection)) = side {
                accounts.push(edit.account);
                wanted.entry(connection).or_default().push(tenant);
            }
        }
        let mut tenants = BTreeMap::new();
        for (connection, ids) in wanted {
            let read = read_tenants(deps, config, &connection, &ids).await;
            tenants.insert(connection, read.map_err(|error| unread(&error)));
        }
        let companies = read_companies(deps, config, &accounts).await;
        let lists = match edits.iter().filter_map(|edit| edit.switches.as_ref()).any(chooses) {
            true => lists::pick_lists(deps).await.map_err(|error| unread(&error)),
            false => Ok(PickLists::default()),
        };
        let (ours, names) = owners(deps, config, tenants.values().flatten().flat_map(BTreeMap::values)).await;
        Self { companies: companies.map_err(|error| unread(&error)), tenants, lists, ours, names }
    }

    /// Rules V3 and V7: nothing that the tenant carries says that it is another account's. Names may differ.
    pub(super) fn is_nobody_elses(&self, company: &Company, tenant: &Tenant) -> Result<(), Why> {
        let marker = tenant.internal_tag.as_deref().and_then(Marker::parse);
        let marked = marker.filter(|marker| self.ours.as_ref().is_some_and(|ours| marker.has_same_origin(ours)));
        let (owner, what) = match (marked, number(tenant)) {
            (Some(marker), _) => (marker.account(), "this integration's mark"),
            (None, Some(id)) if self.names.contains_key(&id) => (id, "the customer id"),
            (None, _) => return Ok(()),
        };
        if owner == company.id {
            return Ok(());
        }
        let name = self.names.get(&owner).map_or_else(String::new, |name| format!("“{name}”, "));
        let text = format!(
            "“{}” carries {what} of another account ({name}{owner}), not of “{}”: if it is meant all the same, repeat the \
             edit with `confirm`",
            tenant.name, company.name
        );
        Err(Why::new("marked_for_another", text).at("tenant"))
    }

    /// Rules V8 and T1: reasons are given, and Autotask has the chosen values. A value that stays as it was is not asked about,
    /// so that a pause need not wait for Autotask.
    pub(super) fn switches(&self, former: &Switches, next: &Switches, now: Timestamp) -> Result<(), Why> {
        let mut problems = reasons(next);
        let until = next.pause.as_ref().and_then(|pause| pause.until);
        if former.pause != next.pause && until.is_some_and(|until| until <= now) {
            let message = "this is over already: choose a later time, or none".to_owned();
            problems.push(Problem { field: "switches.pause.until".to_owned(), message });
        }
        for (field, list, chosen, before) in [
            ("switches.queue", "queueID", next.queue, former.queue),
            ("switches.priority", "priority", next.priority, former.priority),
        ] {
            if let Some(value) = chosen.filter(|_| chosen != before) {
                let lists = self.lists.as_ref().map_err(Clone::clone)?;
                problems.extend(lists.refuses(list, value).map(|message| Problem { field: field.to_owned(), message }));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Why::invalid(problems)) }
    }

    /// The account, if it can have tickets.
    pub(super) fn company(&self, account: AccountId) -> Result<&Company, Why> {
        let companies = self.companies.as_ref().map_err(Clone::clone)?;
        let missing = || {
            let text = format!("Autotask has no account {account}, or hides it from the API user");
            Why::new("unknown_account", text).at("account")
        };
        let company = companies.get(&account).ok_or_else(missing)?;
        if company.active {
            return Ok(company);
        }
        let text = format!("“{}” is inactive in Autotask: activate it there first", company.name);
        Err(Why::new("inactive_account", text).at("account"))
    }

    /// A partner or folder that a new customer can be made in.
    pub(super) fn parent(&self, connection: &ConnectionId, parent: &TenantId) -> Result<(), Why> {
        let parent = self.node(connection, parent, "parent")?;
        if !matches!(parent.kind, TenantKind::Partner | TenantKind::Folder) {
            let text =
                format!("“{}” is neither a partner nor a folder: choose one that customers can be in", parent.name);
            return Err(Why::new("not_a_partner", text).at("parent"));
        }
        if parent.enabled {
            return Ok(());
        }
        let text = format!("“{}” is disabled in Acronis: enable it there first", parent.name);
        Err(Why::new("disabled_partner", text).at("parent"))
    }

    fn node(&self, connection: &ConnectionId, tenant: &TenantId, field: &str) -> Result<&Tenant, Why> {
        let missing = || {
            let text = format!("Acronis has no tenant {tenant} in the tree of this connection");
            Why::new("unknown_tenant", text).at(field)
        };
        let tenants = self.tenants.get(connection).ok_or_else(missing)?.as_ref().map_err(Clone::clone)?;
        tenants.get(tenant).ok_or_else(missing)
    }

    /// The tenant, if it is a customer of the connection.
    pub(super) fn tenant(&self, connection: &ConnectionId, tenant: &TenantId) -> Result<&Tenant, Why> {
        let tenant = self.node(connection, tenant, "tenant")?;
        if tenant.kind == TenantKind::Customer {
            return Ok(tenant);
        }
        let text = format!("“{}” is no customer tenant: only customers are mapped", tenant.name);
        Err(Why::new("not_a_customer", text).at("tenant"))
    }
}

/// The account that the tenant's customer id names, if it is a number.
fn number(tenant: &Tenant) -> Option<AccountId> {
    tenant.customer_id.as_deref()?.trim().parse().ok().map(AccountId)
}

/// What tells whose the tenants are. It only warns, so it is no reason to fail.
async fn owners<'a>(
    deps: &Deps,
    config: &Config,
    tenants: impl Iterator<Item = &'a Tenant> + Clone,
) -> (Option<Marker>, BTreeMap<AccountId, String>) {
    let is_marked = tenants.clone().any(|tenant| tenant.internal_tag.as_deref().and_then(Marker::parse).is_some());
    let ours = if is_marked { suggestions::origin(deps, config).await.unwrap_or_default() } else { None };
    let mut names = BTreeMap::new();
    if (is_marked || tenants.clone().any(|tenant| number(tenant).is_some()))
        && let Ok(companies) = Companies::stored(&deps.systems.table).await
    {
        names.extend(companies.list().values().map(|company| (company.id, company.name.clone())));
    }
    (ours, names)
}

/// Whether there are values among the switches that Autotask has to know.
fn chooses(switches: &Switches) -> bool {
    switches.queue.is_some() || switches.priority.is_some()
}

/// What is wrong with the reasons.
fn reasons(switches: &Switches) -> Vec<Problem> {
    let given = [
        ("switches.excluded", switches.excluded.as_deref()),
        ("switches.pause.reason", switches.pause.as_ref().map(|pause| pause.reason.as_str())),
    ];
    let refused = |(field, reason): (&str, Option<&str>)| text::reason(field, reason?).err();
    let problems = given.into_iter().filter_map(refused).flat_map(|error| error.fields());
    problems.map(|Field { field, message }| Problem { field, message }).collect()
}

async fn read_companies(
    deps: &Deps,
    config: &Config,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, Company>, systems::Error> {
    if accounts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let client = deps.systems.autotask(config, Use::Work).await?;
    match client.companies_by_id(accounts).await {
        Ok(companies) => Ok(companies.into_iter().map(|company| (company.id, company)).collect()),
        Err(error) => Err(deps.systems.failed(&Id::Autotask, error.into()).await),
    }
}

async fn read_tenants(
    deps: &Deps,
    config: &Config,
    connection: &ConnectionId,
    ids: &[TenantId],
) -> Result<BTreeMap<TenantId, Tenant>, systems::Error> {
    let client = deps.systems.acronis(config, connection, Use::Work).await?;
    let read = if ids.len() < TREE_FROM { each(&client, ids).await } else { tree(&client, connection).await };
    match read {
        Ok(tenants) => Ok(tenants.into_iter().map(|tenant| (tenant.id.clone(), tenant)).collect()),
        Err(error) => Err(deps.systems.failed(&Id::Acronis(connection.clone()), error.into()).await),
    }
}

async fn each(client: &Client, ids: &[TenantId]) -> Result<Vec<Tenant>, acronis::Error> {
    let mut tenants = Vec::with_capacity(ids.len());
    for id in ids {
        match client.tenant(id).await {
            Ok(tenant) => tenants.push(tenant),
            Err(error) if error.is_not_found() || matches!(error, acronis::Error::Unusable { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(tenants)
}

async fn tree(client: &Client, connection: &ConnectionId) -> Result<Vec<Tenant>, acronis::Error> {
    let pages = client.tenants(&connection.as_str().into(), None).collect().await?;
    Ok(pages.into_iter().flat_map(|page| page.tenants).collect())
}

pub(super) fn unread(error: &dyn std::error::Error) -> Why {
    Why::new("unchecked", format!("this could not be checked, so it was not applied: {error}"))
}
