//! The contracts of a few accounts, read directly: a handful of calls for all of them together.

use std::collections::{BTreeMap, BTreeSet};

use autotask::{Client, Contracts as Which, Of};
use bridge_core::id::{AccountId, BundleId, ContractId, ServiceId};
use bridge_core::quota::Memory;
use bridge_core::sale;
use bridge_core::settings::Products;
use jiff::civil::Date;

use super::{Contracts, Missing, Signed, missing};
use crate::Error;
use crate::reading::Reader;

/// An account to read, with what decides which of its lines are needed.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The account.
    pub account: AccountId,
    /// The product mapping of its connection.
    pub products: &'a Products,
    /// What is remembered of it.
    pub memory: &'a Memory,
}

/// Reads these accounts' contracts. Every account has an entry, though an account without contracts an empty one.
///
/// # Errors
/// Autotask cannot be read, or not completely.
pub async fn of_accounts(
    client: &Client,
    wanted: &[Wanted<'_>],
    today: Date,
) -> Result<BTreeMap<AccountId, sale::Read>, Error> {
    let mut reader = Reader::new(client);
    let accounts: Vec<AccountId> = wanted.iter().map(|wanted| wanted.account).collect();
    let services: BTreeSet<ServiceId> = wanted.iter().flat_map(|wanted| wanted.products.services()).collect();
    let services: Vec<ServiceId> = services.into_iter().collect();
    let mut contracts = Contracts::default();
    let pages = reader.client.contracts(Which::OfAccounts(&accounts));
    let signed = &mut contracts.signed;
    reader.each("reading accounts' contracts", pages, |contract| signed.push(Signed::from(contract))).await?;
    let counting = contracts.signed.iter().filter(|signed| signed.contract.counts(today));
    let counting: Vec<ContractId> = counting.map(|signed| signed.contract.id).collect();
    if !counting.is_empty() {
        contracts.read_bundles(&mut reader, &services).await?;
        let which = (Of::<ServiceId>::Contracts(&counting), Of::<BundleId>::Contracts(&counting));
        contracts.read_units(&mut reader, which, today).await?;
    }
    contracts.sort();
    let mut all = Missing::default();
    for Wanted { account, products, memory } in wanted {
        if let Some(missing) = missing(&contracts.of(*account), products, &memory.lines, today) {
            all.add(missing);
        }
    }
    contracts.read_missing(&mut reader, &all, &services).await?;
    Ok(accounts.into_iter().map(|account| (account, contracts.of(account))).collect())
}
