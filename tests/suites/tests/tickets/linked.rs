//! Rule T12: which configuration item a new ticket is linked to, and what becomes of a link that Autotask does not take.

use anyhow::Result;
use bridge_core::id::AccountId;
use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use simulators::acronis::{AlertId, Raise, seed};
use simulators::autotask::seed::{ALDERS_SERVER, FIRST_CUSTOMER};
use simulators::autotask::{CompanyId, Record};
use simulators::control::{Fault, Kind};
use store::record::DeviceDirectory;
use suites::world::verbs_people::failed_backup;
use suites::world::{COMPLETE, OurTicket, World};

const CREATE: &str = "/atservicesrest/v1.0/Tickets";
const READ: &str = "POST /ConfigurationItems/query";
/// In minutes.
const A_DAY: i64 = 24 * 60;
const NO_LINK: Value = Value::Null;

/// A world whose configuration items were read a minute ago.
async fn read_today() -> Result<World> {
    let mut world = World::new().await?;
    world.after_minutes(1).await?;
    world.forget_calls();
    Ok(world)
}

fn readings(world: &World) -> usize {
    world.autotask_calls().iter().filter(|call| *call == READ).count()
}

fn creates(world: &World) -> usize {
    world.autotask_calls().iter().filter(|call| *call == "POST /Tickets").count()
}

/// Tells the worker of alerts, without a poll.
async fn tell(world: &mut World, alerts: &[AlertId]) -> Result<()> {
    world.hint(alerts).await?;
    world.work().await
}

/// Raises a failed backup on a workload of that name, and tells the worker.
async fn fail(world: &mut World, workload: &str) -> Result<()> {
    let alert = world.acronis.raise(failed_backup(workload))?;
    tell(world, &[alert]).await
}

/// The configuration items that our tickets are linked to, oldest first.
fn links(world: &World) -> Vec<Value> {
    let record = |ticket: OurTicket| world.autotask.ticket(ticket.id);
    let link = |ticket: Record| ticket.get("configurationItemID").cloned().unwrap_or_default();
    world.our_tickets().into_iter().filter_map(record).map(link).collect()
}

#[tokio::test(start_paused = true)]
async fn t12_a_new_ticket_is_linked_to_the_workloads_configuration_item_by_the_create_itself() -> Result<()> {
    let mut world = read_today().await?;
    fail(&mut world, "srv-1.corp.example").await?;
    assert_eq!(links(&world), [json!(ALDERS_SERVER)]);
    let calls = world.autotask_calls();
    assert_eq!(calls.iter().filter(|call| call.starts_with("POST")).collect::<Vec<_>>(), ["POST /Tickets"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t12_no_item_two_items_and_a_retired_one_are_no_link() -> Result<()> {
    let mut world = World::new().await?;
    let twice = [1, 2].map(|_| world.autotask.add_device(FIRST_CUSTOMER, "TWICE"));
    let retired = world.autotask.add_device(FIRST_CUSTOMER, "RETIRED")?;
    world.autotask.retire_device(retired)?;
    world.autotask.add_device(CompanyId(FIRST_CUSTOMER.0 + 1), "NEIGHBOUR")?;
    assert!(twice.iter().all(Result::is_ok));
    world.after_minutes(1).await?;
    for workload in ["UNKNOWN", "TWICE", "RETIRED", "NEIGHBOUR"] {
        fail(&mut world, workload).await?;
    }
    assert_eq!(links(&world), [NO_LINK; 4]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t12_of_two_items_of_one_name_the_one_that_stays_is_linked_from_the_next_day_on() -> Result<()> {
    let mut world = World::new().await?;
    let first = world.autotask.add_device(FIRST_CUSTOMER, "TWICE")?;
    let second = world.autotask.add_device(FIRST_CUSTOMER, "TWICE")?;
    world.after_minutes(1).await?;
    world.autotask.retire_device(first)?;
    world.after_minutes(A_DAY).await?;
    fail(&mut world, "TWICE").await?;
    assert_eq!(links(&world), [json!(second)]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t12_the_items_are_read_once_a_day_whatever_is_raised() -> Result<()> {
    let mut world = World::new().await?;
    world.forget_calls();
    for n in 0..23 {
        fail(&mut world, &format!("SRV-{n}")).await?;
        world.after_minutes(60).await?;
    }
    assert_eq!(readings(&world), 1);
    world.after_minutes(120).await?;
    assert_eq!(readings(&world), 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t12_a_customer_that_was_just_mapped_is_read_before_the_next_day() -> Result<()> {
    let mut world = read_today().await?;
    let account = FIRST_CUSTOMER.0 + 8;
    let device = world.autotask.add_device(CompanyId(account), "WS-NEW")?;
    world.map(AccountId(account), seed::IVY_MEDIA).await?;
    world.after_minutes(1).await?;
    assert_eq!(readings(&world), 1);
    let alert = world.acronis.raise(Raise::new("BackupFailed").at(seed::IVY_MEDIA).on("WS-NEW").plan("Daily"))?;
    tell(&mut world, &[alert]).await?;
    assert_eq!(links(&world), [json!(device)]);
    world.pass(SignedDuration::from_mins(30)).await?;
    assert_eq!(readings(&world), 1, "and not again");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t12_a_refused_link_is_left_out_and_the_ticket_keeps_the_rest_of_its_row() -> Result<()> {
    for is_vague in [false, true] {
        let mut world = read_today().await?;
        world.autotask.quirks(|quirks| quirks.vague_device_refusal = is_vague);
        world.settings(|tickets| tickets.default_row.category = Some(4)).await?;
        world.autotask.retire_device(ALDERS_SERVER)?;
        fail(&mut world, "SRV-1").await?;
        let ticket = world.the_ticket()?;
        assert_eq!((links(&world), creates(&world)), (vec![NO_LINK], 2), "vague: {is_vague}");
        let record = world.autotask.ticket(ticket.id).unwrap_or_default();
        assert_eq!(record.get("ticketCategory"), Some(&json!(4)));
        world.after_minutes(30).await?;
        assert_eq!((world.our_tickets().len(), creates(&world)), (1, 2));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t12_a_link_refused_for_want_of_a_right_is_left_out_as_well() -> Result<()> {
    let mut world = read_today().await?;
    world.autotask.control().add_fault(Fault::new(Kind::Status, CREATE).on(&Method::POST).status(403).times(1));
    fail(&mut world, "SRV-1").await?;
    assert_eq!((links(&world), creates(&world)), (vec![NO_LINK], 2));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t12_a_create_with_a_link_whose_answer_is_lost_makes_one_ticket() -> Result<()> {
    for kind in [Kind::DropBefore, Kind::EffectThenDrop] {
        let mut world = read_today().await?;
        world.autotask.control().add_fault(Fault::new(kind, CREATE).on(&Method::POST).times(1));
        fail(&mut world, "SRV-1").await?;
        world.pass(SignedDuration::from_mins(15)).await?;
        assert_eq!(links(&world), [json!(ALDERS_SERVER)], "{kind:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t12_a_second_create_without_the_link_whose_answer_is_lost_makes_one_ticket() -> Result<()> {
    let mut world = read_today().await?;
    world.autotask.control().add_fault(Fault::new(Kind::Status, CREATE).on(&Method::POST).status(403).times(1));
    world.autotask.control().add_fault(Fault::new(Kind::EffectThenDrop, CREATE).on(&Method::POST).times(1));
    fail(&mut world, "SRV-1").await?;
    world.pass(SignedDuration::from_mins(30)).await?;
    assert_eq!(links(&world), [NO_LINK]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t12_without_the_right_to_read_items_tickets_are_made_without_links_and_nothing_fails() -> Result<()> {
    let refusal = Fault::new(Kind::Status, "*/ConfigurationItems/query").on(&Method::POST).status(403).times(999);
    for fault in [None, Some(refusal)] {
        let mut world = World::new().await?;
        world.autotask.quirks(|quirks| quirks.unreadable = vec!["ConfigurationItems"]);
        fault.into_iter().for_each(|fault| world.autotask.control().add_fault(fault));
        world.forget_calls();
        let summary = world.poll().await?.unwrap_or_default();
        assert_eq!(summary.failed, [""; 0]);
        let (alert, _) = world.ticket_for(failed_backup("SRV-1")).await?;
        assert_eq!(links(&world), [NO_LINK]);
        world.acronis.clear(alert)?;
        world.pass(SignedDuration::from_hours(1)).await?;
        assert_eq!(world.the_ticket()?.status, COMPLETE);
        assert_eq!(readings(&world), 1, "asking again would not help");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t12_a_right_that_is_taken_away_does_not_look_like_no_items() -> Result<()> {
    let mut world = read_today().await?;
    world.autotask.quirks(|quirks| quirks.unreadable = vec!["ConfigurationItems"]);
    world.after_minutes(A_DAY).await?;
    let known = DeviceDirectory::of(&world.systems.table, [AccountId(FIRST_CUSTOMER.0)]).await?;
    assert!(known.values().any(|devices| !devices.is_empty()), "rule X3");
    fail(&mut world, "SRV-1").await?;
    assert_eq!(links(&world), [json!(ALDERS_SERVER)]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t12_many_customers_are_read_together_and_a_failure_is_made_up_for() -> Result<()> {
    let mut world = World::new().await?;
    let fault = Fault::new(Kind::Status, "*/ConfigurationItems/query").on(&Method::POST).status(503).times(99);
    world.autotask.control().add_fault(fault);
    world.after_minutes(1).await?;
    fail(&mut world, "SRV-1").await?;
    world.autotask.control().clear_faults();
    world.forget_calls();
    world.pass(SignedDuration::from_mins(15)).await?;
    assert_eq!(readings(&world), 1, "one call for all mapped customers");
    fail(&mut world, "SRV-FILES").await?;
    assert_eq!(links(&world), [NO_LINK, json!(4_413)]);
    Ok(())
}
