//! An end to every request. The gateway in front gives up after 30 s and then tells nobody why; so we are faster.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::Error;

/// How long a request may take.
const LIMIT: Duration = Duration::from_secs(25);

/// The middleware around all that can wait for another system. What it cuts off is left as after a crash: each
/// record is written whole or not at all, and the same request may be made again.
pub(crate) async fn keep(request: Request, next: Next) -> Response {
    let what = format!("{} {}", request.method(), request.uri().path());
    if let Ok(response) = tokio::time::timeout(LIMIT, next.run(request)).await {
        return response;
    }
    tracing::warn!(limit_ms = LIMIT.as_millis(), "a request to the console was not finished in time: {what}");
    let text = format!(
        "this was not finished within {} s, as a system that it needs does not answer: look whether it took effect, and repeat \
         it if not",
        LIMIT.as_secs()
    );
    Error::Unavailable(text).into_response()
}
