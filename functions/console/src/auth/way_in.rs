//! Where a person is sent who asked for a page and is not signed in.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, StatusCode, header};
use url::{Url, form_urlencoded};

use super::is_reading;
use super::own_path::own_path;

/// Says that a script of the page asks for a part of it.
const OF_SCRIPT: HeaderName = HeaderName::from_static("hx-request");
/// Which page that is.
const SHOWN: HeaderName = HeaderName::from_static("hx-current-url");
/// Tells the script to leave the page.
const LEAVE: HeaderName = HeaderName::from_static("hx-redirect");

/// Paths of programs, which are told that they are signed out and nothing else.
const OF_PROGRAMS: [&str; 3] = ["/api/", "/local/", "/healthz"];

/// Whether programs ask this path, and not people.
pub(crate) fn is_of_program(path: &str) -> bool {
    OF_PROGRAMS.iter().any(|of_programs| path.starts_with(of_programs))
}

/// The way to the sign-in and back, if a browser asks for a page.
pub(super) fn of(request: &Request) -> Option<Response> {
    let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let path = request.uri().path();
    if is_of_program(path) {
        return None;
    }
    if text(OF_SCRIPT).is_some() {
        // A script cannot follow to another host, as the sign-in service is one.
        let shown = text(SHOWN).and_then(|url| Url::parse(url).ok());
        let shown = shown.map(|url| url[url::Position::BeforePath..url::Position::AfterQuery].to_owned());
        let location = sign_in(shown.as_deref().unwrap_or_default());
        return Some((StatusCode::UNAUTHORIZED, [(LEAVE, location)]).into_response());
    }
    let is_for_a_person = text(header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    let asked = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let see = || (StatusCode::SEE_OTHER, [(header::LOCATION, sign_in(asked))]).into_response();
    (is_for_a_person && is_reading(request.method())).then(see)
}

fn sign_in(back_to: &str) -> String {
    match own_path(back_to) {
        None | Some("/") => "/sign-in".to_owned(),
        Some(path) => {
            format!("/sign-in?{}", form_urlencoded::Serializer::new(String::new()).append_pair("to", path).finish())
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn answered(method: &str, path: &str, headers: &[(&str, &str)]) -> Option<(u16, String)> {
        let request = headers
            .iter()
            .fold(Request::builder().method(method).uri(path), |request, (name, value)| request.header(*name, *value));
        let response = of(&request.body(Body::empty()).unwrap())?;
        let location = response.headers().get(header::LOCATION).or_else(|| response.headers().get(LEAVE));
        Some((response.status().as_u16(), location?.to_str().unwrap().to_owned()))
    }

    const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml");

    #[test]
    fn a_person_is_sent_to_the_sign_in_and_back_to_the_page() {
        let to = |path: &str| Some((303, path.to_owned()));
        assert_eq!(
            answered("GET", "/mapping?search=a&after=2", &[PAGE]),
            to("/sign-in?to=%2Fmapping%3Fsearch%3Da%26after%3D2")
        );
        assert_eq!(answered("GET", "/", &[PAGE]), to("/sign-in"));
        assert_eq!(answered("GET", "//evil.example/", &[PAGE]), to("/sign-in"));
    }

    #[test]
    fn a_program_and_a_form_are_told_that_nobody_is_signed_in() {
        assert_eq!(answered("GET", "/api/v1/settings", &[PAGE]), None);
        assert_eq!(answered("POST", "/local/settle", &[PAGE]), None);
        assert_eq!(answered("GET", "/mapping", &[("accept", "application/json")]), None);
        assert_eq!(answered("POST", "/mapping", &[PAGE]), None);
    }

    #[test]
    fn a_script_is_told_to_leave_the_page_that_it_is_on() {
        let script = |url| [PAGE, ("hx-request", "true"), ("hx-current-url", url)];
        let shown = answered("POST", "/mapping/apply", &script("https://bridge.msp.example/mapping?after=2"));
        assert_eq!(shown, Some((401, "/sign-in?to=%2Fmapping%3Fafter%3D2".to_owned())));
        assert_eq!(answered("GET", "/review", &script("nonsense")), Some((401, "/sign-in".to_owned())));
    }
}
