//! An account without a tenant: whether one is made for it (rule V1).

use std::collections::BTreeMap;

use bridge_core::id::{AccountId, TenantId};
use bridge_core::mapping::Switches;
use bridge_core::provision::{Candidate, eligible};
use bridge_core::quota::{Memory, Plan};
use bridge_core::sale::Sales;
use store::record::{Account, Concerned};

use super::super::CREATE;
use super::super::findings::{Drastic, Findings, Wish, mark};
use super::super::world::{Scope, World};
use super::{Round, go_on, is_waiting};
use crate::account::{Facts, conclude};
use crate::contracts::missing;

/// Looks at the account.
pub(super) fn look(
    world: &World<'_>,
    account: AccountId,
    record: Option<&Account>,
    mut round: Round<'_>,
    findings: &mut Findings,
) {
    if let Some(record) = record.filter(|record| record.creation.is_some()) {
        go_on(world, record, findings);
    } else if record.is_some_and(|record| record.pending.is_some()) {
        // Its mapping was removed while a write was under way, which is still to be recorded (rule X5).
        let is_waiting = record.and_then(|record| record.due_at).is_some_and(|at| at > world.scope.now);
        findings.wishes.push(Wish { account, plan: String::new(), drastic: None, is_calm: true, is_waiting });
    } else if !world.scope.billing.provisioning.automatic {
        findings.without_tenant.extend(buys(world, account, record));
    } else if is_eligible(world, account, record, &mut round) {
        // What a person has just reviewed is no mass change that nobody has looked at.
        let is_reviewed = record.is_some_and(|record| {
            record.fresh_review(None, world.scope.now).is_some_and(|review| review.digest == CREATE)
        });
        findings.wishes.push(Wish {
            account,
            plan: CREATE.to_owned(),
            drastic: (!is_reviewed).then(|| Drastic {
                mark: mark(account, CREATE),
                name: world.companies.list().get(&account).map(|company| company.name.clone()).unwrap_or_default(),
                what: "a tenant would be made for it".to_owned(),
            }),
            is_calm: is_reviewed,
            is_waiting: is_waiting(world, record, CREATE),
        });
    }
}

/// Rule V1, but for its switch.
pub(in super::super) fn is_eligible(
    world: &World<'_>,
    account: AccountId,
    record: Option<&Account>,
    round: &mut Round<'_>,
) -> bool {
    let Some((_, products)) = world.for_new_tenants() else { return false };
    let contracts = world.contracts.of(account);
    would_get_one(world, account, record, &crate::account::sales(products, &contracts, world.scope.today))
        && !round.puts_off(account, || missing(&contracts, products, &[], world.scope.today))
}

/// What a new tenant of the account would be given; `None` where nothing is known of what can be.
pub(in super::super) fn given(world: &World<'_>, account: AccountId) -> Option<Plan> {
    let Scope { billing, today, now, .. } = world.scope;
    let (connection, products) = world.for_new_tenants()?;
    let root = TenantId::new(connection.as_str());
    let tenant = world.tenants.get(connection)?.new_tenant(products.parent.as_ref().unwrap_or(&root))?;
    let facts = Facts {
        billing,
        products,
        contracts: &world.contracts.of(account),
        tenant: &tenant,
        usage: &BTreeMap::new(),
        usage_is_read: true,
        memory: &Memory::default(),
        today,
        now,
    };
    Some(conclude(facts).plan)
}

/// The account with what it buys, if rule V1 would make a tenant for it. Units are told as far as they were read for everybody
/// else: nothing is done for it, so nothing more is read.
fn buys(world: &World<'_>, account: AccountId, record: Option<&Account>) -> Option<Concerned> {
    let contracts = world.contracts.of(account);
    let mut connections = world.scope.products.values();
    let sales = connections.find_map(|products| {
        let sales = crate::account::sales(products, &contracts, world.scope.today);
        would_get_one(world, account, record, &sales).then_some(sales)
    })?;
    let sold = sales.services.iter().filter(|(_, sale)| sale.units > 0);
    let sold: Vec<String> = sold.map(|(service, sale)| format!("{} × service {service}", sale.units)).collect();
    let name = world.companies.list().get(&account)?.name.clone();
    Some(Concerned { account, name, what: format!("its contracts sell {}", sold.join(", ")) })
}

fn would_get_one(world: &World<'_>, account: AccountId, record: Option<&Account>, sales: &Sales) -> bool {
    let company = world.companies.list().get(&account);
    let excluded = record.and_then(|record| record.excluded.clone());
    let candidate = Candidate {
        account,
        is_active: company.is_some(),
        company_type: company.and_then(|company| company.kind),
        is_mapped: world.mappings.contains_key(&account),
        is_being_created: record.is_some_and(|record| record.creation.is_some()),
        is_unmapped_on_purpose: record.is_some_and(|record| record.unmapped.is_some()),
        switches: &Switches { excluded, ..Switches::default() },
        sales,
    };
    eligible(&candidate, &world.scope.billing.provisioning, world.scope.now).is_ok()
}
