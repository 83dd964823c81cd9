//! Accounts, their mapping, suggestions.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{StatusCode, header};

use super::{Answer, Done};
use crate::auth::Actor;
use crate::document::{AccountNumber, Document, Parameters};
use crate::error::Error;
use crate::page::{Page, Window};
use crate::{Deps, accounts, mapping, suggestions};

pub(crate) async fn list(
    State(deps): State<Arc<Deps>>,
    Parameters(filter): Parameters<accounts::Filter>,
) -> Answer<Page<accounts::View>> {
    accounts::list(&deps, filter).await.map(Json)
}

pub(crate) async fn detail(
    State(deps): State<Arc<Deps>>,
    AccountNumber(id): AccountNumber,
) -> Answer<accounts::Detail> {
    accounts::detail(&deps, id).await.map(Json)
}

pub(crate) async fn why(State(deps): State<Arc<Deps>>, AccountNumber(id): AccountNumber) -> Answer<accounts::Why> {
    accounts::why(&deps, id).await.map(Json)
}

pub(crate) async fn except(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    AccountNumber(id): AccountNumber,
    Document(entered): Document<accounts::Entered>,
) -> Done {
    accounts::except(&deps, &by, id, entered).await.map(|()| StatusCode::NO_CONTENT)
}

pub(crate) async fn unexcept(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    AccountNumber(id): AccountNumber,
    Parameters(named): Parameters<accounts::Named>,
) -> Done {
    accounts::unexcept(&deps, &by, id, named).await.map(|()| StatusCode::NO_CONTENT)
}

pub(crate) async fn decide(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    AccountNumber(id): AccountNumber,
    Document(decision): Document<accounts::Decision>,
) -> Done {
    accounts::decide(&deps, &by, id, &decision).await.map(|()| StatusCode::NO_CONTENT)
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

pub(crate) async fn staged(State(deps): State<Arc<Deps>>, Extension(by): Extension<Actor>) -> Answer<mapping::Staged> {
    mapping::staged(&deps, &by).await.map(Json)
}

pub(crate) async fn stage(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Document(batch): Document<mapping::Batch>,
) -> Answer<mapping::Staged> {
    mapping::stage(&deps, &by, batch).await.map(Json)
}

pub(crate) async fn unstage(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Parameters(which): Parameters<mapping::Which>,
) -> Done {
    mapping::unstage(&deps, &by, &which).await.map(|_| StatusCode::NO_CONTENT)
}

pub(crate) async fn apply_staged(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
) -> Answer<mapping::Applied> {
    mapping::apply_staged(&deps, &by).await.map(Json)
}

pub(crate) async fn export_mapping(State(deps): State<Arc<Deps>>) -> Result<Response, Error> {
    let file = mapping::csv(&deps).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"mapping.csv\""),
    ];
    Ok((headers, file).into_response())
}

pub(crate) async fn import_mapping(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Document(file): Document<mapping::File>,
) -> Answer<mapping::Checked> {
    mapping::import(&deps, &by, &file).await.map(Json)
}

pub(crate) async fn imports(
    State(deps): State<Arc<Deps>>,
    Parameters(window): Parameters<Window>,
) -> Answer<Page<mapping::Progress>> {
    mapping::imports(&deps, window).await.map(Json)
}

pub(crate) async fn read_import(State(deps): State<Arc<Deps>>, Path(id): Path<String>) -> Answer<mapping::Progress> {
    mapping::read_import(&deps, &id).await.map(Json)
}

pub(crate) async fn go_on_with_import(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Answer<mapping::Progress> {
    mapping::go_on(&deps, &by, &id).await.map(Json)
}

pub(crate) async fn suggestions(
    State(deps): State<Arc<Deps>>,
    Parameters(filter): Parameters<suggestions::Filter>,
) -> Answer<Page<suggestions::View>> {
    suggestions::list(&deps, filter).await.map(Json)
}
