//! A while in the life of an installation at random: contracts change, people edit quotas by hand, tenants use more and less,
//! networks, Acronis and the table fail, messages come twice, processes die. Once the trouble is over, quotas are what a plain
//! reading of the contracts says.
//!
//! A seed decides everything, so a failure is repeated with `SIM_SEED=<number> cargo test -p suites --test account_crash life`.
//! `SIM_SEEDS=<number>` tries that many instead of the usual ones.

mod contracts;
mod watch;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use jiff::SignedDuration;
use store::queue::QueueName;
use store::record::Brake;
use store::record::brake::Approved;
use store::table::Read;
use suites::world::World;
use suites::world::seam::SIDES;
use suites::world::verbs_people::{ALDER_ACCOUNT, BIRCH_ACCOUNT};
use suites::world::weather::Weather;

use crate::picture::{check_idle, check_single};
use crate::stage::{KALE, kale_signs, polled, stage};
use contracts::Contracts;
use watch::Watch;

/// Seeds in one run, unless told otherwise.
const SEEDS: u64 = 40;
/// Events and deeds in one life.
const STEPS: usize = 30;

/// What must have happened at least once over all seeds.
const MUST_HAPPEN: [&str; 16] = [
    "drop before",
    "effect then drop",
    "too slow",
    "late effect",
    "429",
    "page",
    "table throttled",
    "table reset before",
    "table error after",
    "table silent after",
    "killed",
    "delivered twice",
    "sold more or less",
    "contract off or on",
    "edited by hand",
    "used more or less",
];

#[tokio::test(start_paused = true)]
async fn whatever_happens_the_quotas_end_as_the_contracts_say() -> Result<()> {
    if let Some(seed) = number("SIM_SEED")? {
        return Box::pin(live(seed)).await.map(drop);
    }
    let mut happened: BTreeMap<&'static str, u64> = BTreeMap::new();
    for seed in 0..number("SIM_SEEDS")?.unwrap_or(SEEDS) {
        for (what, times) in Box::pin(live(seed)).await? {
            *happened.entry(what).or_default() += times;
        }
    }
    for what in MUST_HAPPEN {
        ensure!(happened.contains_key(what), "{what:?} never happened, so nothing is known of it: {happened:#?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_seed_repeats_a_life_call_by_call() -> Result<()> {
    let mut traces = Vec::new();
    for _ in 0..2 {
        let mut life = Box::pin(Life::new(7)).await?;
        life.lived().await.with_context(|| life.world.seam.trace())?;
        traces.push(life.world.seam.trace());
    }
    ensure!(traces[0] == traces[1], "the same seed made two different lives");
    Ok(())
}

/// Returns what went wrong on purpose.
async fn live(seed: u64) -> Result<BTreeMap<&'static str, u64>> {
    let mut life = Box::pin(Life::new(seed)).await?;
    let result = life.lived().await;
    result.with_context(|| format!("SIM_SEED={seed}\n{}", life.world.seam.trace()))?;
    Ok(life.world.seam.happened())
}

/// One life.
struct Life {
    world: World,
    random: fastrand::Rng,
    contracts: Contracts,
    watch: Watch,
}

impl Life {
    /// Lives without the runtime's own interruptions: where they fall depends on what the process has done before.
    async fn lived(&mut self) -> Result<()> {
        Box::pin(tokio::task::unconstrained(self.live())).await
    }

    /// Two customers of long standing, and one whose tenant is made on the way.
    async fn new(seed: u64) -> Result<Self> {
        let mut random = fastrand::Rng::with_seed(seed);
        // The table's client draws its pauses from the thread's own generator, and two accounts at a time meet in their order.
        fastrand::seed(seed);
        let world = Box::pin(stage(&[ALDER_ACCOUNT, BIRCH_ACCOUNT])).await?;
        world
            .change_billing(|billing| {
                billing.provisioning.automatic = true;
                billing.provisioning.administrator = true;
            })
            .await?;
        kale_signs(&world)?;
        world.seam.calls_take(SignedDuration::from_millis(random.i64(1..200)));
        let contracts = Contracts::of([(ALDER_ACCOUNT, [25, 3, 0]), (BIRCH_ACCOUNT, [12, 0, 0]), (KALE, [22, 2, 0])]);
        let watch = Watch::new(&world).await?;
        Ok(Self { world, random, contracts, watch })
    }

    /// Trouble, then quiet, then the verdict.
    async fn live(&mut self) -> Result<()> {
        for step in 0..STEPS {
            if step == 0 || self.random.u8(..6) == 0 {
                // A run reads some twenty pages before anything is written, and comes to nothing if one of them fails for good.
                let (vendors, table) = (self.random.u8(..10), self.random.u8(..8));
                let weather = Weather::new(self.random.u64(..), vendors, table);
                self.world.seam.weather((self.random.u8(..4) > 0).then_some(weather));
            }
            Box::pin(self.step()).await?;
            check_single(&self.world)?;
        }
        Box::pin(self.calm()).await?;
        self.contracts.check(&self.world, &self.watch).await?;
        check_idle(&self.world).await?;
        self.watch.check_journal(&self.world).await
    }

    async fn step(&mut self) -> Result<()> {
        match self.random.u8(..12) {
            0..4 => self.happens(),
            4 => {
                let seconds = self.random.choice([10, 60, 200, 420, 900, 8_000, 50_000]).unwrap_or(60);
                self.world.advance(SignedDuration::from_secs(seconds));
                Ok(())
            }
            5 | 6 => {
                let (call, side) = (self.random.usize(1..60), self.random.choice(SIDES).unwrap_or(SIDES[0]));
                self.world.seam.kill_at(call, side);
                Ok(())
            }
            7..10 => self.poll().await,
            _ => self.deliver().await,
        }
    }

    /// Somebody else does something.
    fn happens(&mut self) -> Result<()> {
        // No two events at the same moment: which of them was first would be anybody's guess.
        self.world.advance(SignedDuration::from_secs(2));
        let what = match self.random.u8(..6) {
            0..3 => self.contracts.sell(&self.world, &mut self.random)?,
            3 => self.contracts.switch(&self.world, &mut self.random)?,
            4 => self.watch.edit(&self.world, &mut self.random)?,
            _ => self.watch.uses(&self.world, &mut self.random)?,
        };
        if let Some(what) = what {
            self.world.seam.happens(what);
        }
        Ok(())
    }

    async fn poll(&mut self) -> Result<()> {
        let (kills, was_braked) = (self.world.seam.kills().len(), self.is_braked().await?);
        // More often than not the accounts' run is due again.
        let minutes = self.random.choice([3, 16, 16]).unwrap_or(16);
        self.world.advance(SignedDuration::from_mins(minutes));
        // A run that fails as a whole is the schedule's to repeat.
        for failed in [Box::pin(self.world.poll()).await.err(), Box::pin(self.world.account_poll()).await.err()]
            .into_iter()
            .flatten()
        {
            self.world.seam.note(format!("the poll failed: {failed:#}"));
        }
        self.acted(kills, was_braked).await
    }

    async fn deliver(&mut self) -> Result<()> {
        let batch = self.world.queue.receive(QueueName::Accounts, 10).await?;
        if batch.is_empty() {
            return Ok(());
        }
        let (kills, was_braked) = (self.world.seam.kills().len(), self.is_braked().await?);
        if self.random.u8(..4) == 0 {
            self.world.seam.happens("delivered twice");
            Box::pin(self.world.deliver_from(QueueName::Accounts, batch.clone())).await?;
        }
        Box::pin(self.world.deliver_from(QueueName::Accounts, batch)).await?;
        self.acted(kills, was_braked).await
    }

    /// Whether the brake is on and nobody has let it go.
    async fn is_braked(&self) -> Result<bool> {
        let brake = self.world.systems.table.get::<Brake>(&(), Read::Strong).await?;
        Ok(brake.is_some_and(|brake| !brake.value.is_approved(self.world.now())))
    }

    /// A person agrees to what the brake holds.
    async fn let_go(&self) -> Result<()> {
        let now = self.world.now();
        let agree = |brake: Option<Brake>| {
            let brake = brake?;
            let (by, until) = ("ann".to_owned(), now + SignedDuration::from_hours(1));
            let approved = Approved { by, at: now, until, digest: brake.digest.clone() };
            Some(Brake { approved: Some(approved), ..brake })
        };
        self.world.systems.table.modify(&(), agree).await?;
        Ok(())
    }

    /// The product has acted: what it did is looked at.
    async fn acted(&mut self, kills: usize, was_braked: bool) -> Result<()> {
        if self.world.seam.kills().len() > kills {
            self.world.seam.happens("killed");
        }
        // A brake that was on and is off again was let go of in between, as nothing trips it any more.
        let is_braked = was_braked && self.is_braked().await?;
        if is_braked {
            self.world.seam.happens("braked");
        }
        self.watch.acted(&self.world, &self.contracts, is_braked)
    }

    /// Ends the trouble, and gives everything the time that the rules allow it; a raise by hand is kept for three days.
    async fn calm(&mut self) -> Result<()> {
        self.world.seam.weather(None);
        self.world.seam.count();
        self.world.seam.note("     -- calm".to_owned());
        self.world.acronis.measure_usage();
        for minutes in [7, 16, 61, 7 * 60, 73 * 60, 4, 16, 7] {
            self.world.advance(SignedDuration::from_mins(minutes));
            self.let_go().await?;
            Box::pin(polled(&mut self.world)).await?;
            self.watch.acted(&self.world, &self.contracts, false)?;
        }
        let before = (self.world.writes(), self.world.journal().await?.len());
        Box::pin(polled(&mut self.world)).await?;
        let after = (self.world.writes(), self.world.journal().await?.len());
        ensure!(before == after, "writes and journal go on by themselves: {before:?} became {after:?}");
        Ok(())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is tried is chosen from outside, to repeat a failure or to try more"
)]
fn number(name: &str) -> Result<Option<u64>> {
    match std::env::var(name) {
        Ok(number) => Ok(Some(number.parse().with_context(|| format!("{name} is no number"))?)),
        Err(_) => Ok(None),
    }
}
