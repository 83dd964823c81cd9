//! Rules X1, X2: however often and by whichever way an alert is heard of, and whatever becomes of the create.

use anyhow::Result;
use http::Method;
use jiff::SignedDuration;
use simulators::control::{Fault, Kind};
use suites::world::verbs_people::failed_backup;
use suites::world::{COMPLETE, World};

const CREATE: &str = "/atservicesrest/v1.0/Tickets";

/// The ways in which news of an alert arrives.
#[derive(Debug, Clone, Copy)]
enum Way {
    Webhook,
    Poll,
    Work,
}

#[tokio::test(start_paused = true)]
async fn x1_webhook_and_poll_in_any_order_ten_times_over_make_one_ticket() -> Result<()> {
    for seed in 1..=10 {
        let mut world = World::seeded(seed).await?;
        let doors = world.doors().await?;
        let mut random = fastrand::Rng::with_seed(seed);
        let alert = world.acronis.raise(failed_backup("SRV-1"))?;
        let mut order = [Way::Webhook, Way::Poll, Way::Work].repeat(10);
        random.shuffle(&mut order);
        for way in &order {
            match way {
                Way::Webhook => assert_eq!(doors.post(&[alert, alert]).await, 202),
                Way::Poll => drop(world.poll().await?),
                Way::Work => drop(world.deliver().await?),
            }
            world.advance(SignedDuration::from_secs(random.i64(0..40)));
        }
        world.work().await?;
        let ticket = world.the_ticket()?;
        assert!(ticket.is_open() && world.note_titles(&ticket).is_empty(), "seed {seed}: {order:?}");
        world.acronis.clear(alert)?;
        world.after_minutes(1).await?;
        assert_eq!(world.the_ticket()?.status, COMPLETE, "seed {seed}: {order:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x1_polling_alone_makes_the_ticket_and_closes_it() -> Result<()> {
    let mut world = World::new().await?;
    world.turn().await?;
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.after_minutes(1).await?;
    assert!(world.the_ticket()?.is_open());
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    assert!(!world.the_ticket()?.is_open());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x1_a_message_from_before_the_clear_does_not_bring_the_ticket_back() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.acronis.clear(alert)?;
    world.turn().await?;
    for _ in 0..3 {
        world.hint(&[alert]).await?;
        world.work().await?;
    }
    assert_eq!(world.the_ticket()?.status, COMPLETE);
    assert!(world.note_titles(&ticket).is_empty());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x1_a_forged_hint_costs_a_read_and_nothing_else() -> Result<()> {
    let mut world = World::new().await?;
    let forged = simulators::acronis::AlertId(world.acronis.unused_id());
    world.hint(&[forged]).await?;
    world.work().await?;
    assert!(world.our_tickets().is_empty() && world.parked().await?.is_empty());
    assert!(world.autotask_calls().is_empty(), "{:?}", world.autotask_calls());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x2_a_create_whose_answer_is_lost_is_searched_for_and_linked() -> Result<()> {
    let mut world = World::new().await?;
    world.autotask.control().add_fault(Fault::new(Kind::EffectThenDrop, CREATE).on(&Method::POST));
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.pass(SignedDuration::from_mins(10)).await?;
    assert_eq!(world.the_ticket()?.id, ticket.id, "{}", world.seam.trace());
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    assert!(!world.the_ticket()?.is_open(), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x2_a_create_that_may_have_happened_is_not_repeated_within_six_minutes() -> Result<()> {
    let mut world = World::new().await?;
    let fault = Fault::new(Kind::Status, CREATE).on(&Method::POST).status(503);
    world.autotask.control().add_fault(fault);
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.hint(&[alert]).await?;
    world.work().await?;
    world.pass(SignedDuration::from_secs(5 * 60 + 50)).await?;
    let creates = |world: &World| world.autotask_calls().iter().filter(|call| *call == "POST /Tickets").count();
    assert_eq!((creates(&world), world.our_tickets().len()), (1, 0), "{}", world.seam.trace());
    world.pass(SignedDuration::from_mins(3)).await?;
    assert_eq!(creates(&world), 2, "{}", world.seam.trace());
    assert!(world.the_ticket()?.is_open());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x2_a_create_refused_for_too_many_calls_is_made_soon_and_once() -> Result<()> {
    let mut world = World::new().await?;
    let fault = Fault::new(Kind::Status, CREATE).on(&Method::POST).status(429).retry_after(20);
    world.autotask.control().add_fault(fault);
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.hint(&[alert]).await?;
    world.work().await?;
    assert!(world.our_tickets().is_empty());
    world.pass(SignedDuration::from_mins(2)).await?;
    assert!(world.the_ticket()?.is_open(), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x5_every_write_is_in_the_activity_once_with_its_cause() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.acronis.clear(alert)?;
    world.turn().await?;
    let written: Vec<_> = world.activity().await?.into_iter().map(|done| (done.what, done.why, done.new)).collect();
    let expected = [
        ("ticket created", "the alert was raised", ticket.id.0.to_string()),
        ("ticket closed", "its last alert has cleared", "status 5".to_owned()),
    ];
    let expected = expected.map(|(what, why, new)| (what.to_owned(), why.to_owned(), Some(new)));
    assert_eq!(written, expected);
    Ok(())
}
