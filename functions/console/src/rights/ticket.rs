//! *Test with a ticket*: the rights to write in Autotask are shown by a ticket that is created, noted on and completed (rule L3).
//!
//! As with every create, its external id is stored first. After a doubtful outcome the next test looks for that ticket before it
//! makes another (rule X2).

use ::systems::Use;
use autotask::Client;
use bridge_core::failure::Class;
use bridge_core::id::{AccountId, TicketId};
use bridge_core::settings::{PickLists, PickValue, Row, Settings};
use bridge_core::system::Id;
use bridge_core::ticket::{COMPLETE, CREATE_AGAIN_AFTER, NewNote, NewTicket};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use store::record::rights::TestTicket;
use store::record::{Activity, Rights, Subject};

use super::autotask::{CHANGE_TICKET, CREATE_TICKET, WRITE_NOTE, tried};
use super::{Tried, View, keep, look};
use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, journal, lists, systems};

/// How long another test may be under way: longer than a request.
const UNDER_WAY: SignedDuration = SignedDuration::from_secs(30);
const DUE: SignedDuration = SignedDuration::from_hours(24);
const TITLE: &str = "Test of the Acronis integration's rights";
const TEXT: &str = "Somebody has asked the Acronis integration to test its rights. It creates this ticket, writes one note on it and \
                    completes it. Nothing is to be done.";

/// Where to.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "TestTicket")]
pub struct Asked {
    /// The account of the ticket; the own company, 0, unless given.
    pub account: i64,
}

/// Values of Autotask's lists that a ticket and a note need.
#[derive(Debug, PartialEq, Eq)]
struct Values {
    status: i64,
    priority: i64,
    queue: Option<i64>,
    source: Option<i64>,
    note_type: i64,
    publish: i64,
}

/// Creates a ticket on the account, writes a note on it and completes it, and remembers what that says of the rights. Everything
/// that is only read is looked at again as well.
///
/// # Errors
/// Autotask cannot be used, a test is under way, or its last one has an outcome that is not known yet.
pub async fn write_ticket(deps: &Deps, by: &Actor, asked: &Asked) -> Result<View, Error> {
    let config = deps.systems.config().await?;
    let client = deps.systems.autotask(&config, Use::Work).await?;
    let values = Values::choose(&config.settings, &lists::pick_lists(deps).await?)?;
    let (begun, is_new) = begin(deps, AccountId(asked.account)).await?;
    let test = Test { deps, by, client, values };
    let done = test.carry_out(begun, is_new).await?;
    keep(deps, &Id::Autotask, done).await?;
    look(deps, systems::AUTOTASK).await
}

/// Stores the ticket that is about to be made; or takes up the one of a test that has not come to its end.
async fn begin(deps: &Deps, account: AccountId) -> Result<(TestTicket, bool), Error> {
    let now = deps.systems.clock.now();
    let id = deps.systems.random.id(&deps.systems.clock).simple();
    let new = TestTicket { reference: format!("test-{id}"), account, begun_at: now, id: None };
    let mut is_new = false;
    let take = |rights: Option<Rights>| {
        let mut rights = rights.unwrap_or_else(|| Rights { system: Id::Autotask, found: [].into(), ticket: None });
        is_new = rights.ticket.is_none();
        rights.ticket.get_or_insert_with(|| new.clone());
        Some(rights)
    };
    let stored = deps.systems.table.modify(&Id::Autotask, take).await?;
    let begun = stored.and_then(|stored| stored.value.ticket).unwrap_or(new);
    if !is_new && now.duration_since(begun.begun_at) < UNDER_WAY {
        return Err(Error::Unavailable("a test is under way: look at its outcome in half a minute".to_owned()));
    }
    Ok((begun, is_new))
}

struct Test<'a> {
    deps: &'a Deps,
    by: &'a Actor,
    client: Client,
    values: Values,
}

impl Test<'_> {
    async fn carry_out(&self, begun: TestTicket, is_new: bool) -> Result<Vec<(&'static str, Tried)>, Error> {
        let known = if is_new { None } else { self.find(&begun).await? };
        let ticket = match known {
            Some(ticket) => ticket,
            None => match self.create(&begun).await? {
                Ok(ticket) => ticket,
                Err(refused) => return Ok(vec![(CREATE_TICKET, refused)]),
            },
        };
        let created = Tried::passed_but(format!("by ticket {ticket}"));
        let noted = self.note(ticket, begun.account).await?;
        let completed = self.complete(ticket, begun.account).await?;
        self.end().await?;
        Ok(vec![(CREATE_TICKET, created), (WRITE_NOTE, noted), (CHANGE_TICKET, completed)])
    }

    /// The ticket of the test before, whose outcome was in doubt.
    async fn find(&self, begun: &TestTicket) -> Result<Option<TicketId>, Error> {
        if begun.id.is_some() {
            return Ok(begun.id);
        }
        let found = match self.client.tickets_by_reference(&begun.reference).await {
            Ok(found) => found,
            Err(error) => return Err(self.failed(error).await),
        };
        let now = self.deps.systems.clock.now();
        match found.into_iter().map(|ticket| ticket.id).min() {
            Some(ticket) => Ok(Some(ticket)),
            None if now.duration_since(begun.begun_at) >= CREATE_AGAIN_AFTER => Ok(None),
            None => {
                let minutes = CREATE_AGAIN_AFTER.as_mins();
                let text = format!(
                    "whether the last test has made a ticket is not known yet: test again in {minutes} minutes, and it is looked \
                     for first"
                );
                Err(Error::Unavailable(text))
            }
        }
    }

    async fn create(&self, begun: &TestTicket) -> Result<Result<TicketId, Tried>, Error> {
        let now = self.deps.systems.clock.now();
        self.remember(|ticket| ticket.begun_at = now).await?;
        let error = match self.client.create_ticket(&self.ticket(begun, now)).await {
            Ok(ticket) => {
                self.record("test ticket created", (ticket, begun.account), Some(TITLE.to_owned())).await?;
                self.remember(|known| known.id = Some(ticket)).await?;
                return Ok(Ok(ticket));
            }
            Err(error) => error,
        };
        match error.class() {
            // It may have been made: the next test looks for it.
            Class::OutcomeUnknown | Class::Bug => Err(self.failed(error).await),
            Class::Conflict | Class::Throttled { .. } | Class::Transient { .. } => {
                self.end().await?;
                Err(self.failed(error).await)
            }
            Class::Permanent | Class::NeedsOperator => {
                self.end().await?;
                if error.is_log_in_refused() { Err(self.failed(error).await) } else { Ok(Err(tried(&error))) }
            }
        }
    }

    async fn note(&self, ticket: TicketId, account: AccountId) -> Result<Tried, Error> {
        let note = NewNote {
            title: TITLE.to_owned(),
            text: TEXT.to_owned(),
            note_type: self.values.note_type,
            publish: self.values.publish,
        };
        match self.client.create_note(ticket, &note).await {
            Ok(_) => {
                self.record("note written", (ticket, account), None).await?;
                Ok(Tried::passed())
            }
            Err(error) if error.is_log_in_refused() => Err(self.failed(error).await),
            Err(error) => Ok(tried(&error)),
        }
    }

    async fn complete(&self, ticket: TicketId, account: AccountId) -> Result<Tried, Error> {
        match self.client.update_status(ticket, COMPLETE, Some("The test has ended.")).await {
            Ok(()) => {
                self.record("test ticket completed", (ticket, account), None).await?;
                Ok(Tried::passed())
            }
            Err(error) if error.is_log_in_refused() => Err(self.failed(error).await),
            Err(error) => {
                let Tried { passed, words } = tried(&error);
                let words = words.unwrap_or_default();
                Ok(Tried {
                    passed,
                    words: Some(format!("{words} The test ticket {ticket} is open: close it by hand.")),
                })
            }
        }
    }

    fn ticket(&self, begun: &TestTicket, now: Timestamp) -> NewTicket<String> {
        NewTicket {
            account: begun.account,
            reference: begun.reference.clone(),
            title: TITLE.to_owned(),
            description: TEXT.to_owned(),
            status: self.values.status,
            priority: self.values.priority,
            due_at: now.checked_add(DUE).ok(),
            queue: self.values.queue,
            source: self.values.source,
            category: None,
            ticket_type: None,
            issue_type: None,
            sub_issue_type: None,
            work_type: None,
            sla: None,
            device: None,
        }
    }

    async fn remember(&self, change: impl Fn(&mut TestTicket)) -> Result<(), Error> {
        let changed = |rights: Option<Rights>| {
            let mut rights = rights?;
            rights.ticket.iter_mut().for_each(&change);
            Some(rights)
        };
        self.deps.systems.table.modify(&Id::Autotask, changed).await?;
        Ok(())
    }

    /// The test has come to its end: the next one makes a ticket of its own.
    async fn end(&self) -> Result<(), Error> {
        let without = |rights: Option<Rights>| Some(Rights { ticket: None, ..rights? });
        self.deps.systems.table.modify(&Id::Autotask, without).await?;
        Ok(())
    }

    /// Rule X5.
    async fn record(
        &self,
        what: &str,
        (ticket, account): (TicketId, AccountId),
        new: Option<String>,
    ) -> Result<(), Error> {
        let subject = Subject { account: Some(account), ticket: Some(ticket), ..Subject::default() };
        let why = Some("a test of the rights to write was asked for".to_owned());
        let change = journal::Change { subject, why, new, ..journal::Change::new(what) };
        let entry = Activity { system: "autotask".to_owned(), ..journal::entry(self.deps, self.by, change) };
        Ok(entry.record(&self.deps.systems.table).await?)
    }

    async fn failed(&self, error: autotask::Error) -> Error {
        self.deps.systems.failed(&Id::Autotask, error.into()).await.into()
    }
}

impl Values {
    /// As the settings say, and where they say nothing, what Autotask's lists begin with.
    fn choose(settings: &Settings, lists: &PickLists) -> Result<Self, Error> {
        let rows = || [&settings.tickets.default_row].into_iter().chain(settings.tickets.types.values());
        let first = |list: &str, fits: fn(&PickValue) -> bool| {
            let values = lists.0.get(list).into_iter().flatten().filter(|value| value.active);
            values.filter(|value| fits(value)).map(|value| value.value).next()
        };
        let chosen = |of_row: fn(&Row) -> Option<i64>, of_notice: Option<i64>| rows().find_map(of_row).or(of_notice);
        let missing = |what: &str| {
            Error::refused("no_value", format!("Autotask's list of {what} has nothing that a test could choose"))
        };
        let notice = &settings.notice;
        let status = chosen(|row| row.status, notice.status);
        let status = status.or_else(|| first("status", |value| value.value != COMPLETE));
        let priority = chosen(|row| row.priority, notice.priority).or_else(|| first("priority", |_| true));
        let publish = settings.tickets.note_publish.or_else(|| first("publish", is_internal));
        let note_type = settings.tickets.note_type.or_else(|| first("noteType", |_| true));
        Ok(Self {
            status: status.ok_or_else(|| missing("statuses"))?,
            priority: priority.ok_or_else(|| missing("priorities"))?,
            queue: chosen(|row| row.queue, notice.queue).or_else(|| first("queueID", |_| true)),
            source: settings.tickets.source,
            note_type: note_type.ok_or_else(|| missing("note types"))?,
            publish: publish.or_else(|| first("publish", |_| true)).ok_or_else(|| missing("readers of notes"))?,
        })
    }
}

/// Whether a note with this value is for the provider's own people.
fn is_internal(value: &PickValue) -> bool {
    lists::is_internal(&value.label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> PickLists {
        let value = |value, label: &str| PickValue { value, label: label.to_owned(), active: true, parent: None };
        PickLists(
            [
                ("status", vec![value(COMPLETE, "Complete"), value(1, "New")]),
                ("priority", vec![value(4, "Critical")]),
                ("noteType", vec![value(3, "Task Notes")]),
                ("publish", vec![value(1, "All Autotask Users"), value(2, "Internal")]),
            ]
            .map(|(list, values)| (list.to_owned(), values))
            .into(),
        )
    }

    #[test]
    fn l3_a_test_ticket_is_made_as_the_settings_say_and_never_shown_to_customers() {
        let bare = Values::choose(&Settings::default(), &lists()).unwrap();
        let expected = Values { status: 1, priority: 4, queue: None, source: None, note_type: 3, publish: 2 };
        assert_eq!(bare, expected);
        let mut settings = Settings::default();
        settings.tickets.types.insert("BackupFailed".to_owned(), Row { priority: Some(2), ..Row::default() });
        settings.notice.queue = Some(8);
        let chosen = Values::choose(&settings, &lists()).unwrap();
        assert_eq!((chosen.priority, chosen.queue, chosen.status), (2, Some(8), 1));
        assert!(Values::choose(&Settings::default(), &PickLists::default()).is_err());
    }
}
