//! The accounts that the last run did not find as they must be (rule X6). Of all others whose quotas are managed, that run is their last
//! good synchronisation: no worker need have looked at them for months.

use std::collections::BTreeMap;

use bridge_core::id::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::pack::{Entry, Pack};
use store::table::{Error as TableError, Table};

const NAME: &str = "behind";

/// The accounts that are behind.
#[derive(Debug)]
pub struct Behind {
    accounts: BTreeMap<AccountId, Late>,
    pack: Pack<(), Line>,
}

/// Since when an account is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// When the first of the runs in a row that found it so began.
    pub since: Timestamp,
    /// When the run before it began, if that found it as it must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    account: AccountId,
    #[serde(flatten)]
    late: Late,
}

impl Entry for Line {
    fn key(&self) -> String {
        self.account.to_string()
    }
}

impl Behind {
    /// As the last run has left it.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn stored(table: &Table) -> Result<Self, TableError> {
        let mut accounts = BTreeMap::new();
        let pack = Pack::read(table, NAME, |line: Line| {
            accounts.insert(line.account, line.late);
        });
        Ok(Self { pack: pack.await?, accounts })
    }

    /// The accounts.
    #[must_use]
    pub fn accounts(&self) -> &BTreeMap<AccountId, Late> {
        &self.accounts
    }

    /// Keeps what the run that began at `now` has found: the accounts that are behind, with the time from which each is mapped. The
    /// good run before began at `good_at`.
    ///
    /// # Errors
    /// The table cannot be written, or another run has written meanwhile.
    pub(crate) async fn keep(
        table: &Table,
        found: BTreeMap<AccountId, Timestamp>,
        good_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let mut behind = Self::stored(table).await?;
        // Without a list of that run nobody knows whom it found as they must be.
        let good_at = good_at.filter(|_| behind.pack.is_complete());
        let late = |(account, mapped_at): (AccountId, Timestamp)| {
            let late = behind.accounts.get(&account).copied();
            let late = late.unwrap_or(Late { since: now, good_at: good_at.filter(|at| mapped_at < *at) });
            (account, late)
        };
        let accounts: BTreeMap<AccountId, Late> = found.into_iter().map(late).collect();
        if accounts != behind.accounts || !behind.pack.is_complete() {
            behind.pack.write(table, accounts.into_iter().map(|(account, late)| Line { account, late })).await?;
        }
        Ok(())
    }
}
