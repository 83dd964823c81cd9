//! The log-in. A token is good for some two hours; it is renewed early, by one caller while the others wait for the outcome.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use runtime::http::lenient::{field, integer, text};
use runtime::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{Client, Effect, contract};
use crate::error::{self, Error};

const DOING: &str = "logging in";
/// A token is replaced this long before it ends.
const EARLY: SignedDuration = SignedDuration::from_mins(15);
/// A token is used this long at least: when the two clocks differ, it must not be fetched anew for every call.
const USE_MIN: SignedDuration = SignedDuration::from_mins(1);
/// And this long at most, whatever the reply says.
const USE_MAX: SignedDuration = SignedDuration::from_hours(12);
/// Assumed when the reply names no end.
const LIFE: SignedDuration = SignedDuration::from_mins(30);

/// A granted token.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Complete header value, marked sensitive.
    bearer: HeaderValue,
    use_until: Timestamp,
}

impl Token {
    pub(super) fn bearer(&self) -> HeaderValue {
        self.bearer.clone()
    }
}

/// The token in memory.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    current: Mutex<Option<Token>>,
    /// Counts refusals, so that callers who waited for a refused log-in do not each repeat it (rule X7).
    refusals: AtomicU64,
}

impl Tokens {
    /// Drops the token, unless it was replaced already.
    pub(super) async fn forget(&self, token: &Token) {
        let mut current = self.current.lock().await;
        if current.as_ref().is_some_and(|current| current.bearer == token.bearer) {
            *current = None;
        }
    }
}

impl Client {
    /// A token that is good for now.
    pub(super) async fn token(&self) -> Result<Token, Error> {
        let tokens = &self.0.tokens;
        let refusals = tokens.refusals.load(Ordering::SeqCst);
        let mut current = tokens.current.lock().await;
        if let Some(token) = current.as_ref().filter(|token| self.now() < token.use_until) {
            return Ok(token.clone());
        }
        if tokens.refusals.load(Ordering::SeqCst) != refusals {
            return Err(self.refused("it was refused a moment ago".to_owned()));
        }
        *current = None;
        let token = self.log_in().await.inspect_err(|error| {
            if error.is_log_in_refused() {
                tokens.refusals.fetch_add(1, Ordering::SeqCst);
            }
        })?;
        *current = Some(token.clone());
        Ok(token)
    }

    /// Asks for a token; a refusal is believed when it comes twice.
    async fn log_in(&self) -> Result<Token, Error> {
        let mut response = self.ask().await?;
        if is_refusal(&response) {
            response = self.ask().await?;
        }
        if is_refusal(&response) {
            return Err(self.refused(error::says(&response)));
        }
        if !response.status.is_success() {
            return Err(error::of_reply(DOING, Effect::Read, &response, self.now()));
        }
        let Some(reply) = response.json() else {
            let reason = "the reply is not JSON".to_owned();
            return Err(Error::Unavailable { doing: DOING, reason, code: None, cause: None });
        };
        let bearer = text(&reply, "access_token").ok_or_else(|| contract(DOING, "no access_token"))?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {bearer}"))
            .map_err(|_| contract(DOING, "the access_token cannot be sent back"))?;
        bearer.set_sensitive(true);
        Ok(Token { bearer, use_until: use_until(self.now(), &reply) })
    }

    /// The token call. It changes nothing, so it may be repeated like a read.
    async fn ask(&self) -> Result<Response, Error> {
        let settings = self.settings();
        let pair = format!("{}:{}", settings.client_id, settings.client_secret.expose_secret());
        let mut basic = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)))
            .expect("base64 is made of characters that a header may contain");
        basic.set_sensitive(true);
        let request = Request::new(Method::POST, self.account(["idp", "token"]))
            .header(header::AUTHORIZATION, basic)
            .body("application/x-www-form-urlencoded", "grant_type=client_credentials");
        let sent = self.send_read("token", &request).await;
        let response = sent.map_err(|failure| error::of_failure(DOING, Effect::Read, failure))?;
        if response.status.is_success() {
            return Ok(response);
        }
        Ok(response.without([settings.client_secret.expose_secret()]))
    }

    fn refused(&self, reason: String) -> Error {
        Error::LogInRefused { host: self.settings().base_url.host().to_owned(), reason }
    }
}

/// Whether the credentials were refused, and not merely this call: a proxy's 400 or 403 page says nothing about them.
fn is_refusal(response: &Response) -> bool {
    match response.status {
        StatusCode::UNAUTHORIZED => true,
        StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN => {
            response.json().is_some_and(|body| field(&body, "error").is_some_and(Value::is_string))
        }
        _ => false,
    }
}

/// Until when a token is used: the guides name `expires_on`, the API's document also `expires_in`.
fn use_until(now: Timestamp, reply: &Value) -> Timestamp {
    let until = integer(reply, "expires_on").and_then(|seconds| Timestamp::from_second(seconds).ok());
    let life = until.map(|until| until.duration_since(now));
    let life = life.or_else(|| integer(reply, "expires_in").map(SignedDuration::from_secs)).unwrap_or(LIFE);
    let usable = (life - EARLY.min(life / 2)).clamp(USE_MIN, USE_MAX);
    now.saturating_add(usable).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_renewed_a_quarter_of_an_hour_early() {
        let now = Timestamp::from_second(1_000_000).expect("in range");
        let two_hours = now + SignedDuration::from_hours(2);
        assert_eq!(use_until(now, &json!({"expires_on": two_hours.as_second()})), two_hours - EARLY);
        assert_eq!(use_until(now, &json!({"expires_in": "7200"})), two_hours - EARLY);
        assert_eq!(use_until(now, &json!({"expires_in": 600})), now + SignedDuration::from_mins(5));
    }

    proptest! {
        #[test]
        fn a_token_is_always_used_for_a_while(end in any::<i64>()) {
            let now = Timestamp::from_second(1_800_000_000).expect("in range");
            for reply in [json!({"expires_on": end}), json!({"expires_in": end}), json!({})] {
                let until = use_until(now, &reply);
                prop_assert!(until >= now + USE_MIN && until <= now + USE_MAX);
            }
        }
    }
}
