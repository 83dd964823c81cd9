//! The mapping from a file (rules V7, B4): first everything that is wrong with it and what it would do, with the numbers of the
//! lines; then, when a person has seen that, the lines that are possible.
//!
//! A request ends within half a minute, so the lines are carried out some at a time. What is left lies in the table: whoever asked
//! may leave, find it again, and go on.

mod file;
mod steps;

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::{AccountId, ConnectionId, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::record::{Account, MappedTenant, Mapping};
use store::table::Read;
use systems::Config;

use super::check::{Sides, Why};
use super::{Edit, apply, own};
use crate::Deps;
use crate::auth::Actor;
use crate::error::Error;

pub use steps::{Progress, go_on, imports, read_import};

/// Lines of one file at most: all are checked before anything is done, and that has to end within half a minute.
const LINES_MAX: usize = 500;

/// A file to be imported.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MappingFile")]
pub struct File {
    /// CSV, with commas or semicolons, with a line of headings: `account` and `tenant`, and `connection` where there are several;
    /// up to 500 lines. What an export has beside them is for people.
    pub csv: String,
    /// Carry it out, as it was shown.
    #[serde(default)]
    pub apply: bool,
    /// What was shown; needed to carry it out.
    #[serde(default)]
    pub digest: Option<String>,
}

/// What a file would do, or has done.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MappingFileChecked")]
pub struct Checked {
    /// Accounts that would be mapped.
    pub lines: Vec<Line>,
    /// Lines that say what is already so.
    pub same: usize,
    /// Lines that cannot be carried out.
    pub problems: Vec<LineProblem>,
    /// To be given to carry out exactly this.
    pub digest: String,
    /// How far it is, where it is carried out: the first lines are done with the answer.
    pub import: Option<Progress>,
}

/// A line that can be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "MappingFileLine")]
pub struct Line {
    /// Its number in the file; the headings are line 1.
    pub line: u64,
    /// The account.
    #[schemars(with = "i64")]
    pub account: AccountId,
    /// Its name.
    pub account_name: String,
    /// The tenant.
    #[schemars(with = "String")]
    pub tenant: TenantId,
    /// Its name.
    pub tenant_name: String,
    /// The connection that it is reached through.
    #[schemars(with = "String")]
    pub connection: ConnectionId,
    /// What speaks against it; carrying the file out confirms it.
    pub warning: Option<String>,
}

/// Why a line cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "MappingFileProblem")]
pub struct LineProblem {
    /// Its number in the file.
    pub line: u64,
    /// The column, where it is one.
    pub field: Option<String>,
    /// In words.
    pub message: String,
}

/// A line as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    line: u64,
    account: AccountId,
    tenant: TenantId,
    connection: ConnectionId,
}

/// Says what a file would do, or carries out what was shown.
///
/// # Errors
/// The file is no CSV with these columns or too long, `other_plan` when what was shown is not what would be done now, or the
/// table cannot be read or written.
pub async fn import(deps: &Deps, by: &Actor, file: &File) -> Result<Checked, Error> {
    let config = deps.systems.config().await?;
    let mut checked = check(deps, &config, &file.csv).await?;
    if !file.apply {
        return Ok(checked);
    }
    if file.digest.as_ref() != Some(&checked.digest) {
        let text = "the file would do something else by now than what was shown: look at it again";
        return Err(Error::refused("other_plan", text));
    }
    checked.import = Some(steps::begin(deps, by, &checked.lines).await?);
    Ok(checked)
}

async fn check(deps: &Deps, config: &Config, csv: &str) -> Result<Checked, Error> {
    let (entries, mut problems) = file::read(csv, config)?;
    let entries = once(entries, &mut problems);
    let known = Known::read(deps, config, &entries).await?;
    let (mut lines, mut same) = (Vec::new(), 0);
    for entry in &entries {
        match known.look(entry) {
            Ok(Some(line)) => lines.push(line),
            Ok(None) => same += 1,
            Err(Why { message, fields, .. }) => {
                let field = fields.into_iter().next().map(|problem| problem.field);
                problems.push(LineProblem { line: entry.line, field, message });
            }
        }
    }
    problems.sort_by_key(|problem| problem.line);
    let digest = digest(&lines, &problems);
    Ok(Checked { lines, same, problems, digest, import: None })
}

/// Each account and each tenant stands in one line at most.
fn once(entries: Vec<Entry>, problems: &mut Vec<LineProblem>) -> Vec<Entry> {
    let (mut accounts, mut tenants) = (BTreeMap::new(), BTreeMap::new());
    let mut is_first = |entry: &Entry| {
        let account = *accounts.entry(entry.account).or_insert(entry.line);
        let tenant = *tenants.entry(entry.tenant.clone()).or_insert(entry.line);
        for (field, first) in [("account", account), ("tenant", tenant)] {
            if first != entry.line {
                let message = format!("this {field} stands in line {first} already");
                problems.push(LineProblem { line: entry.line, field: Some(field.to_owned()), message });
            }
        }
        account == entry.line && tenant == entry.line
    };
    entries.into_iter().filter(|entry| is_first(entry)).collect()
}

/// What is known of the two sides of the lines, read in bulk.
struct Known {
    mappings: BTreeMap<AccountId, Mapping>,
    taken: BTreeMap<TenantId, AccountId>,
    /// What is remembered of accounts that are not mapped.
    remembered: BTreeMap<AccountId, Account>,
    sides: Sides,
}

impl Known {
    async fn read(deps: &Deps, config: &Config, entries: &[Entry]) -> Result<Self, Error> {
        let table = &deps.systems.table;
        let accounts: Vec<AccountId> = entries.iter().map(|entry| entry.account).collect();
        let tenants: Vec<TenantId> = entries.iter().map(|entry| entry.tenant.clone()).collect();
        let mappings = table.get_many::<Mapping>(&accounts, Read::Strong).await?.found.into_iter();
        let mappings: BTreeMap<AccountId, Mapping> =
            mappings.map(|stored| (stored.value.account, stored.value)).collect();
        let taken = table.get_many::<MappedTenant>(&tenants, Read::Strong).await?.found.into_iter();
        let taken = taken.map(|stored| (stored.value.tenant, stored.value.account)).collect();
        let unmapped = entries.iter().filter(|entry| !mappings.contains_key(&entry.account));
        let edits: Vec<Edit> = unmapped.map(Entry::edit).collect();
        let unmapped: Vec<AccountId> = edits.iter().map(|edit| edit.account).collect();
        let remembered = table.get_many::<Account>(&unmapped, Read::Strong).await?.found.into_iter();
        let remembered = remembered.map(|stored| (stored.value.account, stored.value)).collect();
        let sides = Sides::read(deps, config, &edits, &BTreeMap::new()).await;
        Ok(Self { mappings, taken, remembered, sides })
    }

    /// What the line comes to; nothing where it says what is already so.
    fn look(&self, entry: &Entry) -> Result<Option<Line>, Why> {
        if let Some(mapping) = self.mappings.get(&entry.account) {
            let is_same = mapping.tenant == entry.tenant;
            return if is_same { Ok(None) } else { Err(apply::account_taken(mapping)) };
        }
        if let Some(owner) = self.taken.get(&entry.tenant) {
            let text = format!("the tenant is mapped to account {owner}: remove that mapping first");
            return Err(Why::new("tenant_taken", text).at("tenant"));
        }
        if let Some(account) = self.remembered.get(&entry.account) {
            own::nothing_stands_against(account)?;
        }
        self.line(entry).map(Some)
    }

    fn line(&self, entry: &Entry) -> Result<Line, Why> {
        let company = self.sides.company(entry.account)?;
        let tenant = self.sides.tenant(&entry.connection, &entry.tenant)?;
        let Entry { line, account, tenant: id, connection } = entry.clone();
        let (account_name, tenant_name) = (company.name.clone(), tenant.name.clone());
        let warning = self.sides.is_nobody_elses(company, tenant).err().map(|why| why.message);
        Ok(Line { line, account, account_name, tenant: id, tenant_name, connection, warning })
    }
}

/// Of what was shown: what would be done, and what would not.
fn digest(lines: &[Line], problems: &[LineProblem]) -> String {
    let shown = serde_json::to_vec(&(lines, problems)).expect("plain data can be written as JSON");
    Sha256::digest(shown).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl Entry {
    fn edit(&self) -> Edit {
        let (tenant, connection) = (Some(self.tenant.clone()), Some(self.connection.clone()));
        Edit { tenant, connection, ..Edit::of(self.account) }
    }
}

/// The connections in use, to tell which one a line without one means.
fn only(config: &Config) -> Option<&ConnectionId> {
    let connections: BTreeSet<&ConnectionId> = config.connections.keys().collect();
    connections.first().copied().filter(|_| connections.len() == 1)
}
