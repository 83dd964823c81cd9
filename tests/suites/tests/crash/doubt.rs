//! Rule X2: a create whose outcome is not known.

use anyhow::{Context as _, Result, ensure};
use http::Method;
use jiff::{SignedDuration, Timestamp};
use simulators::control::{Fault, Kind};
use suites::world::network::TICKETS;
use suites::world::{NEW, World};

use crate::kill::{End, world};
use crate::scenarios::raised;

const END: End = End { tickets: &[(1, NEW, 0)], count: 1 };
const SECOND_CREATE_AFTER: SignedDuration = SignedDuration::from_mins(6);

/// Tells of a new alert while `trouble` lies on its create, and returns when creates arrived at Autotask.
async fn creates_with(trouble: impl FnOnce(&World)) -> Result<Vec<Timestamp>> {
    let mut world = world().await?;
    let alert = raised(&mut world).await?;
    trouble(&world);
    world.hint(&[alert]).await?;
    world.work().await?;
    world.pass(SignedDuration::from_mins(20)).await?;
    END.check(&world).await.with_context(|| world.seam.trace())?;
    let calls = world.autotask.control().calls();
    Ok(calls.into_iter().filter(|call| call.method == "POST" && call.path == TICKETS).map(|call| call.at).collect())
}

fn strikes(fault: Fault) -> impl FnOnce(&World) {
    move |world| world.autotask.control().add_fault(fault)
}

fn on_create(kind: Kind) -> Fault {
    Fault::new(kind, TICKETS).on(&Method::POST)
}

/// A second create was needed, and waited for as long as the first one might still take effect.
fn ensure_patient_second(creates: &[Timestamp]) -> Result<()> {
    ensure!(creates.len() == 2, "expected two creates, found {creates:?}");
    let waited = creates[1].duration_since(creates[0]);
    ensure!(waited >= SECOND_CREATE_AFTER, "the second create came after {waited}");
    ensure!(waited <= SECOND_CREATE_AFTER + SignedDuration::from_mins(2), "the second create came after {waited}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_create_whose_reply_is_lost_is_found_and_never_repeated() -> Result<()> {
    let creates = creates_with(strikes(on_create(Kind::EffectThenDrop))).await?;
    ensure!(creates.len() == 1, "{creates:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_create_that_takes_effect_minutes_after_its_time_out_is_found_and_never_repeated() -> Result<()> {
    for seconds in [31, 90, 300, 350] {
        let late = SignedDuration::from_secs(seconds);
        let creates = creates_with(|world| world.network.hold_back_next_create(late)).await?;
        ensure!(creates.len() == 1, "{seconds} s late: {creates:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_create_that_breaks_off_before_it_arrives_is_repeated_after_six_minutes() -> Result<()> {
    ensure_patient_second(&creates_with(strikes(on_create(Kind::DropBefore))).await?)
}

#[tokio::test(start_paused = true)]
async fn a_create_that_times_out_without_effect_is_repeated_after_six_minutes() -> Result<()> {
    let too_slow = Fault { delay_ms: Some(31_000), ..on_create(Kind::Delay) };
    ensure_patient_second(&creates_with(strikes(too_slow)).await?)
}

#[tokio::test(start_paused = true)]
async fn a_page_instead_of_an_answer_leaves_the_create_in_doubt() -> Result<()> {
    for status in [200, 500, 502, 504] {
        let creates = creates_with(strikes(on_create(Kind::Html).status(status))).await?;
        ensure_patient_second(&creates).with_context(|| format!("status {status}"))?;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_throttled_create_is_certainly_without_effect_and_needs_no_six_minutes() -> Result<()> {
    let creates = creates_with(strikes(on_create(Kind::Status).status(429).retry_after(20))).await?;
    ensure!(creates.len() == 2, "{creates:?}");
    let waited = creates[1].duration_since(creates[0]);
    ensure!(waited >= SignedDuration::from_secs(20) && waited < SECOND_CREATE_AFTER, "after {waited}");
    Ok(())
}

/// Rule T2: a refusal in words is an answer, so the second try follows at once.
#[tokio::test(start_paused = true)]
async fn a_refused_create_is_tried_once_more_at_once() -> Result<()> {
    let creates = creates_with(strikes(on_create(Kind::Status).status(500))).await?;
    ensure!(creates.len() == 2, "{creates:?}");
    ensure!(creates[1].duration_since(creates[0]) < SignedDuration::from_secs(5), "{creates:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn replies_lost_again_and_again_still_end_in_one_ticket() -> Result<()> {
    let everything = Fault::new(Kind::EffectThenDrop, TICKETS).times(7);
    let creates = creates_with(strikes(everything)).await?;
    ensure!(creates.len() == 1, "{creates:?}");
    Ok(())
}
