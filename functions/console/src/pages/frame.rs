//! What stands around every page: navigation, who is signed in, and what the last form came to.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse, Response};
use http::request::Parts;
use http::{StatusCode, header};
use jiff::tz::TimeZone;

use super::assets;
use super::form::Refusal;
use super::notice::{Notice, Shown};
use crate::auth::{Actor, Csrf};
use crate::error::Error;
use crate::{Shared, settings};

pub(crate) use super::notice::Tone;

/// The tabs, in the words and the order of the manual, and ours around them: path, name, what a group of them begins.
const TABS: [(&str, &str, Option<&str>); 8] = [
    ("/", "Overview", None),
    ("/review", "Review", None),
    ("/log-in", "Log in", Some("Set up")),
    ("/billing", "Billing and provisioning", None),
    ("/mapping", "Customer mapping", None),
    ("/tickets", "Ticket synchronization", None),
    ("/report", "Report", Some("Look up")),
    ("/activity", "Activity", None),
];

/// What stands around a page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Who is signed in.
    pub(crate) who: Option<Who>,
    /// What a form of this session carries.
    pub(crate) csrf: String,
    /// What the last form came to.
    pub(crate) notice: Option<Notice>,
    /// The zone in which times are shown: the installation's, as in contracts.
    pub(crate) zone: TimeZone,
    path: String,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) may_edit: bool,
}

/// A tab in the navigation.
pub(crate) struct Entry {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
    pub(crate) begins: Option<&'static str>,
    pub(crate) is_current: bool,
}

impl Frame {
    /// For a page that is shown to whoever asks.
    pub(crate) fn bare(path: &str) -> Self {
        Self { who: None, csrf: String::new(), notice: None, zone: TimeZone::UTC, path: path.to_owned() }
    }

    pub(crate) fn navigation(&self) -> Vec<Entry> {
        // The page of an account is reached from many; its place is among the accounts.
        let here = if self.path.starts_with("/accounts/") { "/mapping" } else { &self.path };
        let current = |path: &str| here == path || (path != "/" && here.starts_with(&format!("{path}/")));
        let entry = |&(path, name, begins)| Entry { path, name, begins, is_current: current(path) };
        TABS.iter().map(entry).collect()
    }

    pub(crate) fn asset(&self, name: &str) -> String {
        assets::path(name)
    }

    /// Whether forms are open to the person.
    pub(crate) fn may_edit(&self) -> bool {
        self.who.as_ref().is_some_and(|who| who.may_edit)
    }

    /// The page.
    pub(crate) fn show(&self, page: &impl Template) -> Result<Response, Error> {
        self.show_with(StatusCode::OK, page)
    }

    /// The page, with a status that says that something was refused.
    pub(crate) fn show_with(&self, status: StatusCode, page: &impl Template) -> Result<Response, Error> {
        let html = page.render().map_err(|error| Error::Internal(error.into()))?;
        let mut response = (status, Html(html)).into_response();
        if self.notice.is_some() {
            response.extensions_mut().insert(Shown);
        }
        Ok(response)
    }
}

/// The way back after a form, to a page that tells what came of it.
pub(crate) fn back(path: &str, tone: Tone, text: impl Into<String>) -> Response {
    let mut response = see(path);
    response.extensions_mut().insert(Notice::new(tone, text, path));
    response
}

/// The way back after a form, to a page that shows how things stand by now: what came of it is told there, also what a person can
/// mend and what has gone meanwhile.
pub(crate) fn told(path: &str, done: Result<String, Error>) -> Result<Response, Error> {
    let Refusal { message, fields } = match done {
        Ok(text) => return Ok(back(path, Tone::Good, text)),
        Err(Error::NotFound(message)) => Refusal { message, fields: Vec::new() },
        Err(error) => Refusal::of(error)?,
    };
    let lines: Vec<String> = std::iter::once(message).chain(fields.into_iter().map(|field| field.message)).collect();
    Ok(back(path, Tone::Bad, lines.join("\n")))
}

/// A part of a page, or the reason why it is missing. A fault of ours stays one.
pub(crate) fn part<T>(read: Result<T, Error>) -> Result<Result<T, String>, Error> {
    match read {
        Ok(part) => Ok(Ok(part)),
        Err(error @ (Error::Unavailable(_) | Error::Refused { .. })) => Ok(Err(error.to_string())),
        Err(error) => Err(error),
    }
}

/// The way to another page.
pub(crate) fn see(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}

impl FromRequestParts<Shared> for Frame {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Error> {
        let settings = settings::read(&shared.deps).await?.settings;
        let who = parts.extensions.get::<Actor>();
        Ok(Self {
            who: who.map(|actor| Who { name: actor.name.clone(), may_edit: actor.may_edit() }),
            csrf: parts.extensions.get::<Csrf>().map(|csrf| csrf.0.clone()).unwrap_or_default(),
            notice: Notice::read(&shared.guard, &parts.headers, parts.uri.path()),
            zone: TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC),
            path: parts.uri.path().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_person_can_mend_or_has_lost_is_told_where_he_came_from() {
        let text = |done| told("/review", done).map(|answer| Some(answer.extensions().get::<Notice>()?.text.clone()));
        let busy = || Error::Unavailable("a worker has just gone on with this".to_owned());
        for (error, expected) in [
            (busy(), "A worker has just gone on with this"),
            (Error::NotFound("it is not held any more".to_owned()), "It is not held any more"),
            (Error::refused("paused", "Autotask is paused"), "Autotask is paused"),
            (Error::field("reason", "say why"), "Some values cannot be used\nSay why"),
        ] {
            assert_eq!(text(Err(error)).unwrap().as_deref(), Some(expected));
        }
        assert!(text(Err(Error::MethodNotAllowed)).is_err(), "a fault is told on a page of its own");
    }

    #[test]
    fn a_tab_is_current_on_the_pages_below_it() {
        let current = |path: &str| -> Vec<&str> {
            Frame::bare(path).navigation().iter().filter(|entry| entry.is_current).map(|entry| entry.name).collect()
        };
        assert_eq!(current("/"), ["Overview"]);
        assert_eq!(current("/billing/previews/1"), ["Billing and provisioning"]);
        assert_eq!(current("/accounts/174"), ["Customer mapping"]);
        assert_eq!(current("/log-infinity"), [""; 0]);
    }
}
