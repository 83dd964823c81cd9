//! The way in: from a page to the sign-in service and back.

use anyhow::{Context as _, Result};
use console::auth::openid;
use jiff::SignedDuration;
use simulators::control::{Fault, Kind};
use simulators::openid::{Algorithm, Person};
use url::Url;

use super::browser::{Browser, PAGE, location};
use super::stage::{CLIENT, ISSUER, Stage, administrator, stranger, viewer};

const SESSION: &str = "__Host-console_session";
const PENDING: &str = "__Host-console_sign_in";

#[tokio::test(start_paused = true)]
async fn a_person_who_asks_for_a_page_signs_in_and_sees_it() -> Result<()> {
    let stage = Stage::new().await?;
    stage.openid.browser_is(Some(administrator().with("email", "ann@msp.example").with("email_verified", true)));
    let mut browser = Browser::new(&stage);
    let way_in =
        location(&browser.get("/activity?from=2026-11-01").await?.expect(303)?.headers).context("the way in")?;
    assert_eq!(way_in, "/sign-in?to=%2Factivity%3Ffrom%3D2026-11-01");
    let (page, answer) = browser.sign_in(&way_in).await?;
    assert_eq!((answer.status.as_u16(), page.as_str()), (303, "/activity?from=2026-11-01"));
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), [SESSION], "what was kept of the sign-in is forgotten");
    let overview = browser.get("/").await?.expect(200)?;
    assert!(overview.text.contains("ann@msp.example"), "{overview:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_service_is_asked_with_everything_that_binds_its_answer() -> Result<()> {
    let stage = Stage::new().await?;
    let answer = Browser::new(&stage).get("/sign-in").await?.expect(303)?;
    let away = Url::parse(&location(&answer.headers).context("an address")?)?;
    let asked = |name: &str| away.query_pairs().find(|(given, _)| given == name).map(|(_, value)| value.into_owned());
    assert_eq!(away.path(), "/pool/authorize");
    assert_eq!(asked("response_type").as_deref(), Some("code"));
    assert_eq!(asked("client_id").as_deref(), Some(CLIENT));
    assert_eq!(asked("redirect_uri").as_deref(), Some("https://bridge.msp.example/sign-in/callback"));
    assert_eq!(asked("code_challenge_method").as_deref(), Some("S256"));
    for random in ["state", "nonce", "code_challenge"] {
        assert_eq!(asked(random).context(random)?.len(), 43, "{random}");
    }
    let cookie = answer.headers["set-cookie"].to_str()?;
    assert!(cookie.starts_with(&format!("{PENDING}=")), "{cookie}");
    assert!(cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=600; Secure"), "{cookie}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn any_proper_service_will_do() -> Result<()> {
    // Public, with a secret in the form, with the other algorithm, not Amazon's.
    let public = Stage::with(openid::Settings::new(ISSUER, CLIENT), None).await?;
    Browser::of(&public, viewer()).await?;
    let secret = Stage::new().await?;
    secret.openid.quirks(|quirks| {
        quirks.secret_in_form = true;
        quirks.algorithm = Algorithm::Es256;
        quirks.is_cognito = false;
    });
    Browser::of(&secret, viewer()).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn somebody_without_a_role_is_told_whom_to_ask() -> Result<()> {
    let stage = Stage::new().await?;
    stage.openid.browser_is(Some(stranger()));
    let mut browser = Browser::new(&stage);
    let (_, answer) = browser.sign_in("/sign-in").await?;
    let answer = answer.expect(403)?;
    for word in ["sam", "id.msp.test", "administrators", "viewers", "Ask"] {
        assert!(answer.text.contains(word), "{word}: {answer:?}");
    }
    assert!(!browser.cookies.contains_key(SESSION));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn somebody_whom_the_service_refuses_is_told_so() -> Result<()> {
    let stage = Stage::new().await?;
    let mut browser = Browser::new(&stage);
    let (_, answer) = browser.sign_in("/sign-in").await?;
    assert!(answer.expect(403)?.text.contains("id.msp.test has not let you in"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_way_back_works_in_the_browser_that_began_it_and_once() -> Result<()> {
    let stage = Stage::new().await?;
    stage.openid.browser_is(Some(administrator()));
    let mut browser = Browser::new(&stage);
    let callback = browser.authorized("/sign-in").await?;
    let kept = browser.cookies.clone();

    // Somebody else's browser: it began nothing, or something else.
    let mut victim = Browser::new(&stage);
    victim.get(&callback).await?.expect(400)?;
    victim.authorized("/sign-in").await?;
    let refused = victim.get(&callback).await?.expect(400)?;
    assert!(refused.text.contains("not begun in this browser"), "{refused:?}");
    assert!(!victim.cookies.contains_key(SESSION));

    let changed = callback.replace("state=", "state=x");
    browser.get(&changed).await?.expect(400)?;
    assert_eq!(browser.get(&callback).await?.status, 303);
    browser.get(&callback).await?.expect(400)?;

    // Even with the cookie put back, the service takes the code no more.
    browser.cookies = kept;
    let refused = browser.get(&callback).await?.expect(400)?;
    assert!(refused.text.contains("id.msp.test did not confirm this sign-in"), "{refused:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_stolen_code_is_worth_nothing_to_another_sign_in() -> Result<()> {
    let stage = Stage::new().await?;
    stage.openid.browser_is(Some(administrator()));
    let stolen = Browser::new(&stage).authorized("/sign-in").await?;
    let code = |callback: &str| {
        let url = Url::parse(&format!("https://bridge.msp.example{callback}"))?;
        url.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned()).context("a code")
    };
    let mut thief = Browser::new(&stage);
    let own = thief.authorized("/sign-in").await?;
    let injected = own.replace(&code(&own)?, &code(&stolen)?);
    assert_ne!(injected, own);
    // The state is right; the verifier is not the one that the code was made for.
    let refused = thief.get(&injected).await?.expect(400)?;
    assert!(refused.text.contains("did not confirm"), "{refused:?}");
    assert!(!thief.cookies.contains_key(SESSION));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_another_question_is_not_taken() -> Result<()> {
    let stage = Stage::new().await?;
    stage.openid.browser_is(Some(administrator()));
    let mut browser = Browser::new(&stage);
    stage.openid.quirks(|quirks| quirks.nonce = Some("another".to_owned()));
    let (_, answer) = browser.sign_in("/sign-in").await?;
    assert!(answer.expect(403)?.text.contains("the token is of another sign-in"));
    stage.openid.quirks(|quirks| quirks.nonce = None);

    let callback = browser.authorized("/sign-in").await?;
    browser.get(&format!("{callback}&iss=https%3A%2F%2Fother.test")).await?.expect(400)?;
    assert_eq!(browser.get(&format!("{callback}&iss=https%3A%2F%2Fid.msp.test%2Fpool")).await?.status, 303);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn nobody_is_sent_to_another_host_afterwards() -> Result<()> {
    let stage = Stage::new().await?;
    stage.openid.browser_is(Some(administrator()));
    for foreign in ["https%3A%2F%2Fevil.test", "%2F%2Fevil.test", "%2F%5Cevil.test", "%2Fsign-in", "mapping"] {
        let mut browser = Browser::new(&stage);
        let (page, _) = browser.sign_in(&format!("/sign-in?to={foreign}")).await?;
        assert_eq!(page, "/", "{foreign}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn while_the_service_is_down_people_are_told_and_sessions_go_on() -> Result<()> {
    let stage = Stage::new().await?;
    let mut inside = Browser::of(&stage, administrator()).await?;
    let mut outside = Browser::new(&stage);
    let callback = outside.authorized("/sign-in").await?;
    stage.openid.control().add_fault(Fault::new(Kind::DropBefore, "").times(1_000));

    let answer = outside.get(&callback).await?.expect(503)?;
    assert!(answer.text.contains("id.msp.test does not answer as it should"), "{answer:?}");
    // What is known of the service is good for an hour; then it is asked again.
    stage.advance(SignedDuration::from_mins(61));
    Browser::new(&stage).get("/sign-in").await?.expect(503)?;
    inside.get("/").await?.expect(200)?;
    inside.submit("/sign-out", "").await?.expect(303)?;

    stage.openid.control().clear_faults();
    stage.advance(SignedDuration::from_secs(10));
    Browser::of(&stage, administrator()).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_service_that_answers_nonsense_lets_nobody_in() -> Result<()> {
    for (path, kind) in
        [("/.well-known", Kind::Html), ("/keys", Kind::Html), ("/token", Kind::Html), ("/token", Kind::Status)]
    {
        let stage = Stage::new().await?;
        stage.openid.browser_is(Some(administrator()));
        stage.openid.control().add_fault(Fault::new(kind, path).times(1_000));
        let mut browser = Browser::new(&stage);
        let answer = browser.get("/sign-in").await?;
        let status = match location(&answer.headers) {
            Some(away) => {
                let callback = browser.back_from(&away).await?;
                browser.get(&callback).await?.status
            }
            None => answer.status,
        };
        assert_eq!(status, 503, "{path} with {kind:?}");
        assert!(!browser.cookies.contains_key(SESSION));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn signing_out_ends_the_session_here_and_leads_on_to_the_service() -> Result<()> {
    let stage = Stage::new().await?;
    let mut browser = Browser::of(&stage, viewer()).await?;
    let old = browser.cookie_header();
    let answer = browser.submit("/sign-out", "").await?.expect(200)?;
    let refresh = answer.headers["refresh"].to_str()?;
    let expected = format!(
        "0; url={ISSUER}/logout?client_id={CLIENT}&post_logout_redirect_uri=https%3A%2F%2Fbridge.msp.example%2Fsigned-out"
    );
    assert_eq!(refresh, expected);
    assert!(browser.cookies.is_empty());
    let again = stage.call("GET", "/api/v1/settings", &[("cookie", &old)], "").await?;
    assert_eq!(again.expect(401)?.code()?, "signed_out");
    browser.get("/signed-out").await?.expect(200)?;

    stage.openid.quirks(|quirks| quirks.can_end_sessions = false);
    stage.advance(SignedDuration::from_mins(61));
    let mut browser = Browser::of(&stage, viewer()).await?;
    let answer = browser.submit("/sign-out", "").await?.expect(303)?;
    assert_eq!(location(&answer.headers).as_deref(), Some("/signed-out"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_script_of_a_page_is_told_to_leave_it_for_the_sign_in() -> Result<()> {
    let stage = Stage::new().await?;
    let headers = [PAGE, ("hx-request", "true"), ("hx-current-url", "https://bridge.msp.example/mapping?after=2")];
    let answer = stage.call("GET", "/mapping", &headers, "").await?.expect(401)?;
    assert_eq!(answer.headers["hx-redirect"], "/sign-in?to=%2Fmapping%3Fafter%3D2");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_journal_names_who_made_a_change() -> Result<()> {
    let stage = Stage::new().await?;
    let named: Person = administrator().with("preferred_username", "ann.example");
    let mut browser = Browser::of(&stage, named).await?;
    let token = browser.csrf().await?;
    let settings = browser.get("/api/v1/settings").await?.expect(200)?.json()?;
    let mut edited = settings.clone();
    edited["settings"]["time_zone"] = "Europe/Berlin".into();
    let headers = [("x-csrf-token", token.as_str()), ("origin", "https://bridge.msp.example")];
    browser.send("PUT", "/api/v1/settings", &headers, &edited.to_string()).await?.expect(200)?;
    let activity = browser.get("/api/v1/activity").await?.expect(200)?.json()?;
    assert_eq!(activity["items"][0]["actor"], "ann.example", "{activity}");
    Ok(())
}
