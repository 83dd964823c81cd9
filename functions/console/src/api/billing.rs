//! Services, the catalogue, product mappings, previews.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use bridge_core::id::ConnectionId;
use http::StatusCode;

use super::Answer;
use crate::auth::Actor;
use crate::document::{Document, Parameters};
use crate::error::Error;
use crate::page::{Page, Window};
use crate::{Deps, catalogue, previews, products, services};

pub(crate) async fn services(
    State(deps): State<Arc<Deps>>,
    Parameters(filter): Parameters<services::Filter>,
) -> Answer<Page<services::View>> {
    services::list(&deps, filter).await.map(Json)
}

pub(crate) async fn bundles(State(deps): State<Arc<Deps>>) -> Answer<Page<services::Bundle>> {
    services::bundles(&deps).await.map(Json)
}

pub(crate) async fn catalogue(
    State(deps): State<Arc<Deps>>,
    Parameters(filter): Parameters<catalogue::Filter>,
) -> Answer<catalogue::View> {
    catalogue::read(&deps, &filter).await.map(Json)
}

pub(crate) async fn products(State(deps): State<Arc<Deps>>, Path(id): Path<String>) -> Answer<products::Document> {
    products::read(&deps, &ConnectionId::new(id)).await.map(Json)
}

pub(crate) async fn save_products(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
    Document(edited): Document<products::Document>,
) -> Answer<products::Document> {
    products::save(&deps, &by, &ConnectionId::new(id), edited).await.map(Json)
}

pub(crate) async fn start_preview(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Document(asked): Document<previews::Asked>,
) -> Result<(StatusCode, Json<previews::View>), Error> {
    let preview = previews::start(&deps, &by, asked).await?;
    Ok((StatusCode::ACCEPTED, Json(preview)))
}

pub(crate) async fn previews(
    State(deps): State<Arc<Deps>>,
    Parameters(window): Parameters<Window>,
) -> Answer<Page<previews::Brief>> {
    previews::list(&deps, window).await.map(Json)
}

pub(crate) async fn preview(State(deps): State<Arc<Deps>>, Path(id): Path<String>) -> Answer<previews::View> {
    previews::read(&deps, &id).await.map(Json)
}

pub(crate) async fn preview_accounts(
    State(deps): State<Arc<Deps>>,
    Path(id): Path<String>,
    Parameters(filter): Parameters<previews::Filter>,
) -> Answer<Page<previews::Row>> {
    previews::accounts(&deps, &id, filter).await.map(Json)
}

pub(crate) async fn apply_preview(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
    Document(given): Document<previews::Digest>,
) -> Answer<previews::View> {
    previews::apply(&deps, &by, &id, &given).await.map(Json)
}
