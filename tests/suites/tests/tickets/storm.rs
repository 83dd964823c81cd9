//! Rule T13: many problems at once make few tickets.

use anyhow::{Context as _, Result, ensure};
use bridge_core::id::AccountId;
use bridge_core::ticket::Entry;
use jiff::SignedDuration;
use simulators::acronis::{AlertId, Raise, TenantId, seed};
use simulators::autotask::seed::TECHNICIAN;
use store::table::{Deleted, Read};
use suites::world::verbs_people::{ALDER_ACCOUNT, failed_backup};
use suites::world::{COMPLETE, IN_PROGRESS, OurTicket, World};

/// Failed backups of the computers `PC-0`, `PC-1` and so on of *Alder & Sons*.
fn break_computers(world: &World, numbers: std::ops::Range<usize>) -> Result<Vec<AlertId>> {
    Ok(numbers.map(|n| world.acronis.raise(failed_backup(&format!("PC-{n}")))).collect::<Result<_, _>>()?)
}

/// Has the worker told of these alerts.
async fn tell(world: &mut World, alerts: &[AlertId]) -> Result<()> {
    world.hint(alerts).await?;
    world.work().await
}

/// The one ticket that stands for many, and the number of the others.
fn group_and_others(world: &World) -> Result<(OurTicket, usize)> {
    let (mut groups, others): (Vec<_>, Vec<_>) = world.our_tickets().into_iter().partition(is_group);
    ensure!(groups.len() == 1, "expected one ticket for many, found {groups:?}\n{}", world.seam.trace());
    Ok((groups.pop().context("one")?, others.len()))
}

fn is_group(ticket: &OurTicket) -> bool {
    ticket.title.to_lowercase().contains("many")
}

/// Every one of these alerts is on exactly one open ticket.
async fn ensure_covered(world: &World, alerts: &[AlertId]) -> Result<()> {
    for alert in alerts {
        let tickets = world.open_tickets_of(*alert).await?;
        ensure!(tickets.len() == 1, "{alert} is on {tickets:?}\n{}", world.seam.trace());
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t13_ten_new_problems_of_a_type_make_ten_tickets_and_the_eleventh_one_for_many() -> Result<()> {
    let mut world = World::new().await?;
    let alerts = break_computers(&world, 0..10)?;
    tell(&mut world, &alerts).await?;
    assert!(world.our_tickets().len() == 10 && !world.our_tickets().iter().any(is_group));
    world.after_minutes(9).await?;
    let eleventh = break_computers(&world, 10..11)?;
    tell(&mut world, &eleventh).await?;
    let (group, others) = group_and_others(&world)?;
    assert_eq!(others, 10);
    assert_eq!(group.title, "Backup failed: many at once");
    assert!(world.field(&group, "description").contains("PC-10 (Daily)"));
    ensure_covered(&world, &[alerts, eleventh].concat()).await
}

#[tokio::test(start_paused = true)]
async fn t13_twenty_five_computers_make_eleven_tickets_of_which_one_lists_fifteen() -> Result<()> {
    let mut world = World::new().await?;
    let alerts = break_computers(&world, 0..25)?;
    tell(&mut world, &alerts).await?;
    let (group, others) = group_and_others(&world)?;
    assert_eq!(others, 10);
    let description = world.field(&group, "description");
    let listed = (0..25).filter(|n| description.contains(&format!("- PC-{n} (Daily)"))).count();
    assert_eq!(listed, 15, "{description}");
    assert_eq!(world.writes(), 11, "no other call is made for a group than for a ticket");
    ensure_covered(&world, &alerts).await?;
    world.pass(SignedDuration::from_mins(30)).await?;
    assert_eq!(world.our_tickets().len(), 11);
    assert!(world.note_titles(&group).is_empty(), "nobody joined later");
    world.check_rest().await?;
    world.check_journal().await
}

#[tokio::test(start_paused = true)]
async fn t13_problems_that_begin_one_after_the_other_are_no_storm() -> Result<()> {
    let mut world = World::new().await?;
    for first in [0, 10, 20] {
        let alerts = break_computers(&world, first..first + 10)?;
        tell(&mut world, &alerts).await?;
        world.after_minutes(10).await?;
    }
    assert_eq!(world.our_tickets().iter().filter(|ticket| !is_group(ticket)).count(), 30);
    assert_eq!(world.our_tickets().len(), 30);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t13_types_and_tenants_count_for_themselves() -> Result<()> {
    let mut world = World::new().await?;
    let mut alerts = break_computers(&world, 0..10)?;
    for (kind, tenant) in [("NoBackupForXDays", seed::ALDER), ("BackupFailed", seed::BIRCH_DENTAL)] {
        for n in 0..10 {
            alerts.push(world.acronis.raise(Raise::new(kind).at(tenant).on(&format!("PC-{n}")).plan("Daily"))?);
        }
    }
    tell(&mut world, &alerts).await?;
    assert_eq!(world.our_tickets().len(), 30);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t13_t5_the_ticket_closes_with_the_last_clear_and_t7_is_reopened_by_whichever_comes_back() -> Result<()> {
    let mut world = World::new().await?;
    let alerts = break_computers(&world, 0..13)?;
    tell(&mut world, &alerts).await?;
    let (group, _) = group_and_others(&world)?;
    let mut members = Vec::new();
    for alert in &alerts {
        if world.open_tickets_of(*alert).await? == [group.clone()] {
            members.push(*alert);
        }
    }
    assert_eq!(members.len(), 3);
    world.after_minutes(2).await?;
    for alert in &members[..2] {
        world.acronis.clear(*alert)?;
    }
    world.after_minutes(1).await?;
    assert!(world.again(&group)?.is_open(), "one is still active");
    world.acronis.clear(members[2])?;
    world.after_minutes(1).await?;
    assert_eq!(world.again(&group)?.status, COMPLETE);
    assert!(world.field(&group, "resolution").contains("All alerts on this ticket"));
    world.after_minutes(60).await?;
    world.acronis.re_raise(members[0])?;
    world.after_minutes(1).await?;
    assert_eq!(world.again(&group)?.status, IN_PROGRESS, "{}", world.seam.trace());
    assert_eq!(world.note_titles(&group), ["Acronis alert occurred again (note 1)"]);
    world.after_minutes(1).await?;
    assert_eq!(world.our_tickets().len(), 11);
    ensure_covered(&world, &members[..1]).await
}

/// Acronis may give a repeated problem a new alert: the key leads to the group, not the alert.
#[tokio::test(start_paused = true)]
async fn t13_a_members_new_alert_is_the_groups_too() -> Result<()> {
    let mut world = World::new().await?;
    let alerts = break_computers(&world, 0..11)?;
    tell(&mut world, &alerts).await?;
    let (group, _) = group_and_others(&world)?;
    let mut member = 0;
    for (n, alert) in alerts.iter().enumerate() {
        if world.open_tickets_of(*alert).await? == [group.clone()] {
            member = n;
        }
    }
    world.acronis.clear(alerts[member])?;
    world.after_minutes(1).await?;
    assert_eq!(world.again(&group)?.status, COMPLETE);
    world.after_minutes(30).await?;
    let again = break_computers(&world, member..member + 1)?;
    world.after_minutes(1).await?;
    assert_eq!(world.again(&group)?.status, IN_PROGRESS, "{}", world.seam.trace());
    assert_eq!(world.our_tickets().len(), 11);
    ensure_covered(&world, &again).await
}

#[tokio::test(start_paused = true)]
async fn t13_who_joins_later_is_listed_in_one_note_for_ten_minutes() -> Result<()> {
    let mut world = World::new().await?;
    let mut alerts = break_computers(&world, 0..12)?;
    tell(&mut world, &alerts).await?;
    let (group, _) = group_and_others(&world)?;
    for n in 12..17 {
        world.advance(SignedDuration::from_secs(45));
        let late = break_computers(&world, n..n + 1)?;
        tell(&mut world, &late).await?;
        alerts.extend(late);
    }
    assert!(world.note_titles(&group).is_empty(), "they are collected for a while");
    world.pass(SignedDuration::from_mins(10)).await?;
    assert_eq!(world.note_titles(&group), ["Acronis alert list changed (note 1)"]);
    let note = world.autotask.notes(group.id).pop().context("a note")?;
    let text = note["description"].as_str().context("a text")?;
    for n in 12..17 {
        assert!(text.contains(&format!("PC-{n} (Daily)")), "{text}");
    }
    assert!(text.contains("Open now: 7") && !text.contains("PC-11 "), "{text}");
    ensure_covered(&world, &alerts).await?;
    world.pass(SignedDuration::from_mins(30)).await?;
    assert_eq!(world.note_titles(&group).len(), 1);
    world.check_rest().await?;
    world.check_journal().await
}

#[tokio::test(start_paused = true)]
async fn t13_t5_who_leaves_is_noted_where_notes_about_clears_are_wanted() -> Result<()> {
    for (is_noted, expected) in [(false, &[] as &[&str]), (true, &["Acronis alert list changed (note 1)"])] {
        let mut world = World::new().await?;
        world.settings(|tickets| tickets.note_when_cleared = is_noted).await?;
        let alerts = break_computers(&world, 0..13)?;
        tell(&mut world, &alerts).await?;
        let (group, _) = group_and_others(&world)?;
        for alert in alerts {
            if world.open_tickets_of(alert).await? == [group.clone()] {
                world.acronis.clear(alert)?;
                break;
            }
        }
        world.pass(SignedDuration::from_mins(12)).await?;
        assert_eq!(world.note_titles(&group), expected);
        assert!(world.again(&group)?.is_open());
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t13_a_technician_who_closes_the_ticket_of_many_is_obeyed_until_another_joins() -> Result<()> {
    let mut world = World::new().await?;
    let alerts = break_computers(&world, 0..13)?;
    tell(&mut world, &alerts).await?;
    let (group, _) = group_and_others(&world)?;
    world.after_minutes(1).await?;
    world.autotask.complete_as(TECHNICIAN, group.id)?;
    world.pass(SignedDuration::from_mins(3)).await?;
    assert_eq!(world.again(&group)?.status, COMPLETE);
    let late = break_computers(&world, 13..14)?;
    world.after_minutes(1).await?;
    assert_eq!(world.again(&group)?.status, IN_PROGRESS, "{}", world.seam.trace());
    ensure_covered(&world, &late).await
}

#[tokio::test(start_paused = true)]
async fn t3_t13_the_entry_of_many_that_was_lost_is_made_anew_with_its_members() -> Result<()> {
    let mut world = World::new().await?;
    let alerts = break_computers(&world, 0..13)?;
    tell(&mut world, &alerts).await?;
    let (group, _) = group_and_others(&world)?;
    let table = &world.systems.table;
    let entry = table.get::<Entry>(&group.reference.key, Read::Strong).await?.context("no entry")?;
    ensure!(matches!(table.delete(&entry).await?, Deleted::Done));
    world.advance(SignedDuration::from_hours(24));
    world.turn().await?;
    let again = world.entry(&group).await?;
    assert_eq!(again.active().count(), 3, "{again:?}");
    assert_eq!(world.our_tickets().len(), 11, "{}", world.seam.trace());
    for alert in alerts {
        world.acronis.clear(alert)?;
    }
    world.after_minutes(1).await?;
    assert!(world.our_tickets().iter().all(|ticket| !ticket.is_open()), "{}", world.seam.trace());
    Ok(())
}

/// Twelve mapped customers: the demo's eight, and four more.
async fn twelve_customers(world: &mut World) -> Result<Vec<(AccountId, TenantId)>> {
    let mapped = (0..8).zip(seed::CUSTOMERS).map(|(n, customer)| (AccountId(ALDER_ACCOUNT.0 + n), customer.id));
    let mut customers: Vec<(AccountId, TenantId)> = mapped.collect();
    let more = world.autotask.customers(4, 1).into_iter().zip(world.acronis.customers(4, 0));
    for (company, tenant) in more {
        world.map(AccountId(company.0), tenant).await?;
        customers.push((AccountId(company.0), tenant));
    }
    world.turn().await?;
    Ok(customers)
}

/// At each customer 25 computers are struck, each by one of three types, so that no type has more than ten.
fn outage(world: &World, customers: &[(AccountId, TenantId)]) -> Result<Vec<AlertId>> {
    let kinds = ["BackupFailed", "NoBackupForXDays", "BackupNotResponding"];
    let mut alerts = Vec::new();
    for (_, tenant) in customers {
        for n in 0..25 {
            alerts.push(world.acronis.raise(Raise::new(kinds[n % 3]).at(*tenant).on(&format!("PC-{n}")))?);
        }
    }
    Ok(alerts)
}

#[tokio::test(start_paused = true)]
async fn t13_an_outage_of_three_hundred_makes_a_hundred_tickets_and_later_one_for_each_account() -> Result<()> {
    let mut world = World::new().await?;
    let customers = twelve_customers(&mut world).await?;
    let mut alerts = outage(&world, &customers)?;
    world.turn().await?;
    assert_eq!(world.our_tickets().len(), 100, "{}", world.seam.trace());
    world.pass(SignedDuration::from_mins(9)).await?;
    assert_eq!(world.our_tickets().len(), 100, "the others wait");
    let mut solved = Vec::new();
    for alert in alerts.clone() {
        if world.open_tickets_of(alert).await?.is_empty() && solved.len() < 20 {
            world.acronis.clear(alert)?;
            solved.push(alert);
        }
    }
    alerts.retain(|alert| !solved.contains(alert));
    world.pass(SignedDuration::from_mins(4)).await?;
    let groups: Vec<OurTicket> = world.our_tickets().into_iter().filter(is_group).collect();
    let mut companies: Vec<i64> = groups.iter().map(|group| group.company).collect();
    companies.sort_unstable();
    companies.dedup();
    assert_eq!(companies.len(), groups.len(), "one for each account: {groups:?}");
    assert_eq!(world.our_tickets().len(), 100 + groups.len());
    let members = groups.iter().map(|group| world.field(group, "description").matches("\n- ").count());
    assert_eq!(members.sum::<usize>(), 180, "what cleared meanwhile is on no ticket");
    ensure_covered(&world, &alerts).await?;
    for alert in &solved {
        assert!(world.open_tickets_of(*alert).await?.is_empty());
    }
    world.pass(SignedDuration::from_mins(15)).await?;
    world.check_rest().await?;
    for alert in alerts {
        world.acronis.clear(alert)?;
    }
    world.pass(SignedDuration::from_mins(3)).await?;
    assert!(world.our_tickets().iter().all(|ticket| !ticket.is_open()), "{}", world.seam.trace());
    world.check_journal().await
}

#[tokio::test(start_paused = true)]
async fn t13_a_raise_after_an_outage_gets_a_ticket_of_its_own_at_once() -> Result<()> {
    let mut world = World::new().await?;
    let customers = twelve_customers(&mut world).await?;
    let alerts = outage(&world, &customers)?;
    world.turn().await?;
    let mut waiting = None;
    for alert in alerts {
        if world.open_tickets_of(alert).await?.is_empty() {
            waiting = Some(alert);
        }
        world.acronis.clear(alert)?;
    }
    world.pass(SignedDuration::from_mins(30)).await?;
    assert_eq!(world.our_tickets().len(), 100, "nothing was left to gather");
    let waiting = waiting.context("some waited")?;
    world.acronis.re_raise(waiting)?;
    world.after_minutes(1).await?;
    let tickets = world.open_tickets_of(waiting).await?;
    assert!(tickets.len() == 1 && !is_group(&tickets[0]), "{tickets:?}");
    Ok(())
}
