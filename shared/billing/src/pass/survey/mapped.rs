//! A mapped account: its quotas (rules P1 to P15), and whether its tenant is disabled or enabled (rule V6).

use std::collections::BTreeMap;

use bridge_core::item::ItemId;
use bridge_core::provision::lifecycle::{self, Disabling, Step};
use bridge_core::quota::{self, Change, Memory, Plan, Usage, Verdict};
use bridge_core::sale::Source;
use bridge_core::settings::Products;
use jiff::{SignedDuration, Timestamp};
use store::record::{Account, Concerned, Mapping};

use super::super::findings::{Drastic, Findings, Wish, mark};
use super::super::world::{Scope, World};
use super::super::{DELETE, DISABLE, ENABLE, report, words};
use super::{Round, go_on, is_waiting};
use crate::account::{Conclusion, Facts, conclude};
use crate::contracts::missing;
use crate::tenants::Tenants;

/// Acronis counts what is used about as often, so asking sooner tells nothing new.
const ASK_AGAIN: SignedDuration = SignedDuration::from_hours(6);

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
    let products = products.get(&mapping.connection).filter(|_| mapping.switches.allow_quotas(now));
    let (Some(tenants), Some(products)) = (world.tenants.get(&mapping.connection), products) else { return };
    let contracts = world.contracts.of(mapping.account);
    let previous = record.map_or(&[][..], |record| &record.memory.lines);
    if round.puts_off(mapping.account, || missing(&contracts, products, previous, today)) {
        return;
    }
    findings.mapped += 1;
    let subject = Subject { mapping, record, tenants };
    let sales = crate::account::sales(products, &contracts, today);
    findings.selling += usize::from(sales.is_selling());
    // First of all: a worker that died right after it had mapped the account was to consent for it.
    let being_made =
        record.filter(|record| record.creation.as_ref().is_some_and(|creation| !creation.is_tenant_ready()));
    if let Some(record) = being_made {
        go_on(world, record, findings);
        return;
    }
    let conclusion = concluded(world, &subject, products, &contracts);
    let has_consent = record.and_then(|record| record.consent) == Some(mapping.mapped_at);
    if let (Some(conclusion), Some(tenant)) = (&conclusion, tenants.tenant(&mapping.tenant, products)) {
        let lines = report::lines(products, &tenant, &usage(&subject), conclusion, has_consent);
        findings.report.add(mapping.account, (&mapping.account_name, &mapping.tenant, &mapping.tenant_name), lines);
    }
    if !has_consent {
        let plan = conclusion.map(|conclusion| conclusion.plan);
        let what = words::changes(plan.iter().flat_map(|plan| &plan.changes));
        findings.without_consent.push(named(mapping, what));
        return;
    }
    let wishes = findings.wishes.len();
    record.inspect(|record| go_on(world, record, findings));
    match conclusion {
        None if tenants.tree().get(&mapping.tenant).is_none() => findings.hold(words::tenant_missing(mapping, now)),
        None => findings.hold(words::tenant_untold(mapping, now)),
        Some(conclusion) => {
            // What a disabled tenant may use is looked after when it is enabled again.
            let is_enabled = tenants.tree().get(&mapping.tenant).is_some_and(|node| node.enabled);
            hold(world, mapping, &conclusion.plan, is_enabled, findings);
            if is_enabled {
                compare(mapping, previous, products, &conclusion, findings);
            }
            if only_reading(world, &subject, &conclusion).is_some() {
                findings.to_remember.push(mapping.account);
            } else {
                if is_enabled {
                    quotas(world, &subject, products, &conclusion, findings);
                }
                life(world, &subject, &conclusion, findings);
            }
            let has_problems =
                !conclusion.plan.problems.is_empty() || record.is_some_and(|record| !record.last.problems.is_empty());
            if findings.wishes.len() == wishes && !has_problems {
                findings.in_step.insert(mapping.account);
            }
        }
    }
}

fn named(Mapping { account, account_name, .. }: &Mapping, what: String) -> Concerned {
    Concerned { account: *account, name: account_name.clone(), what }
}

/// Rule P12: whether the account still sells something, if it had units of what is mapped now at the last good run. A disabled
/// tenant is not compared: nothing is remembered of its readings.
fn compare(mapping: &Mapping, previous: &[Source], products: &Products, now: &Conclusion, findings: &mut Findings) {
    let services = products.services();
    if previous.iter().any(|source| source.units > 0 && services.contains(&source.service)) {
        findings.sold_before += 1;
        if !now.sales.is_selling() {
            findings.stopped.insert(mapping.account, mapping.account_name.clone());
        }
    }
}

/// What follows for the account; `None` when its tenant is missing from the complete list, or it is not known what the tenant has
/// or may be given (rule X3).
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
    subject: &Subject<'_>,
    products: &Products,
    contracts: &bridge_core::sale::Read,
) -> Option<Conclusion> {
    let Scope { billing, today, now, .. } = world.scope;
    let Subject { mapping, record, tenants } = subject;
    let tenant = tenants.tenant(&mapping.tenant, products)?;
    let nothing = Memory::default();
    let memory = record.map_or(&nothing, |record| &record.memory);
    let usage = usage(subject);
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
    let conclusion = conclude(facts);
    if conclusion.asks().next().is_none() || !conclusion.asks().all(|item| is_untold(subject, item, now)) {
        return Some(conclusion);
    }
    // A worker has asked and was not told: that is for a person.
    Some(conclude(Facts { usage_is_read: true, ..facts }))
}

/// What the tenant uses, as far as it is known.
fn usage(Subject { mapping, record, tenants }: &Subject<'_>) -> BTreeMap<ItemId, Usage> {
    let mut usage = tenants.usage(&mapping.tenant);
    // What a worker has read for a guarded change is newer than the run's own reading, until that is done again.
    for (item, read) in record.iter().flat_map(|record| &record.usage) {
        if usage.get(item).is_none_or(|known| known.read_at < read.read_at) {
            usage.insert(item.clone(), *read);
        }
    }
    usage
}

/// Whether Acronis was asked how much of the item is used, and did not tell. The run's own later readings count as asking again:
/// what they had told would be known.
fn is_untold(Subject { mapping, record, tenants }: &Subject<'_>, item: &ItemId, now: Timestamp) -> bool {
    let untold = record.and_then(|record| record.untold.as_ref()).filter(|untold| untold.items.contains(item));
    untold.is_some_and(|untold| {
        let is_asked_since = tenants.usage_read_at(&mapping.tenant).is_some_and(|at| at >= untold.at);
        is_asked_since || now.duration_since(untold.at) < ASK_AGAIN
    })
}

/// What is to be remembered of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Reading {
    pub(in super::super) memory: Memory,
    pub(in super::super) lifecycle: lifecycle::State,
}

/// What the reading says that is new, for an account of which nothing else is open: no worker is needed then.
pub(in super::super) fn reading(
    world: &World<'_>,
    mapping: &Mapping,
    record: &Account,
    products: &Products,
) -> Option<Reading> {
    let subject = Subject { mapping, record: Some(record), tenants: world.tenants.get(&mapping.connection)? };
    let conclusion = concluded(world, &subject, products, &world.contracts.of(mapping.account))?;
    only_reading(world, &subject, &conclusion)
}

fn only_reading(world: &World<'_>, subject: &Subject<'_>, conclusion: &Conclusion) -> Option<Reading> {
    let record = subject.record?;
    let Life { state, step, .. } = Life::of(world, subject, conclusion)?;
    let is_new = record.memory != conclusion.memory || record.lifecycle != state;
    let has_consent = record.consent == Some(subject.mapping.mapped_at) && record.reviewed.is_none();
    let has_work = conclusion.going().next().is_some() || !conclusion.plan.problems.is_empty();
    let is_at_rest = record.pending.is_none()
        && record.creation.is_none()
        && record.lease.is_none()
        && record.due_at.is_none()
        && record.lifecycle.disabling == Disabling::None
        && matches!(step, Step::LeaveAlone | Step::Count { .. });
    let memory = conclusion.memory.clone();
    (is_new && has_consent && !has_work && is_at_rest).then_some(Reading { memory, lifecycle: state })
}

/// What waits for a person.
fn hold(world: &World<'_>, mapping: &Mapping, plan: &Plan, is_enabled: bool, findings: &mut Findings) {
    let now = world.scope.now;
    if plan.is_held_unsold {
        findings.hold(words::no_selling_contract(mapping, now));
    }
    if !is_enabled {
        return;
    }
    for problem in &plan.problems {
        findings.hold(words::problem(mapping, problem, now));
    }
    for change in &plan.changes {
        if let Verdict::Held(hold) = &change.verdict {
            findings.hold(words::quota(mapping, change, hold, now));
        }
    }
}

fn quotas(
    world: &World<'_>,
    subject: &Subject<'_>,
    products: &Products,
    conclusion: &Conclusion,
    findings: &mut Findings,
) {
    let Conclusion { digest, memory, .. } = conclusion;
    let Subject { mapping, record, .. } = subject;
    // What a person has just reviewed is no mass change that nobody has looked at.
    let review = record.and_then(|record| record.fresh_review(Some(mapping.mapped_at), world.scope.now));
    let is_reviewed = |change: &Change| review.is_some_and(|review| review.covers(digest, change));
    let drastic: Vec<&Change> =
        conclusion.going().filter(|change| change.is_drastic() && !is_reviewed(change)).collect();
    let has_pending = record.is_some_and(|record| record.pending.is_some());
    let is_calm = has_pending || conclusion.going().any(|change| is_reviewed(change) || !change.is_drastic());
    let remembers = record.is_none_or(|record| record.memory != *memory);
    if !drastic.is_empty() || is_calm || remembers {
        let drastic = (!drastic.is_empty()).then(|| Drastic {
            mark: mark(mapping.account, &end(subject, products, conclusion)),
            name: mapping.account_name.clone(),
            what: words::changes(drastic.into_iter()),
        });
        let is_waiting = is_waiting(world, *record, digest);
        findings.wishes.push(Wish { account: mapping.account, plan: digest.clone(), drastic, is_calm, is_waiting });
    }
}

/// What the tenant's items must be in the end. Unlike the plan's digest it stays the same while the plan is carried out.
fn end(Subject { mapping, tenants, .. }: &Subject<'_>, products: &Products, conclusion: &Conclusion) -> String {
    let tenant = tenants.tenant(&mapping.tenant, products).unwrap_or_default();
    let wants = quota::desired(products, &tenant, &conclusion.sales).wants;
    let wants: Vec<_> = wants.iter().map(|want| (&want.item, want.grant)).collect();
    serde_json::to_string(&wants).expect("plain data can be written as JSON")
}

/// The tenant's life, as this reading leaves it.
struct Life {
    facts: lifecycle::Facts,
    before: lifecycle::State,
    state: lifecycle::State,
    step: Step,
}

impl Life {
    fn of(
        world: &World<'_>,
        Subject { mapping, record, tenants }: &Subject<'_>,
        conclusion: &Conclusion,
    ) -> Option<Self> {
        let Scope { billing, now, .. } = world.scope;
        let facts = lifecycle::Facts {
            is_selling: conclusion.sales.is_selling(),
            is_enabled: tenants.tree().get(&mapping.tenant)?.enabled,
            has_usage: tenants.is_used(&mapping.tenant, now),
        };
        let before = record.map(|record| record.lifecycle.clone()).unwrap_or_default();
        let mut state = before.clone();
        state.see(facts, now);
        let step = lifecycle::decide(&state, billing.deprovisioning, facts, now);
        Some(Self { facts, before, state, step })
    }
}

fn life(world: &World<'_>, subject: &Subject<'_>, conclusion: &Conclusion, findings: &mut Findings) {
    let Some(Life { facts, before, state, step }) = Life::of(world, subject, conclusion) else { return };
    let Subject { mapping, record, .. } = subject;
    let now = world.scope.now;
    let wish = |plan: &str, is_drastic: bool| Wish {
        account: mapping.account,
        plan: plan.to_owned(),
        drastic: is_drastic.then(|| Drastic {
            mark: mark(mapping.account, plan),
            name: mapping.account_name.clone(),
            what: format!("its tenant “{}” would be disabled", mapping.tenant_name),
        }),
        is_calm: !is_drastic,
        is_waiting: is_waiting(world, *record, plan),
    };
    let wish = match &step {
        Step::Disable => {
            let review = record.and_then(|record| record.fresh_review(Some(mapping.mapped_at), now));
            wish(DISABLE, review.is_none_or(|review| !review.disables))
        }
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
    if !is_known {
        findings.wishes.push(wish);
    }
}
