//! Staged edits: what a person puts together, wherever he goes meanwhile, until one Apply carries it out (rule V5).
//!
//! They lie in the table, one record for each person, so that they survive another page, another browser and a restart. An edit
//! that the Apply refuses stays, with the reason, until it is undone or repeated.

mod doubts;
mod names;

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::AccountId;
use bridge_core::settings::Problem;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::{Staged, StagedEdit, StagedRefusal};
use store::table::Read;

use super::wish::wish;
use super::{Applied, Batch, EDITS_MAX, Edit, apply};
use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, text};
use names::Names;

/// What a person has staged.
#[derive(Debug, Default, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "MappingStaged")]
pub struct View {
    /// In the order in which an Apply carries them out; up to 100, one for an account.
    pub edits: Vec<Entry>,
    /// When they were last changed. A month later they are forgotten.
    pub changed_at: Option<Timestamp>,
}

/// A staged edit.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "MappingStagedEdit")]
pub struct Entry {
    /// The account's name.
    pub account_name: String,
    /// Name of the tenant that it is to be mapped to, or in which a new one is to be made.
    pub tenant_name: Option<String>,
    /// The edit.
    pub edit: Edit,
    /// What speaks against it without forbidding it: look at it before an Apply.
    pub doubt: Option<String>,
    /// Stable code of the reason for which the last Apply did not carry it out.
    pub code: Option<String>,
    /// That reason, and what to do.
    pub refusal: Option<String>,
}

/// Which staged edits are undone.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MappingUnstage")]
pub struct Which {
    /// Only the one of this account; all unless given.
    pub account: Option<i64>,
}

/// What the person has staged.
///
/// # Errors
/// The table cannot be read.
pub async fn staged(deps: &Deps, by: &Actor) -> Result<View, Error> {
    let stored = deps.systems.table.get::<Staged>(&by.subject, Read::Strong).await?;
    Ok(stored.map_or_else(View::default, |stored| View::of(stored.value)))
}

/// Stages these edits, all or none of them. One that is staged for the same account gives way.
///
/// # Errors
/// [`Error::Invalid`] with what is wrong with each edit, or the table cannot be written.
pub async fn stage(deps: &Deps, by: &Actor, batch: Batch) -> Result<View, Error> {
    let edits = batch.edits;
    if edits.len() > EDITS_MAX {
        return Err(too_many());
    }
    let names = Names::read(deps, &edits).await?;
    let mut problems = Vec::new();
    let mut say = |place: usize, message: String| {
        problems.push(Problem { field: format!("edits.{place}"), message });
    };
    let mut accounts = BTreeSet::new();
    for (place, edit) in edits.iter().enumerate() {
        if let Err(why) = wish(edit) {
            say(place, why.message);
        } else if !accounts.insert(edit.account) {
            say(place, format!("{} stands here twice: choose one tenant for it", names.account(edit.account)));
        } else if let Some(why) = names.unknown(edit) {
            say(place, why);
        } else if let Some(Err(error)) = edit.exclude.as_ref().map(|reason| text::reason("exclude", reason)) {
            error.fields().into_iter().for_each(|field| say(place, field.message));
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let mut doubts = doubts::doubts(deps, &edits, &names).await?;
    let new: Vec<StagedEdit> = edits.iter().map(|edit| names.entry(edit, doubts.remove(&edit.account))).collect();
    let mut refused = None;
    let add = |record: Option<Staged>| {
        let before = record.clone();
        let mut staged = record.unwrap_or_else(|| Staged {
            subject: by.subject.clone(),
            edits: Vec::new(),
            at: Timestamp::UNIX_EPOCH,
        });
        staged.edits.retain(|entry| !accounts.contains(&entry.account));
        staged.edits.extend(new.iter().cloned());
        staged.at = deps.systems.clock.now();
        refused = refusal(&staged);
        if refused.is_some() { before } else { Some(staged) }
    };
    let stored = deps.systems.table.modify::<Staged>(&by.subject, add).await?;
    match refused {
        Some(error) => Err(error),
        None => Ok(stored.map_or_else(View::default, |stored| View::of(stored.value))),
    }
}

/// What stands against all of it together.
fn refusal(staged: &Staged) -> Option<Error> {
    if staged.edits.len() > EDITS_MAX {
        return Some(too_many());
    }
    let mut taken = BTreeMap::new();
    for (entry, edit) in staged.edits.iter().filter_map(|entry| Some((entry, parsed(entry)?))) {
        let Some(tenant) = edit.tenant else { continue };
        if let Some(first) = taken.insert(tenant, &entry.account_name) {
            let name = entry.tenant_name.as_deref().unwrap_or_default();
            let text =
                format!("“{name}” is staged for “{first}” and for “{}”: a tenant has one account", entry.account_name);
            return Some(Error::field("edits", text));
        }
    }
    None
}

fn too_many() -> Error {
    Error::field("edits", format!("at most {EDITS_MAX} changes are staged at a time: apply or undo some first"))
}

/// Undoes one staged edit, or all.
///
/// # Errors
/// The table cannot be written.
pub async fn unstage(deps: &Deps, by: &Actor, which: &Which) -> Result<View, Error> {
    let keep = |record: Option<Staged>| {
        let mut staged = record?;
        staged.edits.retain(|entry| which.account.is_some_and(|account| entry.account != AccountId(account)));
        Some(staged).filter(|staged| !staged.edits.is_empty())
    };
    let stored = deps.systems.table.modify::<Staged>(&by.subject, keep).await?;
    Ok(stored.map_or_else(View::default, |stored| View::of(stored.value)))
}

/// Applies what is staged. What was carried out is staged no longer; the rest stays, each with the reason.
///
/// # Errors
/// Nothing is staged, or the table cannot be read or written; what was carried out before that is found so when it is applied
/// again.
pub async fn apply_staged(deps: &Deps, by: &Actor) -> Result<Applied, Error> {
    let stored = deps.systems.table.get::<Staged>(&by.subject, Read::Strong).await?;
    let tried = stored.map(|stored| stored.value.edits).unwrap_or_default();
    let edits: Vec<Edit> = tried.iter().filter_map(parsed).collect();
    if edits.is_empty() {
        return Err(Error::refused("nothing_staged", "nothing is staged, so there is nothing to apply"));
    }
    let applied = apply(deps, by, Batch { edits }).await?;
    let settle = |record: Option<Staged>| {
        let mut staged = record?;
        // What was staged anew meanwhile was not tried.
        let is_tried =
            |entry: &StagedEdit| tried.iter().any(|tried| tried.account == entry.account && tried.edit == entry.edit);
        staged.edits.retain(|entry| !is_tried(entry) || !applied.applied.contains(&entry.account));
        for entry in staged.edits.iter_mut().filter(|entry| is_tried(entry)) {
            let refusal = applied.refused.iter().find(|refusal| refusal.edit.account == entry.account);
            entry.refusal =
                refusal.map(|refusal| StagedRefusal { code: refusal.code.clone(), message: refusal.message.clone() });
        }
        Some(staged).filter(|staged| !staged.edits.is_empty())
    };
    deps.systems.table.modify::<Staged>(&by.subject, settle).await?;
    Ok(applied)
}

/// The edit of an entry; nothing where a release of another time has written something else.
fn parsed(entry: &StagedEdit) -> Option<Edit> {
    serde_json::from_str(&entry.edit).ok()
}

impl View {
    fn of(staged: Staged) -> Self {
        let edits = staged.edits.into_iter().filter_map(|entry| {
            let edit = parsed(&entry)?;
            let StagedEdit { account_name, tenant_name, doubt, refusal, .. } = entry;
            let (code, refusal) = refusal.map(|refusal| (refusal.code, refusal.message)).unzip();
            Some(Entry { account_name, tenant_name, edit, doubt, code, refusal })
        });
        Self { edits: edits.collect(), changed_at: Some(staged.at) }
    }

    /// What is staged for an account.
    #[must_use]
    pub fn of_account(&self, account: AccountId) -> Option<&Entry> {
        self.edits.iter().find(|entry| entry.edit.account == account)
    }
}
