//! One life: events at random for a while, then quiet.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use jiff::{SignedDuration, Timestamp};
use local::queue::Received;
use simulators::acronis::AlertId;
use simulators::autotask::Refusal;
use simulators::autotask::seed::TECHNICIAN;
use store::queue::QueueName;
use suites::world::seam::SIDES;
use suites::world::weather::Weather;
use suites::world::{COMPLETE, IN_PROGRESS, OurTicket, World};

use crate::history::{Event, PROBLEMS, severity};

/// Events and deeds in one life.
const STEPS: usize = 60;

/// One problem as the outside knows it.
#[derive(Debug, Default)]
pub struct Course {
    /// Every alert about it so far.
    pub alerts: Vec<AlertId>,
    /// When it was last raised.
    pub raised_at: Option<Timestamp>,
    /// A technician opened its ticket again, and it was not raised since: it is his.
    pub is_a_persons: bool,
}

/// One life.
pub struct Life {
    pub world: World,
    /// By the problem's place in [`PROBLEMS`].
    pub courses: [Course; PROBLEMS.len()],
    /// When technicians closed or deleted tickets, by reference.
    pub closed_by_people: BTreeMap<String, Timestamp>,
    random: fastrand::Rng,
    /// Messages received and kept back by a slow queue or network.
    kept_back: Vec<Received>,
    new_ticket_after_days: Option<u32>,
}

impl Life {
    /// Chooses settings.
    pub async fn new(seed: u64) -> Result<Self> {
        let mut random = fastrand::Rng::with_seed(seed);
        // The table's client draws its pauses from the thread's own generator.
        fastrand::seed(seed);
        let world = World::seeded(seed).await?;
        world.seam.calls_take(SignedDuration::from_millis(random.i64(1..200)));
        let new_ticket_after_days = random.choice([None, Some(1)]).flatten();
        let settle_s = random.choice([0, 0, 120]).unwrap_or(0);
        let (notes, careful) = (random.bool(), random.u8(..4) == 0);
        world
            .settings(|tickets| {
                tickets.new_ticket_after_days = new_ticket_after_days;
                tickets.default_row.settle_s = settle_s;
                tickets.note_when_cleared = notes;
                tickets.technician_safe = careful;
            })
            .await?;
        let (courses, closed_by_people) = Default::default();
        Ok(Self { world, courses, closed_by_people, random, kept_back: Vec::new(), new_ticket_after_days })
    }

    /// Trouble, then quiet, then the verdict.
    pub async fn live(&mut self) -> Result<()> {
        for _ in 0..STEPS {
            if self.random.u8(..6) == 0 {
                let (vendors, table) = (self.random.u8(..40), self.random.u8(..12));
                let weather = Weather::new(self.random.u64(..), vendors, table);
                self.world.seam.weather(self.random.bool().then_some(weather));
            }
            self.step().await?;
            self.world.check_tickets()?;
        }
        self.calm().await?;
        self.check().await?;
        self.check_quiet().await
    }

    async fn step(&mut self) -> Result<()> {
        match self.random.u8(..10) {
            0..3 => self.happens().await,
            3 => {
                let seconds = self.random.choice([10, 60, 150, 420, 900, 2_400, 30_000, 95_000]).unwrap_or(60);
                self.world.advance(SignedDuration::from_secs(seconds));
                Ok(())
            }
            4 => {
                let call = self.random.usize(1..25);
                let side = self.random.choice(SIDES).unwrap_or(SIDES[0]);
                self.world.seam.kill_at(call, side);
                Ok(())
            }
            5 => self.hint().await,
            6 | 7 => self.poll().await,
            _ => self.deliver().await,
        }
    }

    async fn poll(&mut self) -> Result<()> {
        let kills = self.world.seam.kills().len();
        // A run that fails as a whole is the schedule's to repeat.
        if let Err(error) = self.world.poll().await {
            self.world.seam.note(format!("the poll failed: {error:#}"));
        }
        self.count_kills(kills);
        Ok(())
    }

    fn count_kills(&self, before: usize) {
        if self.world.seam.kills().len() > before {
            self.world.seam.happens("killed");
        }
    }

    /// A webhook tells of some alerts, new or old.
    async fn hint(&mut self) -> Result<()> {
        let mut alerts: Vec<AlertId> = self.courses.iter().flat_map(|course| course.alerts.clone()).collect();
        self.random.shuffle(&mut alerts);
        alerts.truncate(self.random.usize(1..4));
        if alerts.is_empty() { Ok(()) } else { self.world.hint(&alerts).await }
    }

    /// The queue delivers as queues do: in any order, some messages late, some twice, and now and then the answer is lost.
    async fn deliver(&mut self) -> Result<()> {
        let mut batch = self.world.queue.receive(QueueName::Alerts, 10).await?;
        if !self.kept_back.is_empty() && self.random.bool() {
            batch.append(&mut self.kept_back);
            self.world.seam.happens("delivered late");
        }
        if batch.len() > 1 && self.random.bool() {
            self.random.shuffle(&mut batch);
            self.world.seam.happens("delivered out of order");
        }
        if batch.is_empty() {
            return Ok(());
        }
        let kills = self.world.seam.kills().len();
        match self.random.u8(..8) {
            0 => self.kept_back.append(&mut batch),
            1 => {
                self.world.seam.happens("delivered twice");
                self.world.deliver_these(batch.clone()).await?;
                self.world.deliver_these(batch).await?;
            }
            2 => {
                self.world.seam.happens("answer lost");
                self.world.deliver_unheard(&batch).await;
            }
            _ => self.world.deliver_these(batch).await?,
        }
        self.count_kills(kills);
        Ok(())
    }

    /// Something happens at a problem.
    async fn happens(&mut self) -> Result<()> {
        let place = self.random.usize(..PROBLEMS.len());
        let event = Event::any(&mut self.random);
        // No two events at the same moment: which of them was first would be anybody's guess.
        self.world.advance(SignedDuration::from_secs(2));
        let has_happened = match event {
            Event::Raise | Event::ReRaise | Event::Clear => self.alert_event(place, event)?,
            Event::Complete | Event::OpenAgain | Event::Note | Event::Delete => self.ticket_event(place, event).await?,
        };
        if has_happened {
            self.world.seam.note(format!("     * problem {place}"));
            self.world.seam.happens(event.name());
        }
        self.world.advance(SignedDuration::from_secs(2));
        Ok(())
    }

    fn alert_event(&mut self, place: usize, event: Event) -> Result<bool> {
        let (world, course) = (&self.world, &mut self.courses[place]);
        let alert = PROBLEMS[place].alert(severity(&mut self.random));
        match (event, self.random.choice(&course.alerts).copied()) {
            (Event::Raise, _) => course.alerts.push(world.acronis.raise(alert)?),
            (Event::ReRaise, Some(id)) => {
                world.acronis.raise(alert.id(id))?;
            }
            (Event::Clear, Some(_)) => {
                course.alerts.iter().try_for_each(|id| world.acronis.clear(*id))?;
                return Ok(true);
            }
            _ => return Ok(false),
        }
        course.raised_at = Some(world.now());
        course.is_a_persons = false;
        Ok(true)
    }

    async fn ticket_event(&mut self, place: usize, event: Event) -> Result<bool> {
        let Some(ticket) = self.ticket_of(place).await? else { return Ok(false) };
        let autotask = &self.world.autotask;
        let refused = |refusal: Refusal| anyhow::anyhow!("{refusal}");
        match event {
            Event::Complete if ticket.is_open() => {
                autotask.set_status_as(TECHNICIAN, ticket.id, COMPLETE).map_err(refused)?;
                self.closed_by_people.insert(ticket.reference.to_string(), self.world.now());
            }
            // With the box, a new ticket may be on its way while he opens the old one: two open tickets that nobody can prevent.
            Event::OpenAgain if !ticket.is_open() && self.new_ticket_after_days.is_none() => {
                autotask.set_status_as(TECHNICIAN, ticket.id, IN_PROGRESS).map_err(refused)?;
                self.courses[place].is_a_persons = true;
            }
            Event::Note => drop(autotask.write_note_as(TECHNICIAN, ticket.id, "Looking", "At it.").map_err(refused)?),
            Event::Delete => {
                autotask.delete_ticket_as(TECHNICIAN, ticket.id).map_err(refused)?;
                self.closed_by_people.insert(ticket.reference.to_string(), self.world.now());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The latest ticket of a problem.
    pub async fn ticket_of(&self, place: usize) -> Result<Option<OurTicket>> {
        let mut tickets = Vec::new();
        for key in self.keys_of(place).await? {
            tickets.extend(self.world.our_tickets().into_iter().filter(|ticket| ticket.reference.key == key));
        }
        Ok(tickets.into_iter().max_by_key(|ticket| ticket.reference.episode))
    }

    /// Ends the trouble, and gives everything the time that the rules allow it.
    async fn calm(&mut self) -> Result<()> {
        let world = &mut self.world;
        world.seam.weather(None);
        world.seam.count();
        world.seam.note("     -- calm".to_owned());
        let minutes = [1, 1, 2, 3, 5, 5, 10, 15, 15, 60, 24 * 60, 6, 6, 10, 24 * 60, 6, 6, 10];
        for minutes in minutes {
            world.advance(SignedDuration::from_mins(minutes));
            world.turn().await?;
        }
        Ok(())
    }

    /// A further hour changes nothing.
    async fn check_quiet(&mut self) -> Result<()> {
        let before = (self.world.writes(), self.world.journal().await?.len());
        self.world.pass(SignedDuration::from_mins(3)).await?;
        self.world.advance(SignedDuration::from_mins(57));
        self.world.turn().await?;
        let after = (self.world.writes(), self.world.journal().await?.len());
        ensure!(before == after, "writes and journal went on by themselves: {before:?} became {after:?}");
        Ok(())
    }
}
