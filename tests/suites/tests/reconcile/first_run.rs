//! A first run that makes a tenant for every customer: too much for one invocation, and for an hour of calls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use simulators::autotask::CompanyId;
use store::queue::QueueName;
use store::record::Mapping;
use store::record::brake::{Approved, Brake};
use suites::world::World;
use suites::world::seam::Side;
use systems::Options;

const CUSTOMERS: usize = 200;
const SERVICES_EACH: usize = 5;
/// Calls that bulk reads may make of Autotask in an hour.
const CALLS_PER_HOUR: u32 = 150;
/// The time between two polls at the default schedule.
const SCHEDULE: SignedDuration = SignedDuration::from_mins(3);

/// A provider that has just switched the creation of customers on.
async fn provider() -> Result<(World, Vec<CompanyId>)> {
    let mut world = World::new().await?;
    let options = Options { autotask_calls_per_hour: CALLS_PER_HOUR, ..(*world.systems.options).clone() };
    world.systems.options = Arc::new(options);
    let companies = world.autotask.customers(CUSTOMERS, SERVICES_EACH);
    world.billing().await?;
    world.change_billing(|billing| billing.provisioning.automatic = true).await?;
    world.advance(SignedDuration::from_hours(1));
    world.forget_calls();
    Ok((world, companies))
}

/// A person looks at what the brake shows, and consents.
async fn consent(world: &World) -> Result<Brake> {
    let now = world.now();
    let approve = |brake: Option<Brake>| {
        let mut brake = brake?;
        let (by, until) = ("admin".to_owned(), now + SignedDuration::from_hours(1));
        brake.approved = Some(Approved { by, at: now, until, digest: brake.digest.clone() });
        Some(brake)
    };
    let stored = world.systems.table.modify(&(), approve).await?;
    Ok(stored.context("the brake holds a mass creation")?.value)
}

/// How many tenants there are for each of these companies.
fn made(world: &World, companies: &[CompanyId]) -> BTreeMap<CompanyId, usize> {
    let mut made: BTreeMap<CompanyId, usize> = companies.iter().map(|company| (*company, 0)).collect();
    for tenant in world.acronis.tenants() {
        let company = tenant.customer_id.as_ref().and_then(|id| id.parse().ok()).map(CompanyId);
        if let Some(count) = company.and_then(|company| made.get_mut(&company)) {
            *count += 1;
        }
    }
    made
}

/// Has workers do what is to be done. Every second invocation ends at the next of these calls, as if it had run out of time in the
/// middle of it. Returns how many messages the others gave back because their time was up.
async fn work(world: &mut World, cuts: &mut Vec<(usize, Side)>) -> Result<usize> {
    let mut given_back = 0;
    for invocation in 0.. {
        let is_cut = invocation % 2 == 1 && !cuts.is_empty();
        let before = world.queue.depth(QueueName::Accounts).await?.waiting;
        if before == 0 {
            break;
        }
        if is_cut && let Some((call, side)) = cuts.pop() {
            world.seam.kill_at(call, side);
        }
        let taken = world.deliver().await?;
        let back = world.queue.depth(QueueName::Accounts).await?.waiting + taken - before;
        given_back += back;
    }
    Ok(given_back)
}

/// Most calls of Autotask in any hour.
fn busiest_hour(world: &World) -> usize {
    let calls: Vec<Timestamp> = world.autotask.control().calls().iter().map(|call| call.at).collect();
    let within = |from: Timestamp| {
        let until = from + SignedDuration::from_hours(1);
        calls.iter().filter(|at| (from..until).contains(*at)).count()
    };
    calls.iter().map(|from| within(*from)).max().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn v1_a_first_run_goes_on_where_a_time_out_cut_it_off_makes_no_twins_and_keeps_to_the_calls_of_an_hour()
-> Result<()> {
    let (mut world, companies) = provider().await?;
    world.account_poll().await?;
    assert_eq!(work(&mut world, &mut Vec::new()).await?, 0);
    assert!(made(&world, &companies).values().all(|count| *count == 0), "nobody has agreed to two hundred creations");
    let brake = consent(&world).await?;
    assert!(brake.accounts >= CUSTOMERS, "{brake:?}");

    // Slow enough that one invocation is too short for a batch of a hundred.
    world.seam.calls_take(SignedDuration::from_millis(200));
    let begun_at = world.now();
    let mut cuts = vec![(150, Side::After), (700, Side::Before), (400, Side::After)];
    let mut given_back = 0;
    while made(&world, &companies).values().any(|count| *count == 0) || !is_mapped(&world, &companies).await? {
        assert!(world.now().duration_since(begun_at) < SignedDuration::from_hours(3), "{:?}", made(&world, &companies));
        world.advance(SCHEDULE);
        world.account_poll().await?;
        given_back += work(&mut world, &mut cuts).await?;
    }
    let twins: BTreeMap<_, _> = made(&world, &companies).into_iter().filter(|(_, count)| *count != 1).collect();
    assert!(twins.is_empty(), "{twins:?}");
    assert_eq!(world.seam.kills().len(), 3, "{:?}", world.seam.kills());
    assert!(given_back > 0, "no invocation ran out of time");
    assert_eq!(world.queue.depth(QueueName::Accounts).await?.dead, 0, "running out of time is no defect");
    let busiest = busiest_hour(&world);
    let took = world.now().duration_since(begun_at);
    println!(
        "{CUSTOMERS} customers made in {took:#}, {given_back} messages given back, {busiest} calls of Autotask in the busiest hour, \
         allowed {CALLS_PER_HOUR}"
    );
    assert!(busiest <= CALLS_PER_HOUR as usize, "{busiest} calls in an hour");
    Ok(())
}

/// Whether every company's account is mapped to a tenant of its own.
async fn is_mapped(world: &World, companies: &[CompanyId]) -> Result<bool> {
    let mappings = Mapping::all(&world.systems.table).await?.records;
    let mapped: BTreeSet<i64> = mappings.iter().map(|stored| stored.value.account.0).collect();
    let tenants: BTreeSet<_> = mappings.iter().map(|stored| &stored.value.tenant).collect();
    anyhow::ensure!(tenants.len() == mappings.len(), "two accounts share a tenant");
    Ok(companies.iter().all(|company| mapped.contains(&company.0)))
}
