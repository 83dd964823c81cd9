//! A mapped account: its quotas (rules P1 to P15), and whether its tenant is disabled or enabled (rule V6).

use bridge_core::provision::lifecycle::{self, Step};
use bridge_core::quota::{Change, Memory, Verdict};
use bridge_core::settings::Products;
use jiff::Timestamp;
use store::record::{Account, Mapping};

use super::super::findings::{Findings, Wish};
use super::super::world::{Scope, World};
use super::super::{DELETE, DISABLE, ENABLE, words};
use super::{Round, go_on, is_waiting};
use crate::account::{Conclusion, Facts, conclude};
use crate::contracts::missing;
use crate::tenants::Tenants;

/// What is known of the account's side in Acronis.
struct Subject<'a> {
    mapping: &'a Mapping,
    record: Option<&'a Account>,
    tenants: &'a Tenants,
}

/// Looks at the account, unless it is not managed or its connection could not be read.
pub(super) fn look(
    world: &World<'_>,
    mapping: &Mapping,
    record: Option<&Account>,
    mut round: Round<'_>,
    findings: &mut Findings,
) {
    let Scope { products, today, now, .. } = world.scope;
    let products = products.get(&mapping.connection).filter(|_| is_managed(mapping, now));
    let (Some(tenants), Some(products)) = (world.tenants.get(&mapping.connection), products) else { return };
    let contracts = world.contracts.of(mapping.account);
    let previous = record.map_or(&[][..], |record| &record.memory.lines);
    if round.puts_off(mapping.account, || missing(&contracts, products, previous, today)) {
        return;
    }
    findings.mapped += 1;
    let subject = Subject { mapping, record, tenants };
    let sales = crate::account::sales(products, &contracts, today);
    if sales.is_selling() {
        *findings.selling.entry(mapping.connection.clone()).or_default() += 1;
    }
    if record.and_then(|record| record.consent) != Some(mapping.mapped_at) {
        findings.without_consent += 1;
        return;
    }
    let being_made =
        record.filter(|record| record.creation.as_ref().is_some_and(|creation| !creation.is_tenant_ready()));
    if let Some(record) = being_made {
        go_on(world, record, findings);
        return;
    }
    record.inspect(|record| go_on(world, record, findings));
    match concluded(world, &subject, products, &contracts) {
        None => findings.hold(words::tenant_missing(mapping, now)),
        Some(conclusion) => {
            quotas(world, &subject, &conclusion, findings);
            life(world, &subject, &conclusion, findings);
        }
    }
}

/// Rule V8.
pub(in super::super) fn is_managed(Mapping { switches, .. }: &Mapping, now: Timestamp) -> bool {
    switches.quotas && switches.excluded.is_none() && !switches.is_paused(now)
}

/// What follows for the account; `None` when its tenant is missing from the complete list (rule X3).
pub(in super::super) fn conclusion(
    world: &World<'_>,
    mapping: &Mapping,
    record: Option<&Account>,
    products: &Products,
) -> Option<Conclusion> {
    let tenants = world.tenants.get(&mapping.connection)?;
    let contracts = world.contracts.of(mapping.account);
    let subject = Subject { mapping, record, tenants };
    concluded(world, &subject, products, &contracts)
}

fn concluded(
    world: &World<'_>,
    Subject { mapping, record, tenants }: &Subject<'_>,
    products: &Products,
    contracts: &bridge_core::sale::Read,
) -> Option<Conclusion> {
    let Scope { billing, today, now, .. } = world.scope;
    let tenant = tenants.tenant(&mapping.tenant, products)?;
    let nothing = Memory::default();
    let memory = record.map_or(&nothing, |record| &record.memory);
    let mut usage = tenants.usage(&mapping.tenant);
    // What a worker has read for a guarded change is newer than the run's own reading, until that is done again.
    for (item, read) in record.iter().flat_map(|record| &record.usage) {
        if usage.get(item).is_none_or(|known| known.read_at < read.read_at) {
            usage.insert(item.clone(), *read);
        }
    }
    let facts = Facts {
        billing,
        products,
        contracts,
        tenant: &tenant,
        usage: &usage,
        usage_is_read: false,
        memory,
        today,
        now,
    };
    Some(conclude(facts))
}

fn quotas(
    world: &World<'_>,
    Subject { mapping, record, .. }: &Subject<'_>,
    conclusion: &Conclusion,
    findings: &mut Findings,
) {
    let now = world.scope.now;
    let Conclusion { plan, digest, memory, .. } = conclusion;
    if plan.is_held_unsold {
        findings.hold(words::no_selling_contract(mapping, now));
    }
    for problem in &plan.problems {
        findings.hold(words::problem(mapping, problem, now));
    }
    for change in &plan.changes {
        if let Verdict::Held(hold) = &change.verdict {
            findings.hold(words::quota(mapping, change, hold, now));
        }
    }
    let is_reviewed =
        record.is_some_and(|record| record.reviewed.as_ref().is_some_and(|reviewed| reviewed.digest == *digest));
    let is_drastic = !is_reviewed && conclusion.going().any(Change::is_drastic);
    let has_pending = record.is_some_and(|record| record.pending.is_some());
    let is_calm = has_pending || conclusion.going().any(|change| is_reviewed || !change.is_drastic());
    let remembers = record.is_none_or(|record| record.memory != *memory);
    if (is_drastic || is_calm || remembers) && !is_waiting(world, *record, digest) {
        let plan = digest.clone();
        findings.wishes.push(Wish { account: mapping.account, plan, is_drastic, is_calm });
    }
}

fn life(
    world: &World<'_>,
    Subject { mapping, record, tenants }: &Subject<'_>,
    conclusion: &Conclusion,
    findings: &mut Findings,
) {
    let Scope { billing, now, .. } = world.scope;
    let Some(node) = tenants.tree().get(&mapping.tenant) else { return };
    let before = record.map(|record| record.lifecycle.clone()).unwrap_or_default();
    let facts = lifecycle::Facts {
        is_selling: conclusion.sales.is_selling(),
        is_enabled: node.enabled,
        has_usage: tenants.is_used(&mapping.tenant, now),
    };
    let mut state = before.clone();
    state.see(facts, now);
    let step = lifecycle::decide(&state, billing.deprovisioning, facts, now);
    let wish = |plan: &str, is_drastic: bool| Wish {
        account: mapping.account,
        plan: plan.to_owned(),
        is_drastic,
        is_calm: !is_drastic,
    };
    let wish = match &step {
        Step::Disable => wish(DISABLE, true),
        Step::EnableAgain => wish(ENABLE, false),
        // A person has confirmed this very one.
        Step::Delete => wish(DELETE, false),
        Step::HoldDisable(_) | Step::AskDelete | Step::DisabledByHand | Step::LeaveAlone | Step::Count { .. } => {
            match &step {
                Step::HoldDisable(_) => findings.hold(words::life("disable", mapping, &step, now)),
                Step::AskDelete => findings.hold(words::life("delete", mapping, &step, now)),
                Step::DisabledByHand if facts.is_selling => {
                    findings.hold(words::life("disabled_by_hand", mapping, &step, now));
                }
                _ => {}
            }
            if state == before {
                return;
            }
            Wish { is_calm: false, ..wish(&conclusion.digest, false) }
        }
    };
    let is_known = findings.wishes.last().is_some_and(|last| last.account == wish.account && last.plan == wish.plan);
    if !is_known && !is_waiting(world, *record, &wish.plan) {
        findings.wishes.push(wish);
    }
}
