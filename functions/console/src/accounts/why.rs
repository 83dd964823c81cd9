//! Why an account's items are what they are (rule P14): contract → line → units → unit size → quota, read live from both systems.

mod items;
mod names;

use std::collections::BTreeMap;

use acronis::Client;
use billing::account::{Facts, conclude};
use billing::contracts::{Wanted, of_accounts};
use bridge_core::id::{AccountId, BundleId, ContractId, LineId, ServiceId, TenantId};
use bridge_core::item::{Grant, ItemId, Unit};
use bridge_core::quota::{self, Usage};
use bridge_core::sale;
use bridge_core::settings::Products;
use bridge_core::system::Id;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use store::record::{Account, Mapping};
use store::table::Read;
use systems::{Config, Use};

use super::ExceptionView;
use crate::error::Error;
use crate::openapi::shapes;
use crate::previews::RowChange;
use crate::{Deps, held};

/// Why an account's items are what they are.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AccountWhy")]
pub struct Why {
    /// The account.
    #[schemars(with = "i64")]
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its tenant.
    #[schemars(with = "String")]
    pub tenant: TenantId,
    /// Its name.
    pub tenant_name: String,
    /// When both systems were read.
    pub read_at: Timestamp,
    /// The day that decides, in the installation's time zone.
    pub today: Date,
    /// A contract in force sells a mapped service. Otherwise everything stays as it is, unless the settings say zero.
    pub is_selling: bool,
    /// Everything stays as it is, as no contract sells a mapped service.
    pub is_held_unsold: bool,
    /// Managed items that the tenant has or can have.
    pub items: Vec<ItemView>,
    /// What has to be settled, in words.
    pub problems: Vec<String>,
    /// What Acronis did not tell, in words.
    pub warnings: Vec<String>,
}

/// An item, and why it is what it is.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AccountWhyItem")]
pub struct ItemView {
    /// The item.
    #[schemars(with = "shapes::ItemId")]
    pub item: ItemId,
    /// Its name for people.
    pub label: String,
    /// What its quota counts.
    #[schemars(with = "shapes::Unit")]
    pub unit: Unit,
    /// What the tenant has of it.
    #[schemars(with = "shapes::Grant")]
    pub grant: Grant,
    /// The same in words.
    pub has: String,
    /// What it must have, in words; nothing where that is not decided.
    pub wants: Option<String>,
    /// What is used of it, in words, as far as it is known.
    pub usage: Option<String>,
    /// More is used than the tenant may use.
    pub is_exceeded: bool,
    /// The service that sells it.
    pub service: Option<ServiceName>,
    /// Units of that service in effect today; nothing where none is on a contract in force.
    pub units: Option<i64>,
    /// What one unit stands for, in the item's unit.
    pub unit_size: i64,
    /// Why, in words.
    pub cause: Option<String>,
    /// The lines that say so.
    pub sources: Vec<SourceView>,
    /// What would be changed, and what that waits for.
    pub change: Option<RowChange>,
    /// A hand edit that a person made permanent.
    pub exception: Option<ExceptionView>,
    /// A hand edit.
    pub by_hand: Option<ByHand>,
}

/// A service with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ServiceName")]
pub struct ServiceName {
    /// The service.
    #[schemars(with = "i64")]
    pub id: ServiceId,
    /// Its name; nothing where Autotask hides it.
    pub name: Option<String>,
}

/// A line of a contract that units come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AccountWhySource")]
pub struct SourceView {
    /// The contract.
    #[schemars(with = "i64")]
    pub contract: ContractId,
    /// Its name.
    pub contract_name: Option<String>,
    /// The line on it, where Autotask names one.
    #[schemars(with = "Option<i64>")]
    pub line: Option<LineId>,
    /// The bundle through which the service was sold.
    #[schemars(with = "Option<i64>")]
    pub bundle: Option<BundleId>,
    /// Its name.
    pub bundle_name: Option<String>,
    /// Units that come from it.
    pub units: i64,
    /// First day of them.
    pub since: Option<Date>,
    /// Last day of them.
    pub until: Option<Date>,
}

/// What somebody made of an item by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AccountWhyByHand")]
pub struct ByHand {
    /// What we wrote.
    pub written: String,
    /// What was found.
    pub found: String,
    /// When a raise is put back.
    pub until: Option<Timestamp>,
}

/// What was read of both systems.
struct Live {
    contracts: sale::Read,
    tenant: quota::Tenant,
    usage: BTreeMap<ItemId, Usage>,
    warnings: Vec<String>,
}

/// Reads both systems and says why.
///
/// # Errors
/// The account is not mapped, its connection has no product mapping, or one of the systems cannot be read.
pub async fn why(deps: &Deps, account: i64) -> Result<Why, Error> {
    let account = AccountId(account);
    let table = &deps.systems.table;
    let Some(mapping) = table.get::<Mapping>(&account, Read::Strong).await? else {
        let name = super::detail::name(deps, account).await?;
        return Err(Error::NotFound(format!("“{name}” ({account}) is not mapped, so it has no quotas")));
    };
    let mapping = mapping.value;
    let record = table.get::<Account>(&account, Read::Strong).await?;
    let record = record.map_or_else(|| Account::new(account), |stored| stored.value);
    let config = deps.systems.config().await?;
    let products = config.products.get(&mapping.connection);
    let no_products = || Error::refused("no_products", "its connection has no product mapping yet: save one first");
    let products = products.ok_or_else(no_products)?;
    let now = deps.systems.clock.now();
    let today = billing::today(&config.settings, now);
    let live = read(deps, &config, (&mapping, &record, products), (today, now)).await?;
    let facts = Facts {
        billing: &config.settings.billing,
        products,
        contracts: &live.contracts,
        tenant: &live.tenant,
        usage: &live.usage,
        usage_is_read: true,
        memory: &record.memory,
        today,
        now,
    };
    let conclusion = conclude(facts);
    let brake = held::brake(deps).await?;
    let names = names::read(deps, &config, products, &conclusion.sales, &live.contracts, &live.tenant).await;
    Ok(Why {
        account,
        name: mapping.account_name,
        tenant: mapping.tenant,
        tenant_name: mapping.tenant_name,
        read_at: now,
        today,
        is_selling: conclusion.sales.is_selling(),
        is_held_unsold: conclusion.plan.is_held_unsold,
        items: items::views(facts, &conclusion, brake.as_deref(), &names),
        problems: conclusion.plan.problems.iter().map(|problem| names.put(&problem.to_string())).collect(),
        warnings: live.warnings,
    })
}

async fn read(
    deps: &Deps,
    config: &Config,
    (mapping, record, products): (&Mapping, &Account, &Products),
    (today, now): (Date, Timestamp),
) -> Result<Live, Error> {
    let client = deps.systems.autotask(config, Use::Work).await?;
    let wanted = Wanted { account: mapping.account, products, memory: &record.memory };
    let contracts = match of_accounts(&client, &[wanted], today).await {
        Ok(mut contracts) => contracts.remove(&mapping.account).unwrap_or_default(),
        Err(billing::Error::Systems(error)) => return Err(deps.systems.failed(&Id::Autotask, error).await.into()),
        Err(error) => return Err(error.into()),
    };
    let client = deps.systems.acronis(config, &mapping.connection, Use::Work).await?;
    match of_tenant(&client, &mapping.tenant, now).await {
        Ok((tenant, usage, warnings)) => Ok(Live { contracts, tenant, usage, warnings }),
        Err(billing::Error::Systems(error)) => {
            Err(deps.systems.failed(&Id::Acronis(mapping.connection.clone()), error).await.into())
        }
        Err(error) => Err(error.into()),
    }
}

type OfTenant = (quota::Tenant, BTreeMap<ItemId, Usage>, Vec<String>);

async fn of_tenant(client: &Client, id: &TenantId, now: Timestamp) -> Result<OfTenant, billing::Error> {
    let parent = client.tenant(id).await?.parent;
    // What nobody above may be looked at for is offered by nobody.
    let tenant = match &parent {
        Some(parent) => billing::tenants::live(client, id, parent).await?,
        None => quota::Tenant { items: client.items_of(id).await?.items, ..quota::Tenant::default() },
    };
    let (mut usage, mut warnings) = (BTreeMap::new(), Vec::new());
    let mut pages = client.usages_of(std::slice::from_ref(id));
    while let Some(page) = pages.next().await? {
        warnings.extend(page.unreadable);
        for of_tenant in page.tenants.into_iter().filter(|of_tenant| of_tenant.tenant == *id) {
            warnings.extend(of_tenant.unreadable);
            let read = of_tenant.usages.into_iter();
            usage.extend(read.map(|read| (read.item, Usage { value: read.value, read_at: now })));
        }
    }
    Ok((tenant, usage, warnings))
}
