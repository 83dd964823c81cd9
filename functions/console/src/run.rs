//! *Run now*.

use bridge_core::hint::Hint;
use bridge_core::id::AccountId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, hints, journal, walk};

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
    /// All accounts' contracts against their tenants' quotas, as every few minutes.
    Accounts,
    /// One account's.
    Account(#[schemars(with = "i64")] AccountId),
}

/// What will happen.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RunBegun")]
pub struct Begun {
    /// In words.
    pub message: String,
}

/// Asks for a run. The one over the alerts is made by the poll of the next minute, as it alone walks everything: so it is never
/// made twice at a time.
///
/// # Errors
/// The table or the queue cannot be written.
pub async fn now(deps: &Deps, by: &Actor, asked: &Asked) -> Result<Begun, Error> {
    let (change, message) = match asked.what {
        What::Alerts => {
            walk::walk_soon(deps).await?;
            let change = journal::Change::new("a run over all alerts was asked for");
            (change, "all alerts are looked at with the next poll, within a minute")
        }
        What::Accounts => {
            hints::send(deps, vec![Hint::Pass { preview: None }]).await?;
            (journal::Change::new("a run over all accounts was asked for"), "all accounts are looked at now")
        }
        What::Account(account) => {
            hints::send(deps, vec![hints::account(account)]).await?;
            let change = journal::Change::new("a run for the account was asked for").of_account(account);
            (change, "the account is looked at now")
        }
    };
    journal::record(deps, by, change).await?;
    Ok(Begun { message: message.to_owned() })
}
