//! Our tickets that changed in Autotask (rule T19): one bulk read a minute, so that decisions need no read of their own.
//!
//! What is read goes into the ledger here, and the key is hinted at where a decision may depend on it. Tickets that were just
//! made are confirmed by the same read: Autotask may have answered a create with an older ticket (rule T10), which then does not
//! carry our reference and is asked for by its id.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::alert::Key;
use bridge_core::id::TicketId;
use bridge_core::ticket::{Entry, Origin, Seen, Snapshot};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::record::{Activity, ActivityCursor, TicketIndex};
use store::table::Read;
use systems::{Config, Use, Walk, ledger};

use crate::{Deps, Error, cursor, hints};

const NAME: &str = "tickets";
/// Tickets are asked for again for this long: the two clocks differ, and changes take a moment to show.
const OVERLAP: SignedDuration = SignedDuration::from_secs(120);
/// A new ticket that the bulk read has not shown by then is asked for by its id.
const UNCONFIRMED_FOR: SignedDuration = SignedDuration::from_secs(90);
/// How often the log of deleted tickets is read.
const DELETIONS_EVERY: SignedDuration = SignedDuration::from_mins(15);
/// Entries of the journal read at a time.
const JOURNAL_PAGE: usize = 10;

/// How far the reading of tickets has come.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
struct Position {
    /// Newest `lastActivityDate` that was taken in.
    since: Option<Timestamp>,
    /// When the journal was last read. What is recorded later was begun within the overlap before.
    journal: Option<Timestamp>,
    /// Tickets made since, until a read has shown whose they are.
    made: Vec<Made>,
    /// Names of those of which one has, for as long as the journal's overlap brings them back.
    #[serde(default)]
    confirmed: BTreeSet<String>,
    /// When Autotask's log of deleted tickets was last read.
    #[serde(default)]
    deletions: Option<Timestamp>,
    /// The newest deletion in it that was taken in.
    #[serde(default)]
    deleted: Option<Timestamp>,
}

/// A ticket that a create was answered with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Made {
    id: TicketId,
    key: Key,
    at: Timestamp,
}

impl Made {
    /// A short name: with a hundred tickets at once the cursor must stay small, and within the overlap nothing collides.
    fn name(&self) -> String {
        let key = self.key.as_str();
        format!("{}-{}", self.id, key.get(key.len().saturating_sub(8)..).unwrap_or(key))
    }
}

/// Takes in the tickets that changed and hints at their keys. Returns how many keys.
pub(crate) async fn changes(deps: &Deps, config: &Config) -> Result<usize, Error> {
    let table = &deps.systems.table;
    let client = deps.systems.autotask(config, Use::MayProbe).await?;
    let now = deps.systems.clock.now();
    let before: Position = cursor::read(table, NAME).await?;
    let mut position = before.clone();
    read_journal(deps, &mut position, now).await?;
    let mut news: Vec<Key> = Vec::new();
    let since = position.since.unwrap_or(now - SignedDuration::from_hours(24)) - OVERLAP;
    let mut pages = client.tickets_changed_since(since);
    while let Some(page) = pages.next().await? {
        for snapshot in &page.rows {
            let state = snapshot.last_activity_at.unwrap_or(now);
            let name = format!("ticket/{}", snapshot.id);
            let made = position.made.iter().filter(|made| made.id == snapshot.id);
            let made_for: Vec<Key> = made.map(|made| made.key.clone()).collect();
            if !made_for.is_empty() || deps.recent.is_new(&name, state, now) {
                news.extend(take_in(deps, config, snapshot, &made_for, now).await?);
                deps.recent.remember([(name, state)], now);
            }
            confirm(&mut position, snapshot.id);
            position.since = position.since.max(snapshot.last_activity_at);
        }
    }
    let is_overdue = |made: &&Made| now.duration_since(made.at) >= UNCONFIRMED_FOR;
    let overdue: Vec<Made> = position.made.iter().filter(is_overdue).cloned().collect();
    if !overdue.is_empty() {
        let Asked { found, news: changed } = ask_for(deps, config, &client, &overdue, now).await?;
        news.extend(changed);
        found.into_iter().for_each(|id| confirm(&mut position, id));
    }
    news.sort_unstable();
    news.dedup();
    hints::keys(deps, &news).await?;
    if position.deletions.is_none_or(|read_at| now.duration_since(read_at) >= DELETIONS_EVERY) {
        read_deletions(deps, &client, &mut position, now).await?;
    }
    if position != before {
        cursor::write(table, NAME, &position).await?;
    }
    Ok(news.len())
}

fn confirm(position: &mut Position, id: TicketId) {
    let confirmed = position.made.extract_if(.., |made| made.id == id).map(|made| made.name());
    position.confirmed.extend(confirmed);
}

/// Finds the tickets made since the last run in the journal of writes, which names ticket and key.
async fn read_journal(deps: &Deps, position: &mut Position, now: Timestamp) -> Result<(), Error> {
    let from = position.journal.unwrap_or(now - SignedDuration::from_hours(1)) - OVERLAP;
    let oldest = from.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut next = Some(ActivityCursor::from(now));
    let (mut shown, mut is_empty) = (BTreeSet::new(), true);
    while let Some(cursor) = next {
        let page = Activity::page(&deps.systems.table, cursor, oldest, JOURNAL_PAGE).await?;
        let is_last = page.entries.iter().any(|entry| entry.value.at < from);
        is_empty &= page.entries.iter().all(|entry| entry.value.at < from);
        for Activity { at, what, subject, .. } in page.entries.into_iter().map(|entry| entry.value) {
            let (Some(id), Some(key)) = (subject.ticket, subject.key) else { continue };
            let made = Made { id, key, at };
            if at < from || what != "ticket created" {
                continue;
            }
            let name = made.name();
            if !position.confirmed.contains(&name) && !position.made.contains(&made) {
                position.made.push(made);
            }
            shown.insert(name);
        }
        next = page.next.filter(|_| !is_last);
    }
    position.confirmed.retain(|name| shown.contains(name));
    // Only what would be read again moves the position: an idle run writes nothing.
    if !is_empty && position.journal.is_none_or(|read_at| now.duration_since(read_at) >= OVERLAP) {
        position.journal = Some(now);
    }
    Ok(())
}

/// Rule T9: no change of a ticket tells that it was deleted, and its alerts go on being raised as if it were open. Whose key a
/// deleted ticket carried is not in the log, so a walk finds out.
async fn read_deletions(
    deps: &Deps,
    client: &autotask::Client,
    position: &mut Position,
    now: Timestamp,
) -> Result<(), Error> {
    let since = position.deleted.or(position.deletions.map(|read_at| read_at - OVERLAP));
    let since = since.unwrap_or(now - DELETIONS_EVERY);
    let deleted = client.deleted_since(since).await?;
    let news: Vec<(TicketId, Timestamp)> =
        deleted.into_iter().filter(|(_, at)| position.deleted.is_none_or(|newest| *at > newest)).collect();
    Walk::look_for(&deps.systems.table, &news, now).await?;
    position.deleted = position.deleted.max(news.iter().map(|(_, at)| *at).max());
    position.deletions = Some(now);
    Ok(())
}

/// Takes a ticket in under its own key, under those that share it, and under those for which a create was just answered with it.
/// Returns the keys for which that is news.
async fn take_in(
    deps: &Deps,
    config: &Config,
    snapshot: &Snapshot,
    made_for: &[Key],
    now: Timestamp,
) -> Result<Vec<Key>, Error> {
    let mut news = Vec::new();
    let own = snapshot.reference().map(|reference| reference.key);
    for key in made_for.iter().filter(|key| Some(*key) != own.as_ref()) {
        ledger::share_ticket(&deps.systems.table, snapshot, key).await?;
        if see(deps, config, key, snapshot, now).await?.0 == Seen::News {
            news.push(key.clone());
        }
    }
    if let Some(key) = own {
        let (seen, is_shared) = see(deps, config, &key, snapshot, now).await?;
        if seen == Seen::News {
            news.push(key.clone());
        }
        if is_shared {
            let index = deps.systems.table.get::<TicketIndex>(&snapshot.id, Read::Eventual).await?;
            for other in index.into_iter().flat_map(|index| index.value.keys).filter(|other| *other != key) {
                if see(deps, config, &other, snapshot, now).await?.0 == Seen::News {
                    news.push(other);
                }
            }
        }
    }
    Ok(news)
}

/// What asking for tickets by their ids has shown.
struct Asked {
    /// Tickets of which it is known now whose they are, or that they are gone.
    found: Vec<TicketId>,
    /// Keys for which that is news.
    news: Vec<Key>,
}

/// Asks for tickets that no bulk read has shown: another key's, a person's, or deleted at once.
async fn ask_for(
    deps: &Deps,
    config: &Config,
    client: &autotask::Client,
    made: &[Made],
    now: Timestamp,
) -> Result<Asked, Error> {
    let ids: Vec<TicketId> = made.iter().map(|made| made.id).collect();
    let snapshots = client.tickets_by_id(&ids).await?;
    let unseen: Vec<TicketId> =
        ids.into_iter().filter(|id| !snapshots.iter().any(|snapshot| snapshot.id == *id)).collect();
    let gone = if unseen.is_empty() { BTreeMap::new() } else { client.gone(&unseen).await? };
    let mut asked = Asked { found: Vec::new(), news: Vec::new() };
    for Made { id, key, .. } in made {
        let seen = match (snapshots.iter().find(|snapshot| snapshot.id == *id), gone.get(id)) {
            (Some(snapshot), _) => {
                ledger::share_ticket(&deps.systems.table, snapshot, key).await?;
                see(deps, config, key, snapshot, now).await?.0
            }
            (None, Some(deleted_at)) => see_gone(deps, key, *id, *deleted_at).await?,
            (None, None) => continue,
        };
        asked.found.push(*id);
        if seen == Seen::News {
            asked.news.push(key.clone());
        }
    }
    Ok(asked)
}

/// Takes a ticket into one ledger entry. Also says whether other keys share the ticket.
pub(crate) async fn see(
    deps: &Deps,
    config: &Config,
    key: &Key,
    snapshot: &Snapshot,
    now: Timestamp,
) -> Result<(Seen, bool), Error> {
    let closing = config.settings.tickets.closing_statuses();
    let (mut seen, mut parked) = ((Seen::Nothing, false), None);
    let take_in = |entry: Option<Entry>| {
        let mut entry = entry?;
        let was_parked = entry.is_parked();
        seen.0 = entry.see_ticket(snapshot, &closing, now);
        seen.1 = entry.link().is_some_and(|link| link.origin == Origin::Shared);
        if seen.0 == Seen::News {
            entry.ask_for_decision(now);
        }
        parked = (entry.is_parked() && !was_parked).then(|| entry.clone());
        Some(entry)
    };
    deps.systems.table.modify(key, take_in).await?;
    if let Some(entry) = parked {
        ledger::list_parked(&deps.systems.table, &entry, now).await?;
    }
    Ok(seen)
}

/// Takes in that Autotask has no such ticket (any more), since `deleted_at` if its log says so.
pub(crate) async fn see_gone(
    deps: &Deps,
    key: &Key,
    id: TicketId,
    deleted_at: Option<Timestamp>,
) -> Result<Seen, Error> {
    let now = deps.systems.clock.now();
    let walk = if deleted_at.is_none() { Walk::read(&deps.systems.table).await? } else { Walk::default() };
    let mut seen = Seen::Nothing;
    let take_in = |entry: Option<Entry>| {
        let mut entry = entry?;
        if let Some(link) = entry.link().filter(|link| link.id == id) {
            let gone_at = deleted_at.unwrap_or_else(|| walk.lost_at(link, now));
            seen = entry.see_ticket_gone(gone_at);
        }
        if seen == Seen::News {
            entry.ask_for_decision(now);
        }
        Some(entry)
    };
    deps.systems.table.modify(key, take_in).await?;
    Ok(seen)
}
