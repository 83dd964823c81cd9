//! Billing and provisioning: what an administrator sets up, what contracts sell, and what tenants may use.

use anyhow::{Context as _, Result};
use bridge_core::id::{AccountId, ServiceId};
use bridge_core::item::{ItemId, Unit};
use bridge_core::settings::billing::{Billing, Managed, Row, Treatment};
use bridge_core::settings::{Products, Settings};
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use simulators::acronis::seed::{DUBLIN, FRANKFURT};
use simulators::acronis::{Quota, TenantId};
use simulators::autotask::{self, ContractId};
use store::record::{Account, Brake, Generation, Held, Mapping};
use store::table::{Read, Stored};

use super::{World, connection};

/// The application *Cyber Protection*.
pub const PROTECTION: &str = "6e6d758d-8e74-3ae3-ac84-50eb0dff12eb";
/// The application *File Sync & Share*.
pub const FILES: &str = "dfd85a5f-a464-32ab-81fd-99bcc66a070f";
/// One GiB in bytes.
pub const GIB: i64 = 1 << 30;

/// What a tenant may use of an item: quota and overage; `None` where the item is off.
pub type Allowed = Option<(Option<i64>, Option<i64>)>;

/// As much as it likes.
pub const UNLIMITED: Allowed = Some((None, None));

/// So much and not one more.
#[must_use]
pub const fn hard(value: i64) -> Allowed {
    Some((Some(value), Some(0)))
}

/// What the demo's services sell: service, application, item, edition, unit.
const SOLD: [(autotask::ServiceId, &str, &str, Option<&str>, Unit); 8] = [
    (autotask::seed::WORKSTATIONS, PROTECTION, "pw_base_workstations", Some("pck_per_workload"), Unit::Quantity),
    (autotask::seed::SERVERS, PROTECTION, "pw_base_servers", Some("pck_per_workload"), Unit::Quantity),
    (autotask::seed::VIRTUAL_MACHINES, PROTECTION, "pw_base_vms", Some("pck_per_workload"), Unit::Quantity),
    (autotask::seed::MOBILE_DEVICES, PROTECTION, "pw_base_mobiles", Some("pck_per_workload"), Unit::Quantity),
    (autotask::seed::MAILBOXES, PROTECTION, "pw_base_m365_seats", Some("pck_per_workload"), Unit::Quantity),
    (autotask::seed::WEBSITES, PROTECTION, "pw_base_websites", Some("pck_per_workload"), Unit::Quantity),
    (autotask::seed::LOCAL_BACKUP, PROTECTION, "local_storage", None, Unit::Bytes),
    (autotask::seed::FILE_SYNC_USERS, FILES, "pu_base_fc_seats", Some("fss_per_user"), Unit::Quantity),
];

/// The demo's product mapping: every service sells its item, hard; the storages share theirs, and Frankfurt is the default.
#[must_use]
pub fn products() -> Products {
    let managed = |service: autotask::ServiceId, share| {
        Treatment::Managed(Managed {
            service: Some(ServiceId(service.0)),
            free: false,
            unit_size: None,
            soft: false,
            share,
        })
    };
    let mut products = Products::of(connection());
    for (service, application, name, edition, unit) in SOLD {
        let item = ItemId { application: application.into(), name: name.to_owned(), infra: None };
        let treatment = managed(service, false);
        products.rows.push(Row { item, edition: edition.map(str::to_owned), unit, treatment });
    }
    let storages = [
        (autotask::seed::BACKUP_STORAGE, PROTECTION, "pw_base_storage", "pck_per_workload", FRANKFURT),
        (autotask::seed::BACKUP_STORAGE, PROTECTION, "pw_base_storage", "pck_per_workload", DUBLIN),
        (autotask::seed::FILE_STORAGE, FILES, "pu_base_fc_storage", "fss_per_user", FRANKFURT),
    ];
    for (service, application, name, edition, storage) in storages {
        let infra = Some(storage.to_string().into());
        let item = ItemId { application: application.into(), name: name.to_owned(), infra };
        let treatment = managed(service, true);
        products.rows.push(Row { item, edition: Some(edition.to_owned()), unit: Unit::Bytes, treatment });
        products.default_storages.insert(name.to_owned(), FRANKFURT.to_string().into());
    }
    products.editions.insert(PROTECTION.into(), "pck_per_workload".to_owned());
    products.editions.insert(FILES.into(), "fss_per_user".to_owned());
    products
}

impl World {
    /// Switches billing on with the demo's product mapping, agrees to the first plans and has them carried out.
    ///
    /// # Errors
    /// The table cannot be written, or a handler failed.
    pub async fn billing(&mut self) -> Result<()> {
        self.systems.table.insert(products()).await?;
        for mapping in Mapping::all(&self.systems.table).await?.records {
            self.agree(mapping.value.account).await?;
        }
        self.change_billing(|billing| billing.enabled = true).await?;
        self.accounts_turn().await
    }

    /// Agrees to the first plan of a mapped account, as an Apply in the console does.
    ///
    /// # Errors
    /// It is not mapped, or the table cannot be written.
    pub async fn agree(&self, account: AccountId) -> Result<()> {
        let table = &self.systems.table;
        let mapping = table.get::<Mapping>(&account, Read::Strong).await?.context("it is not mapped")?.value;
        let consent = |known: Option<Account>| {
            let mut known = known.unwrap_or_else(|| Account::new(account));
            known.consent = Some(mapping.mapped_at);
            Some(known)
        };
        table.modify(&account, consent).await?;
        Ok(())
    }

    /// Changes the billing settings, as an Apply in the console does.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn change_billing(&self, change: impl Fn(&mut Billing)) -> Result<()> {
        let changed = |settings: Option<Settings>| {
            let mut settings = settings?;
            change(&mut settings.billing);
            Some(settings)
        };
        self.systems.table.modify(&(), changed).await?;
        Ok(Generation::bump(&self.systems.table).await?)
    }

    /// Changes the product mapping, as an Apply in the console does.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn change_products(&self, change: impl Fn(&mut Products)) -> Result<()> {
        let changed = |products: Option<Products>| {
            let mut products = products?;
            change(&mut products);
            Some(products)
        };
        self.systems.table.modify(&connection(), changed).await?;
        Ok(Generation::bump(&self.systems.table).await?)
    }

    /// A poll of the accounts and all its work, now.
    ///
    /// # Errors
    /// A handler failed.
    pub async fn accounts_turn(&mut self) -> Result<()> {
        self.account_poll().await?;
        self.work().await
    }

    /// The same at its next time by the schedule.
    ///
    /// # Errors
    /// A handler failed.
    pub async fn next_accounts_turn(&mut self) -> Result<()> {
        self.accounts_turn_after(SignedDuration::from_mins(3)).await
    }

    /// The same after this time, in which nothing runs.
    ///
    /// # Errors
    /// A handler failed.
    pub async fn accounts_turn_after(&mut self, time: SignedDuration) -> Result<()> {
        self.advance(time);
        self.accounts_turn().await
    }

    /// Lets `time` pass in steps of three minutes, with a poll of the accounts, a poll for what is due, and their work in each.
    ///
    /// # Errors
    /// A handler failed.
    pub async fn accounts_pass(&mut self, time: SignedDuration) -> Result<()> {
        let end = self.now() + time;
        while self.now() < end {
            self.advance(SignedDuration::from_mins(3).min(end.duration_since(self.now())));
            self.poll().await?;
            self.accounts_turn().await?;
        }
        Ok(())
    }

    /// What is remembered of an account.
    ///
    /// # Errors
    /// The table cannot be read, or nothing is remembered.
    pub async fn account(&self, account: AccountId) -> Result<Account> {
        let stored = self.systems.table.get::<Account>(&account, Read::Strong).await?;
        Ok(stored.context("nothing is remembered of the account")?.value)
    }

    /// Changes what is remembered of an account.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn remember(&self, account: AccountId, change: impl Fn(&mut Account)) -> Result<()> {
        let changed = |record: Option<Account>| {
            let mut record = record.unwrap_or_else(|| Account::new(account));
            change(&mut record);
            Some(record)
        };
        self.systems.table.modify(&account, changed).await?;
        Ok(())
    }

    /// What is held on *Review* for this account, in the order of the items.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn held_of(&self, account: AccountId) -> Result<Vec<Held>> {
        Ok(self.held().await?.into_iter().filter(|held| held.account == Some(account)).collect())
    }

    /// What is held for this account with this kind.
    ///
    /// # Errors
    /// There is not exactly one, or the table cannot be read.
    pub async fn held_as(&self, account: AccountId, kind: &str) -> Result<Held> {
        let all = self.held_of(account).await?;
        let mut of_kind: Vec<Held> = all.iter().filter(|held| held.kind == kind).cloned().collect();
        anyhow::ensure!(of_kind.len() == 1, "expected one {kind}, found {all:#?}");
        of_kind.pop().context("one")
    }

    /// The brake, while it is on.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn brake(&self) -> Result<Option<Brake>> {
        let stored: Option<Stored<Brake>> = self.systems.table.get(&(), Read::Strong).await?;
        Ok(stored.map(|stored| stored.value))
    }

    /// Today in UTC.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }

    /// The first contract of an account.
    ///
    /// # Errors
    /// It has none.
    pub fn contract(&self, account: AccountId) -> Result<ContractId> {
        self.autotask.contracts_of(Self::company(account)).into_iter().next().context("no contract")
    }

    /// The contract of an account that has the service, otherwise its first one, sells so many units more, or less, from today on.
    ///
    /// # Errors
    /// Autotask refuses it.
    pub fn sell(&self, account: AccountId, service: autotask::ServiceId, by: i64) -> Result<()> {
        let lines = self.autotask.records("ContractServices");
        let has_line = |contract: &ContractId| {
            lines.iter().any(|line| line["contractID"] == contract.0 && line["serviceID"] == service.0)
        };
        let contracts = self.autotask.contracts_of(Self::company(account));
        let contract = contracts.iter().copied().find(has_line).map_or_else(|| self.contract(account), Ok)?;
        Ok(self.autotask.adjust(contract, service, by, self.today())?)
    }

    /// A tenant uses so much of an item from now on, and Acronis tells it at once.
    ///
    /// # Errors
    /// The tenant or the item does not exist.
    pub fn use_up(&self, tenant: TenantId, item: impl Into<simulators::acronis::ItemName>, amount: i64) -> Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "usages are whole numbers far below 2^53")]
        let amount = amount as f64;
        self.acronis.set_usage(tenant, item, amount)?;
        self.acronis.measure_usage();
        Ok(())
    }

    /// Somebody sets a hard quota by hand in Acronis.
    ///
    /// # Errors
    /// The tenant or the item does not exist.
    pub fn set_by_hand(
        &self,
        tenant: TenantId,
        item: impl Into<simulators::acronis::ItemName>,
        value: i64,
    ) -> Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "quotas are whole numbers far below 2^53")]
        let value = value as f64;
        Ok(self.acronis.set_quota(tenant, item, Some(value), Some(0.0))?)
    }

    /// Quota and overage of an item that is on.
    #[must_use]
    pub fn quota(&self, tenant: TenantId, item: impl Into<simulators::acronis::ItemName>) -> Allowed {
        let item = self.acronis.item(tenant, item).filter(|item| item.is_on)?;
        let Quota { value, overage, .. } = item.quota;
        #[expect(clippy::cast_possible_truncation, reason = "quotas are whole numbers far below 2^53")]
        let whole = |amount: Option<f64>| amount.map(|amount| amount as i64);
        Some((whole(value), whole(overage)))
    }
}
