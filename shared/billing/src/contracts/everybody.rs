//! All accounts' contracts, kept packed between passes.

use std::collections::BTreeMap;

use autotask::{Contracts as Which, Of};
use bridge_core::id::{AccountId, BundleId, ContractId, ServiceId};
use bridge_core::sale::Contract;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use store::pack::{Entry, Pack};
use store::table::{Error as TableError, Table};

use super::Contracts;
use crate::Error;
use crate::reading::Reader;

const NAME: &str = "contracts";

/// A recurring, active contract that has not ended, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Signed {
    pub(crate) account: AccountId,
    pub(crate) contract: Contract,
}

impl From<autotask::Contract> for Signed {
    fn from(contract: autotask::Contract) -> Self {
        let autotask::Contract { id, account, name, recurring, active, start, end, .. } = contract;
        Self { account, contract: Contract { id, name, is_recurring: recurring, is_active: active, start, end } }
    }
}

impl Entry for Signed {
    fn key(&self) -> String {
        self.contract.id.to_string()
    }
}

/// The names of the contracts that the last pass has read, for people.
///
/// # Errors
/// The table cannot be read.
pub async fn names(table: &Table) -> Result<BTreeMap<ContractId, String>, TableError> {
    let signed = Book::stored(table).await?.signed.into_values();
    Ok(signed.map(|Signed { contract, .. }| (contract.id, contract.name)).collect())
}

/// What of the contracts to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    Everything,
    Changed(Timestamp),
}

/// All contracts that may count now or later.
#[derive(Debug)]
pub(crate) struct Book {
    signed: BTreeMap<ContractId, Signed>,
    pack: Pack<(), Signed>,
    has_changed: bool,
}

impl Book {
    /// As the last pass left it.
    pub(crate) async fn stored(table: &Table) -> Result<Self, TableError> {
        let mut signed = BTreeMap::new();
        let pack = Pack::read(table, NAME, |one: Signed| {
            signed.insert(one.contract.id, one);
        });
        Ok(Self { pack: pack.await?, signed, has_changed: false })
    }

    /// Whether all contracts have to be read.
    pub(crate) fn is_lost(&self) -> bool {
        !self.pack.is_complete()
    }

    /// Takes in what changed. Returns whether Autotask knows when contracts changed; where it does not, everything was read.
    pub(crate) async fn read(&mut self, reader: &mut Reader<'_>, since: Since, today: Date) -> Result<bool, Error> {
        match since {
            Since::Everything => self.read_all(reader, today).await.map(|()| true),
            Since::Changed(since) => match self.read_changed(reader, since, today).await {
                Err(Error::Systems(systems::Error::Autotask(error))) if error.is_unknown_field() => {
                    self.read_all(reader, today).await.map(|()| false)
                }
                read => read.map(|()| true),
            },
        }
    }

    async fn read_all(&mut self, reader: &mut Reader<'_>, today: Date) -> Result<(), Error> {
        const DOING: &str = "reading the contracts";
        let mut signed = BTreeMap::new();
        let pages = reader.client.contracts(Which::All { ending_on_or_after: today });
        reader.each(DOING, pages, |contract| take(&mut signed, contract, today)).await?;
        // Autotask gives empty lists to a user without rights.
        let still_there = self.signed.values().filter(|signed| signed.contract.end >= today).count();
        if signed.is_empty() && still_there > 0 {
            let reason = format!(
                "no contract was listed, although {still_there} were there; check that the API user may read contracts"
            );
            return Err(Error::Incomplete { doing: DOING, reason });
        }
        self.has_changed = self.is_lost() || signed != self.signed;
        self.signed = signed;
        Ok(())
    }

    async fn read_changed(&mut self, reader: &mut Reader<'_>, since: Timestamp, today: Date) -> Result<(), Error> {
        let mut changed = Vec::new();
        let pages = reader.client.contracts(Which::ChangedSince(since));
        reader.each("reading changed contracts", pages, |contract| changed.push(contract)).await?;
        let before = self.signed.len();
        self.signed.retain(|_, signed| is_of_interest(&signed.contract, today));
        self.has_changed |= self.signed.len() != before;
        for contract in changed {
            let id = contract.id;
            let before = self.signed.remove(&id);
            take(&mut self.signed, contract, today);
            self.has_changed |= self.signed.get(&id) != before.as_ref();
        }
        Ok(())
    }

    /// Keeps what changed.
    pub(crate) async fn save(&mut self, table: &Table) -> Result<(), Error> {
        if self.has_changed {
            self.pack.write(table, self.signed.values().cloned()).await?;
            self.has_changed = false;
        }
        Ok(())
    }
}

fn take(signed: &mut BTreeMap<ContractId, Signed>, contract: autotask::Contract, today: Date) {
    let one = Signed::from(contract);
    if is_of_interest(&one.contract, today) {
        signed.insert(one.contract.id, one);
    }
}

/// It counts, or will without being changed. One that ended yesterday stays for a moment, for zones that are behind.
fn is_of_interest(contract: &Contract, today: Date) -> bool {
    let yesterday = today.checked_sub(1.day()).unwrap_or(today);
    contract.is_recurring && contract.is_active && contract.end >= yesterday
}

impl Contracts {
    /// Everybody's contracts with the units of `services`, today.
    pub(crate) async fn of_everybody(
        reader: &mut Reader<'_>,
        book: Book,
        services: &[ServiceId],
        today: Date,
    ) -> Result<Self, Error> {
        let mut contracts = Self { signed: book.signed.into_values().collect(), ..Self::default() };
        contracts.read_bundles(reader, services).await?;
        let bundles: Vec<BundleId> = contracts.bundles.keys().copied().collect();
        contracts.read_units(reader, (Of::Sold(services), Of::Sold(&bundles)), today).await?;
        contracts.sort();
        Ok(contracts)
    }
}
