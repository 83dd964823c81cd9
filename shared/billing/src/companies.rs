//! The directory of accounts: who there is, under which name. Written by the pass, searched by the console.

use std::collections::BTreeMap;

use autotask::Company;
use bridge_core::id::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::pack::{Entry, Pack};
use store::table::{Error as TableError, Table};

use crate::Error;
use crate::reading::Reader;

const NAME: &str = "companies";

/// An account of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Company type, a pick-list value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<i64>,
}

impl Entry for Listed {
    fn key(&self) -> String {
        self.id.to_string()
    }
}

/// The directory of active accounts.
#[derive(Debug)]
pub struct Companies {
    list: BTreeMap<AccountId, Listed>,
    pack: Pack<(), Listed>,
    has_changed: bool,
}

impl Companies {
    /// The directory as the last pass left it.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn stored(table: &Table) -> Result<Self, TableError> {
        let mut list = BTreeMap::new();
        let pack = Pack::read(table, NAME, |listed: Listed| {
            list.insert(listed.id, listed);
        });
        Ok(Self { pack: pack.await?, list, has_changed: false })
    }

    /// Active accounts, by their ids.
    #[must_use]
    pub fn list(&self) -> &BTreeMap<AccountId, Listed> {
        &self.list
    }

    /// Whether the directory has to be read in full.
    pub(crate) fn is_lost(&self) -> bool {
        !self.pack.is_complete()
    }

    /// Takes in what changed since then; everything, where no time is given.
    pub(crate) async fn read(&mut self, reader: &mut Reader<'_>, since: Option<Timestamp>) -> Result<(), Error> {
        let Some(since) = since else {
            let mut list = BTreeMap::new();
            let pages = reader.client.active_companies();
            reader.each("reading the companies", pages, |company| take(&mut list, company)).await?;
            self.has_changed = self.is_lost() || list != self.list;
            self.list = list;
            return Ok(());
        };
        let mut list = std::mem::take(&mut self.list);
        let mut has_changed = false;
        let pages = reader.client.companies_changed_since(since);
        let read = reader.each("reading changed companies", pages, |company| {
            let before = list.get(&company.id).cloned();
            let id = company.id;
            take(&mut list, company);
            has_changed |= list.get(&id) != before.as_ref();
        });
        let read = read.await;
        (self.list, self.has_changed) = (list, has_changed);
        read
    }

    /// Keeps what changed.
    pub(crate) async fn save(&mut self, table: &Table) -> Result<(), Error> {
        if self.has_changed {
            self.pack.write(table, self.list.values().cloned()).await?;
            self.has_changed = false;
        }
        Ok(())
    }
}

fn take(list: &mut BTreeMap<AccountId, Listed>, company: Company) {
    let Company { id, name, active, kind } = company;
    if active {
        list.insert(id, Listed { id, name, kind });
    } else {
        list.remove(&id);
    }
}
