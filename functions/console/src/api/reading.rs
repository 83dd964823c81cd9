//! Lists that are only read.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bridge_core::settings::PickLists;
use http::header;

use super::Answer;
use crate::activity::Format;
use crate::document::Parameters;
use crate::error::Error;
use crate::page::{Page, Window};
use crate::{Deps, activity, lists, report, statistics, tenants, tickets, unmapped};

pub(crate) async fn tenants(
    State(deps): State<Arc<Deps>>,
    Parameters(filter): Parameters<tenants::Filter>,
) -> Answer<Page<tenants::View>> {
    tenants::list(&deps, filter).await.map(Json)
}

pub(crate) async fn partners(
    State(deps): State<Arc<Deps>>,
    Parameters(asked): Parameters<tenants::Asked>,
) -> Answer<Page<tenants::Partner>> {
    tenants::partners(&deps, asked).await.map(Json)
}

pub(crate) async fn statistics(
    State(deps): State<Arc<Deps>>,
    Parameters(filter): Parameters<statistics::Filter>,
) -> Answer<statistics::View> {
    statistics::read(&deps, &filter).await.map(Json)
}

pub(crate) async fn unmapped(
    State(deps): State<Arc<Deps>>,
    Parameters(window): Parameters<Window>,
) -> Answer<Page<unmapped::View>> {
    unmapped::list(&deps, window).await.map(Json)
}

pub(crate) async fn activity(
    State(deps): State<Arc<Deps>>,
    Parameters(filter): Parameters<activity::Filter>,
) -> Result<Response, Error> {
    match filter.format {
        Format::Json => Ok(Json(activity::list(&deps, &filter).await?).into_response()),
        Format::Csv => {
            let (file, next) = activity::csv(&deps, &filter).await?;
            Ok(as_file("attachment; filename=\"activity.csv\"", file, next))
        }
    }
}

pub(crate) async fn report(
    State(deps): State<Arc<Deps>>,
    Parameters(filter): Parameters<report::Filter>,
) -> Result<Response, Error> {
    match filter.format {
        Format::Json => Ok(Json(report::read(&deps, &filter).await?).into_response()),
        Format::Csv => {
            let (file, next) = report::csv(&deps, &filter).await?;
            Ok(as_file("attachment; filename=\"report.csv\"", file, next))
        }
    }
}

/// A file for a spreadsheet. Where there is more than fits into one, a link says where the next one begins.
fn as_file(disposition: &'static str, file: Vec<u8>, next: Option<String>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, disposition)];
    let mut response = (headers, file).into_response();
    if let Some(link) = next.and_then(|after| format!("<?format=csv&after={after}>; rel=\"next\"").parse().ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

pub(crate) async fn tickets(
    State(deps): State<Arc<Deps>>,
    Parameters(asked): Parameters<tickets::Asked>,
) -> Answer<Page<tickets::View>> {
    tickets::list(&deps, asked).await.map(Json)
}

pub(crate) async fn pick_lists(State(deps): State<Arc<Deps>>) -> Answer<PickLists> {
    lists::pick_lists(&deps).await.map(Json)
}

pub(crate) async fn alert_types(State(deps): State<Arc<Deps>>) -> Answer<lists::AlertTypes> {
    lists::alert_types(&deps).await.map(Json)
}

pub(crate) async fn company_types(State(deps): State<Arc<Deps>>) -> Answer<Page<lists::CompanyType>> {
    lists::company_types(&deps).await.map(Json)
}
