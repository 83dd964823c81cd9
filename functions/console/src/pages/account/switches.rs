//! The account's own switches (rule V8): shown on its page, changed on a page of their own, as their lists are read live.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use bridge_core::id::AccountId;
use bridge_core::mapping::{Pause, Switches};
use bridge_core::settings::PickLists;
use http::StatusCode;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::json;

use super::decisions::path;
use crate::auth::Actor;
use crate::document::AccountNumber;
use crate::error::Error;
use crate::mapping::{Applied, Batch, Edit};
use crate::pages::choices::{self, Listed, Pick};
use crate::pages::form::{Edited, Entered, Form, Reading, Refusal};
use crate::pages::frame::{Frame, Tone, back};
use crate::pages::words::When;
use crate::{Deps, accounts, lists, mapping};

const QUEUE: Listed =
    Listed { field: "queue", list: "queueID", label: "Queue of its tickets", none: "As the alert type says", hint: "" };
const PRIORITY: Listed = Listed {
    field: "priority",
    list: "priority",
    label: "Priority of its tickets",
    none: "As the alert type says",
    hint: "",
};

/// The switches as the account's page shows them.
pub(super) struct Shown {
    pub(super) quotas: bool,
    pub(super) tickets: bool,
    pub(super) queue: Option<String>,
    pub(super) priority: Option<String>,
    pub(super) pause: Option<String>,
    pub(super) excluded: Option<String>,
}

#[derive(Template)]
#[template(path = "account/switches.html")]
struct Page {
    frame: Frame,
    id: i64,
    name: String,
    version: u64,
    was: String,
    refusal: Option<Refusal>,
    /// Why the values of Autotask cannot be listed.
    unlisted: Option<String>,
    form: Form,
    queue: Pick,
    priority: Pick,
    zone: String,
}

pub(super) async fn show(
    State(deps): State<Arc<Deps>>,
    AccountNumber(id): AccountNumber,
    frame: Frame,
) -> Result<Response, Error> {
    let view = accounts::detail(&deps, id).await?.account;
    let (switches, version) = view.switches.zip(view.version).ok_or_else(|| unmapped(id))?;
    let page = page(&deps, frame.clone(), (id, view.name), (&switches, version), Entered::Nothing).await;
    frame.show(&page)
}

pub(super) async fn save(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    AccountNumber(id): AccountNumber,
    frame: Frame,
    form: Form,
) -> Result<Response, Error> {
    let view = accounts::detail(&deps, id).await?.account;
    let (switches, current) = view.switches.zip(view.version).ok_or_else(|| unmapped(id))?;
    let read = form.number("version").and_then(|version| Ok((version, read(&form, &frame.zone)?)));
    let saved = match read {
        Ok((version, switches)) => save_as(&deps, &by, id, version, switches).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(back(&path(id), Tone::Good, "The account's switches were saved.")),
        Err(error) => {
            let entered = match error {
                Error::Stale { .. } => Entered::Stale(form),
                error => Entered::Sent(form, Some(Refusal::of(error)?)),
            };
            let page = page(&deps, frame.clone(), (id, view.name), (&switches, current), entered).await;
            frame.show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn unmapped(id: i64) -> Error {
    Error::NotFound(format!("account {id} is not mapped, so it has no switches of its own"))
}

/// The one edit that saves them, with its refusal as that of the form.
async fn save_as(deps: &Deps, by: &Actor, id: i64, version: Option<u64>, switches: Switches) -> Result<(), Error> {
    let edit = Edit { switches: Some(switches.clone()), version, ..Edit::of(AccountId(id)) };
    let Applied { refused, .. } = mapping::apply(deps, by, Batch { edits: vec![edit] }).await?;
    let Some(refusal) = refused.into_iter().next() else { return Ok(()) };
    if let Some(now) = refusal.current.filter(|_| refusal.code == "stale") {
        return Err(Error::stale(&json!(now.switches), &json!(switches)));
    }
    if refusal.fields.is_empty() {
        return Err(Error::refused("refused", refusal.message));
    }
    let problem =
        |field: crate::error::Field| bridge_core::settings::Problem { field: field.field, message: field.message };
    Err(Error::Invalid(refusal.fields.into_iter().map(problem).collect()))
}

async fn page(
    deps: &Deps,
    frame: Frame,
    (id, name): (i64, String),
    (saved, version): (&Switches, u64),
    entered: Entered,
) -> Page {
    // A pause must not wait for Autotask.
    let (lists, unlisted) = match lists::pick_lists(deps).await {
        Ok(lists) => (lists, None),
        Err(error) => (PickLists::default(), Some(error.to_string())),
    };
    let told = |name: &str, value: &str| in_words(name, value, &lists);
    let Edited { form, version, was, refusal } = entered.over(|| fill(saved, &frame.zone), version, told);
    Page {
        queue: Pick::of(&QUEUE, &lists, &form, refusal.as_ref()),
        priority: Pick::of(&PRIORITY, &lists, &form, refusal.as_ref()),
        zone: frame.zone.iana_name().unwrap_or("UTC").to_owned(),
        version,
        was,
        frame,
        id,
        name,
        refusal,
        unlisted,
        form,
    }
}

/// What a field is called on the page, and what a value of it is.
fn in_words(name: &str, value: &str, lists: &PickLists) -> (String, String) {
    let boxes = [
        ("quotas", "Quotas follow its contracts"),
        ("tickets", "Tickets are made from its alerts"),
        ("paused", "Pause"),
        ("is_excluded", "Exclude"),
    ];
    let typed =
        [("pause.reason", "Reason of the pause"), ("pause.until", "Until"), ("excluded", "Reason of the exclusion")];
    choices::in_words(name, value, lists, &boxes, &typed, &[&QUEUE, &PRIORITY])
}

/// The form as it shows these switches.
fn fill(switches: &Switches, zone: &TimeZone) -> Form {
    let Switches { quotas, tickets, queue, priority, pause, excluded } = switches;
    let mut fields: Vec<(&str, String)> = Vec::new();
    let ticked =
        [("quotas", *quotas), ("tickets", *tickets), ("paused", pause.is_some()), ("is_excluded", excluded.is_some())];
    fields.extend(ticked.into_iter().filter(|(_, is_ticked)| *is_ticked).map(|(name, _)| (name, "on".to_owned())));
    let numbers = [("queue", queue), ("priority", priority)];
    fields.extend(numbers.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?.to_string()))));
    if let Some(Pause { reason, until }) = pause {
        fields.push(("pause.reason", reason.clone()));
        let until = until.map(|until| until.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string());
        fields.extend(until.map(|until| ("pause.until", until)));
    }
    fields.extend(excluded.clone().map(|reason| ("excluded", reason)));
    fields.into_iter().collect()
}

/// The switches that the form asks for.
fn read(form: &Form, zone: &TimeZone) -> Result<Switches, Error> {
    let mut reading = Reading::of(form);
    let (queue, priority) = (reading.number("queue"), reading.number("priority"));
    let pause = match form.is_ticked("paused") {
        true => {
            let until = form.filled("pause.until").map(|text| until(text, zone)).transpose()?;
            Some(Pause { reason: form.text("pause.reason").to_owned(), until })
        }
        false => None,
    };
    let excluded = form.is_ticked("is_excluded").then(|| form.text("excluded").to_owned());
    let (quotas, tickets) = (form.is_ticked("quotas"), form.is_ticked("tickets"));
    reading.done(Switches { quotas, tickets, queue, priority, pause, excluded })
}

fn until(text: &str, zone: &TimeZone) -> Result<jiff::Timestamp, Error> {
    let wrong = || Error::field("pause.until", format!("“{text}” is no day and time, such as 2026-12-01T08:00"));
    let local: DateTime = text.parse().map_err(|_| wrong())?;
    Ok(local.to_zoned(zone.clone()).map_err(|_| wrong())?.timestamp())
}

impl Shown {
    pub(super) async fn of(deps: &Deps, switches: &Switches, frame: &Frame) -> Self {
        let Switches { quotas, tickets, queue, priority, pause, excluded } = switches;
        // Names are asked for only where there is something to name, and are no reason to fail.
        let lists = match queue.or(*priority) {
            Some(_) => lists::pick_lists(deps).await.unwrap_or_default(),
            None => PickLists::default(),
        };
        let pause = pause.as_ref().map(|Pause { reason, until }| match until {
            Some(until) => format!("until {}: {reason}", When::new(*until, &frame.zone)),
            None => format!("until somebody ends it: {reason}"),
        });
        Self {
            quotas: *quotas,
            tickets: *tickets,
            queue: queue.map(|value| choices::label(&lists, QUEUE.list, Some(value))),
            priority: priority.map(|value| choices::label(&lists, PRIORITY.list, Some(value))),
            pause,
            excluded: excluded.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn v8_switches_come_back_from_their_form_as_they_were() {
        let pause = Pause { reason: "migration".to_owned(), until: Some("2026-11-22T23:30:00Z".parse().unwrap()) };
        let all = [
            Switches::default(),
            Switches { quotas: false, tickets: false, queue: Some(5), priority: Some(2), ..Switches::default() },
            Switches { pause: Some(pause), excluded: Some("own tools".to_owned()), ..Switches::default() },
        ];
        for switches in all {
            assert_eq!(read(&fill(&switches, &berlin()), &berlin()).unwrap(), switches);
        }
    }

    #[test]
    fn v8_the_end_of_a_pause_is_told_in_the_installations_zone() {
        let until = Some("2026-11-22T23:30:00Z".parse().unwrap());
        let switches = Switches { pause: Some(Pause { reason: "r".to_owned(), until }), ..Switches::default() };
        assert_eq!(fill(&switches, &berlin()).text("pause.until"), "2026-11-23T00:30");
    }

    #[test]
    fn v8_what_is_no_time_or_number_is_refused_beside_its_field() {
        let refused = |pairs: &[(&str, &str)]| {
            read(&pairs.iter().copied().collect(), &berlin()).unwrap_err().fields()[0].field.clone()
        };
        assert_eq!(refused(&[("paused", "on"), ("pause.reason", "r"), ("pause.until", "tomorrow")]), "pause.until");
        assert_eq!(refused(&[("queue", "first")]), "queue");
    }
}
