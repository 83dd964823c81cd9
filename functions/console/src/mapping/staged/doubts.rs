//! What speaks against a staged edit without forbidding it. It stands beside the edit before anybody applies it: alerts and quotas
//! of one customer would go to another (rule V7), or a tenant would be made that sells nothing and is billed (rule V2).

use std::collections::BTreeMap;

use billing::contracts::{Wanted, of_accounts};
use bridge_core::id::{AccountId, ConnectionId};
use bridge_core::quota::Memory;
use bridge_core::suggest::normal_name;
use systems::{Config, Use};

use super::super::billed;
use super::super::wish::{Wish, wish};
use super::Edit;
use super::names::Names;
use crate::error::Error;
use crate::{Deps, suggestions};

/// In words, by account; nothing where nothing speaks against the edit.
pub(super) async fn doubts(deps: &Deps, edits: &[Edit], names: &Names) -> Result<BTreeMap<AccountId, String>, Error> {
    let mut doubts = of_names(deps, edits, names).await?;
    doubts.extend(of_sales(deps, edits).await?);
    Ok(doubts)
}

/// Rule V7: the names have nothing in common. Who has confirmed the edit has seen whose the tenant seems to be.
async fn of_names(deps: &Deps, edits: &[Edit], names: &Names) -> Result<BTreeMap<AccountId, String>, Error> {
    let differs = |edit: &&Edit| {
        let (account, tenant) = names.of_edit(edit);
        matches!(wish(edit), Ok(Wish::Map { .. })) && !edit.confirm && normal_name(account) != normal_name(tenant)
    };
    let odd: Vec<&Edit> = edits.iter().filter(differs).collect();
    if odd.is_empty() {
        return Ok(BTreeMap::new());
    }
    let suggested = suggestions::all(deps).await?;
    let doubt = |edit: &Edit| {
        let mut of_tenant = suggested.iter().filter(|found| Some(&found.tenant) == edit.tenant.as_ref()).peekable();
        let best = of_tenant.peek().copied();
        if of_tenant.any(|found| found.account == edit.account) {
            return None;
        }
        let (account, tenant) = names.of_edit(edit);
        let for_whom = best.map(|found| {
            format!(" This tenant is suggested for “{}” ({}).", found.account_name, found.evidence.join(", "))
        });
        Some(format!("The names “{account}” and “{tenant}” differ.{}", for_whom.unwrap_or_default()))
    };
    Ok(odd.into_iter().filter_map(|edit| Some((edit.account, doubt(edit)?))).collect())
}

/// Rule V2: nothing is sold to the account, so that its new tenant would have nothing. What Autotask does not tell now is no doubt.
async fn of_sales(deps: &Deps, edits: &[Edit]) -> Result<BTreeMap<AccountId, String>, Error> {
    let config = deps.systems.config().await?;
    let new: Vec<(AccountId, ConnectionId)> = edits
        .iter()
        .filter_map(|edit| match wish(edit) {
            Ok(Wish::New(new)) => Some((edit.account, new.place(&config).ok()?.0)),
            _ => None,
        })
        .collect();
    if new.is_empty() {
        return Ok(BTreeMap::new());
    }
    let text = format!(
        "No contract in force sells it a mapped service, so its tenant would have no items. {}",
        billed(config.settings.billing.provisioning.pricing)
    );
    let unsold = unsold(deps, &config, &new).await.unwrap_or_default();
    Ok(unsold.into_iter().map(|account| (account, text.clone())).collect())
}

/// Those without a selling contract; `None` when that cannot be read now.
async fn unsold(deps: &Deps, config: &Config, new: &[(AccountId, ConnectionId)]) -> Option<Vec<AccountId>> {
    let client = deps.systems.autotask(config, Use::Work).await.ok()?;
    let today = billing::today(&config.settings, deps.systems.clock.now());
    let memory = Memory::default();
    let wanted = |(account, connection): &(AccountId, ConnectionId)| {
        Some(Wanted { account: *account, products: config.products.get(connection)?, memory: &memory })
    };
    let wanted: Vec<Wanted<'_>> = new.iter().filter_map(wanted).collect();
    let mut contracts = of_accounts(&client, &wanted, today).await.ok()?;
    let mut is_selling = |wanted: &Wanted<'_>| {
        let read = contracts.remove(&wanted.account).unwrap_or_default();
        billing::account::sales(wanted.products, &read, today).is_selling()
    };
    let unsold = wanted.iter().filter(|wanted| !is_selling(wanted));
    Some(unsold.map(|wanted| wanted.account).collect())
}
