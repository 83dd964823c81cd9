//! Lists that are only read.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use bridge_core::settings::PickLists;
use http::header;
use url::form_urlencoded;

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
    RawQuery(asked): RawQuery,
    Parameters(filter): Parameters<activity::Filter>,
) -> Result<Response, Error> {
    match filter.format {
        Format::Json => Ok(Json(activity::list(&deps, &filter).await?).into_response()),
        Format::Csv => {
            let (file, next) = activity::csv(&deps, &filter).await?;
            Ok(as_file("attachment; filename=\"activity.csv\"", file, &asked.unwrap_or_default(), next))
        }
    }
}

pub(crate) async fn report(
    State(deps): State<Arc<Deps>>,
    RawQuery(asked): RawQuery,
    Parameters(filter): Parameters<report::Filter>,
) -> Result<Response, Error> {
    match filter.format {
        Format::Json => Ok(Json(report::read(&deps, &filter).await?).into_response()),
        Format::Csv => {
            let (file, next) = report::csv(&deps, &filter).await?;
            Ok(as_file("attachment; filename=\"report.csv\"", file, &asked.unwrap_or_default(), next))
        }
    }
}

/// A file for a spreadsheet. Where there is more than fits into one, a link leads to the next one of what was asked for.
fn as_file(disposition: &'static str, file: Vec<u8>, asked: &str, next: Option<String>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, disposition)];
    let mut response = (headers, file).into_response();
    if let Some(link) = next.and_then(|after| format!("<?{}>; rel=\"next\"", going_on(asked, &after)).parse().ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

/// The same query for what comes after a place.
fn going_on(asked: &str, after: &str) -> String {
    let same = form_urlencoded::parse(asked.as_bytes()).filter(|(name, _)| name != "after");
    form_urlencoded::Serializer::new(String::new()).extend_pairs(same).append_pair("after", after).finish()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x5_the_rest_is_asked_for_with_the_same_filter() {
        assert_eq!(
            going_on("format=csv&month=2026-10&search=alder+%26+sons&after=old", "new"),
            "format=csv&month=2026-10&search=alder+%26+sons&after=new"
        );
    }
}
