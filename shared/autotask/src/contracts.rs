//! Contracts: what an account has bought, and from when to when.

use bridge_core::id::{AccountId, ContractId};
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::http::lenient::{text, time};
use serde_json::Value;

use crate::client::Client;
use crate::entity::Entity;
use crate::query::{Pages, Query, condition, lacks, number};
use crate::time::{date, days_after, earliest, wire_time};

/// The contract type *Recurring Service*, the same in every database: only such contracts have services and units.
const RECURRING: i64 = 7;
/// The contract status *Active*, the same in every database.
const ACTIVE: i64 = 1;

const FIELDS: &[&str] = &["id", "companyID", "contractName", "contractType", "status", "startDate", "endDate"];
const CHANGED: &[&str] =
    &["id", "companyID", "contractName", "contractType", "status", "startDate", "endDate", "lastModifiedDateTime"];

/// A contract. Whether it counts is decided by who reads it, with "today" in the installation's time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// The contract.
    pub id: ContractId,
    /// Whose it is; who pays for it is another matter.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Whether it is of the type *Recurring Service*.
    pub recurring: bool,
    /// Whether its status is active.
    pub active: bool,
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
    /// Last change; told by [`Contracts::ChangedSince`] only, as older zones do not know it.
    pub modified_at: Option<Timestamp>,
}

/// Which contracts to read.
#[derive(Debug, Clone, Copy)]
pub enum Contracts<'a> {
    /// Recurring and active ones that have not ended before this day, future ones included. Those that ended the day
    /// before are read as well: that they did explains what they do not sell any more.
    All {
        /// First day on which the contract's end is of interest.
        ending_on_or_after: Date,
    },
    /// All that changed at this moment or later, of any type and status: one that stopped counting changed, too. Older zones
    /// refuse this with an error of which [`Error::is_unknown_field`](crate::Error::is_unknown_field) says so.
    ChangedSince(Timestamp),
    /// All recurring ones of these accounts, whatever their status and dates.
    OfAccounts(&'a [AccountId]),
    /// These, whatever their type, status and dates.
    Of(&'a [ContractId]),
}

impl Client {
    /// Contracts, in the order of their ids for each list of accounts.
    #[must_use]
    pub fn contracts(&self, which: Contracts<'_>) -> Pages<Contract> {
        let query = |doing, fields, filter| Query { doing, entity: Entity::Contracts, filter, fields, read: contract };
        let recurring = || condition("eq", "contractType", RECURRING);
        match which {
            Contracts::All { ending_on_or_after } => {
                let active = condition("eq", "status", ACTIVE);
                let not_ended = condition("gte", "endDate", earliest(days_after(ending_on_or_after, -1)));
                let filter = vec![recurring(), active, not_ended];
                Pages::new(self.clone(), query("reading the contracts", FIELDS, filter))
            }
            Contracts::ChangedSince(since) => {
                let changed = condition("gte", "lastModifiedDateTime", wire_time(since));
                Pages::new(self.clone(), query("reading changed contracts", CHANGED, vec![changed]))
            }
            Contracts::OfAccounts(accounts) => {
                let query = query("reading accounts' contracts", FIELDS, vec![recurring()]);
                Pages::among(self.clone(), query, "companyID", accounts.iter().map(|account| account.0))
            }
            Contracts::Of(contracts) => {
                let query = query("reading contracts by their numbers", FIELDS, Vec::new());
                Pages::among(self.clone(), query, "id", contracts.iter().map(|contract| contract.0))
            }
        }
    }
}

fn contract(item: &Value) -> Result<Contract, String> {
    let day = |name: &str| date(item, name).ok_or_else(|| lacks(item, name));
    Ok(Contract {
        id: ContractId(number(item, "id")?),
        account: AccountId(number(item, "companyID")?),
        name: text(item, "contractName").unwrap_or_default(),
        recurring: number(item, "contractType")? == RECURRING,
        // Never guessed: a contract that does not count takes away what it sold.
        active: number(item, "status")? == ACTIVE,
        start: day("startDate")?,
        end: day("endDate")?,
        modified_at: time(item, "lastModifiedDateTime"),
    })
}

#[cfg(test)]
mod tests;
