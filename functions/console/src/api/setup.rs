//! Settings, log-ins, connections, mapping.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use http::StatusCode;

use super::Answer;
use crate::auth::Actor;
use crate::document::{Document, Parameters};
use crate::error::Error;
use crate::page::Page;
use crate::{Deps, connections, log_in, mapping, settings};

pub(crate) async fn settings(State(deps): State<Arc<Deps>>) -> Answer<settings::Document> {
    settings::read(&deps).await.map(Json)
}

pub(crate) async fn save_settings(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Document(edited): Document<settings::Document>,
) -> Answer<settings::Saved> {
    settings::save(&deps, &by, edited).await.map(Json)
}

pub(crate) async fn autotask(State(deps): State<Arc<Deps>>) -> Answer<log_in::LogIn> {
    log_in::read(&deps).await.map(Json)
}

pub(crate) async fn save_autotask(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Document(entered): Document<log_in::Entered>,
) -> Answer<log_in::Saved> {
    log_in::save(&deps, &by, entered).await.map(Json)
}

pub(crate) async fn connections(State(deps): State<Arc<Deps>>) -> Answer<Page<connections::View>> {
    connections::list(&deps).await.map(Json)
}

pub(crate) async fn save_connection(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Document(entered): Document<connections::Entered>,
) -> Answer<connections::Saved> {
    connections::save(&deps, &by, entered).await.map(Json)
}

pub(crate) async fn disable_connection(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    connections::disable(&deps, &by, &id.into()).await.map(|()| StatusCode::NO_CONTENT)
}

pub(crate) async fn mapping(
    State(deps): State<Arc<Deps>>,
    Parameters(filter): Parameters<mapping::Filter>,
) -> Answer<Page<mapping::View>> {
    mapping::list(&deps, filter).await.map(Json)
}

pub(crate) async fn apply_mapping(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Document(batch): Document<mapping::Batch>,
) -> Answer<mapping::Applied> {
    mapping::apply(&deps, &by, batch).await.map(Json)
}
