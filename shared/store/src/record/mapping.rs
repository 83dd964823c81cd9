//! Rule V5: one account, one tenant. The mapping lies under its account; a second record under the tenant points back. Both are
//! written in one transaction in which neither may exist yet, so storage itself refuses a second mapping of either side.

use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::mapping::Switches;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Activity;
use crate::table::{Committed, Error, Key, Order, Page, Query, Read, Record, Refusal, Stored, Table};

/// Mappings read at a time where all of them are.
const PER_PAGE: usize = 500;

/// An account with its tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The account.
    pub account: AccountId,
    /// Its customer tenant.
    pub tenant: TenantId,
    /// The connection through which the tenant is reached.
    pub connection: ConnectionId,
    /// Rule V8.
    #[serde(default)]
    pub switches: Switches,
    /// The account's name when last seen; ids lead, names are for people.
    pub account_name: String,
    /// The tenant's name when last seen.
    pub tenant_name: String,
    /// When they were mapped.
    pub mapped_at: Timestamp,
}

/// The tenant's side of a [`Mapping`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedTenant {
    /// The tenant.
    pub tenant: TenantId,
    /// Its account.
    pub account: AccountId,
}

/// What became of a wish to map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mapped {
    /// The two are mapped to each other; also when they had been before, in which case the stored switches stay.
    Done(Stored<Mapping>),
    /// At least one side belongs to somebody else. Nothing was changed.
    Taken {
        /// The account's mapping to another tenant.
        account: Option<Stored<Mapping>>,
        /// The account that the tenant is mapped to.
        tenant: Option<AccountId>,
    },
}

/// What became of a wish to remove a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmapping {
    /// Both sides are free.
    Done,
    /// The mapping was changed or removed by somebody else; look again.
    Conflict,
}

impl Record for Mapping {
    const KIND: &'static str = "MAPPING";
    type Id = AccountId;

    fn key(id: &AccountId) -> Key {
        Key::new(Self::KIND, format!("{:012}", id.0))
    }

    fn id(&self) -> AccountId {
        self.account
    }
}

impl Record for MappedTenant {
    const KIND: &'static str = "TENANT";
    type Id = TenantId;

    fn key(id: &TenantId) -> Key {
        Key::alone(Self::KIND, id.as_str())
    }

    fn id(&self) -> TenantId {
        self.tenant.clone()
    }
}

impl Mapping {
    /// Maps the two sides to each other if both are free. An entry for the journal is written if they are, and only then.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn map(table: &Table, mapping: Self, entry: Option<&Activity>) -> Result<Mapped, Error> {
        let pointer = MappedTenant { tenant: mapping.tenant.clone(), account: mapping.account };
        let mut transaction = table.transaction();
        let version = transaction.insert(&mapping)?;
        transaction.insert(&pointer)?;
        if let Some(entry) = entry {
            transaction.insert(entry)?;
        }
        let mut refusals = match transaction.commit().await? {
            Committed::Done => return Ok(Mapped::Done(Stored { value: mapping, version })),
            Committed::Refused(refusals) => refusals.into_iter(),
        };
        let account: Option<Stored<Self>> = read(refusals.next())?;
        let tenant: Option<Stored<MappedTenant>> = read(refusals.next())?;
        let tenant = tenant.map(|pointer| pointer.value.account);
        Ok(match account {
            Some(stored) if stored.value.tenant == mapping.tenant => Mapped::Done(stored),
            account => Mapped::Taken { account, tenant },
        })
    }

    /// Frees both sides. An entry for the journal is written if they were mapped as it says, and only then.
    ///
    /// # Errors
    /// The table cannot be read or written.
    pub async fn unmap(table: &Table, mapping: &Stored<Self>, entry: Option<&Activity>) -> Result<Unmapping, Error> {
        let pointer = table.get::<MappedTenant>(&mapping.value.tenant, Read::Strong).await?;
        let Some(pointer) = pointer.filter(|pointer| pointer.value.account == mapping.value.account) else {
            return Ok(Unmapping::Conflict);
        };
        let mut transaction = table.transaction();
        transaction.delete(mapping)?;
        transaction.delete(&pointer)?;
        if let Some(entry) = entry {
            transaction.insert(entry)?;
        }
        Ok(match transaction.commit().await? {
            Committed::Done => Unmapping::Done,
            Committed::Refused(_) => Unmapping::Conflict,
        })
    }

    /// The mapping of a tenant: two small reads.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn of_tenant(table: &Table, tenant: &TenantId) -> Result<Option<Stored<Self>>, Error> {
        let Some(pointer) = table.get::<MappedTenant>(tenant, Read::Eventual).await? else { return Ok(None) };
        let mapping = table.get::<Self>(&pointer.value.account, Read::Eventual).await?;
        Ok(mapping.filter(|mapping| mapping.value.tenant == *tenant))
    }

    /// A page of all mappings by account.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn page(table: &Table, after: Option<String>, limit: usize) -> Result<Page<Self>, Error> {
        table.query(Query::partition(Self::KIND, Order::Ascending, limit).after(after)).await
    }

    /// Hands out all mappings by account, a few at a time: a whole page of DynamoDB takes many times its size in memory. A strong
    /// read, as an account that was just mapped must not look as if it had no tenant.
    ///
    /// # Errors
    /// The table cannot be read, or a mapping is of a later release: half of them would be worse than none.
    pub async fn each(table: &Table, mut take: impl FnMut(Self)) -> Result<(), Error> {
        let mut next = Some(None);
        while let Some(after) = next.take() {
            let query = Query::partition(Self::KIND, Order::Ascending, PER_PAGE).after(after).strongly();
            let page = table.query::<Self>(query).await?;
            if let Some(error) = page.skipped.into_iter().next() {
                return Err(error);
            }
            page.records.into_iter().for_each(|stored| take(stored.value));
            next = page.next.map(Some);
        }
        Ok(())
    }

    /// All mappings: about 120 read units for 1,000, kept by a function for as long as the
    /// [`Generation`](super::Generation) stands still.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn all(table: &Table) -> Result<Page<Self>, Error> {
        table.query_all(Self::KIND).await
    }
}

fn read<R: Record>(refusal: Option<Option<Refusal>>) -> Result<Option<Stored<R>>, Error> {
    refusal.flatten().map_or(Ok(None), Refusal::read)
}
