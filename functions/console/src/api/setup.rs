//! Settings, log-ins, connections.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use http::StatusCode;

use super::{Answer, Done};
use crate::auth::Actor;
use crate::document::Document;
use crate::page::Page;
use crate::{Deps, connections, log_in, settings};

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

pub(crate) async fn settings_effect(
    State(deps): State<Arc<Deps>>,
    Document(edited): Document<settings::Document>,
) -> Answer<settings::Effect> {
    settings::effect(&deps, &edited).await.map(Json)
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
) -> Done {
    connections::disable(&deps, &by, &id.into()).await.map(|()| StatusCode::NO_CONTENT)
}
