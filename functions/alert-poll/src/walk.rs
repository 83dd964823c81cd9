//! Walking everything: all open alerts against the ledger, and all our open tickets against the alerts.
//!
//! It repairs what the hints have missed, counts what switching something on would open (rule T15), and is the only place that
//! draws a conclusion from something being *absent*, which is why it insists on complete lists (rule X3). It runs once a day,
//! soon after something was switched on or a ticket was found missing, and again five minutes after an alert first was.

mod alerts;
mod backlog;
mod held;
mod missing;

use std::time::Duration;

use jiff::SignedDuration;
use runtime::lambda::Deadline;
use systems::{Config, Walk};

use crate::{Deps, Error};

const DAILY: SignedDuration = SignedDuration::from_hours(24);
/// A second list confirms what is missing from the first (the glossary's *cleared*).
const SECOND_LIST: SignedDuration = SignedDuration::from_mins(5);
/// Not begun with less time than this left.
const TIME_NEEDED: Duration = Duration::from_secs(20);

/// Walks everything if it is time to. Returns how many connections were walked.
pub(crate) async fn walk_if_due(deps: &Deps, config: &Config, deadline: Deadline) -> Result<usize, Error> {
    let now = deps.systems.clock.now();
    let position = Walk::read(&deps.systems.table).await?;
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
    Walk::change(table, |walk| walk.begun_at = Some(now)).await?;
    let listed = alerts::list(deps, config).await?;
    // Counted before the hints go out, so that the workers already know what was released.
    backlog::count(deps, config, &listed).await?;
    // Lost entries are made anew before a hint could make a second ticket.
    let ours = missing::ours(deps, config, &listed).await;
    alerts::hint(deps, config, &listed).await?;
    let looked = missing::look(deps, config, &listed, &ours?, &position).await?;
    held::drop_settled(deps, config, &listed, looked.is_held).await?;
    let second = looked.again.then(|| now + SECOND_LIST);
    // A person may have asked for another walk in the meantime, or agreed to a mass closing.
    Walk::change(table, |walk| walk.ended(&position, now, second)).await?;
    Ok(listed.complete.len())
}
