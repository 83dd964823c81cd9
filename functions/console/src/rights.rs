//! The self-test: which rights the integration has in a system, found out by reads alone (rule L3).
//!
//! What it needs is one list for each system. The rights to read are tried one by one. The rights to write stay *not tested*, unless
//! the system itself says that one is missing, until a person has a ticket written ([`write_ticket`]). Quotas and alerts are never
//! written by a test.

mod acronis;
mod autotask;
mod ticket;

use std::collections::BTreeMap;

use bridge_core::system::Id;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use store::record::Rights;
use store::record::rights::Found;
use store::table::Read;

use crate::Deps;
use crate::error::Error;
use crate::systems::{self, find};

pub use ticket::{Asked, write_ticket};

/// What the self-test of a system has found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "SystemRights")]
pub struct View {
    /// `autotask`, or a connection's id.
    pub system: String,
    /// When the rights were last looked at; nothing before that, and after a change of the log-in.
    pub tested_at: Option<Timestamp>,
    /// Every right that the integration uses.
    pub rights: Vec<Right>,
}

/// A right that the integration uses.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "SystemRight")]
pub struct Right {
    /// Stable name.
    pub id: String,
    /// What is done with it.
    pub what: String,
    /// What it is called in the system.
    pub permission: String,
    /// Whether it is about writing.
    pub writes: bool,
    /// What does not work without it; nothing where all depends on it.
    pub only_for: Option<String>,
    /// What was found.
    pub state: Finding,
    /// More about that.
    pub words: Option<String>,
    /// When it was found.
    pub tested_at: Option<Timestamp>,
}

/// What was found of a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SystemRightState")]
pub enum Finding {
    /// It is there.
    Passed,
    /// It is missing.
    Refused,
    /// Nobody knows.
    NotTested,
}

/// A right that the integration uses, as it is listed.
struct Needed {
    id: &'static str,
    what: &'static str,
    permission: &'static str,
    writes: bool,
    only_for: Option<&'static str>,
}

impl Needed {
    const fn read(id: &'static str, what: &'static str, permission: &'static str) -> Self {
        Self { id, what, permission, writes: false, only_for: None }
    }

    const fn write(id: &'static str, what: &'static str, permission: &'static str) -> Self {
        Self { id, what, permission, writes: true, only_for: None }
    }

    const fn only_for(self, only_for: &'static str) -> Self {
        Self { only_for: Some(only_for), ..self }
    }
}

/// What a trial came to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tried {
    passed: Option<bool>,
    words: Option<String>,
}

impl Tried {
    fn passed() -> Self {
        Self { passed: Some(true), words: None }
    }

    fn passed_but(words: impl Into<String>) -> Self {
        Self { passed: Some(true), words: Some(words.into()) }
    }

    fn refused(words: impl Into<String>) -> Self {
        Self { passed: Some(false), words: Some(words.into()) }
    }

    fn unknown(words: impl Into<String>) -> Self {
        Self { passed: None, words: Some(words.into()) }
    }
}

/// What was found when it was last looked.
///
/// # Errors
/// There is no such system, or the table cannot be read.
pub async fn read(deps: &Deps, id: &str) -> Result<View, Error> {
    let id = find(deps, id).await?;
    let found = deps.systems.table.get::<Rights>(&id, Read::Strong).await?.map(|stored| stored.value.found);
    Ok(view(&id, &found.unwrap_or_default()))
}

/// What was found of every system, by their names in paths.
pub(crate) async fn all(deps: &Deps) -> Result<BTreeMap<String, View>, Error> {
    let records = Rights::all(&deps.systems.table).await?.records.into_iter().map(|stored| stored.value);
    Ok(records.map(|rights| (systems::name(&rights.system), view(&rights.system, &rights.found))).collect())
}

/// Tries every right to read, and asks the system what it says of the others. Nothing is written there.
///
/// # Errors
/// There is no such system, it is paused, refuses the log-in, or the stores cannot be used.
pub async fn look(deps: &Deps, id: &str) -> Result<View, Error> {
    let id = find(deps, id).await?;
    let tried = match &id {
        Id::Autotask => autotask::look(deps).await?,
        Id::Acronis(connection) => acronis::look(deps, connection).await?,
    };
    keep(deps, &id, tried).await
}

/// Forgets what was found with credentials that were replaced. A test ticket that is not completed stays known.
pub(crate) async fn forget(deps: &Deps, id: &Id) -> Result<(), Error> {
    let without = |rights: Option<Rights>| {
        let rights = rights?;
        rights.ticket.is_some().then(|| Rights { found: BTreeMap::new(), ..rights })
    };
    deps.systems.table.modify(id, without).await?;
    Ok(())
}

/// Remembers what was found. What was found earlier of other rights stays.
async fn keep(deps: &Deps, id: &Id, tried: Vec<(&'static str, Tried)>) -> Result<View, Error> {
    let at = deps.systems.clock.now();
    let remember = |rights: Option<Rights>| {
        let mut rights = rights.unwrap_or_else(|| Rights { system: id.clone(), found: BTreeMap::new(), ticket: None });
        for (name, Tried { passed, words }) in &tried {
            rights.found.insert((*name).to_owned(), Found { at, passed: *passed, words: words.clone() });
        }
        Some(rights)
    };
    let stored = deps.systems.table.modify(id, remember).await?;
    Ok(view(id, &stored.map(|stored| stored.value.found).unwrap_or_default()))
}

fn view(id: &Id, found: &BTreeMap<String, Found>) -> View {
    let needed: &[Needed] = match id {
        Id::Autotask => &autotask::NEEDED,
        Id::Acronis(_) => &acronis::NEEDED,
    };
    let rights: Vec<Right> = needed.iter().map(|needed| Right::of(needed, found.get(needed.id))).collect();
    let tested_at = rights.iter().filter(|right| !right.writes).filter_map(|right| right.tested_at).max();
    View { system: systems::name(id), tested_at, rights }
}

impl Right {
    fn of(needed: &Needed, found: Option<&Found>) -> Self {
        let state = match found.and_then(|found| found.passed) {
            Some(true) => Finding::Passed,
            Some(false) => Finding::Refused,
            None => Finding::NotTested,
        };
        Self {
            id: needed.id.to_owned(),
            what: needed.what.to_owned(),
            permission: needed.permission.to_owned(),
            writes: needed.writes,
            only_for: needed.only_for.map(str::to_owned),
            state,
            words: found.and_then(|found| found.words.clone()),
            tested_at: found.map(|found| found.at),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn l3_each_right_is_listed_once_with_the_name_of_its_permission() {
        for list in [&autotask::NEEDED[..], &acronis::NEEDED[..]] {
            let ids: BTreeSet<&str> = list.iter().map(|needed| needed.id).collect();
            assert_eq!(ids.len(), list.len());
            assert!(list.iter().all(|needed| !needed.permission.is_empty() && !needed.what.is_empty()));
        }
    }

    #[test]
    fn l3_what_nobody_has_looked_at_is_not_tested() {
        let view = view(&Id::Autotask, &BTreeMap::new());
        assert!(view.tested_at.is_none() && view.rights.iter().all(|right| right.state == Finding::NotTested));
    }
}
