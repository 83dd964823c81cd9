//! Tokens, for senders that cannot sign. A token is only accepted where one is set, and it proves less than a signature: it can
//! be read on the way and used with any body. As the body is a hint (rule X1), the worst is one read too many.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Refused, header};

/// The token that a request carries; not checked yet.
#[derive(Clone, Copy)]
pub struct Claim<'a>(&'a str);

impl<'a> Claim<'a> {
    /// Reads `Authorization: Bearer …`.
    ///
    /// # Errors
    /// [`Refused::Unsigned`] when there is no such header, [`Refused::Malformed`] when it has another form.
    pub fn read(headers: &'a HeaderMap) -> Result<Self, Refused> {
        if !headers.contains_key(AUTHORIZATION) {
            return Err(Refused::Unsigned);
        }
        let (scheme, token) = header(headers, AUTHORIZATION.as_str())
            .and_then(|value| value.split_once(' '))
            .ok_or(Refused::Malformed)?;
        if scheme.eq_ignore_ascii_case("bearer") { Ok(Self(token.trim())) } else { Err(Refused::Malformed) }
    }

    /// The token as it was sent, for those who can tell by itself whether it is good.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.0
    }

    /// Compares the token with the one that is set. Both are hashed first, so that neither the place of the first difference
    /// nor the length can be measured.
    ///
    /// # Errors
    /// [`Refused::NoSecret`] when no token is set, [`Refused::Mismatch`].
    pub fn verify(self, token: Option<&SecretString>) -> Result<(), Refused> {
        let token =
            token.map(ExposeSecret::expose_secret).filter(|token| !token.is_empty()).ok_or(Refused::NoSecret)?;
        let equal = Sha256::digest(self.0).as_slice().ct_eq(Sha256::digest(token).as_slice());
        if bool::from(equal) { Ok(()) } else { Err(Refused::Mismatch) }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn sent(authorization: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(authorization))])
    }

    fn check(authorization: &'static str, token: Option<&str>) -> Result<(), Refused> {
        Claim::read(&sent(authorization))?.verify(token.map(SecretString::from).as_ref())
    }

    #[test]
    fn the_token_that_is_set_is_accepted_and_no_other() {
        assert_eq!(check("Bearer relay-7", Some("relay-7")), Ok(()));
        assert_eq!(check("bearer relay-7", Some("relay-7")), Ok(()), "the scheme has no case");
        for wrong in ["Bearer relay-8", "Bearer relay-", "Bearer relay-77", "Bearer RELAY-7"] {
            assert_eq!(check(wrong, Some("relay-7")), Err(Refused::Mismatch), "{wrong}");
        }
    }

    #[test]
    fn without_a_token_set_none_is_accepted_not_even_an_empty_one() {
        assert_eq!(check("Bearer ", None), Err(Refused::NoSecret));
        assert_eq!(check("Bearer ", Some("")), Err(Refused::NoSecret));
        assert_eq!(check("Bearer relay-7", None), Err(Refused::NoSecret));
    }

    #[test]
    fn another_scheme_is_not_a_token() {
        assert_eq!(check("Basic relay-7", Some("relay-7")), Err(Refused::Malformed));
        assert_eq!(check("relay-7", Some("relay-7")), Err(Refused::Malformed));
        assert_eq!(Claim::read(&HeaderMap::new()).map(drop), Err(Refused::Unsigned));
    }
}
