//! *Overview*: how fresh everything is, what waits for a person, what happened lately.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::Endpoint;
use super::frame::Frame;
use super::words::{When, ago};
use crate::error::Error;
use crate::{Deps, status};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::get("/", "Overview", get(show))]
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    frame: Frame,
    status: status::View,
    last_run: Option<(When, String)>,
}

async fn show(State(deps): State<Arc<Deps>>, frame: Frame) -> Result<Response, Error> {
    let status = status::read(&deps).await?;
    let last_run = status.accounts.good_at.map(|at| (When::new(at, &frame.zone), ago(at, status.now)));
    let page = Page { frame, status, last_run };
    page.frame.show(&page)
}
