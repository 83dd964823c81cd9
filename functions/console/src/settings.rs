//! The installation's settings (rules T1, T15, P13, B3).

pub(crate) mod billing;
mod closing;
mod effect;

use bridge_core::settings::{PickLists, Problem, Scope, Settings, Tickets};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::record::Generation;
use store::table::{Committed, Read, Stored, Transaction};
use systems::Use;

use crate::auth::Actor;
use crate::error::Error;
use crate::openapi::shapes;
use crate::{Deps, activations, journal, lists};

pub use effect::{Effect, OfType, effect};

/// The settings, as read or to be saved.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SettingsDocument")]
pub struct Document {
    /// Version that was read, or is edited; 0 before anything was saved.
    pub version: u64,
    /// The settings.
    #[schemars(with = "shapes::Settings")]
    pub settings: Settings,
}

/// What a save came to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SettingsSaved")]
pub struct Saved {
    /// The settings as they are now.
    #[serde(flatten)]
    pub document: Document,
    /// Something was switched on, so alerts from before are counted first (rule T15): few become tickets, many are held.
    pub backlog_is_counted: bool,
    /// What could not be checked.
    pub warnings: Vec<String>,
}

/// The settings.
///
/// # Errors
/// The table cannot be read.
pub async fn read(deps: &Deps) -> Result<Document, Error> {
    let stored = deps.systems.table.get::<Settings>(&(), Read::Strong).await?;
    Ok(stored.map_or_else(
        || Document { version: 0, settings: Settings::default() },
        |Stored { value, version }| Document { version, settings: value },
    ))
}

/// Saves settings that were edited.
///
/// # Errors
/// [`Error::Stale`], [`Error::Invalid`] with each refused field, [`Error::PreviewNeeded`] for what would do more to customers'
/// tenants, [`Error::Unavailable`] when ticket synchronization is on and its values cannot be checked against Autotask.
pub async fn save(deps: &Deps, by: &Actor, edited: Document) -> Result<Saved, Error> {
    let (current, next, warnings) = checked(deps, &edited).await?;
    let scopes = switched_on(&current.settings.tickets, &next.tickets);
    activations::switch_on(deps, &scopes, next.tickets.backlog_age_hours).await?;
    let version = write(deps, by, &current, &next).await?.ok_or_else(|| Error::stale(&current, &edited))?;
    Generation::bump(&deps.systems.table).await?;
    let document = Document { version, settings: next };
    Ok(Saved { document, backlog_is_counted: !scopes.is_empty(), warnings })
}

/// The settings as they are, as they would be, and what could not be checked; or why they cannot be saved.
async fn checked(deps: &Deps, edited: &Document) -> Result<(Document, Settings, Vec<String>), Error> {
    let current = read(deps).await?;
    if current.version != edited.version {
        return Err(Error::stale(&current, edited));
    }
    let mut next = edited.settings.clone();
    current.settings.tickets.hand_over(&mut next.tickets);
    let warnings = check(deps, &current.settings, &next).await?;
    let unseen = billing::does_more(&current.settings.billing, &next.billing);
    if unseen.is_empty() { Ok((current, next, warnings)) } else { Err(Error::PreviewNeeded(unseen)) }
}

/// Writes the settings and the journal's entry together; `None` when somebody else was first.
async fn write(deps: &Deps, by: &Actor, current: &Document, next: &Settings) -> Result<Option<u64>, Error> {
    let mut transaction = deps.systems.table.transaction();
    let version = put(deps, by, &mut transaction, current, next)?;
    match transaction.commit().await? {
        Committed::Done => Ok(Some(version)),
        Committed::Refused(_) => Ok(None),
    }
}

/// Puts the save and the journal's entry for it into a transaction. Returns the version that it will have.
pub(crate) fn put(
    deps: &Deps,
    by: &Actor,
    transaction: &mut Transaction<'_>,
    current: &Document,
    next: &Settings,
) -> Result<u64, Error> {
    let (old, new) = journal::difference(&json!(current.settings), &json!(next));
    let change = journal::Change { old, new, ..journal::Change::new("settings were saved") };
    let version = match current.version {
        0 => transaction.insert(next)?,
        version => transaction.replace(&Stored { value: next.clone(), version })?,
    };
    transaction.insert(&journal::entry(deps, by, change))?;
    Ok(version)
}

/// Checks what the edit chooses. What was good when it was saved, such as a connection that is no longer in use or a queue that
/// Autotask has switched off since, is in no other edit's way.
async fn check(deps: &Deps, current: &Settings, next: &Settings) -> Result<Vec<String>, Error> {
    let (lists, warnings) = pick_lists(deps, current, next).await?;
    let connections = &deps.systems.config().await?.connections;
    let is_edited = next.billing != current.billing;
    let of_billing = if is_edited { billing::problems(&next.billing, connections) } else { Vec::new() };
    let mut problems: Vec<Problem> = new_problems(current, next, &lists)
        .into_iter()
        .chain(of_billing)
        .map(|problem| Problem { field: format!("settings.{}", problem.field), ..problem })
        .collect();
    problems.extend(partner_account(deps, current, next).await?);
    if problems.is_empty() { Ok(warnings) } else { Err(Error::Invalid(problems)) }
}

/// What Autotask has now to choose from, and what could not be checked. It is asked only where the edit uses a value that was not in
/// use before, so that whatever it has stopped or broken can be switched off without it. While ticket synchronization is off, any
/// draft may be kept unchecked.
async fn pick_lists(deps: &Deps, current: &Settings, next: &Settings) -> Result<(PickLists, Vec<String>), Error> {
    let is_draft = !next.tickets.enabled && next.tickets != current.tickets;
    if !is_draft && new_problems(current, next, &lists::unread()).is_empty() {
        return Ok((PickLists::default(), Vec::new()));
    }
    match lists::pick_lists(deps).await {
        Ok(lists) => Ok((lists, Vec::new())),
        Err(error) if next.tickets.enabled => {
            let text = "nothing was saved, as Autotask could not be asked whether the chosen values exist";
            Err(Error::Unavailable(format!("{text}: {error}")))
        }
        Err(error) => Ok((PickLists::default(), vec![format!("the chosen values were not checked: {error}")])),
    }
}

/// What is wrong with the next settings and was not wrong with the current ones.
fn new_problems(current: &Settings, next: &Settings, lists: &PickLists) -> Vec<Problem> {
    let before = current.problems(lists);
    next.problems(lists).into_iter().filter(|problem| !before.contains(problem)).collect()
}

/// The account for alerts of partners must be one that takes tickets.
async fn partner_account(deps: &Deps, current: &Settings, next: &Settings) -> Result<Option<Problem>, Error> {
    let chosen = next.tickets.partner_alerts_account;
    let Some(account) = chosen.filter(|_| chosen != current.tickets.partner_alerts_account && next.tickets.enabled)
    else {
        return Ok(None);
    };
    let config = deps.systems.config().await?;
    let company = deps.systems.autotask(&config, Use::Work).await?.company(account).await?;
    let message = match company {
        Some(company) if company.active => return Ok(None),
        Some(company) => format!("“{}” is inactive in Autotask, so it takes no tickets", company.name),
        None => format!("Autotask has no account {account}, or hides it from the API user"),
    };
    Ok(Some(Problem { field: "settings.tickets.partner_alerts_account".to_owned(), message }))
}

/// Rule T15: what a save switches on. Which types fall under the default row is known only when their alerts come, so switching
/// that row on counts as switching everything on.
fn switched_on(old: &Tickets, new: &Tickets) -> Vec<Scope> {
    if !new.enabled {
        return Vec::new();
    }
    if !old.enabled || (new.default_row.create && !old.default_row.create) {
        return vec![Scope::Everything];
    }
    let mut kinds: Vec<&String> = old.types.keys().chain(new.types.keys()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let is_switched_on = |kind: &&String| new.row(kind).create && !old.row(kind).create;
    kinds.into_iter().filter(is_switched_on).cloned().map(Scope::AlertType).collect()
}

#[cfg(test)]
mod tests {
    use bridge_core::settings::Row;

    use super::*;

    fn tickets(enabled: bool, default_row: bool, types: &[(&str, bool)]) -> Tickets {
        let row = |create| Row { create, ..Row::default() };
        let types = types.iter().map(|(kind, create)| ((*kind).to_owned(), row(*create))).collect();
        Tickets { enabled, default_row: row(default_row), types, ..Tickets::default() }
    }

    #[test]
    fn t15_each_switching_on_is_found_and_nothing_else() {
        let kind = |name: &str| Scope::AlertType(name.to_owned());
        let off = tickets(false, false, &[]);
        let on = tickets(true, false, &[("a", true), ("b", false)]);
        assert_eq!(switched_on(&off, &on), [Scope::Everything]);
        assert_eq!(switched_on(&on, &off), []);
        assert_eq!(switched_on(&on, &on), []);
        assert_eq!(
            switched_on(&on, &tickets(true, false, &[("a", true), ("b", true), ("c", true)])),
            [kind("b"), kind("c")]
        );
        assert_eq!(switched_on(&on, &tickets(true, true, &[("a", true)])), [Scope::Everything]);
        assert_eq!(switched_on(&off, &tickets(false, true, &[("a", true)])), [], "a draft switches nothing on");
    }

    #[test]
    fn t15_a_type_whose_row_is_removed_follows_the_default_row() {
        let old = tickets(true, true, &[("a", false)]);
        assert_eq!(switched_on(&old, &tickets(true, true, &[])), [Scope::AlertType("a".to_owned())]);
    }
}
