//! Rule X8: what waits for a person is pushed, as one ticket a day.

use anyhow::{Context as _, Result};
use bridge_core::id::AccountId;
use bridge_core::settings::Notice;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use simulators::autotask::TicketId;
use simulators::autotask::seed::{TECHNICIAN, WORKSTATIONS};
use simulators::control::{Fault, Kind};
use store::record::Held;

use crate::world::World;

const TICKETS: &str = "/atservicesrest/v1.0/Tickets";

type Ticket = Map<String, Value>;

impl World {
    /// Nothing waits; the daily ticket is wanted on the own company.
    async fn with_notice() -> Result<Self> {
        let world = Self::settled(10).await?;
        world.notice(|notice| notice.account = Some(AccountId(0))).await?;
        Ok(world)
    }

    async fn notice(&self, change: impl Fn(&mut Notice)) -> Result<()> {
        self.settings(|settings| {
            let notice = &mut settings.notice;
            (notice.status, notice.priority, notice.queue, notice.source) = (Some(1), Some(3), Some(8), Some(8));
            change(notice);
        })
        .await
    }

    /// The contract's units vanish, which is held and waits for a person (rule P4).
    fn lose(&self, position: usize) {
        let contract = self.autotask.contracts_of(self.companies[position])[0];
        assert!(self.autotask.lose_units(contract, WORKSTATIONS));
    }

    fn find_again(&self, position: usize) {
        let contract = self.autotask.contracts_of(self.companies[position])[0];
        assert!(self.autotask.find_lost_units(contract, WORKSTATIONS));
    }

    /// Daily tickets.
    fn tickets(&self) -> Vec<Ticket> {
        let mut tickets = self.autotask.tickets();
        tickets.retain(|ticket| ticket.contains_key("externalID"));
        tickets
    }

    /// A ticket of somebody else's: in a database without any, nobody can tell whether they are hidden.
    fn open_another_ticket(&self) -> Result<()> {
        let fields = json!({
            "companyID": self.companies[0].0, "title": "Printer", "status": 1, "priority": 3, "queueID": 8,
            "dueDateTime": "2026-11-30T12:00:00Z",
        });
        self.autotask.create_ticket_as(TECHNICIAN, &fields)?;
        Ok(())
    }

    fn only_ticket(&self) -> Result<Ticket> {
        let mut tickets = self.tickets();
        anyhow::ensure!(tickets.len() == 1, "{tickets:#?}");
        tickets.pop().context("one")
    }

    /// Calls for tickets since the last run began, as `METHOD path`.
    fn ticket_calls(&self) -> Vec<String> {
        let calls = self.autotask.control().calls().into_iter();
        let calls = calls.map(|call| format!("{} {}", call.method, call.path.to_lowercase()));
        let prefix = format!(" {}", TICKETS.to_lowercase());
        let calls = calls.filter(|call| call.contains(&prefix));
        calls.map(|call| call.replace(&prefix, " tickets")).collect()
    }

    async fn poll_in(&self, minutes: i64) -> Result<()> {
        self.advance(SignedDuration::from_mins(minutes));
        self.forget();
        self.poll().await?;
        Ok(())
    }
}

fn id_of(ticket: &Ticket) -> TicketId {
    TicketId(ticket["id"].as_i64().expect("a number"))
}

fn text<'a>(ticket: &'a Ticket, field: &str) -> &'a str {
    ticket[field].as_str().expect("a text")
}

#[tokio::test]
async fn x8_what_waits_becomes_one_ticket_which_is_updated_and_not_repeated() -> Result<()> {
    let world = World::with_notice().await?;
    world.next_poll().await?;
    assert!(world.tickets().is_empty(), "nothing waits");

    world.lose(2);
    world.next_poll().await?;
    assert_eq!(world.ticket_calls(), ["POST tickets/query", "POST tickets"]);
    let ticket = world.only_ticket()?;
    let fields = ["companyID", "status", "priority", "queueID", "source"].map(|field| ticket[field].as_i64());
    assert_eq!(fields, [Some(0), Some(1), Some(3), Some(8), Some(8)]);
    assert_eq!(text(&ticket, "title"), "Acronis integration: what waits for a person on 2026-11-22");
    assert!(text(&ticket, "externalID").starts_with("notice-"), "{ticket:#?}");
    let before = text(&ticket, "description").to_owned();
    assert!(before.starts_with("1 matter waits") && before.contains("Customer 00003"), "{before}");

    world.lose(5);
    world.next_poll().await?;
    assert!(world.ticket_calls().is_empty(), "not again within the hour");
    world.poll_in(60).await?;
    assert_eq!(world.ticket_calls(), ["POST tickets/query", "PATCH tickets"]);
    let after = text(&world.only_ticket()?, "description").to_owned();
    assert!(after.starts_with("2 matters wait") && after.contains("Customer 00006"), "{after}");
    world.poll_in(60).await?;
    assert!(world.ticket_calls().is_empty(), "it says so already");

    let written = world.activity().await?;
    let written: Vec<_> = written.iter().map(|entry| (entry.what.as_str(), entry.subject.ticket.is_some())).collect();
    assert_eq!(written, [("daily ticket brought up to date", true), ("daily ticket created", true)]);
    Ok(())
}

#[tokio::test]
async fn x8_it_is_off_unless_an_account_was_chosen() -> Result<()> {
    let world = World::settled(10).await?;
    world.lose(2);
    world.next_poll().await?;
    assert_eq!(world.held().await?.len(), 1);
    assert!(world.tickets().is_empty());
    Ok(())
}

#[tokio::test]
async fn x8_another_day_is_another_ticket_for_as_long_as_anything_waits() -> Result<()> {
    let world = World::with_notice().await?;
    world.settings(|settings| settings.time_zone = "Europe/Berlin".to_owned()).await?;
    world.lose(2);
    world.poll_in(3).await?;
    world.advance(SignedDuration::from_hours(13));
    world.poll_in(3).await?;
    assert_eq!(world.tickets().len(), 1, "it is 23:xx in Berlin");
    world.poll_in(60).await?;
    assert_eq!(world.tickets().len(), 2, "and now it is the next day there");
    assert!(text(&world.tickets()[1], "title").ends_with("on 2026-11-23"));

    world.find_again(2);
    world.advance(SignedDuration::from_hours(24));
    world.poll_in(3).await?;
    assert!(world.held().await?.is_empty());
    assert_eq!(world.tickets().len(), 2, "nothing waits any more");
    Ok(())
}

#[tokio::test]
async fn x2_a_create_whose_answer_is_lost_makes_no_second_ticket() -> Result<()> {
    let world = World::with_notice().await?;
    world.lose(2);
    world.strike_after("NOTICE#", Fault::new(Kind::EffectThenDrop, TICKETS).on(&http::Method::POST));
    let summary = world.next_poll().await?;
    assert_eq!(summary.held, 1, "the run itself is not concerned");
    assert_eq!(world.ticket_calls(), ["POST tickets/query", "POST tickets"]);
    assert!(world.activity().await?.is_empty());
    world.next_poll().await?;
    assert!(!world.ticket_calls().contains(&"POST tickets".to_owned()), "{:?}", world.ticket_calls());
    world.only_ticket()?;
    let written = world.activity().await?;
    let created = written.iter().find(|entry| entry.what == "daily ticket created").context("recorded when found")?;
    assert!(created.why.contains("answer was lost"), "{created:?}");
    Ok(())
}

#[tokio::test]
async fn x2_a_create_that_was_lost_on_its_way_is_repeated_after_six_minutes() -> Result<()> {
    let world = World::with_notice().await?;
    world.open_another_ticket()?;
    world.lose(2);
    world.strike_after("NOTICE#", Fault::new(Kind::DropBefore, TICKETS).on(&http::Method::POST));
    for minutes in [3, 3, 2] {
        world.poll_in(minutes).await?;
        assert!(world.tickets().is_empty(), "the service may still be at work on it");
    }
    world.poll_in(1).await?;
    world.only_ticket()?;
    Ok(())
}

#[tokio::test]
async fn x3_a_user_who_sees_no_tickets_any_more_makes_no_second_one() -> Result<()> {
    let world = World::with_notice().await?;
    world.lose(2);
    world.strike_after("NOTICE#", Fault::new(Kind::EffectThenDrop, TICKETS).on(&http::Method::POST));
    world.next_poll().await?;
    world.autotask.quirks(|quirks| quirks.unreadable = vec!["Tickets"]);
    for _ in 0..4 {
        world.next_poll().await?;
        assert!(!world.ticket_calls().contains(&"POST tickets".to_owned()), "{:?}", world.ticket_calls());
    }
    world.autotask.quirks(|quirks| quirks.unreadable = Vec::new());
    world.next_poll().await?;
    world.only_ticket()?;
    assert!(world.activity().await?.iter().any(|entry| entry.what == "daily ticket created"));
    Ok(())
}

#[tokio::test]
async fn x8_a_ticket_that_a_person_completed_is_opened_again_for_something_new_only() -> Result<()> {
    let world = World::with_notice().await?;
    for position in [2, 5] {
        world.lose(position);
    }
    world.next_poll().await?;
    let ticket = world.only_ticket()?;
    world.autotask.complete_as(TECHNICIAN, id_of(&ticket))?;
    world.find_again(5);
    world.poll_in(61).await?;
    assert_eq!(world.held().await?.len(), 1);
    assert_eq!(world.only_ticket()?["status"], world.autotask.complete_status(), "one matter less is no news");

    world.lose(7);
    world.poll_in(61).await?;
    let opened = world.only_ticket()?;
    assert_eq!(opened["status"], 1);
    assert!(text(&opened, "description").contains("Customer 00008"), "{opened:#?}");
    Ok(())
}

#[tokio::test]
async fn x8_a_ticket_that_was_moved_to_a_customer_is_told_nothing_about_others() -> Result<()> {
    let world = World::with_notice().await?;
    world.lose(2);
    world.next_poll().await?;
    let ticket = world.only_ticket()?;
    world.autotask.move_ticket(id_of(&ticket), world.companies[0])?;
    world.lose(5);
    world.poll_in(61).await?;
    assert_eq!(world.only_ticket()?["description"], ticket["description"]);
    Ok(())
}

#[tokio::test]
async fn x8_a_refused_ticket_is_not_tried_again_until_the_settings_are_others() -> Result<()> {
    let world = World::with_notice().await?;
    assert!(world.autotask.deactivate_pick_value("Tickets", "queueID", 8));
    world.lose(2);
    let summary = world.next_poll().await?;
    assert_eq!((summary.held, world.ticket_calls().len()), (1, 2));
    for _ in 0..3 {
        world.poll_in(30).await?;
        assert!(world.ticket_calls().is_empty());
    }
    world.notice(|notice| notice.queue = Some(5)).await?;
    world.next_poll().await?;
    assert_eq!(world.only_ticket()?["queueID"], 5);
    Ok(())
}

#[tokio::test]
async fn x4_a_daily_ticket_that_cannot_be_written_fails_no_run_and_a_failed_run_is_no_reason_not_to_write_it()
-> Result<()> {
    let world = World::with_notice().await?;
    world.lose(2);
    let fault = || Fault::new(Kind::Status, TICKETS).status(500).times(1_000);
    world.autotask.control().add_fault(fault());
    assert_eq!(world.next_poll().await?.held, 1);
    assert!(world.tickets().is_empty());

    world.autotask.control().clear_faults();
    let contracts = Fault::new(Kind::Status, "/atservicesrest/v1.0/Contract").status(500).times(1_000);
    world.autotask.control().add_fault(contracts);
    assert!(world.next_poll().await.is_err());
    world.only_ticket()?;
    Ok(())
}

#[tokio::test]
async fn x8_it_is_written_for_tickets_alone_and_not_when_nothing_is_in_use() -> Result<()> {
    let world = World::with_notice().await?;
    world.billing(|billing| billing.enabled = false).await?;
    let since = world.clock.now();
    let (id, kind) = ("mass_close".to_owned(), "mass_close".to_owned());
    let (reason, what) = ("Many alerts have vanished.".to_owned(), "Their tickets would be closed".to_owned());
    let held = Held { id, kind, account: None, reason, what, since, quota: None, accounts: Vec::new() };
    world.systems.table.insert(held).await?;
    world.next_poll().await?;
    assert!(world.tickets().is_empty(), "nothing is in use");
    world.settings(|settings| settings.tickets.enabled = true).await?;
    world.next_poll().await?;
    world.only_ticket()?;
    Ok(())
}
