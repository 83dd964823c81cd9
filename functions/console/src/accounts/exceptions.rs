//! Hand edits in Acronis that stay (rule P15).

use bridge_core::id::AccountId;
use bridge_core::item::{Grant, ItemId};
use bridge_core::quota::Exception;
use bridge_core::system::Id;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use store::record::{Account, Mapping, Subject};
use store::table::Read;
use systems::Use;

use crate::auth::Actor;
use crate::error::Error;
use crate::openapi::shapes;
use crate::{Deps, hints, journal, labels, text};

/// A hand edit that is to stay.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AccountExceptionEntered")]
pub struct Entered {
    /// The item.
    #[schemars(with = "shapes::ItemId")]
    pub item: ItemId,
    /// What it is now, and stays.
    #[schemars(with = "shapes::Grant")]
    pub grant: Grant,
    /// Why.
    pub reason: String,
}

/// An item, named in a query.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AccountExceptionNamed")]
pub struct Named {
    /// The application that it belongs to.
    pub application: String,
    /// Its name.
    pub name: String,
    /// The storage that it is bound to.
    pub infra: Option<String>,
}

/// Makes what a tenant has of an item permanent: neither contracts nor runs change it until somebody changes it by hand again.
///
/// # Errors
/// The account is not mapped, the item is not managed or has another value now, or Acronis or the table cannot be read.
pub async fn except(deps: &Deps, by: &Actor, account: i64, entered: Entered) -> Result<(), Error> {
    let reason = text::reason("reason", &entered.reason)?;
    let account = AccountId(account);
    let mapping = mapping(deps, account).await?;
    let config = deps.systems.config().await?;
    let products = config.products.get(&mapping.connection);
    let rows = products.into_iter().flat_map(|products| &products.rows);
    if !rows.into_iter().any(|row| row.item == entered.item && row.managed().is_some()) {
        return Err(Error::field("item", "this item does not follow the contracts, so nothing would change it"));
    }
    let has = grant(deps, &mapping, &entered.item).await?;
    if has != entered.grant.normal() {
        let text = "the tenant has another value of this item by now: look at it again";
        return Err(Error::refused("moved", text));
    }
    let at = deps.systems.clock.now();
    let exception = Exception { grant: has, reason: reason.clone(), by: by.name.clone(), at };
    let change = |record: Option<Account>| {
        let mut record = record.unwrap_or_else(|| Account::new(account));
        record.memory.raises.remove(&entered.item);
        record.memory.exceptions.insert(entered.item.clone(), exception.clone());
        Some(record)
    };
    deps.systems.table.modify::<Account>(&account, change).await?;
    let what = format!("what “{}” has of {} was made permanent", mapping.tenant_name, labels::of(&entered.item));
    let change = journal::Change { why: Some(reason), new: Some(json!(has).to_string()), ..journal::Change::new(what) };
    record(deps, by, &mapping, change).await?;
    hints::send(deps, vec![hints::account(account)]).await
}

/// Lets an item follow the contracts again.
///
/// # Errors
/// Nothing of the item was made permanent, or the table cannot be read or written.
pub async fn unexcept(deps: &Deps, by: &Actor, account: i64, named: Named) -> Result<(), Error> {
    let item = ItemId { application: named.application.into(), name: named.name, infra: named.infra.map(Into::into) };
    let account = AccountId(account);
    let mapping = mapping(deps, account).await?;
    let mut former = None;
    let change = |record: Option<Account>| {
        let mut record = record?;
        former = record.memory.exceptions.remove(&item);
        Some(record)
    };
    deps.systems.table.modify::<Account>(&account, change).await?;
    let Some(former) = former else {
        return Err(Error::NotFound("nothing of this item was made permanent (any more)".to_owned()));
    };
    let what = format!("what “{}” has of {} is no longer permanent", mapping.tenant_name, labels::of(&item));
    let change = journal::Change { old: Some(json!(former.grant).to_string()), ..journal::Change::new(what) };
    record(deps, by, &mapping, change).await
}

async fn mapping(deps: &Deps, account: AccountId) -> Result<Mapping, Error> {
    let stored = deps.systems.table.get::<Mapping>(&account, Read::Strong).await?;
    let unmapped = || Error::NotFound(format!("account {account} is not mapped"));
    Ok(stored.ok_or_else(unmapped)?.value)
}

/// What the tenant may use of the item now.
async fn grant(deps: &Deps, mapping: &Mapping, item: &ItemId) -> Result<Grant, Error> {
    let config = deps.systems.config().await?;
    let client = deps.systems.acronis(&config, &mapping.connection, Use::Work).await?;
    let items = match client.items_of(&mapping.tenant).await {
        Ok(items) => items,
        Err(error) => {
            return Err(deps.systems.failed(&Id::Acronis(mapping.connection.clone()), error.into()).await.into());
        }
    };
    let found = items.items.into_iter().find(|found| found.offer.id == *item);
    Ok(found.map_or(Grant::Off, |found| found.grant.normal()))
}

async fn record(deps: &Deps, by: &Actor, mapping: &Mapping, change: journal::Change) -> Result<(), Error> {
    let subject =
        Subject { account: Some(mapping.account), tenant: Some(mapping.tenant.clone()), ..Subject::default() };
    journal::record(deps, by, journal::Change { subject, ..change }).await
}
