//! Which unmapped tenant is probably an unmapped account's (rule V7). Suggestions are never applied by themselves: each carries its
//! evidence, and a person accepts it.
//!
//! Names are compared in a normal form ([`normal_name`]). Similar names are looked for among the tenants that share enough rare pieces of
//! three letters with the account, never by comparing everybody with everybody: 10,000 accounts against 5,000 tenants is normal.

mod index;
mod name;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ConnectionId, TenantId};
use crate::provision::Marker;
use index::Index;

pub use name::normal_name;

/// How many tenants are suggested for one account.
const MOST: usize = 3;

/// An account that may be suggested a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account<'a> {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: &'a str,
    /// Its number in Autotask, free text, where it is known.
    pub number: Option<&'a str>,
    /// Mapped accounts are suggested nothing.
    pub is_mapped: bool,
}

/// A customer tenant that may be suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant<'a> {
    /// The tenant.
    pub id: &'a TenantId,
    /// The connection that it is reached through.
    pub connection: &'a ConnectionId,
    /// Its name.
    pub name: &'a str,
    /// The provider's reference.
    pub customer_id: Option<&'a str>,
    /// The marker of an integration.
    pub internal_tag: Option<&'a str>,
    /// Mapped tenants are not suggested.
    pub is_mapped: bool,
}

/// What speaks for a suggestion, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "evidence", rename_all = "snake_case")]
pub enum Evidence {
    /// The tenant carries this installation's marker for the account.
    Marker,
    /// The names are equal but for letter case, punctuation, accents and legal form.
    SameName,
    /// The names resemble each other.
    SimilarName {
        /// How much, in percent.
        percent: u8,
    },
    /// The tenant's customer id is the account's id or number. Weak: many tools write there.
    CustomerId,
}

impl Evidence {
    /// Any marker counts more than any name, equal names more than similar ones, and a customer id tips the balance only between
    /// tenants whose names speak alike.
    fn weight(self) -> u32 {
        match self {
            Self::Marker => 10_000,
            Self::SameName => 1_000,
            Self::SimilarName { percent } => 5 * u32::from(percent),
            Self::CustomerId => 100,
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Marker => f.write_str("it was made for this account"),
            Self::SameName => f.write_str("same name"),
            Self::SimilarName { percent } => write!(f, "similar name ({percent} %)"),
            Self::CustomerId => f.write_str("its customer id is the account's"),
        }
    }
}

/// A tenant that may be the account's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The account.
    pub account: AccountId,
    /// The tenant.
    pub tenant: TenantId,
    /// The connection that the tenant is reached through.
    pub connection: ConnectionId,
    /// What speaks for it, the strongest first. Never empty.
    pub evidence: Vec<Evidence>,
    /// Rank; higher is more likely.
    pub score: u32,
}

/// Rule V7: suggestions for all accounts that are not mapped, the most likely first; at most a few for each account. `ours` says whether a
/// marker is of this installation. The order of accounts and tenants does not matter.
#[must_use]
pub fn suggest(accounts: &[Account<'_>], tenants: &[Tenant<'_>], ours: impl Fn(&Marker) -> bool) -> Vec<Suggestion> {
    let mut tenants: Vec<_> = tenants.iter().filter(|tenant| !tenant.is_mapped).collect();
    tenants.sort_unstable_by_key(|tenant| tenant.id);
    tenants.dedup_by_key(|tenant| tenant.id);
    let mut index = Index::new(&tenants, ours);
    let mut suggestions: Vec<Suggestion> = accounts
        .iter()
        .filter(|account| !account.is_mapped)
        .flat_map(|account| of(account, &tenants, &mut index))
        .collect();
    suggestions.sort_by(|a, b| rank(a).cmp(&rank(b)));
    suggestions.dedup();
    suggestions
}

/// The best suggestions for one account.
fn of(account: &Account<'_>, tenants: &[&Tenant<'_>], index: &mut Index) -> Vec<Suggestion> {
    let mut evidence: BTreeMap<usize, Vec<Evidence>> = BTreeMap::new();
    for (tenant, found) in index.evidence(account) {
        evidence.entry(tenant).or_default().push(found);
    }
    let suggestion = |(tenant, mut evidence): (usize, Vec<Evidence>)| {
        evidence.sort_unstable();
        let score = evidence.iter().map(|evidence| evidence.weight()).sum();
        let Tenant { id, connection, .. } = tenants[tenant];
        Suggestion { account: account.id, tenant: (*id).clone(), connection: (*connection).clone(), evidence, score }
    };
    let mut suggestions: Vec<_> = evidence.into_iter().map(suggestion).collect();
    suggestions.sort_by(|a, b| rank(a).cmp(&rank(b)));
    suggestions.truncate(MOST);
    suggestions
}

/// The best first; ties in the order of the ids.
fn rank(suggestion: &Suggestion) -> (std::cmp::Reverse<u32>, AccountId, &TenantId) {
    (std::cmp::Reverse(suggestion.score), suggestion.account, &suggestion.tenant)
}

#[cfg(test)]
mod tests;
