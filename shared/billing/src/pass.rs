//! The whole run: read both systems, plan for every account, judge all plans together (rule P12), list what waits for a person,
//! and hint at the accounts that need work.
//!
//! A run that finds everything as it must be writes its cursor and nothing else; where there is nothing to do but to remember what
//! was read, it does so itself ([`remember`]). Hints go out only after the brake was judged, and each carries the digest of the
//! plan that was judged: the worker applies nothing drastic that differs from it. The cursor moves last, so a run that is cut off
//! is done again by the next one; what it had read in full is kept packed by then.

mod cursor;
mod findings;
mod judge;
mod names;
mod preview;
mod remember;
mod report;
mod review;
mod survey;
mod words;
mod world;

use bridge_core::hint::{Hint, Message};
use bridge_core::id::AccountId;
use bridge_core::system::Id;
use jiff::Timestamp;
use runtime::lambda::Deadline;
use serde::Serialize;
use store::queue::{Queue, QueueName};
use systems::{Config, Systems, Use};

use crate::behind::Behind;
use crate::{Error, today};

pub use cursor::{NAME, Position, due_at};
pub use preview::{ByDraft, Previewed};
pub use words::KINDS;

use cursor::Cursor;
use findings::Findings;
use world::World;

/// What a hint carries in place of a plan's digest where rule V1 makes a tenant.
pub const CREATE: &str = "create";
/// Where rule V6 disables one.
pub const DISABLE: &str = "disable";
/// Where a contract has returned to one that we disabled.
pub const ENABLE: &str = "enable";
/// Where a person confirmed that one is deleted.
pub const DELETE: &str = "delete";

/// What a run did, for the log and for `POST /local/run`.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Mapped accounts whose quotas are managed.
    pub accounts: usize,
    /// Accounts that a worker was sent to.
    pub hinted: usize,
    /// Accounts of which only the reading was remembered.
    pub remembered: usize,
    /// What waits for a person now.
    pub held: usize,
    /// Whether the brake holds what is drastic.
    pub braked: bool,
    /// Calls of Autotask.
    pub autotask_calls: u32,
    /// Nothing was read: it is too soon, before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped_until: Option<Timestamp>,
    /// What could not be read, in words.
    pub failed: Vec<String>,
}

/// Runs once, to be finished before `deadline`; with `preview`, for that preview alone, and nothing else is written then.
///
/// # Errors
/// Nothing could be concluded. Three such runs in a row raise an alarm (rule L4).
pub async fn pass(
    systems: &Systems,
    queue: &dyn Queue,
    preview: Option<&str>,
    deadline: Deadline,
) -> Result<Summary, Error> {
    let begun_at = systems.clock.now();
    let config = systems.config().await?;
    if let Some(id) = preview {
        return preview::run(systems, &config, id).await;
    }
    let mut cursor = Cursor::read(&systems.table).await?;
    match run(systems, queue, &config, &mut cursor, deadline).await {
        Ok(summary) => {
            cursor.finish(systems, summary.autotask_calls, begun_at).await?;
            Ok(summary)
        }
        // A new installation has nothing to read yet, which is no failure.
        Err(Error::Systems(error @ systems::Error::NotConfigured(_))) if !config.settings.billing.enabled => {
            Ok(Summary { failed: vec![error.to_string()], ..Summary::default() })
        }
        Err(error) => Err(failed(systems, &config, cursor, error).await),
    }
}

async fn run(
    systems: &Systems,
    queue: &dyn Queue,
    config: &Config,
    cursor: &mut Cursor,
    deadline: Deadline,
) -> Result<Summary, Error> {
    let now = systems.clock.now();
    let today = today(&config.settings, now);
    let brake = judge::stored(&systems.table).await?;
    let scope = world::Scope {
        billing: &config.settings.billing,
        products: &config.products,
        compared: None,
        in_full: brake.as_ref().is_some_and(|brake| judge::is_to_be_checked(&brake.value, &cursor.position)),
        keep: true,
        today,
        now,
    };
    let mut position = cursor.position.clone();
    let mut world = World::read(systems, config, scope, &mut position).await?;
    // All of it is kept by now, so nobody has to read it again, whatever comes of this run.
    cursor.position = position;
    let mut summary = Summary {
        autotask_calls: world.calls,
        failed: world.unread.iter().map(|(connection, why)| format!("{connection}: {why}")).collect(),
        ..Summary::default()
    };
    names::refresh(&systems.table, &world).await?;
    if config.settings.billing.enabled {
        let mut findings = survey::survey(systems, config, &mut world).await?;
        if deadline.remaining(systems.clock.now()).is_zero() {
            return Err(Error::NoTime);
        }
        let is_braked = config.settings.billing.guards.brake;
        let verdict = judge::judge(systems, is_braked, &findings, brake).await?;
        verdict.held(&findings).into_iter().for_each(|held| findings.hold(held));
        summary.held = review::list(&systems.table, &findings, &world).await?;
        Behind::keep(&systems.table, world.behind(&findings.in_step), cursor.position.good_at, now).await?;
        let wishes = verdict.let_through(&findings);
        send(systems, queue, wishes).await?;
        // With the brake on, what was read may be what is wrong (rule X3).
        if !verdict.is_on() {
            summary.remembered = remember::readings(systems, &world, &findings.to_remember, deadline).await?;
        }
        summary.accounts = findings.mapped;
        summary.hinted = verdict.let_through(&findings).count();
        summary.braked = verdict.is_on();
        summary.autotask_calls = world.calls;
        // Both together would need half as much memory again.
        drop(world);
        if !verdict.is_on() {
            report::keep(&systems.table, findings.report, today, &mut cursor.position).await?;
        }
    } else {
        // Nothing is planned, so nothing waits for a decision.
        review::list(&systems.table, &Findings::default(), &world).await?;
    }
    Ok(summary)
}

async fn send<'a>(
    systems: &Systems,
    queue: &dyn Queue,
    wishes: impl Iterator<Item = (AccountId, &'a str)>,
) -> Result<(), Error> {
    let correlation = systems.random.id(&systems.clock).to_string();
    let message = |(account, plan): (AccountId, &str)| {
        Message::new(Hint::Account { account, plan: Some(plan.to_owned()) }, Some(correlation.clone()))
    };
    let messages: Vec<Message> = wishes.map(message).collect();
    if !messages.is_empty() {
        queue.send(QueueName::Accounts, &messages).await?;
    }
    Ok(())
}

/// Notes a run that came to nothing: a refused log-in pauses that system (rule X7), the third failure in a row alarms.
async fn failed(systems: &Systems, config: &Config, mut cursor: Cursor, error: Error) -> Error {
    let error = match error {
        Error::Systems(error @ systems::Error::Autotask(_)) => {
            Error::Systems(systems.failed(&Id::Autotask, error).await)
        }
        error => error,
    };
    // A paused system has had its alarm.
    if matches!(error, Error::Systems(systems::Error::Paused { .. })) {
        return error;
    }
    if let Err(failure) = cursor.fail(systems, &error.to_string()).await {
        tracing::error!(error = &failure as &dyn std::error::Error, "a failed run could not be noted");
    }
    tracing::error!(
        error = &error as &dyn std::error::Error,
        generation = config.generation,
        "the accounts' run failed"
    );
    error
}

/// Which use a run makes of a system: one function probes paused ones, and that is the alerts' poll wherever it works.
fn purpose(config: &Config) -> Use {
    if config.settings.tickets.enabled { Use::Work } else { Use::MayProbe }
}
