//! Changes that come with a session: from a page of ours, with its token, by somebody who may make them. Each is tried on every
//! route that changes something.

use anyhow::{Context as _, Result, ensure};
use console::auth::{OF_VIEWERS, OPEN};
use console::routes::{Route, routes};
use suites::console::{Answer, PUBLIC_URL, TOKEN};
use suites::page::Page;

use super::browser::Browser;
use super::stage::{Stage, administrator, filled, viewer};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const OWN: (&str, &str) = ("origin", PUBLIC_URL);

/// Every route that changes something, but for the end of one's own session, which would end the test.
fn changing() -> Vec<Route> {
    let is_changing = |route: &Route| route.method != "GET" && !OPEN.contains(&route.path) && route.path != "/sign-out";
    routes().into_iter().filter(is_changing).collect()
}

#[tokio::test(start_paused = true)]
async fn a_change_from_elsewhere_is_refused_on_every_route() -> Result<()> {
    let stage = Stage::new().await?;
    let mut browser = Browser::of(&stage, administrator()).await?;
    let token = browser.csrf().await?;
    let proof = ("x-csrf-token", token.as_str());
    let foreign: [&[(&str, &str)]; 5] = [
        &[],
        &[("origin", "https://evil.test")],
        &[("origin", "null")],
        &[OWN, ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
    ];
    ensure!(changing().len() > 15, "routes that change something");
    for route in changing() {
        for from in foreign {
            let headers = [&[proof], from].concat();
            let answer = browser.send(route.method, &filled(route.path), &headers, "{}").await?;
            assert_eq!(answer.status, 403, "{route:?} from {from:?}: {answer:?}");
            assert!(answer.text.contains("not asked for by a page of this console"), "{route:?}: {answer:?}");
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_change_without_its_page_s_token_is_refused_on_every_route() -> Result<()> {
    let stage = Stage::new().await?;
    let mut browser = Browser::of(&stage, administrator()).await?;
    let of_another = Browser::of(&stage, administrator()).await?.csrf().await?;
    for route in changing() {
        let path = filled(route.path);
        for wrong in ["", "AAAA", &of_another] {
            let answer = browser.send(route.method, &path, &[OWN, ("x-csrf-token", wrong)], "{}").await?;
            assert_eq!(answer.status, 403, "{route:?} with {wrong}: {answer:?}");
            let answer = browser.send(route.method, &path, &[OWN, FORM], &format!("a=b&csrf={wrong}")).await?;
            assert_eq!(answer.status, 403, "{route:?} with {wrong}: {answer:?}");
        }
        for headers in [&[OWN][..], &[OWN, FORM], &[OWN, ("content-type", "application/json")]] {
            let answer = browser.send(route.method, &path, headers, "{}").await?;
            assert_eq!(answer.status, 403, "{route:?} with {headers:?}: {answer:?}");
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_change_with_everything_reaches_every_route() -> Result<()> {
    let stage = Stage::new().await?;
    let mut browser = Browser::of(&stage, administrator()).await?;
    let token = browser.csrf().await?;
    for route in changing() {
        let path = filled(route.path);
        let headers = [OWN, ("x-csrf-token", token.as_str())];
        let answer = browser.send(route.method, &path, &headers, "{}").await?;
        assert!(![401, 403, 405].contains(&answer.status.as_u16()), "{route:?}: {answer:?}");
        let answer = browser.send(route.method, &path, &[OWN, FORM], &format!("csrf={token}")).await?;
        assert!(![401, 403, 405].contains(&answer.status.as_u16()), "{route:?}: {answer:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_form_that_is_too_large_is_not_read() -> Result<()> {
    let stage = Stage::new().await?;
    let mut browser = Browser::of(&stage, administrator()).await?;
    let large = "x".repeat(256 * 1024);
    assert_eq!(browser.submit("/api/v1/run", &format!("a={large}")).await?.status, 413);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_viewer_may_look_at_everything_and_change_nothing() -> Result<()> {
    let stage = Stage::new().await?;
    let mut browser = Browser::of(&stage, viewer()).await?;
    let token = browser.csrf().await?;
    let bearer = stage.openid.access_token(&viewer())?;
    assert_eq!(OF_VIEWERS, ["/sign-out"]);
    for route in routes().into_iter().filter(|route| !OPEN.contains(&route.path) && route.path != "/sign-out") {
        let path = filled(route.path);
        let headers = [OWN, ("x-csrf-token", token.as_str())];
        let by_session = browser.send(route.method, &path, &headers, "{}").await?;
        let by_token = stage.call_with(&bearer, route.method, &path).await?;
        for answer in [by_session, by_token] {
            if route.method == "GET" {
                assert!(![401, 403].contains(&answer.status.as_u16()), "{route:?}: {answer:?}");
            } else {
                assert_eq!(answer.status, 403, "{route:?}: {answer:?}");
                assert!(
                    answer.text.contains("may look at everything here, and change nothing"),
                    "{route:?}: {answer:?}"
                );
            }
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_a_form_came_to_is_told_by_a_cookie_that_no_neighbouring_host_can_set() -> Result<()> {
    let stage = Stage::new().await?;
    let token = format!("Bearer {TOKEN}");
    let answer = stage.call("POST", "/mapping/unstage", &[("authorization", &token)], "").await?.expect(303)?;
    let cookie = answer.headers["set-cookie"].to_str()?;
    assert!(cookie.starts_with("__Host-console_notice=") && cookie.ends_with("; Secure"), "{cookie}");
    let given = cookie.split(';').next().context("a value")?;
    let read = async |cookie: &str| -> Result<Answer> {
        stage.call("GET", "/mapping", &[("authorization", &token), ("cookie", cookie)], "").await?.expect(200)
    };
    let shown = read(given).await?;
    assert_eq!(Page::of(&shown).text("#notice")?, "Undone. Nothing is staged any more.");
    assert!(shown.headers["set-cookie"].to_str()?.contains("Max-Age=0"), "once it was shown it goes");
    let elsewhere = stage.call("GET", "/review", &[("authorization", &token), ("cookie", given)], "").await?;
    assert_eq!(
        Page::of(&elsewhere).texts("#notice"),
        [""; 0],
        "whoever has gone elsewhere meanwhile does not read it there"
    );
    let neighbours = read(&given.replace("__Host-", "")).await?;
    assert_eq!(Page::of(&neighbours).texts("#notice"), [""; 0]);
    Ok(())
}
