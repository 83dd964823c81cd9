//! Tokens that are not to be believed: refused on every route. Those that are open their role's routes.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bridge_core::id::AccountId;
use console::auth::{OPEN, openid};
use console::routes::routes;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use simulators::control::{Fault, Kind};
use simulators::openid::Algorithm;
use store::record::{Staged, StagedEdit};
use suites::console::TOKEN;

use super::stage::{CLIENT, ISSUER, Stage, administrator, filled, stranger};

/// The claims of a good token of an administrator's, with these instead.
fn claims(stage: &Stage, change: &Value) -> Map<String, Value> {
    let mut claims = stage.openid.access_claims(&administrator());
    claims.extend(change.as_object().cloned().unwrap_or_default());
    claims
}

#[tokio::test(start_paused = true)]
async fn v5_two_people_of_one_name_have_each_their_own_staged_edits_and_entries_in_the_journal() -> Result<()> {
    let stage = Stage::new().await?;
    let token = |subject: &str| {
        let change = json!({"sub": subject, "preferred_username": "ann@msp.example"});
        stage.openid.signed(&claims(&stage, &change))
    };
    let (first, second) = (token("s-1")?, token("s-2")?);
    let edit = json!({"account": 174, "exclude": "no customer"}).to_string();
    let edit = StagedEdit {
        account: AccountId(174),
        account_name: "Alder".to_owned(),
        tenant_name: None,
        edit,
        refusal: None,
        doubt: None,
    };
    let staged = Staged { subject: "s-1".to_owned(), edits: vec![edit], at: stage.console.clock.now() };
    stage.console.systems.table.insert(staged).await?;
    let count = async |token: &str| -> Result<Option<usize>> {
        let staged = stage.call_with(token, "GET", "/api/v1/mapping/staged").await?.expect(200)?.json()?;
        Ok(staged["edits"].as_array().map(Vec::len))
    };
    assert_eq!((count(&first).await?, count(&second).await?), (Some(1), Some(0)));

    let authorization = format!("Bearer {second}");
    let saved = r#"{"version": 0, "settings": {"time_zone": "Europe/Berlin"}}"#;
    stage.call("PUT", "/api/v1/settings", &[("authorization", &authorization)], saved).await?.expect(200)?;
    let entry =
        stage.call_with(&first, "GET", "/api/v1/activity?limit=1").await?.expect(200)?.json()?["items"][0].clone();
    assert_eq!((&entry["actor"], &entry["actor_id"]), (&json!("ann@msp.example"), &json!("s-2")));
    Ok(())
}

/// Each token with what is wrong with it.
fn wrong_tokens(stage: &Stage, algorithm: Algorithm) -> Result<Vec<(&'static str, String)>> {
    stage.openid.quirks(|quirks| quirks.algorithm = algorithm);
    let other = if algorithm == Algorithm::Rs256 { "ES256" } else { "RS256" };
    let (openid, good) = (&stage.openid, claims(stage, &json!({})));
    let now = stage.console.clock.now().as_second();
    let said = |change: Value| openid.signed(&claims(stage, &change));
    let signed = openid.signed(&good)?;
    let (head, signature) = signed.rsplit_once('.').context("a signature")?;
    let (header, body) = head.split_once('.').context("a body")?;
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(signature)?;
    bytes[7] ^= 1;
    let raised =
        BASE64_URL_SAFE_NO_PAD.encode(json!({"iss": ISSUER, "cognito:groups": ["administrators"]}).to_string());
    Ok(vec![
        ("another issuer", said(json!({"iss": "https://id.evil.test/pool"}))?),
        ("nearly the issuer", said(json!({"iss": format!("{ISSUER}/")}))?),
        ("another client", said(json!({"client_id": "other"}))?),
        ("an audience that is not asked for", said(json!({"aud": "another api"}))?),
        ("no audience at all", said(json!({"client_id": null}))?),
        ("expired", said(json!({"exp": now - 61}))?),
        ("not yet valid", said(json!({"nbf": now + 61}))?),
        ("no end", said(json!({"exp": null}))?),
        ("who somebody is, in place of what he may open", openid.signed(&openid.id_claims(&administrator(), None))?),
        ("an answer to a nonce", said(json!({"nonce": "n-1"}))?),
        ("no signature and no algorithm", openid.unsigned(&json!({"alg": "none"}), &good)),
        ("no signature", openid.unsigned(&json!({}), &good)),
        ("the public key as a shared secret", openid.signed_with_public_key(&json!({"alg": "HS256"}), &good)),
        ("the same under the right name", openid.signed_with_public_key(&json!({}), &good)),
        ("the other algorithm's name", openid.signed_under(&json!({"alg": other}), &good)?),
        ("an algorithm that is not accepted", openid.signed_under(&json!({"alg": "RS512"}), &good)?),
        ("a key that nobody knows", openid.signed_under(&json!({"kid": "another"}), &good)?),
        ("no key", openid.signed_under(&json!({"kid": null}), &good)?),
        ("something that must be understood", openid.signed_under(&json!({"crit": ["b64"], "b64": false}), &good)?),
        ("a key that only has the name", openid.forged(&good)?),
        ("another signature", format!("{head}.{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))),
        ("another body", format!("{header}.{raised}.{signature}")),
        ("another header", format!("{}.{body}.{signature}", BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#))),
        ("half of it", head.to_owned()),
        ("four parts", format!("{signed}.{signature}")),
        ("nothing", String::new()),
        ("the console's own, nearly", format!("{TOKEN}x")),
    ])
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_good_opens_no_route() -> Result<()> {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let stage = Stage::new().await?;
        for (wrong, token) in wrong_tokens(&stage, algorithm)? {
            for route in routes().into_iter().filter(|route| !OPEN.contains(&route.path)) {
                let answer = stage.call_with(&token, route.method, &filled(route.path)).await?;
                assert_eq!(answer.status, 401, "{wrong}, {algorithm:?}, {route:?}: {answer:?}");
            }
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_good_token_opens_every_route() -> Result<()> {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let stage = Stage::new().await?;
        stage.openid.quirks(|quirks| quirks.algorithm = algorithm);
        let of_service = stage.openid.access_token(&administrator())?;
        for token in [of_service.as_str(), TOKEN] {
            for route in routes() {
                let answer = stage.call_with(token, route.method, &filled(route.path)).await?;
                let is_sign_in = OPEN.contains(&route.path);
                assert!(is_sign_in || ![401, 403].contains(&answer.status.as_u16()), "{route:?}: {answer:?}");
            }
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_token_is_good_for_a_minute_more_or_less_than_it_says() -> Result<()> {
    let stage = Stage::new().await?;
    let now = stage.console.clock.now().as_second();
    for (change, status) in [
        (json!({"exp": now - 59}), 200),
        (json!({"exp": now - 60}), 401),
        (json!({"nbf": now + 60}), 200),
        (json!({"nbf": now + 61}), 401),
    ] {
        let token = stage.openid.signed(&claims(&stage, &change))?;
        assert_eq!(stage.call_with(&token, "GET", "/api/v1/settings").await?.status, status, "{change}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_token_for_this_api_is_taken_where_the_service_says_what_it_is_for() -> Result<()> {
    let settings = openid::Settings { audience: Some("bridge".to_owned()), ..openid::Settings::new(ISSUER, CLIENT) };
    let stage = Stage::with(settings, None).await?;
    stage.openid.quirks(|quirks| quirks.is_cognito = false);
    let asked =
        async || stage.call_with(&stage.openid.access_token(&administrator())?, "GET", "/api/v1/settings").await;
    assert_eq!(asked().await?.status, 401);
    stage.openid.quirks(|quirks| quirks.audience = "bridge".to_owned());
    assert_eq!(asked().await?.status, 200);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_good_token_of_somebody_without_a_role_says_whom_to_ask() -> Result<()> {
    let stage = Stage::new().await?;
    let answer =
        stage.call_with(&stage.openid.access_token(&stranger())?, "GET", "/api/v1/settings").await?.expect(403)?;
    assert_eq!(answer.code()?, "forbidden");
    assert!(answer.text.contains("administrators") && answer.text.contains("viewers"), "{answer:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn new_keys_are_found_and_made_up_ones_cause_one_reading_a_minute() -> Result<()> {
    let stage = Stage::new().await?;
    let settings = async |token: &str| anyhow::Ok(stage.call_with(token, "GET", "/api/v1/settings").await?.status);
    let readings = || stage.openid.control().calls().iter().filter(|call| call.path == "/keys").count();
    let old = stage.openid.access_token(&administrator())?;
    assert_eq!(settings(&old).await?, 200);
    assert_eq!(readings(), 1);

    stage.openid.rotate_keys()?;
    let new = stage.openid.access_token(&administrator())?;
    for _ in 0..20 {
        assert_eq!(settings(&new).await?, 401, "the keys were read a moment ago");
    }
    assert_eq!(readings(), 1);
    stage.advance(SignedDuration::from_mins(1));
    assert_eq!(settings(&new).await?, 200);
    assert_eq!(settings(&old).await?, 401, "its key was withdrawn");
    assert_eq!(readings(), 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn while_the_service_is_down_the_console_s_own_token_is_good() -> Result<()> {
    let stage = Stage::new().await?;
    stage.openid.control().add_fault(Fault::new(Kind::DropBefore, "").times(1_000));
    let token = stage.openid.access_token(&administrator())?;
    assert_eq!(stage.call_with(&token, "GET", "/api/v1/settings").await?.expect(503)?.code()?, "unavailable");
    assert_eq!(stage.call_with(TOKEN, "GET", "/api/v1/settings").await?.status, 200);
    Ok(())
}
