//! The directory of configuration items (rule T12): which active ones each mapped account has, by name.
//!
//! It lies in a pack of its own. The poll writes it, a day old at most; whoever makes tickets reads the few accounts concerned.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::AccountId;
use bridge_core::ticket::Device;
use serde::{Deserialize, Serialize};

use crate::pack::{self, Entry, Pack};
use crate::table::{Error, Table};

const NAME: &str = "devices";

/// The directory as it was read, to be written back.
#[derive(Debug)]
pub struct DeviceDirectory {
    accounts: BTreeMap<AccountId, Vec<Device>>,
    pack: Pack<(), Listed>,
    has_changed: bool,
}

/// The configuration items of an account.
#[derive(Debug, Serialize, Deserialize)]
struct Listed {
    #[serde(rename = "a")]
    account: AccountId,
    /// In order, so that the same ones are the same bytes.
    #[serde(rename = "d")]
    devices: Vec<Device>,
}

impl Entry for Listed {
    fn key(&self) -> String {
        self.account.to_string()
    }
}

impl DeviceDirectory {
    /// All of it. What of it cannot be read is left out, and [`DeviceDirectory::is_complete`] says so.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn stored(table: &Table) -> Result<Self, Error> {
        let mut accounts = BTreeMap::new();
        let pack = Pack::read(table, NAME, |Listed { account, devices }| {
            accounts.insert(account, devices);
        });
        Ok(Self { pack: pack.await?, accounts, has_changed: false })
    }

    /// The configuration items of these accounts, without reading the others. An account of which nothing is known is left out.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn of(
        table: &Table,
        accounts: impl IntoIterator<Item = AccountId>,
    ) -> Result<BTreeMap<AccountId, Vec<Device>>, Error> {
        let keys: BTreeSet<String> = accounts.into_iter().map(|account| account.to_string()).collect();
        let found = pack::find::<Listed>(table, NAME, &keys).await?;
        Ok(found.into_iter().map(|Listed { account, devices }| (account, devices)).collect())
    }

    /// Whether it was there, and all of it could be read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.pack.is_complete()
    }

    /// Whether the account's configuration items were ever read.
    #[must_use]
    pub fn lists(&self, account: AccountId) -> bool {
        self.accounts.contains_key(&account)
    }

    /// Whether anything is listed for the account.
    #[must_use]
    pub fn has_devices(&self, account: AccountId) -> bool {
        self.accounts.get(&account).is_some_and(|devices| !devices.is_empty())
    }

    /// Takes in what an account has now.
    pub fn replace(&mut self, account: AccountId, mut devices: Vec<Device>) {
        devices.sort_unstable();
        self.has_changed |= self.accounts.get(&account) != Some(&devices);
        self.accounts.insert(account, devices);
    }

    /// Forgets all accounts but these.
    pub fn retain(&mut self, accounts: &BTreeSet<AccountId>) {
        let before = self.accounts.len();
        self.accounts.retain(|account, _| accounts.contains(account));
        self.has_changed |= self.accounts.len() != before;
    }

    /// Writes the buckets that changed.
    ///
    /// # Errors
    /// The table cannot be written, or somebody else wrote the directory since it was read ([`Error::Contended`]).
    pub async fn save(&mut self, table: &Table) -> Result<(), Error> {
        if self.has_changed || !self.is_complete() {
            let listed =
                |(account, devices): (&AccountId, &Vec<Device>)| Listed { account: *account, devices: devices.clone() };
            self.pack.write(table, self.accounts.iter().map(listed)).await?;
            self.has_changed = false;
        }
        Ok(())
    }
}
