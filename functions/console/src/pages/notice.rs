//! What a form came to, told on the page that its redirect leads to. A cookie carries it there, and goes once it was shown.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, header};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::Shared;
use crate::auth::Guard;
use crate::error::Error;
use crate::text::sentence;

/// Longest text that is carried, in bytes: a cookie has 4 KiB for all of it.
const TEXT_MAX_BYTES: usize = 2_000;
/// A browser follows a redirect at once.
const LASTS: SignedDuration = SignedDuration::from_mins(1);

/// What a form came to. Left with an answer, it is carried to the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) tone: Tone,
    /// Lines of text.
    pub(crate) text: String,
    /// The page that it is told on. Who goes elsewhere before it has come up does not read it there.
    #[serde(default)]
    path: String,
}

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tone {
    Good,
    Warn,
    Bad,
}

/// Left with an answer: it has shown the notice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown;

impl Notice {
    pub(super) fn new(tone: Tone, text: impl Into<String>, way: &str) -> Self {
        let mut text = text.into().lines().map(sentence).collect::<Vec<_>>().join("\n");
        text.truncate(text.floor_char_boundary(TEXT_MAX_BYTES));
        Self { tone, text, path: way.split(['?', '#']).next().unwrap_or_default().to_owned() }
    }

    /// The one that a request for this page brings along.
    pub(super) fn read(guard: &Guard, headers: &HeaderMap, path: &str) -> Option<Self> {
        let notice: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(guard.notice(headers)?).ok()?).ok()?;
        Some(notice).filter(|notice| notice.path == path)
    }

    fn to_cookie(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).expect("a notice is plain data"))
    }
}

/// The middleware that sets the cookie and takes it away.
pub(crate) async fn carry(State(shared): State<Shared>, request: Request, next: Next) -> Result<Response, Error> {
    let mut response = next.run(request).await;
    let cookie = match (response.extensions().get::<Notice>(), response.extensions().get::<Shown>()) {
        (Some(notice), _) => shared.guard.set_notice(&notice.to_cookie(), LASTS)?,
        (None, Some(Shown)) => shared.guard.forget_notice()?,
        (None, None) => return Ok(response),
    };
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

impl std::fmt::Display for Tone {
    /// The class of the style.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_notice_begins_as_a_sentence_does() {
        assert_eq!(Notice::new(Tone::Good, "saved: “Demo”\nlook at it", "/").text, "Saved: “Demo”\nLook at it");
    }

    #[test]
    fn a_long_notice_is_cut_to_what_a_cookie_holds() {
        assert!(Notice::new(Tone::Bad, "ü".repeat(3_000), "/billing").to_cookie().len() < 3_000);
    }
}
