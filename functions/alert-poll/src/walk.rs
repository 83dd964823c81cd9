//! Walking everything: all open alerts against the ledger, and all our open tickets against the alerts.
//!
//! It repairs what the hints have missed, counts what switching something on would open (rule T15), and is the only place that
//! draws a conclusion from something being *absent*, which is why it insists on complete lists (rule X3). It runs once a day,
//! soon after something was switched on, and again five minutes after an alert was first found missing.

mod alerts;
mod backlog;
mod held;
mod missing;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use runtime::lambda::Deadline;
use serde::{Deserialize, Serialize};
use systems::Config;

use crate::{Deps, Error, cursor};

pub(crate) const NAME: &str = "walk";
const DAILY: SignedDuration = SignedDuration::from_hours(24);
/// A second list confirms what is missing from the first (the glossary's *cleared*).
const SECOND_LIST: SignedDuration = SignedDuration::from_mins(5);
/// Not begun with less time than this left.
const TIME_NEEDED: Duration = Duration::from_secs(20);

/// When everything was walked, and when it is to be walked again.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// When the last walk was begun.
    pub(crate) begun_at: Option<Timestamp>,
    /// When the last walk ended well.
    pub(crate) walked_at: Option<Timestamp>,
    /// When to walk again, sooner than in a day.
    pub(crate) again_at: Option<Timestamp>,
    /// A person has agreed, until then, to the closing of many tickets at once (rule X3).
    pub(crate) mass_close_until: Option<Timestamp>,
}

/// Walks everything if it is time to. Returns how many connections were walked.
pub(crate) async fn walk_if_due(deps: &Deps, config: &Config, deadline: Deadline) -> Result<usize, Error> {
    let now = deps.systems.clock.now();
    let position: Position = cursor::read(&deps.systems.table, NAME).await?;
    let is_daily = position.walked_at.is_none_or(|at| now.duration_since(at) >= DAILY);
    let is_again = position.again_at.is_some_and(|at| now >= at);
    if !(is_daily || is_again || backlog::is_pending(config, now)) || !deadline.allows(now, TIME_NEEDED) {
        return Ok(0);
    }
    // Complete lists are dear, so a walk that failed is not repeated every minute.
    let has_failed = position.begun_at > position.walked_at;
    if has_failed && position.begun_at.is_some_and(|at| now.duration_since(at) < SECOND_LIST) {
        return Ok(0);
    }
    let table = &deps.systems.table;
    cursor::change(table, NAME, |position: &mut Position| position.begun_at = Some(now)).await?;
    let listed = alerts::list(deps, config).await?;
    // Counted before the hints go out, so that the workers already know what was released.
    backlog::count(deps, config, &listed).await?;
    // Lost entries are made anew before a hint could make a second ticket.
    let ours = missing::ours(deps, config, &listed).await;
    alerts::hint(deps, config, &listed).await?;
    let looked = missing::look(deps, config, &listed, &ours?, &position).await?;
    held::drop_settled(deps, config, &listed, looked.is_held).await?;
    let second = looked.again.then(|| now + SECOND_LIST);
    let ended = |asked: &mut Position| {
        asked.walked_at = Some(now);
        // A person may have asked for another walk in the meantime, or agreed to a mass closing.
        if asked.again_at == position.again_at {
            asked.again_at = second;
        }
        asked.mass_close_until = asked.mass_close_until.filter(|until| now < *until);
    };
    cursor::change(table, NAME, ended).await?;
    Ok(listed.complete.len())
}
