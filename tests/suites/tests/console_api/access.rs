//! Who may come in, and how requests are refused.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use axum::body::Body;
use console::auth::OPEN;
use console::routes::routes;
use http::{HeaderMap, Request};
use serde_json::json;
use suites::console::{Answer, Console, ONE_TIME, TOKEN};

/// A request with these headers.
async fn call(console: &Console, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    console.send(request.body(Body::from(body.to_owned()))?).await
}

/// A path of a route, with something in place of its parameters.
fn filled(path: &str) -> String {
    path.replace("{id}", "some-id")
        .replace("{connection}", "somewhere")
        .replace("{version}/{name}", "some-version/console.css")
}

#[tokio::test(start_paused = true)]
async fn every_route_but_the_open_ones_is_closed_to_strangers() -> Result<()> {
    let console = Console::connected().await?;
    let wrong = format!("Bearer {TOKEN}x");
    for route in routes() {
        let path = filled(route.path);
        for headers in [&[][..], &[("authorization", wrong.as_str())], &[("cookie", "console_session=AAAA")]] {
            let answer = call(&console, route.method, &path, headers, "{}").await?;
            if OPEN.contains(&route.path) {
                assert_ne!(answer.status, 404, "{route:?}");
            } else {
                assert_eq!(answer.status, 401, "{route:?} with {headers:?}");
                assert!(!answer.headers.contains_key("set-cookie"), "{route:?}");
            }
        }
    }
    assert_eq!(OPEN, ["/healthz", "/sign-in", "/sign-in/callback", "/signed-out", "/assets/{version}/{name}"]);
    for unknown in ["/nothing", "/api/v1/nothing", "/healthz/x", "//healthz", "/sign-in/", "/api/v1/settings/"] {
        assert_eq!(call(&console, "GET", unknown, &[], "").await?.status, 401, "{unknown}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn every_route_of_the_description_answers_and_no_other_path_does() -> Result<()> {
    let console = Console::connected().await?;
    let document = console.get("/api/v1/openapi.json").await?.expect(200)?.json()?;
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().context("paths")?;
    for (path, operations) in paths {
        for method in operations.as_object().context("operations")?.keys() {
            let answer = console.call(&method.to_uppercase(), &filled(path), Some(&json!({}))).await?;
            let is_unknown = answer.status == 404 && answer.text.contains("nothing has this address");
            assert!(!is_unknown && answer.status != 405, "{method} {path}: {answer:?}");
        }
    }
    // Pages are for people and described nowhere.
    let of_programs = |path: &&str| path.starts_with("/api/") || *path == "/healthz";
    let known: BTreeSet<&str> = routes().iter().map(|route| route.path).filter(of_programs).collect();
    assert_eq!(paths.keys().map(String::as_str).collect::<BTreeSet<_>>(), known);
    console.get("/api/v1/nothing").await?.expect(404)?;
    assert_eq!(console.call("PATCH", "/api/v1/settings", None).await?.expect(405)?.code()?, "method_not_allowed");
    Ok(())
}

async fn session(console: &Console) -> Result<String> {
    let answer = call(console, "GET", &format!("/sign-in?key={ONE_TIME}"), &[], "").await?.expect(303)?;
    let cookie = text(&answer.headers, "set-cookie")?;
    assert!(cookie.contains("HttpOnly; SameSite=Lax; Path=/; Max-Age=43200"), "{cookie}");
    Ok(cookie.split(';').next().context("a cookie")?.to_owned())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str> {
    Ok(headers.get(name).with_context(|| format!("no {name}"))?.to_str()?)
}

#[tokio::test(start_paused = true)]
async fn the_one_time_link_begins_a_session_once() -> Result<()> {
    let console = Console::connected().await?;
    assert_eq!(call(&console, "GET", "/sign-in?key=other", &[], "").await?.status, 401);
    assert_eq!(call(&console, "GET", "/sign-in", &[], "").await?.status, 401);
    let cookie = session(&console).await?;
    let signed_in = [("cookie", cookie.as_str())];
    assert_eq!(call(&console, "GET", "/api/v1/settings", &signed_in, "").await?.status, 200);
    assert_eq!(call(&console, "GET", &format!("/sign-in?key={ONE_TIME}"), &[], "").await?.status, 401);

    // It is a record, so it outlives the process; the link does not.
    let begun_anew = Console { router: console.router_anew(), ..console };
    assert_eq!(call(&begun_anew, "GET", "/api/v1/settings", &signed_in, "").await?.status, 200);

    begun_anew.clock.advance(jiff::SignedDuration::from_hours(12));
    assert_eq!(call(&begun_anew, "GET", "/api/v1/settings", &signed_in, "").await?.status, 401);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_write_of_a_session_must_come_from_our_own_page() -> Result<()> {
    let console = Console::connected().await?;
    let cookie = session(&console).await?;
    let session = [("cookie", cookie.as_str()), ("host", "127.0.0.1:8080")];
    let page = call(&console, "GET", "/", &session, "").await?.expect(200)?;
    let (_, rest) = page.text.split_once("name=\"csrf\" value=\"").context("a form with a token")?;
    let token = rest.split('"').next().context("its end")?;
    let run = async |origin: Option<&str>, token: Option<&str>| {
        let mut headers = session.to_vec();
        headers.extend(origin.map(|origin| ("origin", origin)));
        headers.extend(token.map(|token| ("x-csrf-token", token)));
        call(&console, "POST", "/api/v1/run", &headers, r#"{"what": "alerts"}"#).await
    };
    for foreign in [None, Some("null"), Some("https://evil.example"), Some("http://127.0.0.1:8081"), Some("")] {
        assert_eq!(run(foreign, Some(token)).await?.expect(403)?.code()?, "forbidden", "{foreign:?}");
    }
    for own in ["http://127.0.0.1:8080", "https://bridge.msp.example"] {
        assert_eq!(run(Some(own), Some(token)).await?.status, 200, "{own}");
        for wrong in [None, Some(""), Some("AAAA")] {
            assert_eq!(run(Some(own), wrong).await?.expect(403)?.code()?, "forbidden", "{own} with {wrong:?}");
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn requests_that_cannot_be_read_are_refused_with_what_is_wrong() -> Result<()> {
    let console = Console::connected().await?;
    let authorization = format!("Bearer {TOKEN}");
    let token = [("authorization", authorization.as_str())];
    let answer = call(&console, "PUT", "/api/v1/settings", &token, "{\"version\": 0,").await?.expect(400)?;
    assert_eq!(answer.code()?, "unreadable");
    let large = format!("{{\"reason\": \"{}\"}}", "x".repeat(256 * 1024));
    let answer = call(&console, "POST", "/api/v1/parked/1-x/discard", &token, &large).await?.expect(413)?;
    assert_eq!(answer.code()?, "too_large");
    for odd in ["/api/v1/parked?limit=many", "/api/v1/parked?lmit=1", "/api/v1/activity?from=yesterday"] {
        assert_eq!(console.get(odd).await?.expect(400)?.code()?, "unreadable", "{odd}");
    }
    for list in [
        "parked",
        "held",
        "unmapped",
        "activity",
        "tickets",
        "mapping",
        "accounts",
        "services",
        "suggestions",
        "tenants?connection=any",
    ] {
        let mark = if list.contains('?') { '&' } else { '?' };
        for limit in ["0", "501"] {
            let refused = console.get(&format!("/api/v1/{list}{mark}limit={limit}")).await?.expect(400)?;
            assert_eq!(refused.fields()?, ["limit"], "{list} with {limit}");
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn no_answer_may_be_kept_framed_or_run() -> Result<()> {
    let console = Console::connected().await?;
    for path in ["/healthz", "/api/v1/settings", "/nothing"] {
        let answer = call(&console, "GET", path, &[], "").await?;
        assert_eq!(text(&answer.headers, "cache-control")?, "no-store", "{path}");
        assert!(text(&answer.headers, "content-security-policy")?.contains("default-src 'none'"), "{path}");
        assert_eq!(text(&answer.headers, "x-content-type-options")?, "nosniff", "{path}");
    }
    Ok(())
}
