//! Who comes in through the front door, and who does not.

use runtime::http::{HeaderValue, Method, Request, Response, StatusCode, Url, header};
use serde_json::json;

use super::program::Program;
use super::turn;
use super::world::World;

async fn post(world: &World, path: &str, headers: &[(header::HeaderName, &str)]) -> Response {
    let url = Url::parse(&format!("{}{path}", world.console)).unwrap();
    let request = headers.iter().fold(Request::new(Method::POST, url), |request, (name, value)| {
        request.header(name.clone(), HeaderValue::try_from(*value).unwrap())
    });
    world.send(request).await.unwrap()
}

async fn get(world: &World, url: &str) -> Response {
    world.send(Request::new(Method::GET, Url::parse(url).unwrap())).await.unwrap()
}

/// The token that the forms of this session's pages carry.
async fn csrf(world: &World, cookie: &str) -> String {
    let overview = Request::new(Method::GET, Url::parse(&world.console).unwrap());
    let overview = overview.header(header::COOKIE, HeaderValue::try_from(cookie).unwrap());
    let page = String::from_utf8(world.send(overview).await.unwrap().body.to_vec()).unwrap();
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_doors_open_to_the_right_keys_alone() {
    let _turn = turn().await;
    let world = World::demonstrated().await;
    let console = world.console.clone();

    assert_eq!(get(&world, &format!("{console}/healthz")).await.status, StatusCode::OK);
    assert_eq!(get(&world, &format!("{console}/api/v1/settings")).await.status, StatusCode::UNAUTHORIZED);
    for path in ["/local/settle", "/local/clock", "/local/run/alert-poll", "/local/run/anything"] {
        assert_eq!(post(&world, path, &[]).await.status, StatusCode::UNAUTHORIZED, "{path}");
        let wrong = [(header::AUTHORIZATION, "Bearer wrong")];
        assert_eq!(post(&world, path, &wrong).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    for path in ["/webhooks/acronis", "/webhooks/autotask"] {
        let refused = post(&world, path, &[]).await;
        assert_eq!(
            (refused.status, refused.json()),
            (StatusCode::UNAUTHORIZED, Some(json!({ "error": "unauthorized" })))
        );
    }

    // The one-time link begins a session, once; a write needs a page of the console as its origin, and its token.
    let link =
        world.local().printed.iter().find_map(|line| line.split_whitespace().find(|word| word.contains("/sign-in?")));
    let signed_in = get(&world, link.unwrap()).await;
    let cookie = signed_in.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(get(&world, link.unwrap()).await.status, StatusCode::UNAUTHORIZED);
    let session = (header::COOKIE, cookie.as_str());
    assert_eq!(post(&world, "/local/clock", std::slice::from_ref(&session)).await.status, StatusCode::FORBIDDEN);
    let foreign = (header::ORIGIN, "https://elsewhere.example");
    assert_eq!(post(&world, "/local/clock", &[session.clone(), foreign]).await.status, StatusCode::FORBIDDEN);
    let own = (header::ORIGIN, console.as_str());
    assert_eq!(post(&world, "/local/clock", &[session.clone(), own.clone()]).await.status, StatusCode::FORBIDDEN);
    let token = csrf(&world, &cookie).await;
    let proven = [session, own, (header::HeaderName::from_static("x-csrf-token"), token.as_str())];
    assert_eq!(post(&world, "/local/clock", &proven).await.status, StatusCode::OK);
    let unknown = post(&world, "/local/run/ticket-sync", &proven).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.json().unwrap()["error"]["message"].as_str().unwrap().contains("account-poll"));
}

#[tokio::test]
async fn without_the_demonstration_nothing_is_configured_and_nothing_is_simulated() {
    let _turn = turn().await;
    let local = Program::start("local", &["--port", "0", "--no-demo"], &[]).await;
    assert!(!local.printed.iter().any(|line| line.starts_with("acronis:") || line.starts_with("autotask:")));
    assert!(local.printed.iter().any(|line| line.contains("signed with whsec_")), "{:#?}", local.printed);
    assert!(local.terminate().await.success());
}
