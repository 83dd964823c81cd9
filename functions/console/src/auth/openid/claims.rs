//! What a token says, and whether that is enough to believe it.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::settings::Settings;

/// By how much the issuer's clock and ours may differ.
const LEEWAY_S: f64 = 60.0;

/// What a token is shown for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'a> {
    /// To say who has signed in, in answer to our question with this nonce.
    Id {
        /// The nonce.
        nonce: &'a str,
    },
    /// To open the API.
    Access,
}

/// What is believed.
#[derive(Debug)]
pub(super) struct Claims {
    /// The person or program, as the issuer numbers them.
    pub(super) subject: String,
    /// Everything that it says.
    pub(super) all: Map<String, Value>,
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    /// No token, or an odd one.
    #[error("the token cannot be read")]
    Unreadable,
    /// Signed in a way that we do not take.
    #[error("the token's algorithm is not one of those that are accepted")]
    Algorithm,
    /// Signed with a key that the issuer does not name.
    #[error("the token's key is not one of the issuer's")]
    Key,
    /// Not signed by it.
    #[error("the token's signature is wrong")]
    Signature,
    /// Somebody else's.
    #[error("the token is of another issuer")]
    Issuer,
    /// For somebody else.
    #[error("the token is not meant for this console")]
    Audience,
    /// No more.
    #[error("the token has expired")]
    Expired,
    /// Not yet.
    #[error("the token is not valid yet")]
    Early,
    /// For another sign-in.
    #[error("the token is of another sign-in")]
    Nonce,
    /// Of the other kind.
    #[error("the token is of another kind")]
    Kind,
}

#[derive(Deserialize)]
struct Standard {
    iss: String,
    sub: String,
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default)]
    aud: Option<Audience>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    /// Amazon Cognito's own: `id` or `access`.
    #[serde(default)]
    token_use: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What is believed of a token whose signature is good.
///
/// # Errors
/// It is not ours to believe.
pub(super) fn check(
    all: Map<String, Value>,
    settings: &Settings,
    kind: Kind<'_>,
    now: Timestamp,
) -> Result<Claims, Wrong> {
    let standard = Standard::deserialize(&Value::Object(all.clone())).map_err(|_| Wrong::Unreadable)?;
    if standard.iss != settings.issuer {
        return Err(Wrong::Issuer);
    }
    let now_s = now.as_duration().as_secs_f64();
    if now_s >= standard.exp + LEEWAY_S {
        return Err(Wrong::Expired);
    }
    if standard.nbf.is_some_and(|nbf| now_s < nbf - LEEWAY_S) {
        return Err(Wrong::Early);
    }
    match kind {
        Kind::Id { nonce } => standard.says_who(settings, nonce)?,
        Kind::Access => standard.opens_the_api(settings)?,
    }
    Ok(Claims { subject: standard.sub, all })
}

impl Standard {
    fn says_who(&self, settings: &Settings, nonce: &str) -> Result<(), Wrong> {
        if self.token_use.as_deref().is_some_and(|token_use| token_use != "id") {
            return Err(Wrong::Kind);
        }
        let is_other_party = self.azp.as_ref().is_some_and(|party| *party != settings.client_id);
        if !self.is_for(&settings.client_id) || is_other_party {
            return Err(Wrong::Audience);
        }
        if self.nonce.as_deref() == Some(nonce) { Ok(()) } else { Err(Wrong::Nonce) }
    }

    /// An access token names the API that it opens. Where none is set, it must name nobody and be made for our own client, as
    /// Amazon Cognito's are: one that was made for another API must not open ours.
    fn opens_the_api(&self, settings: &Settings) -> Result<(), Wrong> {
        // Of the two kinds of tokens, only the one that says who somebody is answers a nonce.
        if self.token_use.as_deref().is_some_and(|token_use| token_use != "access") || self.nonce.is_some() {
            return Err(Wrong::Kind);
        }
        let is_ours = match &settings.audience {
            Some(audience) => self.is_for(audience),
            None => self.aud.is_none() && self.client_id.as_ref() == Some(&settings.client_id),
        };
        if is_ours { Ok(()) } else { Err(Wrong::Audience) }
    }

    fn is_for(&self, audience: &str) -> bool {
        match &self.aud {
            None => false,
            Some(Audience::One(one)) => one == audience,
            Some(Audience::Several(several)) => several.iter().any(|one| one == audience),
        }
    }
}

impl Claims {
    /// What the person is called in the journal: something that people know. Issuers let people choose some of it, so two may share
    /// it, and nothing is anybody's by it.
    pub(super) fn name(&self) -> String {
        let text = |claim: &str| self.all.get(claim).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        // A person can enter any address as long as nobody has asked whether it is his.
        let is_checked = self.all.get("email_verified").is_some_and(|is| *is == Value::Bool(true) || *is == "true");
        let email = text("email").filter(|_| is_checked);
        let name = email.or_else(|| ["preferred_username", "cognito:username", "username"].into_iter().find_map(text));
        name.unwrap_or(&self.subject).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(audience: Option<&str>) -> Settings {
        Settings { audience: audience.map(str::to_owned), ..Settings::new("https://id.msp.example", "console") }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn checked(change: &Value, audience: Option<&str>, kind: Kind<'_>) -> Result<Claims, Wrong> {
        let claims = json!({"iss": "https://id.msp.example", "sub": "p-1", "exp": 1_000, "nbf": 500});
        let mut claims = claims.as_object().unwrap().clone();
        claims.extend(change.as_object().unwrap().clone());
        check(claims, &settings(audience), kind, at(700))
    }

    fn wrong(change: &Value, audience: Option<&str>, kind: Kind<'_>) -> Option<Wrong> {
        checked(change, audience, kind).err()
    }

    const ID: Kind<'_> = Kind::Id { nonce: "n-1" };

    #[test]
    fn who_somebody_is_must_be_told_to_us_in_answer_to_our_question() {
        assert_eq!(wrong(&json!({"aud": "console", "nonce": "n-1"}), None, ID), None);
        assert_eq!(wrong(&json!({"aud": ["other", "console"], "azp": "console", "nonce": "n-1"}), None, ID), None);
        assert_eq!(wrong(&json!({"aud": "console", "azp": "other", "nonce": "n-1"}), None, ID), Some(Wrong::Audience));
        assert_eq!(wrong(&json!({"aud": "other", "nonce": "n-1"}), None, ID), Some(Wrong::Audience));
        assert_eq!(wrong(&json!({"aud": "console"}), None, ID), Some(Wrong::Nonce));
        assert_eq!(wrong(&json!({"aud": "console", "nonce": "n-2"}), None, ID), Some(Wrong::Nonce));
        assert_eq!(
            wrong(&json!({"aud": "console", "nonce": "n-1", "token_use": "access"}), None, ID),
            Some(Wrong::Kind)
        );
        assert_eq!(
            wrong(&json!({"aud": "console", "nonce": "n-1", "iss": "https://id.msp.example/"}), None, ID),
            Some(Wrong::Issuer)
        );
    }

    #[test]
    fn an_access_token_must_be_made_for_this_api() {
        let cognito = json!({"client_id": "console", "token_use": "access"});
        assert_eq!(wrong(&cognito, None, Kind::Access), None);
        assert_eq!(wrong(&cognito, Some("api"), Kind::Access), Some(Wrong::Audience));
        assert_eq!(wrong(&json!({"client_id": "other"}), None, Kind::Access), Some(Wrong::Audience));
        assert_eq!(
            wrong(&json!({"client_id": "console", "aud": "another api"}), None, Kind::Access),
            Some(Wrong::Audience)
        );
        assert_eq!(wrong(&json!({"aud": ["api"]}), Some("api"), Kind::Access), None);
        assert_eq!(wrong(&json!({"aud": "console", "nonce": "n-1"}), Some("console"), Kind::Access), Some(Wrong::Kind));
        assert_eq!(wrong(&json!({"client_id": "console", "token_use": "id"}), None, Kind::Access), Some(Wrong::Kind));
    }

    #[test]
    fn a_token_is_good_for_its_time_give_or_take_a_minute() {
        let all =
            json!({"iss": "https://id.msp.example", "sub": "p-1", "exp": 1_000, "nbf": 500, "client_id": "console"});
        let result = |now| check(all.as_object().unwrap().clone(), &settings(None), Kind::Access, at(now)).err();
        assert_eq!(result(439), Some(Wrong::Early));
        assert_eq!(result(440), None);
        assert_eq!(result(1_059), None);
        assert_eq!(result(1_060), Some(Wrong::Expired));
    }

    #[test]
    fn a_token_without_an_end_or_a_subject_is_none() {
        for missing in ["exp", "sub", "iss"] {
            let change = json!({missing: null, "client_id": "console"});
            assert_eq!(wrong(&change, None, Kind::Access), Some(Wrong::Unreadable), "{missing}");
        }
    }

    #[test]
    fn a_person_is_called_by_what_the_issuer_vouches_for() {
        let name = |change: Value| {
            let mut change = change;
            change["client_id"] = json!("console");
            checked(&change, None, Kind::Access).unwrap().name()
        };
        assert_eq!(
            name(json!({"email": "ann@msp.example", "email_verified": true, "username": "ann"})),
            "ann@msp.example"
        );
        assert_eq!(name(json!({"email": "ann@msp.example", "username": "mallory"})), "mallory");
        assert_eq!(name(json!({"email": "ann@msp.example", "email_verified": "true"})), "ann@msp.example");
        assert_eq!(name(json!({"preferred_username": " "})), "p-1");
    }
}
