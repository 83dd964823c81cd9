//! What the service answers when all goes well: JSON with status 200, whatever the method.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde::Serialize;

use super::refusal::Refusal;

/// A JSON body, already written.
pub(super) struct Answer(Vec<u8>);

impl Answer {
    /// Writes a body.
    pub fn of(body: &impl Serialize) -> Result<Self, Refusal> {
        serde_json::to_vec(body).map(Self).map_err(|error| Refusal::text(error.to_string()))
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}
