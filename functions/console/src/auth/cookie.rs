//! The cookies: a session's, that of a sign-in which is under way, and what a form came to, across its redirect.

use http::{HeaderMap, HeaderValue, header};
use jiff::SignedDuration;

use crate::error::Error;

const SESSION: &str = "console_session";
const PENDING: &str = "console_sign_in";
const NOTICE: &str = "console_notice";
/// A browser takes a cookie of such a name only over TLS, for this very host and all of its paths: no neighbouring host can set
/// one.
const HOST_ONLY: &str = "__Host-";

/// Their names, which depend on whether the console is reached by TLS.
pub(super) struct Cookies {
    is_plain: bool,
}

impl Cookies {
    /// `is_plain`: for plain HTTP, on one's own machine; a browser keeps nothing that is meant for TLS there.
    pub(super) fn new(is_plain: bool) -> Self {
        Self { is_plain }
    }

    /// The id of the session.
    pub(super) fn session<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        read(headers, &self.name(SESSION))
    }

    /// What was kept of the sign-in under way.
    pub(super) fn pending<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        read(headers, &self.name(PENDING))
    }

    /// What the last form came to.
    pub(super) fn notice<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        read(headers, &self.name(NOTICE))
    }

    pub(super) fn set_session(&self, id: &str, lasts: SignedDuration) -> Result<HeaderValue, Error> {
        self.set(SESSION, id, lasts)
    }

    pub(super) fn set_pending(&self, value: &str, lasts: SignedDuration) -> Result<HeaderValue, Error> {
        self.set(PENDING, value, lasts)
    }

    pub(super) fn set_notice(&self, value: &str, lasts: SignedDuration) -> Result<HeaderValue, Error> {
        self.set(NOTICE, value, lasts)
    }

    pub(super) fn forget_session(&self) -> Result<HeaderValue, Error> {
        self.set(SESSION, "", SignedDuration::ZERO)
    }

    pub(super) fn forget_pending(&self) -> Result<HeaderValue, Error> {
        self.set(PENDING, "", SignedDuration::ZERO)
    }

    pub(super) fn forget_notice(&self) -> Result<HeaderValue, Error> {
        self.set(NOTICE, "", SignedDuration::ZERO)
    }

    /// `SameSite=Lax`: whoever follows a link from a ticket, or comes back from the sign-in service, arrives signed in. Only
    /// reading is possible in that way; changes are checked by themselves.
    fn set(&self, name: &str, value: &str, lasts: SignedDuration) -> Result<HeaderValue, Error> {
        let (name, secure) = (self.name(name), if self.is_plain { "" } else { "; Secure" });
        let text = format!("{name}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={}{secure}", lasts.as_secs());
        let mut cookie = HeaderValue::try_from(text).map_err(|error| Error::Internal(error.into()))?;
        cookie.set_sensitive(true);
        Ok(cookie)
    }

    fn name(&self, name: &str) -> String {
        format!("{}{name}", if self.is_plain { "" } else { HOST_ONLY })
    }
}

/// The value of a cookie; none when it is there twice, as nobody can say then which one is ours.
fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = lines
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter_map(|(given, value)| (given == name).then_some(value));
    let value = found.next()?;
    found.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carrying(cookies: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookies).unwrap())])
    }

    #[test]
    fn over_tls_a_cookie_is_bound_to_the_host() {
        let cookie = Cookies::new(false).set_session("i-1", SignedDuration::from_hours(1)).unwrap();
        let text = cookie.to_str().unwrap();
        assert_eq!(text, "__Host-console_session=i-1; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600; Secure");
        assert_eq!(Cookies::new(false).session(&carrying("a=b; __Host-console_session=i-1")), Some("i-1"));
    }

    #[test]
    fn a_cookie_of_the_other_name_or_given_twice_is_none() {
        let over_tls = Cookies::new(false);
        assert_eq!(over_tls.session(&carrying("console_session=i-1")), None);
        assert_eq!(over_tls.session(&carrying("__Host-console_session=a; __Host-console_session=b")), None);
        assert_eq!(Cookies::new(true).session(&carrying("console_session=i-1")), Some("i-1"));
        assert_eq!(over_tls.session(&HeaderMap::new()), None);
    }

    #[test]
    fn l2_a_cookie_does_not_show_in_a_log() {
        let cookie = Cookies::new(true).set_session("canary", SignedDuration::from_hours(1)).unwrap();
        assert!(!format!("{cookie:?}").contains("canary"));
    }
}
