//! An account without a tenant: whether one is made for it (rule V1).

use bridge_core::id::AccountId;
use bridge_core::mapping::Switches;
use bridge_core::provision::{Candidate, eligible};
use store::record::Account;

use super::super::CREATE;
use super::super::findings::{Findings, Wish, mark};
use super::super::world::{Scope, World};
use super::{Round, go_on, is_waiting};
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
    } else if world.scope.billing.provisioning.automatic && is_eligible(world, account, record, &mut round) {
        // What a person has just reviewed is no mass change that nobody has looked at.
        let is_reviewed = record.is_some_and(|record| {
            record.fresh_review(None, world.scope.now).is_some_and(|review| review.digest == CREATE)
        });
        findings.wishes.push(Wish {
            account,
            plan: CREATE.to_owned(),
            drastic: (!is_reviewed).then(|| mark(account, CREATE)),
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
    let Scope { billing, today, now, .. } = world.scope;
    let Some((_, products)) = world.for_new_tenants() else { return false };
    let contracts = world.contracts.of(account);
    let sales = crate::account::sales(products, &contracts, today);
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
        sales: &sales,
    };
    eligible(&candidate, &billing.provisioning, now).is_ok()
        && !round.puts_off(account, || missing(&contracts, products, &[], today))
}
