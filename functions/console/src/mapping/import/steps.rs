//! Carrying out a file that was confirmed, some lines at a time.
//!
//! A step that was cut off is done again by the next one, which finds those accounts mapped already.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use store::record::{Import, ImportLine, ImportRefusal};
use store::table::{Inserted, Read, Replaced, Stored};

use super::{Line, LineProblem};
use crate::Deps;
use crate::auth::Actor;
use crate::error::Error;
use crate::mapping::{Applied, Batch, EDITS_MAX, Edit, apply};
use crate::page::{Page, Window, rows};

/// How far a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "MappingImport")]
pub struct Progress {
    /// Names it in paths.
    pub id: String,
    /// Who confirmed it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Lines that were confirmed.
    pub lines: usize,
    /// How many of them were tried; while these are fewer, somebody has to go on with it.
    pub tried: usize,
    /// Accounts that are mapped as their line says.
    pub mapped: usize,
    /// Lines that were refused.
    pub refused: Vec<LineProblem>,
}

/// Notes what was confirmed, and does the first step.
pub(super) async fn begin(deps: &Deps, by: &Actor, lines: &[Line]) -> Result<Progress, Error> {
    let import = Import {
        id: deps.systems.random.id(&deps.systems.clock).to_string(),
        by: by.name.clone(),
        at: deps.systems.clock.now(),
        lines: lines.iter().map(confirmed).collect(),
        tried: 0,
        refused: Vec::new(),
    };
    match deps.systems.table.insert(import).await? {
        Inserted::New(stored) | Inserted::Exists(stored) => step(deps, by, stored).await,
    }
}

/// Does the next step, if there is one.
///
/// # Errors
/// There is no such import (any more), or the table cannot be read or written.
pub async fn go_on(deps: &Deps, by: &Actor, id: &str) -> Result<Progress, Error> {
    step(deps, by, find(deps, id).await?).await
}

/// How far an import is.
///
/// # Errors
/// There is no such import (any more), or the table cannot be read.
pub async fn read_import(deps: &Deps, id: &str) -> Result<Progress, Error> {
    find(deps, id).await.map(Progress::of)
}

/// The imports of the last month, newest first.
///
/// # Errors
/// The table cannot be read.
pub async fn imports(deps: &Deps, window: Window) -> Result<Page<Progress>, Error> {
    let page = Import::page(&deps.systems.table, window.after, rows(window.limit)?).await?;
    Ok(Page::of(page, Progress::of))
}

async fn find(deps: &Deps, id: &str) -> Result<Stored<Import>, Error> {
    let missing = || Error::NotFound("there is no such import (any more)".to_owned());
    deps.systems.table.get(&id.to_owned(), Read::Strong).await?.ok_or_else(missing)
}

async fn step(deps: &Deps, by: &Actor, stored: Stored<Import>) -> Result<Progress, Error> {
    let Import { id, lines, tried, .. } = stored.value.clone();
    let some: Vec<ImportLine> = lines.into_iter().skip(tried).take(EDITS_MAX).collect();
    if some.is_empty() {
        return Ok(Progress::of(stored));
    }
    let applied = apply(deps, by, Batch { edits: some.iter().map(edit).collect() }).await?;
    let next = stored.map(|mut import| {
        import.tried += some.len();
        import.refused.extend(refusals(&some, applied));
        import
    });
    match deps.systems.table.replace(next).await? {
        Replaced::Done(stored) => Ok(Progress::of(stored)),
        // Somebody else has done the same step.
        Replaced::Conflict(_) => read_import(deps, &id).await,
    }
}

fn confirmed(line: &Line) -> ImportLine {
    ImportLine {
        line: line.line,
        account: line.account,
        tenant: line.tenant.clone(),
        connection: line.connection.clone(),
        is_confirmed: line.warning.is_some(),
    }
}

fn edit(line: &ImportLine) -> Edit {
    let (tenant, connection) = (Some(line.tenant.clone()), Some(line.connection.clone()));
    Edit { tenant, connection, confirm: line.is_confirmed, ..Edit::of(line.account) }
}

/// An account stands in one line, so it tells which was refused.
fn refusals(lines: &[ImportLine], applied: Applied) -> impl Iterator<Item = ImportRefusal> {
    applied.refused.into_iter().filter_map(|refusal| {
        let line = lines.iter().find(|line| line.account == refusal.edit.account)?.line;
        Some(ImportRefusal { line, message: refusal.message })
    })
}

impl Progress {
    fn of(stored: Stored<Import>) -> Self {
        let Import { id, by, at, lines, tried, refused } = stored.value;
        let mapped = tried.saturating_sub(refused.len());
        let refused =
            refused.into_iter().map(|ImportRefusal { line, message }| LineProblem { line, field: None, message });
        Self { id, by, at, lines: lines.len(), tried, mapped, refused: refused.collect() }
    }

    /// Whether every line was tried.
    pub(crate) fn is_whole(&self) -> bool {
        self.tried >= self.lines
    }
}
