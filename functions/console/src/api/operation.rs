//! Systems, parked work, held work, runs.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use http::StatusCode;

use super::{Answer, Done};
use crate::auth::Actor;
use crate::document::{Document, Optional, Parameters};
use crate::page::{Page, Window};
use crate::{Deps, dead_letters, held, parked, rights, run, status, systems};

pub(crate) async fn systems(State(deps): State<Arc<Deps>>) -> Answer<Page<systems::View>> {
    systems::list(&deps).await.map(Json)
}

pub(crate) async fn test_system(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Answer<systems::Tested> {
    systems::test(&deps, &by, &id).await.map(Json)
}

pub(crate) async fn resume_system(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Answer<systems::View> {
    systems::resume(&deps, &by, &id).await.map(Json)
}

pub(crate) async fn rights(State(deps): State<Arc<Deps>>, Path(id): Path<String>) -> Answer<rights::View> {
    rights::read(&deps, &id).await.map(Json)
}

pub(crate) async fn look_at_rights(State(deps): State<Arc<Deps>>, Path(id): Path<String>) -> Answer<rights::View> {
    rights::look(&deps, &id).await.map(Json)
}

pub(crate) async fn write_test_ticket(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Optional(asked): Optional<rights::Asked>,
) -> Answer<rights::View> {
    rights::write_ticket(&deps, &by, &asked).await.map(Json)
}

pub(crate) async fn parked(
    State(deps): State<Arc<Deps>>,
    Parameters(window): Parameters<Window>,
) -> Answer<Page<parked::View>> {
    parked::list(&deps, window).await.map(Json)
}

pub(crate) async fn parked_one(State(deps): State<Arc<Deps>>, Path(id): Path<String>) -> Answer<parked::Whole> {
    parked::read(&deps, &id).await.map(Json)
}

pub(crate) async fn retry_parked(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Done {
    parked::retry(&deps, &by, &id).await.map(|()| StatusCode::NO_CONTENT)
}

pub(crate) async fn discard_parked(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
    Document(given): Document<parked::Given>,
) -> Done {
    parked::discard(&deps, &by, &id, &given).await.map(|()| StatusCode::NO_CONTENT)
}

pub(crate) async fn dead_letters(State(deps): State<Arc<Deps>>) -> Answer<Page<dead_letters::View>> {
    dead_letters::list(&deps).await.map(Json)
}

pub(crate) async fn redrive(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(queue): Path<String>,
) -> Answer<dead_letters::Redriven> {
    dead_letters::redrive(&deps, &by, &queue).await.map(Json)
}

pub(crate) async fn held(
    State(deps): State<Arc<Deps>>,
    Parameters(filter): Parameters<held::Filter>,
) -> Answer<Page<held::View>> {
    held::list(&deps, filter).await.map(Json)
}

pub(crate) async fn approve_held(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
    Document(shown): Document<held::Shown>,
) -> Done {
    held::approve(&deps, &by, &id, &shown).await.map(|()| StatusCode::NO_CONTENT)
}

pub(crate) async fn decline_held(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
    Document(declined): Document<held::Declined>,
) -> Done {
    held::decline(&deps, &by, &id, &declined).await.map(|()| StatusCode::NO_CONTENT)
}

pub(crate) async fn run(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Document(asked): Document<run::Asked>,
) -> Answer<run::Begun> {
    run::now(&deps, &by, &asked).await.map(Json)
}

pub(crate) async fn status(State(deps): State<Arc<Deps>>) -> Answer<status::View> {
    status::read(&deps).await.map(Json)
}
