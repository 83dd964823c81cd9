//! What only this process can be asked: to run now, to settle, to move the clock.

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::Door;
use crate::schedule::Scheduled;

/// A clock is moved by at most ten years at once; beyond that lies the end of the calendar.
const ADVANCE_MAX_S: u32 = 10 * 366 * 24 * 60 * 60;

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/local/run/{function}", post(run))
        .route("/local/settle", post(settle))
        .route("/local/clock", post(move_clock))
}

/// Lets pass who is signed in to the console. The console itself is asked: it knows nothing under `/local`, so it answers *not
/// found* to everybody whom it lets in, and refuses everybody else.
pub(super) async fn admit(State(door): State<Door>, request: Request, next: Next) -> Response {
    let question = question(request.method(), request.uri(), request.headers());
    let opinion = door.console.oneshot(question).await.unwrap_or_else(|never| match never {});
    if opinion.status() == StatusCode::NOT_FOUND { next.run(request).await } else { opinion }
}

fn question(method: &Method, uri: &Uri, headers: &HeaderMap) -> Request {
    let mut question = Request::new(Body::empty());
    question.method_mut().clone_from(method);
    question.uri_mut().clone_from(uri);
    question.headers_mut().clone_from(headers);
    question
}

async fn run(State(door): State<Door>, Path(function): Path<String>) -> Response {
    let Some(schedule) = door.settle.schedule(&function) else {
        let names = Scheduled::ALL.map(Scheduled::name).join(" and ");
        let text = format!("no function named {function} can be run here; there are {names}");
        return refusal(StatusCode::NOT_FOUND, "not_found", &text);
    };
    match schedule.run().await {
        Ok(summary) => Json(summary).into_response(),
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "failed", &error.to_string()),
    }
}

async fn settle(State(door): State<Door>) -> Response {
    match door.settle.settle().await {
        Ok(settled) => Json(settled).into_response(),
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "failed", &format!("{error:#}")),
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    #[serde(default)]
    advance_s: u32,
}

async fn move_clock(State(door): State<Door>, body: Bytes) -> Response {
    let asked = if body.trim_ascii().is_empty() { Ok(Advance::default()) } else { serde_json::from_slice(&body) };
    let advance_s = match asked {
        Ok(Advance { advance_s }) if advance_s <= ADVANCE_MAX_S => advance_s,
        Ok(_) => return refusal(StatusCode::BAD_REQUEST, "invalid", "advance_s: ten years are the most"),
        Err(error) => return refusal(StatusCode::BAD_REQUEST, "unreadable", &error.to_string()),
    };
    match door.functions.advance(advance_s).await {
        Ok(()) => {
            door.settle.look();
            Json(json!({ "now": door.functions.clock().now() })).into_response()
        }
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "failed", &format!("{error:#}")),
    }
}

/// A refusal in the form of the console's.
fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let body: Value = json!({ "error": { "code": code, "message": message, "fields": [] } });
    (status, Json(body)).into_response()
}
