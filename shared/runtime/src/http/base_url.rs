//! Where credentials may be sent.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

/// The root of an API: https, no user information, no query. Paths are added as segments, so that an identifier can never
/// become another path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why a text is not a usable [`BaseUrl`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// No URL at all.
    #[error("this is not a URL; it should look like https://eu2-cloud.acronis.com")]
    Malformed,
    /// Neither https nor, where that is allowed, http on this machine.
    #[error("the URL must begin with https://")]
    NotHttps,
    /// User name or password inside.
    #[error("the URL must not contain a user name or password")]
    UserInfo,
    /// Something after the path.
    #[error("the URL must not contain ? or #")]
    Tail,
}

impl BaseUrl {
    /// Reads an https URL.
    ///
    /// # Errors
    /// Says what is wrong, in words for the person who typed it; the text itself is not repeated.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        Self::read(text, false)
    }

    /// Reads an https URL, or an http URL of this very machine: for local mode, where simulators stand in.
    ///
    /// # Errors
    /// As [`BaseUrl::parse`].
    pub fn loopback_allowed(text: &str) -> Result<Self, BaseUrlError> {
        Self::read(text, true)
    }

    fn read(text: &str, loopback: bool) -> Result<Self, BaseUrlError> {
        let mut url = Url::parse(text.trim()).map_err(|_| BaseUrlError::Malformed)?;
        if url.host().is_none() {
            return Err(BaseUrlError::Malformed);
        }
        let local = loopback && url.scheme() == "http" && is_loopback(&url);
        if url.scheme() != "https" && !local {
            return Err(BaseUrlError::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Tail);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The URL of a resource below this one; each segment is escaped.
    #[must_use]
    pub fn join<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.0.clone();
        url.path_segments_mut().expect("a URL with a host has path segments").pop_if_empty().extend(segments);
        url
    }

    /// Host name, as shown in messages.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().expect("a base URL has a host")
    }

    /// Whether the host is this very machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_without_user_query_or_fragment_is_accepted() {
        assert_eq!(
            BaseUrl::parse("https://eu2-cloud.acronis.com/").map(|url| url.to_string()),
            Ok("https://eu2-cloud.acronis.com".to_owned())
        );
        assert_eq!(BaseUrl::parse("http://eu2-cloud.acronis.com"), Err(BaseUrlError::NotHttps));
        assert_eq!(BaseUrl::parse("file:///etc/passwd"), Err(BaseUrlError::Malformed));
        assert_eq!(BaseUrl::parse("https://me:secret@eu2-cloud.acronis.com"), Err(BaseUrlError::UserInfo));
        assert_eq!(BaseUrl::parse("https://eu2-cloud.acronis.com/?x=1"), Err(BaseUrlError::Tail));
        assert_eq!(BaseUrl::parse("eu2-cloud.acronis.com"), Err(BaseUrlError::Malformed));
    }

    #[test]
    fn plain_http_needs_local_mode_and_this_machine() {
        for local in ["http://127.0.0.1:8081", "http://localhost:8081", "http://[::1]:8081"] {
            assert_eq!(BaseUrl::parse(local), Err(BaseUrlError::NotHttps), "{local}");
            assert!(BaseUrl::loopback_allowed(local).is_ok_and(|url| url.is_loopback()), "{local}");
        }
        for remote in ["http://10.0.0.1", "http://localhost.example.com", "http://127.0.0.1.example.com"] {
            assert_eq!(BaseUrl::loopback_allowed(remote), Err(BaseUrlError::NotHttps), "{remote}");
        }
    }

    #[test]
    fn a_segment_cannot_leave_its_place() {
        let base = BaseUrl::parse("https://host.example/base/").expect("valid");
        assert_eq!(base.join(["api", "a/../b?x#y"]).as_str(), "https://host.example/base/api/a%2F..%2Fb%3Fx%23y");
    }
}
