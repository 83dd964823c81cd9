//! A few days in the life of an installation at random: alerts come and go, technicians interfere, networks, vendors and the
//! table fail, messages come twice, late and out of order, processes die. Once the trouble is over, the tickets are what the
//! rules ask for, and nothing moves any more.
//!
//! A seed decides everything, so a failure is repeated with `SIM_SEED=<number> cargo test -p suites --test simulation`.
//! `SIM_SEEDS=<number>` tries that many instead of the usual ones, for a long night.

mod history;
mod life;
mod verdict;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use suites::world::weather::{Trouble, Weather};

use life::Life;

/// Seeds in one run, unless told otherwise; each half has a test of its own, so that two cores share the work.
const SEEDS: u64 = 200;

/// What must have happened at least once over all seeds of a half, beside what the weather brings.
const ALSO: [&str; 5] = ["killed", "delivered twice", "delivered late", "delivered out of order", "answer lost"];

#[tokio::test(start_paused = true)]
async fn whatever_happens_the_tickets_end_as_the_rules_ask_even_seeds() -> Result<()> {
    all(0).await
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_the_tickets_end_as_the_rules_ask_odd_seeds() -> Result<()> {
    all(1).await
}

async fn all(first: u64) -> Result<()> {
    if let Some(seed) = number("SIM_SEED")? {
        return live(seed).await.map(drop);
    }
    let seeds = (first..number("SIM_SEEDS")?.unwrap_or(SEEDS)).step_by(2);
    let mut happened: BTreeMap<&'static str, u64> = BTreeMap::new();
    for seed in seeds {
        for (what, times) in live(seed).await? {
            *happened.entry(what).or_default() += times;
        }
    }
    for what in Trouble::NAMES.into_iter().chain(Weather::TABLE).chain(ALSO).chain(history::Event::NAMES) {
        ensure!(happened.contains_key(what), "{what:?} never happened, so nothing is known of it: {happened:#?}");
    }
    Ok(())
}

/// Returns what went wrong on purpose.
async fn live(seed: u64) -> Result<BTreeMap<&'static str, u64>> {
    let mut life = Life::new(seed).await?;
    let result = Box::pin(life.live()).await;
    result.with_context(|| format!("SIM_SEED={seed}\n{}", life.world.seam.trace()))?;
    Ok(life.world.seam.happened())
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
