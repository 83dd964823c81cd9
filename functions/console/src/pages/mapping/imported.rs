//! A file that is carried out, some lines at a time. With scripts the page goes on by itself; it can be left and found again.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::auth::Actor;
use crate::error::Error;
use crate::mapping::Progress;
use crate::pages::frame::{Frame, see};
use crate::pages::words::{When, counted};
use crate::{Deps, mapping};

#[derive(Template)]
#[template(path = "mapping/imported.html")]
struct Page {
    frame: Frame,
    at: When,
    lines: String,
    view: Progress,
}

/// Where an import is shown.
pub(super) fn path(id: &str) -> String {
    format!("/mapping/imports/{id}")
}

pub(super) async fn show(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let view = mapping::read_import(&deps, &id).await?;
    let (at, lines) = (When::new(view.at, &frame.zone), counted(view.lines as i128, "line"));
    frame.show(&Page { frame: frame.clone(), at, lines, view })
}

pub(super) async fn go_on(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    mapping::go_on(&deps, &by, &id).await.map(|import| see(&path(&import.id)))
}
