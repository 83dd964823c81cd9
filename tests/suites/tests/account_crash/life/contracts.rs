//! What is sold, and a plain reading of it: of each service so many units, hard, wherever that is not below what is used.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use bridge_core::id::AccountId;
use jiff::civil::Date;
use simulators::autotask::ServiceId;
use simulators::autotask::seed::{SERVERS, VIRTUAL_MACHINES, WORKSTATIONS};
use store::record::Mapping;
use store::table::Read;
use suites::world::World;
use suites::world::verbs_people::BIRCH_ACCOUNT;

use super::watch::{ITEMS, Watch};
use crate::stage::{contract, sell, today};

/// The services that sell the watched [`ITEMS`], in their order.
pub const SERVICES: [ServiceId; 3] = [WORKSTATIONS, SERVERS, VIRTUAL_MACHINES];

/// The account's contract.
#[derive(Debug, Clone)]
struct Contract {
    is_active: bool,
    /// Units of each service, and whether it has a line at all.
    units: [i64; 3],
    has_line: [bool; 3],
    /// When its units were last changed: Autotask takes one change of a line a day.
    changed: [Option<Date>; 3],
}

/// All contracts.
#[derive(Debug, Clone)]
pub struct Contracts(BTreeMap<AccountId, Contract>);

impl Contracts {
    /// What the accounts' contracts sell at first.
    pub fn of<const N: usize>(sold: [(AccountId, [i64; 3]); N]) -> Self {
        let contract = |units: [i64; 3]| Contract {
            is_active: true,
            units,
            has_line: units.map(|units| units > 0),
            changed: [None; 3],
        };
        Self(sold.into_iter().map(|(account, units)| (account, contract(units))).collect())
    }

    /// Whether an account has a contract now.
    pub fn is_selling(&self, account: AccountId) -> bool {
        self.0.get(&account).is_some_and(|contract| contract.is_active)
    }

    /// More or fewer units of a service.
    pub fn sell(&mut self, world: &World, random: &mut fastrand::Rng) -> Result<Option<&'static str>> {
        let Some((account, of_account)) = any(&mut self.0, random) else { return Ok(None) };
        let place = random.usize(..SERVICES.len());
        let by = random.i64(-of_account.units[place].min(15)..=9);
        // A contract that is off takes no change.
        if by == 0 || !of_account.is_active || (by < 0 && !of_account.has_line[place]) {
            return Ok(None);
        }
        // What the office bundle sells is changed with the bundle.
        let is_of_bundle = account == BIRCH_ACCOUNT && place == 0;
        let today = today(world);
        if is_of_bundle || of_account.changed[place] == Some(today) {
            return Ok(None);
        }
        sell(world, account, SERVICES[place], by)?;
        of_account.changed[place] = Some(today);
        of_account.units[place] += by;
        of_account.has_line[place] = true;
        Ok(Some("sold more or less"))
    }

    /// A contract is switched off, or on again.
    pub fn switch(&mut self, world: &World, random: &mut fastrand::Rng) -> Result<Option<&'static str>> {
        let Some((account, of_account)) = any(&mut self.0, random) else { return Ok(None) };
        of_account.is_active = !of_account.is_active;
        let contract = contract(world, account)?;
        if of_account.is_active {
            world.autotask.activate_contract(contract)?;
        } else {
            world.autotask.deactivate_contract(contract)?;
        }
        Ok(Some("contract off or on"))
    }

    /// Every account that sells something has its tenant, and the tenant has what is sold; what would be cut below its usage
    /// stays (rule P12), and an account that sells nothing keeps what it has (rule P9).
    pub async fn check(&self, world: &World, watch: &Watch) -> Result<()> {
        for (account, contract) in self.0.iter().filter(|(_, contract)| contract.is_active) {
            let mapping = world.systems.table.get::<Mapping>(account, Read::Strong).await?;
            if mapping.is_none() && contract.units.iter().all(|units| *units == 0) {
                continue;
            }
            let mapping = mapping.with_context(|| format!("account {account} has no tenant: {contract:?}"))?;
            let tenants = world.acronis.tenants().into_iter();
            let mut tenants = tenants.filter(|tenant| tenant.id.to_string() == mapping.value.tenant.as_str());
            let tenant = tenants.next().context("the tenant is gone")?.id;
            for (place, item) in ITEMS.iter().enumerate() {
                let found = world.quota(tenant, *item);
                let used = watch.used(tenant, item);
                let units = contract.units[place];
                let is_as_sold = match found {
                    None => !contract.has_line[place] || units == 0,
                    Some((Some(value), Some(0))) => value == units || (units < used && value >= units),
                    Some(_) => units < used,
                };
                ensure!(is_as_sold, "account {account}: {item} is {found:?}, sold {units}, used {used}: {contract:?}");
            }
        }
        Ok(())
    }
}

fn any<'a>(
    contracts: &'a mut BTreeMap<AccountId, Contract>,
    random: &mut fastrand::Rng,
) -> Option<(AccountId, &'a mut Contract)> {
    let place = random.usize(..contracts.len());
    contracts.iter_mut().nth(place).map(|(account, contract)| (*account, contract))
}
