//! What stands around every page: navigation, who is signed in, and what the last form came to.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::assets;
use crate::auth::{Actor, Csrf};
use crate::error::Error;
use crate::text::sentence;
use crate::{Shared, settings};

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

/// Carries what a form came to across the redirect. Whoever could set it can only make us show a text of his choice.
const NOTICE: &str = "notice";
/// Longest text that is carried, in bytes: a cookie has 4 KiB for all of it.
const NOTICE_MAX_BYTES: usize = 2_000;

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

/// What a form came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) tone: Tone,
    /// Lines of text.
    pub(crate) text: String,
}

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tone {
    Good,
    Warn,
    Bad,
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
            response.headers_mut().append(header::SET_COOKIE, forget());
        }
        Ok(response)
    }
}

/// The way back after a form, to a page that tells what came of it.
pub(crate) fn back(path: &str, tone: Tone, text: impl Into<String>) -> Response {
    let mut text = text.into().lines().map(sentence).collect::<Vec<_>>().join("\n");
    text.truncate(text.floor_char_boundary(NOTICE_MAX_BYTES));
    let mut response = see(path);
    if let Some(cookie) = carry(&Notice { tone, text }) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
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
            notice: carried(&parts.headers),
            zone: TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC),
            path: parts.uri.path().to_owned(),
        })
    }
}

fn carry(notice: &Notice) -> Option<HeaderValue> {
    let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(notice).ok()?);
    HeaderValue::try_from(format!("{NOTICE}={text}; HttpOnly; SameSite=Strict; Path=/; Max-Age=60")).ok()
}

fn forget() -> HeaderValue {
    HeaderValue::from_static("notice=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0")
}

fn carried(headers: &HeaderMap) -> Option<Notice> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, text) = pairs.find(|(name, _)| *name == NOTICE)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

impl Tone {
    /// The class of the style.
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

impl std::fmt::Display for Tone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.class())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_comes_through_the_redirect_whole() {
        let response = back("/log-in", Tone::Good, "saved: “Demo” <b>");
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let headers =
            HeaderMap::from_iter([(header::COOKIE, HeaderValue::try_from(format!("a=b; {cookie}")).unwrap())]);
        assert_eq!(carried(&headers), Some(Notice { tone: Tone::Good, text: "Saved: “Demo” <b>".to_owned() }));
    }

    #[test]
    fn a_long_notice_is_cut_and_a_foreign_one_is_none() {
        let response = back("/", Tone::Bad, "ü".repeat(3_000));
        assert!(response.headers()[header::SET_COOKIE].len() < 4_000);
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static("notice=%3Cb%3E"))]);
        assert_eq!(carried(&headers), None);
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
