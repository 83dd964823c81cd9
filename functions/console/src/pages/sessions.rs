//! Who is signed in, and ending a session from elsewhere.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};

use super::Endpoint;
use super::frame::{Frame, Tone, back};
use super::words::When;
use crate::Deps;
use crate::auth::{Actor, sessions};
use crate::error::Error;

const PATH: &str = "/sessions";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, "Who is signed in", get(show)),
        Endpoint::post("/sessions/{id}/revoke", "End a session", post(revoke)),
    ]
}

#[derive(Template)]
#[template(path = "sessions.html")]
struct Page {
    frame: Frame,
    sessions: Vec<Session>,
}

struct Session {
    view: sessions::View,
    begun: When,
    seen: When,
}

async fn show(State(deps): State<Arc<Deps>>, Extension(by): Extension<Actor>, frame: Frame) -> Result<Response, Error> {
    let session = |view: sessions::View| Session {
        begun: When::new(view.begun_at, &frame.zone),
        seen: When::new(view.seen_at, &frame.zone),
        view,
    };
    let sessions = sessions::list(&deps, &by).await?.into_iter().map(session).collect();
    frame.show(&Page { sessions, frame: frame.clone() })
}

async fn revoke(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    sessions::revoke(&deps, &by, &id).await?;
    Ok(back(PATH, Tone::Good, "The session has ended."))
}
