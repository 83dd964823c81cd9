//! *Run now*.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, journal, walk};

/// What to run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Run")]
pub struct Asked {
    /// What.
    pub what: What,
}

/// What can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "RunWhat")]
pub enum What {
    /// All open alerts against all our tickets, as once a day.
    Alerts,
}

/// What will happen.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RunBegun")]
pub struct Begun {
    /// In words.
    pub message: String,
}

/// Asks for a run. The poll of the next minute makes it, as it alone walks everything: so it is never made twice at a time.
///
/// # Errors
/// The table cannot be written.
pub async fn now(deps: &Deps, by: &Actor, asked: &Asked) -> Result<Begun, Error> {
    match asked.what {
        What::Alerts => walk::walk_soon(deps).await?,
    }
    journal::record(deps, by, journal::Change::new("a run over all alerts was asked for")).await?;
    Ok(Begun { message: "all alerts are looked at with the next poll, within a minute".to_owned() })
}
