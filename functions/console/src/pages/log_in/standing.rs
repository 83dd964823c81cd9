//! How a system stands, for people.

use std::collections::BTreeMap;

use crate::Deps;
use crate::error::Error;
use crate::pages::frame::Frame;
use crate::pages::words::{When, counted};
use crate::rights::{self, Finding, View};
use crate::systems::{self, Called};

pub(super) use crate::systems::AUTOTASK;

/// How a system stands.
pub(in crate::pages) struct Standing {
    pub(in crate::pages) id: String,
    pub(in crate::pages) name: String,
    /// Class of the badge.
    pub(in crate::pages) tone: &'static str,
    pub(in crate::pages) state: String,
    pub(in crate::pages) is_paused: bool,
    /// Nothing was entered for it, or it is not in use.
    pub(in crate::pages) is_off: bool,
    pub(in crate::pages) paused_since: Option<When>,
    pub(in crate::pages) reason: Option<String>,
    pub(in crate::pages) next_probe: Option<When>,
    /// Runs that failed in a row, where there are any.
    pub(in crate::pages) failed: Option<String>,
    pub(in crate::pages) zone_url: Option<String>,
    /// What the self-test has found.
    pub(in crate::pages) rights: Option<String>,
}

/// All systems, by their ids.
pub(super) async fn all(deps: &Deps, frame: &Frame) -> Result<BTreeMap<String, Standing>, Error> {
    let views = systems::list(deps).await?.items;
    let rights = rights::all(deps).await?;
    let standing = |view: systems::View| {
        let rights = rights.get(&view.id).filter(|rights| rights.tested_at.is_some()).map(summary);
        (view.id.clone(), Standing { rights, ..Standing::of(view, frame) })
    };
    Ok(views.into_iter().map(standing).collect())
}

/// How many rights were found, in words.
pub(super) fn summary(view: &View) -> String {
    let count = |state| view.rights.iter().filter(|right| right.state == state).count();
    format!(
        "{} passed, {} refused, {} not tested",
        count(Finding::Passed),
        count(Finding::Refused),
        count(Finding::NotTested)
    )
}

/// Failed runs in a row that are no chance any more (rule L4).
const FAILING: u32 = 3;

/// The badge of a system: its tone and its words. Green is only what answers.
pub(in crate::pages) fn state(view: &systems::View) -> (&'static str, String) {
    match (view.state, view.failed_runs) {
        (Called::Open, 0) => ("good", "connected".to_owned()),
        (Called::Open, 1) => ("warn", "its last run failed".to_owned()),
        (Called::Open, failed) => {
            (if failed < FAILING { "warn" } else { "bad" }, format!("the last {failed} runs failed"))
        }
        (Called::Paused, _) => ("bad", "paused".to_owned()),
        (Called::ProbeDue, _) => ("warn", "paused, tried again with the next run".to_owned()),
        (Called::Off, _) => ("", "not in use".to_owned()),
    }
}

impl Standing {
    fn of(view: systems::View, frame: &Frame) -> Self {
        let (tone, state) = state(&view);
        Self {
            tone,
            state,
            is_paused: matches!(view.state, Called::Paused | Called::ProbeDue),
            is_off: view.state == Called::Off,
            paused_since: view.paused_since.map(|at| When::new(at, &frame.zone)),
            next_probe: view.next_probe.map(|at| When::new(at, &frame.zone)),
            failed: (view.failed_runs > 0).then(|| counted(view.failed_runs, "run")),
            reason: view.reason,
            zone_url: view.zone_url,
            rights: None,
            id: view.id,
            name: view.name,
        }
    }
}
