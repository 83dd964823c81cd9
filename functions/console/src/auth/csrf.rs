//! Whether a change that comes with a session was asked for by a page of ours.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::form_urlencoded;

use super::sessions::Id;
use crate::document::BODY_MAX_BYTES;
use crate::error::Error;

const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
const FIELD: &str = "csrf";
/// The browser's own word on where a request comes from; no page can write it.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Where the console's pages come from.
pub(super) struct Origin {
    public: Option<String>,
    scheme: &'static str,
}

impl Origin {
    /// `public_url`: as browsers reach the console, if that is known.
    pub(super) fn new(public_url: Option<&str>, is_plain: bool) -> Self {
        let public = public_url.map(|url| url.trim_end_matches('/').to_owned());
        Self { public, scheme: if is_plain { "http" } else { "https" } }
    }

    /// The address under which this request has come: the public one, or else what the request says itself.
    pub(super) fn url(&self, headers: &HeaderMap) -> Option<String> {
        self.public.clone().or_else(|| self.of_host(headers))
    }

    fn of_host(&self, headers: &HeaderMap) -> Option<String> {
        text(headers, &header::HOST).map(|host| format!("{}://{host}", self.scheme))
    }

    fn is_own(&self, headers: &HeaderMap) -> bool {
        let origin = text(headers, &header::ORIGIN).filter(|origin| *origin != "null");
        let is_ours = origin.is_none_or(|origin| {
            self.public.as_deref() == Some(origin) || self.of_host(headers).as_deref() == Some(origin)
        });
        match text(headers, &SITE) {
            Some(site) => site == "same-origin" && is_ours,
            None => origin.is_some() && is_ours,
        }
    }
}

/// The request as its handler shall read it: without the field that was for us.
///
/// # Errors
/// It comes from elsewhere, has no or another session's token, or a form that is too large.
pub(super) async fn check(request: Request, id: &Id, origin: &Origin) -> Result<Request, Error> {
    if !origin.is_own(request.headers()) {
        return Err(forbidden("it was not asked for by a page of this console"));
    }
    if let Some(token) = text(request.headers(), &HEADER) {
        return if id.is_csrf(token) { Ok(request) } else { Err(forbidden(OTHER_SESSION)) };
    }
    if !is_form(request.headers()) {
        return Err(forbidden("it has no X-CSRF-Token"));
    }
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_MAX_BYTES).await.map_err(|_| Error::TooLarge)?;
    let (token, rest) = take_field(&body);
    if !id.is_csrf(&token) {
        return Err(forbidden(OTHER_SESSION));
    }
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(rest.len()));
    Ok(Request::from_parts(parts, Body::from(rest)))
}

const OTHER_SESSION: &str = "its page is of another sign-in. Load the page again";

fn forbidden(why: &str) -> Error {
    Error::Forbidden(format!("this change was not made: {why}"))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn is_form(headers: &HeaderMap) -> bool {
    let media_type = text(headers, &header::CONTENT_TYPE).and_then(|value| value.split(';').next());
    media_type.is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// The token in a form, and the form without it.
fn take_field(form: &[u8]) -> (String, String) {
    let (mut token, mut rest) = (String::new(), form_urlencoded::Serializer::new(String::new()));
    for (name, value) in form_urlencoded::parse(form) {
        if name == FIELD {
            token = value.into_owned();
        } else {
            rest.append_pair(&name, &value);
        }
    }
    (token, rest.finish())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_own(origin: &Origin, headers: &[(&'static str, &str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header's value"))
        });
        origin.is_own(&headers.collect())
    }

    #[test]
    fn only_a_page_of_ours_may_ask_for_a_change() {
        let public = Origin::new(Some("https://bridge.msp.example/"), false);
        let host = ("host", "bridge.msp.example");
        assert!(is_own(&public, &[("origin", "https://bridge.msp.example")]));
        assert!(is_own(&public, &[host, ("origin", "null"), ("sec-fetch-site", "same-origin")]));
        for foreign in
            ["https://evil.example", "http://bridge.msp.example", "https://bridge.msp.example.evil", "null", ""]
        {
            assert!(!is_own(&public, &[host, ("origin", foreign)]), "{foreign}");
            assert!(!is_own(&public, &[host, ("origin", foreign), ("sec-fetch-site", "cross-site")]), "{foreign}");
        }
        assert!(!is_own(&public, &[host, ("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")]));
        for site in ["same-site", "cross-site", "none"] {
            assert!(
                !is_own(&public, &[host, ("origin", "https://bridge.msp.example"), ("sec-fetch-site", site)]),
                "{site}"
            );
        }
        assert!(!is_own(&public, &[host]));
    }

    #[test]
    fn on_one_s_own_machine_the_host_that_was_asked_is_ours() {
        let local = Origin::new(None, true);
        assert!(is_own(&local, &[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")]));
        assert!(!is_own(&local, &[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8081")]));
        assert!(!is_own(&local, &[("origin", "http://127.0.0.1:8080")]));
    }

    proptest! {
        #[test]
        fn a_form_arrives_as_it_was_sent_but_for_the_token(
            fields in prop::collection::vec(("[a-b ü&=+%]{0,4}", "[a-c ü&=+%\n]{0,6}"), 0..6),
            at in 0_usize..7,
        ) {
            let mut sent: Vec<(String, String)> = fields.clone();
            sent.insert(at.min(fields.len()), ("csrf".to_owned(), "t+1 &".to_owned()));
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&sent).finish();
            let (token, rest) = take_field(form.as_bytes());
            prop_assert_eq!(token, "t+1 &");
            let read: Vec<(String, String)> = form_urlencoded::parse(rest.as_bytes()).into_owned().collect();
            prop_assert_eq!(read, fields);
        }
    }
}
