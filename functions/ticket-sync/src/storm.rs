//! Rule T13: before anything is done about a batch, its new problems are given their places, all with one read and one write.
//! Those that join a group hand their alerts over to it, so that the group takes a whole batch in with one turn.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::alert::Key;
use bridge_core::ticket::storm::{MEMBERS_MAX, Newcomer, Place, Recent, Scope, TICKETS_AT_ONCE, WINDOW};
use bridge_core::ticket::{Entry, Step, decide};
use store::table::{Inserted, Read, Replaced, Stored, Table};
use systems::Config;

use crate::gather::{self, Subject};
use crate::{Deps, Error, turn};

/// Gives each new problem its place, and the alerts of those in a group to the group.
pub(crate) async fn place(deps: &Deps, config: &Config, subjects: Vec<Subject>) -> Result<Vec<Subject>, Error> {
    let (newcomers, mut known): (Vec<_>, Vec<_>) =
        subjects.into_iter().partition(|subject| is_newcomer(deps, config, subject));
    if !newcomers.is_empty() {
        let entries: Vec<Entry> = newcomers.iter().map(|subject| turn::first_look(deps, config, subject).0).collect();
        let places = places(deps, &entries).await?;
        let mut rooms = Rooms { table: &deps.systems.table, taken: BTreeMap::new() };
        for ((mut subject, entry), place) in newcomers.into_iter().zip(entries).zip(places) {
            match place {
                Place::Together(scope) => subject.entry = join(&mut rooms, subject.entry, entry, scope).await?,
                Place::Alone | Place::Later(_) => subject.place = Some(place),
            }
            known.push(subject);
        }
    }
    into_groups(deps, known).await
}

/// The place of a problem that turned out to need a ticket only while it was worked on.
pub(crate) async fn place_one(deps: &Deps, entry: &Entry) -> Result<Place, Error> {
    let places = places(deps, std::slice::from_ref(entry)).await?;
    places.into_iter().next().ok_or_else(|| Error::NoEnd(entry.key.to_string()))
}

/// Whether a ticket for the problem is due now and it has no place yet.
fn is_newcomer(deps: &Deps, config: &Config, subject: &Subject) -> bool {
    let Some(customer) = subject.customer.as_deref().filter(|_| !subject.alerts.is_empty()) else { return false };
    let (entry, looked_up) = turn::first_look(deps, config, subject);
    let now = deps.systems.clock.now();
    let policy = turn::policy(config, &entry, customer, now);
    match decide(&entry, &policy, looked_up, now) {
        Step::Create(because) => because.is_beginning() && entry.group_scope().is_none(),
        _ => false,
    }
}

/// The places of these problems, in their order.
async fn places(deps: &Deps, entries: &[Entry]) -> Result<Vec<Place>, Error> {
    let now = deps.systems.clock.now();
    let mut places = Vec::new();
    let change = |recent: Option<Recent>| {
        let mut recent = recent.unwrap_or_default();
        places = entries.iter().map(|entry| recent.place(&newcomer(entry), now)).collect();
        Some(recent)
    };
    deps.systems.table.modify(&(), change).await?;
    let waiting = places.iter().filter(|place| matches!(place, Place::Later(_))).count();
    if waiting > 0 {
        let minutes = WINDOW.as_mins();
        runtime::alarm!(
            "ticket_storm",
            waiting,
            "more than {TICKETS_AT_ONCE} tickets were due within {minutes} minutes: further ones wait for {minutes} minutes, and \
             then become one for each account"
        );
    }
    Ok(places)
}

fn newcomer(entry: &Entry) -> Newcomer<'_> {
    // Nobody asks for a place before the wait is over.
    let has_waited = entry.waits_until().is_some();
    Newcomer { key: &entry.key, tenant: &entry.tenant, kind: &entry.kind, has_waited }
}

/// Writes down that the problem `entry` is a member of its tenant's group. Where somebody else has written about it in the
/// meantime that stands, and what to do about it is decided anew.
async fn join(
    rooms: &mut Rooms<'_>,
    stored: Option<Stored<Entry>>,
    mut entry: Entry,
    scope: Scope,
) -> Result<Option<Stored<Entry>>, Error> {
    let group = rooms.take(&entry, scope).await?;
    entry.join(group, scope);
    Ok(match stored {
        Some(Stored { version, .. }) => match rooms.table.replace(Stored { value: entry, version }).await? {
            Replaced::Done(stored) => Some(stored),
            Replaced::Conflict(other) => other,
        },
        None => match rooms.table.insert(entry).await? {
            Inserted::New(stored) | Inserted::Exists(stored) => Some(stored),
        },
    })
}

/// Groups in which there is room.
struct Rooms<'a> {
    table: &'a Table,
    /// The groups that members of the batch join, as they will be.
    taken: BTreeMap<Key, usize>,
}

impl Rooms<'_> {
    /// Takes a place in the first group of the tenant that has one. Two workers at once may fill a group a little beyond its
    /// limit, which leaves room for that.
    async fn take(&mut self, entry: &Entry, scope: Scope) -> Result<Key, Error> {
        let mut number = 1;
        loop {
            let group = scope.key(&entry.tenant, &entry.kind, number);
            let members = match self.taken.get(&group) {
                Some(members) => *members,
                None => {
                    let entry = self.table.get::<Entry>(&group, Read::Eventual).await?;
                    entry.map_or(0, |entry| entry.value.active().count())
                }
            };
            let has_room = members < MEMBERS_MAX;
            self.taken.insert(group.clone(), members + usize::from(has_room));
            if has_room {
                return Ok(group);
            }
            number += 1;
        }
    }
}

/// Gives what was read about the members of groups to their groups.
async fn into_groups(deps: &Deps, subjects: Vec<Subject>) -> Result<Vec<Subject>, Error> {
    let (members, others): (Vec<_>, Vec<_>) = subjects.into_iter().partition(|subject| membership(subject).is_some());
    if members.is_empty() {
        return Ok(others);
    }
    let mut subjects: BTreeMap<Key, Subject> =
        others.into_iter().map(|subject| (subject.key.clone(), subject)).collect();
    let unread = members.iter().filter_map(membership).map(|(group, _)| group);
    let mut unread: Vec<Key> = unread.filter(|group| !subjects.contains_key(group)).collect();
    unread.sort_unstable();
    unread.dedup();
    let mut entries = gather::entries(deps, &unread, Read::Eventual).await?;
    for member in members {
        let Some((group, scope)) = membership(&member) else { continue };
        rest(deps, member.entry).await?;
        let subject = subjects.entry(group.clone()).or_insert_with(|| Subject {
            entry: entries.remove(&group),
            key: group,
            messages: BTreeSet::new(),
            alerts: Vec::new(),
            connection: member.connection,
            tickets: Vec::new(),
            read_at: member.read_at,
            customer: None,
            place: None,
            group: Some(scope),
        });
        subject.messages.extend(member.messages);
        subject.customer = subject.customer.take().or(member.customer);
        for alert in member.alerts {
            if !subject.alerts.iter().any(|known| known.id == alert.id) {
                subject.alerts.push(alert);
            }
        }
    }
    Ok(subjects.into_values().collect())
}

fn membership(subject: &Subject) -> Option<(Key, Scope)> {
    let (group, scope) = subject.entry.as_ref()?.value.member_of()?;
    Some((group.clone(), scope))
}

/// News of an earlier ticket of a member's own may have asked for a decision, which is that the group decides.
async fn rest(deps: &Deps, entry: Option<Stored<Entry>>) -> Result<(), Error> {
    if let Some(mut stored) = entry.filter(|entry| entry.value.due_at.is_some()) {
        stored.value.due_at = None;
        // Whoever was first has asked again, and the poll will too.
        let (Replaced::Done(_) | Replaced::Conflict(_)) = deps.systems.table.replace(stored).await?;
    }
    Ok(())
}
