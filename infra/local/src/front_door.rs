//! Amazon API Gateway's place: plain HTTP on this machine, handed to the functions as events.
//!
//! | path | goes to |
//! | --- | --- |
//! | `POST /webhooks/acronis`, `POST /webhooks/autotask` | the webhook functions, with API Gateway's own JSON |
//! | `POST /local/…` | this process itself, for who is signed in to the console |
//! | everything else | the console |

mod control;
mod event;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::{StatusCode, header};

use crate::functions::Functions;
use crate::settle::Settle;

/// API Gateway takes no larger request.
const REQUEST_MAX_BYTES: usize = 10 * 1024 * 1024;

/// Everything behind the door.
#[derive(Clone)]
pub struct Door {
    functions: Functions,
    settle: Arc<Settle>,
    console: Router,
}

/// Everything that is served. `console` also decides who is signed in.
pub fn router(functions: Functions, settle: Arc<Settle>, console: Router) -> Router {
    let door = Door { functions, settle, console: console.clone() };
    Router::new()
        .merge(control::routes().layer(from_fn_with_state(door.clone(), control::admit)))
        .route("/webhooks/acronis", post(acronis))
        .route("/webhooks/autotask", post(autotask))
        .with_state(door)
        .fallback_service(console)
}

async fn acronis(State(door): State<Door>, request: Request) -> Response {
    let Some(event) = read(&door, request).await else { return too_large() };
    answer(door.functions.alert_webhook(event).await)
}

async fn autotask(State(door): State<Door>, request: Request) -> Response {
    let Some(event) = read(&door, request).await else { return too_large() };
    answer(door.functions.ticket_webhook(event).await)
}

/// The request as an event; `None` when it is larger than API Gateway would take.
async fn read(door: &Door, request: Request) -> Option<serde_json::Value> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, REQUEST_MAX_BYTES).await.ok()?;
    let clock = door.functions.clock();
    let id = door.functions.systems.random.id(clock).to_string();
    Some(event::of_request(&parts, &body, &id, clock.now()))
}

/// What API Gateway makes of a function's answer.
fn answer(answer: Result<serde_json::Value, crate::functions::Failed>) -> Response {
    // What failed is logged where it did; a stranger is told nothing of it.
    let response = answer.ok().and_then(|answer| event::to_response(&answer));
    response.unwrap_or_else(|| message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"))
}

fn too_large() -> Response {
    message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

fn message(status: StatusCode, text: &str) -> Response {
    let body = Body::from(serde_json::json!({ "message": text }).to_string());
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
