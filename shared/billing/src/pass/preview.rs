//! Rule P13: what a draft would do. Both systems are read as in any run, and nothing is written but the preview.

mod by_draft;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::mapping::Kind;
use bridge_core::provision::lifecycle::{self, Step};
use bridge_core::provision::stops_creation;
use bridge_core::quota::{Change, Plan, Verdict};
use bridge_core::settings::{Billing, Products};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::pack::{Entry, Pack};
use store::record::account::Account;
use store::record::preview::{Preview, State, Totals};
use store::table::Table;
use systems::{Config, Systems};

use super::survey::{Later, Round, each, mapped, unmapped};
use super::world::{Scope, World};
use super::{Cursor, Summary};
use crate::{Error, today};
use by_draft::Before;
pub use by_draft::ByDraft;

/// What would happen to one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previewed {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its tenant; `None` where one would be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
    /// What would change; where a tenant would be made, what it would be given.
    pub plan: Plan,
    /// Digest of the plan, to which applying consents.
    pub digest: String,
    /// Its first plan waits for consent (rule P1).
    #[serde(default)]
    pub is_first: bool,
    /// A tenant would be made (rule V1).
    #[serde(default)]
    pub creates: bool,
    /// The tenant that is there already and looks like the account's, so that none is made before a person has decided (rule V3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks_like: Option<String>,
    /// The tenant would be disabled, if not held by its usage (rule V6).
    #[serde(default)]
    pub disables: bool,
    /// When its tenant will be disabled unless a contract returns: it sells nothing (rule V6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disables_at: Option<Timestamp>,
    /// What holds the disabling, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabling_waits: Option<String>,
    /// What of it the draft itself does.
    #[serde(default, skip_serializing_if = "ByDraft::is_nothing")]
    pub by_draft: ByDraft,
}

impl Entry for Previewed {
    fn key(&self) -> String {
        self.account.to_string()
    }
}

impl Previewed {
    fn is_nothing(&self) -> bool {
        self.plan.changes.is_empty()
            && self.plan.problems.is_empty()
            && !self.creates
            && !self.disables
            && self.disables_at.is_none()
            && !self.is_first
    }
}

/// Works a preview out.
pub(super) async fn run(systems: &Systems, config: &Config, id: &str) -> Result<Summary, Error> {
    let preview = change(&systems.table, id, |preview| preview.state = State::Running).await?;
    match work_out(systems, config, &preview).await {
        Ok((totals, digest, calls)) => {
            let ready = |preview: &mut Preview| {
                preview.state = State::Ready;
                preview.totals = totals.clone();
                preview.digest.clone_from(&digest);
            };
            change(&systems.table, id, ready).await?;
            Ok(Summary { accounts: totals.accounts, autotask_calls: calls, ..Summary::default() })
        }
        Err(error) => {
            let text = error.to_string();
            change(&systems.table, id, |preview| preview.state = State::Failed { text: text.clone() }).await?;
            Err(error)
        }
    }
}

async fn change(table: &Table, id: &str, mut change: impl FnMut(&mut Preview)) -> Result<Preview, Error> {
    let changed = |preview: Option<Preview>| {
        let mut preview = preview?;
        change(&mut preview);
        Some(preview)
    };
    let stored = table.modify(&id.to_owned(), changed).await?;
    stored.map(|stored| stored.value).ok_or_else(|| Error::NoPreview { id: id.to_owned() })
}

/// Returns what it comes to, the digest of all plans, and the calls of Autotask.
async fn work_out(systems: &Systems, config: &Config, preview: &Preview) -> Result<(Totals, String, u32), Error> {
    let now = systems.clock.now();
    // Switching billing on is what a draft is mostly for, so that it is off counts for nothing.
    let billing = preview.draft.billing.clone().unwrap_or_else(|| config.settings.billing.clone());
    let billing = Billing { enabled: true, ..billing };
    let products = with_draft(&config.products, &preview.draft.products);
    let saved = without_draft(config, preview);
    let scope = Scope {
        billing: &billing,
        products: &products,
        compared: saved.map(|(_, products)| products),
        in_full: false,
        keep: false,
        today: today(&config.settings, now),
        now,
    };
    let mut position = Cursor::read(&systems.table).await?.position;
    let mut world = World::read(systems, config, scope, &mut position).await?;
    if let Some((_, why)) = world.unread.first_key_value() {
        return Err(Error::Incomplete { doing: "the preview", reason: why.clone() });
    }
    let is_wanted = |account: AccountId| preview.accounts.as_ref().is_none_or(|wanted| wanted.contains(&account));
    let mut later = Later::default();
    let saved = saved.map(|(billing, products)| Scope { billing, products, ..scope });
    for scope in saved.into_iter().chain([scope]) {
        world.scope = scope;
        each(&systems.table, &world, |account, record| {
            if is_wanted(account) {
                look(&world, account, record, Round::First(&mut later));
            }
        })
        .await?;
    }
    world.read_missing(&later.missing).await?;
    let mut before = has_draft(preview).then(Before::new);
    if let (Some(saved), Some(before)) = (saved, &mut before) {
        world.scope = saved;
        each(&systems.table, &world, |account, record| {
            let previewed = look(&world, account, record, Round::Second);
            before.extend(previewed.map(|previewed| (account, previewed.into())));
        })
        .await?;
        world.scope = scope;
    }
    let mut found: BTreeMap<AccountId, Previewed> = BTreeMap::new();
    each(&systems.table, &world, |account, record| {
        if is_wanted(account) {
            let previewed = look(&world, account, record, Round::Second).filter(|previewed| !previewed.is_nothing());
            let previewed = previewed.map(|previewed| match &before {
                Some(before) => previewed.compared_with(before),
                None => previewed,
            });
            found.extend(previewed.map(|previewed| (account, previewed)));
        }
    })
    .await?;
    let (totals, digest) = (totals(found.values()), digest(found.values()));
    let name = Preview::pack_name(&preview.id);
    let mut pack = Pack::<(), Previewed>::read(&systems.table, &name, |_| {}).await?;
    pack.expires_at(preview.forgotten_at());
    pack.write(&systems.table, found.into_values()).await?;
    Ok((totals, digest, world.calls))
}

fn has_draft(preview: &Preview) -> bool {
    preview.draft.billing.is_some() || !preview.draft.products.is_empty()
}

/// What is saved, to be compared with the draft; `None` without one, and where nothing happens yet.
fn without_draft<'a>(
    config: &'a Config,
    preview: &Preview,
) -> Option<(&'a Billing, &'a BTreeMap<ConnectionId, Products>)> {
    let billing = &config.settings.billing;
    (has_draft(preview) && billing.enabled).then_some((billing, &config.products))
}

fn with_draft(saved: &BTreeMap<ConnectionId, Products>, draft: &[Products]) -> BTreeMap<ConnectionId, Products> {
    let mut products = saved.clone();
    products.extend(draft.iter().map(|products| (products.connection.clone(), products.clone())));
    products
}

/// What would happen to an account; `None` where nothing can be said, or not yet.
fn look(world: &World<'_>, account: AccountId, record: Option<&Account>, mut round: Round<'_>) -> Option<Previewed> {
    let Scope { billing, products, today, now, .. } = world.scope;
    let Some(mapping) = world.mappings.get(&account) else {
        let creates = billing.provisioning.automatic && unmapped::is_eligible(world, account, record, &mut round);
        let name = world.companies.list().get(&account).map(|company| company.name.clone()).unwrap_or_default();
        return creates.then(|| Previewed {
            account,
            looks_like: looks_like(world, &name),
            name,
            tenant: None,
            plan: unmapped::given(world, account).unwrap_or_default(),
            digest: super::CREATE.to_owned(),
            is_first: false,
            creates,
            disables: false,
            disables_at: None,
            disabling_waits: None,
            by_draft: ByDraft::default(),
        });
    };
    let products = products.get(&mapping.connection)?;
    if !mapping.switches.allow_quotas(now) {
        return None;
    }
    let previous = record.map_or(&[][..], |record| &record.memory.lines);
    let contracts = world.contracts.of(account);
    if round.puts_off(account, || crate::contracts::missing(&contracts, products, previous, today)) {
        return None;
    }
    let tenants = world.tenants.get(&mapping.connection)?;
    let conclusion = mapped::conclusion(world, mapping, record, products)?;
    let facts = lifecycle::Facts {
        is_selling: conclusion.sales.is_selling(),
        is_enabled: tenants.tree().get(&mapping.tenant)?.enabled,
        has_usage: tenants.is_used(&mapping.tenant, now),
    };
    let mut state = record.map(|record| record.lifecycle.clone()).unwrap_or_default();
    state.see(facts, now);
    let step = lifecycle::decide(&state, billing.deprovisioning, facts, now);
    Some(Previewed {
        account,
        name: mapping.account_name.clone(),
        tenant: Some(mapping.tenant.clone()),
        plan: conclusion.plan,
        digest: conclusion.digest,
        is_first: record.and_then(|record| record.consent) != Some(mapping.mapped_at),
        creates: false,
        looks_like: None,
        disables: matches!(step, Step::Disable | Step::HoldDisable(_)),
        disables_at: match step {
            Step::Count { until } => Some(until),
            _ => None,
        },
        disabling_waits: match step {
            Step::HoldDisable(why) => Some(why.to_string()),
            _ => None,
        },
        by_draft: ByDraft::default(),
    })
}

/// The customer that would stop a tenant of this name from being made, by name.
fn looks_like(world: &World<'_>, name: &str) -> Option<String> {
    let (connection, _) = world.for_new_tenants()?;
    let nodes = world.tenants.get(connection)?.tree().nodes().values();
    let mut customers = nodes.filter(|node| node.kind == Kind::Customer);
    let mapped: BTreeSet<&TenantId> = world.mappings.values().map(|mapping| &mapping.tenant).collect();
    let found = customers.find(|node| stops_creation(name, &node.name, mapped.contains(&node.id)));
    found.map(|node| node.name.clone())
}

fn totals<'a>(all: impl Iterator<Item = &'a Previewed>) -> Totals {
    let mut totals = Totals::default();
    let is_held = |change: &&Change| matches!(change.verdict, Verdict::Held(_));
    for Previewed { plan, is_first, creates, looks_like, disables, disables_at, by_draft, .. } in all {
        let held = plan.changes.iter().filter(is_held).count();
        let of_draft = || plan.changes.iter().filter(|change| by_draft.items.contains(&change.item));
        if *is_first {
            totals.first_plans += 1;
        } else if !by_draft.is_nothing() {
            totals.by_draft.accounts += 1;
            totals.by_draft.changes += of_draft().count();
            totals.by_draft.held += of_draft().filter(is_held).count();
        }
        totals.accounts += 1;
        totals.held += held;
        totals.changes += plan.changes.len() - held;
        totals.creations += usize::from(*creates && looks_like.is_none());
        totals.creations_waiting += usize::from(*creates && looks_like.is_some());
        totals.disables += usize::from(*disables);
        totals.disables_later += usize::from(disables_at.is_some());
        totals.problems += usize::from(!plan.problems.is_empty());
    }
    totals
}

fn digest<'a>(all: impl Iterator<Item = &'a Previewed>) -> String {
    let mut hash = Sha256::new();
    for Previewed { account, digest, creates, disables, .. } in all {
        hash.update(account.0.to_be_bytes());
        hash.update([u8::from(*creates), u8::from(*disables)]);
        hash.update((digest.len() as u64).to_be_bytes());
        hash.update(digest);
    }
    let mut text = String::new();
    for byte in &hash.finalize()[..16] {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
    }
    text
}
