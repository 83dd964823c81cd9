//! Who is not signed in: refused on every route, whatever he shows.

use anyhow::Result;
use console::auth::OPEN;
use console::routes::routes;
use jiff::SignedDuration;
use suites::console::PUBLIC_URL;

use super::browser::Browser;
use super::stage::{Stage, administrator, filled};

const SESSION: &str = "__Host-console_session";

/// Every route answers this cookie as it answers nobody.
async fn is_refused_everywhere(stage: &Stage, cookie: &str, token: &str) -> Result<()> {
    for route in routes().into_iter().filter(|route| !OPEN.contains(&route.path)) {
        let headers = [("cookie", cookie), ("x-csrf-token", token), ("origin", PUBLIC_URL)];
        let answer = stage.call(route.method, &filled(route.path), &headers, "{}").await?;
        assert_eq!(answer.status, 401, "{route:?} with {cookie}: {answer:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn without_a_session_every_route_is_closed() -> Result<()> {
    let stage = Stage::new().await?;
    is_refused_everywhere(&stage, "", "").await?;
    is_refused_everywhere(&stage, "theme=dark", "AAAA").await
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_tampered_with_opens_nothing() -> Result<()> {
    let stage = Stage::new().await?;
    let mut browser = Browser::of(&stage, administrator()).await?;
    let token = browser.csrf().await?;
    let id = browser.cookies[SESSION].clone();
    let last = if id.ends_with('A') { 'B' } else { 'A' };
    let changed = format!("{}{last}", &id[..id.len() - 1]);
    let sessions = console::auth::sessions::list(&stage.deps(), &console::auth::Actor::administrator("test")).await?;
    for cookie in [
        format!("{SESSION}={changed}"),
        format!("{SESSION}={id}A"),
        format!("{SESSION}="),
        // What a reader of the table knows.
        format!("{SESSION}={}", sessions[0].id),
        // A cookie that a neighbouring host or plain HTTP may have set.
        format!("console_session={id}"),
        format!("{SESSION}={id}; {SESSION}=other"),
    ] {
        is_refused_everywhere(&stage, &cookie, &token).await?;
    }
    browser.get("/").await?.expect(200)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_session_that_has_ended_opens_nothing() -> Result<()> {
    let stage = Stage::new().await?;
    let mut browser = Browser::of(&stage, administrator()).await?;
    let (token, cookie) = (browser.csrf().await?, browser.cookie_header());
    stage.advance(SignedDuration::from_hours(2));
    is_refused_everywhere(&stage, &cookie, &token).await
}

#[tokio::test(start_paused = true)]
async fn a_session_that_somebody_ended_opens_nothing() -> Result<()> {
    let stage = Stage::new().await?;
    let mut browser = Browser::of(&stage, administrator()).await?;
    let (token, cookie) = (browser.csrf().await?, browser.cookie_header());
    let (deps, by) = (stage.deps(), console::auth::Actor::administrator("test"));
    let sessions = console::auth::sessions::list(&deps, &by).await?;
    console::auth::sessions::revoke(&deps, &by, &sessions[0].id).await?;
    is_refused_everywhere(&stage, &cookie, &token).await
}

#[tokio::test(start_paused = true)]
async fn a_wrong_token_is_not_made_good_by_a_session() -> Result<()> {
    let stage = Stage::new().await?;
    let browser = Browser::of(&stage, administrator()).await?;
    let cookie = browser.cookie_header();
    for authorization in ["Bearer wrong", "Bearer ", "Basic YTpi", "nonsense"] {
        let headers = [("cookie", cookie.as_str()), ("authorization", authorization)];
        assert_eq!(stage.call("GET", "/api/v1/settings", &headers, "").await?.status, 401, "{authorization}");
    }
    Ok(())
}
