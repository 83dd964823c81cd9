//! Rule T13: a storm with a process that dies at any call, or with two workers at once. No problem is lost, none is on two tickets.

use anyhow::{Context as _, Result, ensure};
use bridge_core::alert::{Alert, Details, Key, Tenant};
use bridge_core::id::TenantId;
use bridge_core::ticket::storm::{Newcomer, Recent, TICKETS_AT_ONCE};
use jiff::{SignedDuration, Timestamp};
use simulators::acronis::{AlertId, Raise, seed};
use store::queue::QueueName;
use suites::world::seam::{SIDES, Side};
use suites::world::{COMPLETE, IN_PROGRESS, NEW, OurTicket, World};

use crate::kill::{kill_everywhere_until, recover, world};

fn break_computers(world: &World, numbers: std::ops::Range<usize>) -> Result<Vec<AlertId>> {
    let raise = |n: usize| Raise::new("BackupFailed").at(seed::ALDER).on(&format!("PC-{n}")).plan("Daily");
    Ok(numbers.map(|n| world.acronis.raise(raise(n))).collect::<Result<_, _>>()?)
}

async fn tell(world: &mut World, alerts: &[AlertId]) -> Result<()> {
    world.hint(alerts).await?;
    world.work().await?;
    world.turn().await
}

/// Ten computers with tickets of their own, and three more that have just broken.
async fn eleventh_raised(world: &mut World) -> Result<Vec<AlertId>> {
    let first = break_computers(world, 0..10)?;
    tell(world, &first).await?;
    world.advance(SignedDuration::from_mins(2));
    world.turn().await?;
    break_computers(world, 10..13)
}

/// The same, with a ticket for the three.
async fn with_group(world: &mut World) -> Result<Vec<AlertId>> {
    let members = eleventh_raised(world).await?;
    tell(world, &members).await?;
    world.advance(SignedDuration::from_mins(2));
    world.turn().await?;
    Ok(members)
}

/// The same, closed since an hour.
async fn with_closed_group(world: &mut World) -> Result<Vec<AlertId>> {
    let members = with_group(world).await?;
    members.iter().try_for_each(|alert| world.acronis.clear(*alert))?;
    world.turn().await?;
    world.advance(SignedDuration::from_mins(2));
    world.turn().await?;
    world.advance(SignedDuration::from_hours(1));
    Ok(members)
}

fn is_group(ticket: &OurTicket) -> bool {
    ticket.title.to_lowercase().contains("many")
}

/// Nothing is lost, doubled or stuck.
async fn check_covered(world: &World) -> Result<()> {
    world.check_tickets()?;
    for alert in world.acronis.alerts() {
        let open = world.open_tickets_of(alert.id).await?;
        let is_right = match alert.deleted_at {
            None => open.len() == 1,
            // Others on its ticket may still be active.
            Some(_) => open.iter().all(is_group),
        };
        ensure!(is_right, "{alert:?} is on {open:?}");
    }
    let dead = world.queue.depth(QueueName::Alerts).await?.dead;
    ensure!(dead == 0, "{dead} dead letters");
    world.check_rest().await?;
    world.check_journal().await
}

/// The same, with one ticket for many, which is returned, beside `others`.
async fn check(world: &World, others: usize) -> Result<OurTicket> {
    check_covered(world).await?;
    let (mut groups, single): (Vec<_>, Vec<_>) = world.our_tickets().into_iter().partition(is_group);
    ensure!(
        groups.len() == 1 && single.len() == others,
        "{others} tickets and one for many, not {groups:?}, {single:?}"
    );
    groups.pop().context("one")
}

/// The ticket for many is open and names each of these computers once, in its description or in a note.
async fn ensure_listed(world: &World, others: usize, numbers: std::ops::Range<usize>) -> Result<()> {
    let group = check(world, others).await?;
    ensure!(group.status == NEW, "{group:?}");
    let mut text = world.field(&group, "description");
    for note in world.autotask.notes(group.id) {
        text.push_str(note["description"].as_str().unwrap_or_default());
    }
    for n in numbers {
        let named = text.matches(&format!("PC-{n} (Daily)")).count();
        ensure!(named == 1, "PC-{n} is named {named} times: {text}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t13_what_joins_by_webhook_is_on_one_ticket() -> Result<()> {
    let told = async |world: &mut World, alerts: Vec<AlertId>| tell(world, &alerts).await;
    kill_everywhere_until(eleventh_raised, told, async |world: &World| ensure_listed(world, 10, 10..13).await).await
}

/// Without a webhook, a message whose worker died comes back when the storm is over: then each has a ticket of its own.
#[tokio::test(start_paused = true)]
async fn t13_what_joins_by_the_poll_is_on_one_ticket_each() -> Result<()> {
    let polled = async |world: &mut World, _| world.turn().await;
    kill_everywhere_until(eleventh_raised, polled, async |world: &World| check_covered(world).await).await
}

#[tokio::test(start_paused = true)]
async fn t13_what_joins_an_open_ticket_is_listed_once() -> Result<()> {
    let joins = async |world: &mut World, _| {
        let late = break_computers(world, 13..15)?;
        tell(world, &late).await
    };
    kill_everywhere_until(with_group, joins, async |world: &World| ensure_listed(world, 10, 10..15).await).await
}

#[tokio::test(start_paused = true)]
async fn t13_t5_the_last_clear_closes_the_ticket() -> Result<()> {
    let clear = async |world: &mut World, members: Vec<AlertId>| {
        members.iter().try_for_each(|alert| world.acronis.clear(*alert))?;
        tell(world, &members).await
    };
    let closed = async |world: &World| {
        let group = check(world, 10).await?;
        ensure!(group.status == COMPLETE, "{group:?}");
        Ok(())
    };
    kill_everywhere_until(with_group, clear, closed).await
}

#[tokio::test(start_paused = true)]
async fn t13_t7_what_comes_back_reopens_the_ticket_with_one_note() -> Result<()> {
    let recur = async |world: &mut World, members: Vec<AlertId>| {
        world.acronis.re_raise(members[0])?;
        world.acronis.re_raise(members[2])?;
        tell(world, &members).await
    };
    let reopened = async |world: &World| {
        let group = check(world, 10).await?;
        ensure!(group.status == IN_PROGRESS, "{group:?}");
        let notes = world.note_titles(&group);
        ensure!(notes == ["Acronis alert occurred again (note 1)"], "{notes:?}");
        Ok(())
    };
    kill_everywhere_until(with_closed_group, recur, reopened).await
}

/// As many tickets elsewhere as the installation may make at once, as far as the record of them goes.
async fn full(world: &mut World) -> Result<Vec<AlertId>> {
    let now = world.now();
    let mut recent = Recent::default();
    for n in 0..TICKETS_AT_ONCE {
        let tenant = TenantId::new(format!("elsewhere-{n}"));
        let key = Key::of(&tenant, &nothing(now));
        let _ = recent.place(&Newcomer { key: &key, tenant: &tenant, kind: "BackupFailed", has_waited: false }, now);
    }
    world.systems.table.insert(recent).await?;
    break_computers(world, 0..3)
}

fn nothing(now: Timestamp) -> Alert {
    Alert {
        id: "elsewhere".into(),
        kind: "BackupFailed".to_owned(),
        severity: None,
        category: None,
        created_at: now,
        received_at: None,
        updated_at: None,
        deleted_at: None,
        tenant: Tenant::default(),
        details: Details::default(),
    }
}

/// Who dies before it is written that a problem waits lets it begin anew, after the rush perhaps; then it has a ticket of its own.
#[tokio::test(start_paused = true)]
async fn t13_what_had_to_wait_is_on_one_ticket_each() -> Result<()> {
    let waits = async |world: &mut World, alerts: Vec<AlertId>| {
        tell(world, &alerts).await?;
        ensure!(world.our_tickets().is_empty(), "nobody waits");
        world.advance(SignedDuration::from_mins(10));
        world.turn().await
    };
    kill_everywhere_until(full, waits, async |world: &World| check_covered(world).await).await
}

/// Two workers take in one new member each: the slower one stands still at each of its calls while the other does all its work.
#[tokio::test(start_paused = true)]
async fn t13_two_workers_with_different_members_make_one_ticket() -> Result<()> {
    for pause in [SignedDuration::ZERO, SignedDuration::from_secs(150)] {
        let mut met = 0;
        for call in 1.. {
            for side in SIDES {
                met += usize::from(Box::pin(meet((call, side), pause)).await?);
            }
            if met < 2 * call {
                break;
            }
        }
        ensure!(met >= 10, "the slower worker makes {} calls only: it tests nothing", met / 2);
    }
    Ok(())
}

/// Returns whether the slower worker ever made that call.
async fn meet(at: (usize, Side), pause: SignedDuration) -> Result<bool> {
    let mut world = world().await?;
    let alerts = eleventh_raised(&mut world).await?;
    for alert in &alerts[..2] {
        world.hint(&[*alert]).await?;
    }
    world.acronis.clear(alerts[2])?;
    let messages = world.queue.receive(QueueName::Alerts, 2).await?;
    let (first, second) = messages.split_at(1);
    let met = world.overlap((first, second), at, pause).await?;
    let told = async |world: &mut World| {
        recover(world).await?;
        ensure_listed(world, 10, 10..12).await
    };
    told(&mut world).await.with_context(|| format!("met at {at:?}, {pause}\n{}", world.seam.trace()))?;
    Ok(met)
}
