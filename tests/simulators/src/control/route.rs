//! The controls in front of a simulator's own router.

use std::convert::Infallible;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;
use tower::ServiceExt;

use super::{Control, Fault, Kind};

/// Marks a response that must not reach the client: the connection is lost instead. [`serve`](crate::serve()) closes it; a test
/// that calls the router in process looks for this marker among the response's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DroppedConnection;

/// Puts the controls in front of a simulator's own router: `/_simulator/…`, the call log, and the faults for every other request.
pub fn wrap(router: Router, control: Control) -> Router {
    let wrapped = Wrapped { router, control: control.clone() };
    Router::new()
        .route("/_simulator/calls", get(list_calls).delete(clear_calls))
        .route("/_simulator/faults", post(order_fault))
        .route("/_simulator/clock", post(move_clock))
        .with_state(control)
        .fallback_service(Router::new().fallback(pass_on).with_state(wrapped))
}

#[derive(Clone)]
struct Wrapped {
    router: Router,
    control: Control,
}

async fn pass_on(State(wrapped): State<Wrapped>, request: Request) -> Response {
    let Wrapped { router, control } = wrapped;
    let method = request.method().clone();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let in_flight = control.begin(&method, &path);
    let fault = control.take_fault(&method, &path);

    let response = match fault {
        None => handle(router, request).await,
        Some(fault) => match fault.kind {
            Kind::Status => refuse(&control, &path, &fault),
            Kind::Html => with_retry_after(page(&fault), &fault),
            Kind::DropBefore => dropped(),
            Kind::EffectThenDrop => {
                handle(router, request).await;
                dropped()
            }
            Kind::Delay => {
                tokio::time::sleep(fault.delay()).await;
                handle(router, request).await
            }
        },
    };
    if response.extensions().get::<DroppedConnection>().is_some() {
        in_flight.finish(0, 0);
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        in_flight.finish(0, 0);
        return dropped();
    };
    in_flight.finish(parts.status.as_u16(), body.len());
    Response::from_parts(parts, Body::from(body))
}

async fn handle(router: Router, request: Request) -> Response {
    let answer: Result<Response, Infallible> = router.oneshot(request).await;
    answer.unwrap_or_else(|never| match never {})
}

fn dropped() -> Response {
    let mut response = StatusCode::BAD_GATEWAY.into_response();
    response.extensions_mut().insert(DroppedConnection);
    response
}

fn refuse(control: &Control, path: &str, fault: &Fault) -> Response {
    let status = status_or(fault, StatusCode::INTERNAL_SERVER_ERROR);
    let response = match control.error_shape.get() {
        Some(shape) => shape(path, status),
        None => status.into_response(),
    };
    with_retry_after(response, fault)
}

fn page(fault: &Fault) -> Response {
    let status = status_or(fault, StatusCode::OK);
    html_page(status)
}

/// A page as a web server or proxy in front of an API writes it.
pub(crate) fn html_page(status: StatusCode) -> Response {
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or("Unknown"));
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    (status, [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

fn status_or(fault: &Fault, default: StatusCode) -> StatusCode {
    fault.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(default)
}

fn with_retry_after(mut response: Response, fault: &Fault) -> Response {
    if let Some(seconds) = fault.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

async fn list_calls(State(control): State<Control>) -> Response {
    Json(control.calls()).into_response()
}

async fn clear_calls(State(control): State<Control>) -> StatusCode {
    control.clear_calls();
    StatusCode::NO_CONTENT
}

async fn order_fault(State(control): State<Control>, body: Bytes) -> Response {
    if body.trim_ascii().is_empty() {
        control.clear_faults();
        return StatusCode::NO_CONTENT.into_response();
    }
    match serde_json::from_slice(&body) {
        Ok(fault) => {
            control.add_fault(fault);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("not a fault: {error}\n")).into_response(),
    }
}

#[derive(Deserialize)]
struct ClockMove {
    advance_s: i64,
}

async fn move_clock(State(control): State<Control>, body: Bytes) -> Response {
    match serde_json::from_slice::<ClockMove>(&body) {
        Ok(ClockMove { advance_s }) => {
            control.clock().advance(SignedDuration::from_secs(advance_s));
            Json(json!({ "now": control.clock().now() })).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("not a clock move: {error}\n")).into_response(),
    }
}
