//! The configuration items of a batch's accounts (rule T12).

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::AccountId;
use bridge_core::ticket::Device;
use store::record::DeviceDirectory;
use store::table::Table;
use tokio::sync::OnceCell;

use crate::gather::Subject;

/// Read from our own directory, once for the whole batch, when the first ticket is to be made.
pub(crate) struct Devices {
    accounts: BTreeSet<AccountId>,
    read: OnceCell<BTreeMap<AccountId, Vec<Device>>>,
}

impl Devices {
    pub(crate) fn of(subjects: &[Subject]) -> Self {
        let customers = subjects.iter().filter_map(|subject| subject.customer.as_ref());
        Self { accounts: customers.map(|customer| customer.account).collect(), read: OnceCell::new() }
    }

    /// The active configuration items of one of the batch's accounts, as of the last daily reading. A ticket without a link is
    /// better than none, so a directory that cannot be read is taken for an empty one.
    pub(crate) async fn of_account(&self, table: &Table, account: AccountId) -> &[Device] {
        let read = async || {
            let read = DeviceDirectory::of(table, self.accounts.iter().copied()).await;
            read.unwrap_or_else(|error| {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "tickets are made without links to configuration items");
                BTreeMap::new()
            })
        };
        self.read.get_or_init(read).await.get(&account).map_or(&[], Vec::as_slice)
    }
}
