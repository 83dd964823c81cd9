//! Refusals as pages: what the API says in JSON, a person reads on a page, with the same status.

use askama::Template;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use http::{StatusCode, header};

use super::frame::Frame;
use crate::auth::is_of_program;
use crate::error::Refused;

#[derive(Template)]
#[template(path = "refused.html")]
struct Page<'a> {
    frame: Frame,
    heading: &'static str,
    message: &'a str,
    fields: &'a [crate::error::Field],
}

/// The middleware around all routes.
pub(crate) async fn explain(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    match response.extensions().get::<Refused>() {
        Some(refused) if !is_of_program(&path) => page(&path, response.status(), refused).unwrap_or(response),
        _ => response,
    }
}

fn page(path: &str, status: StatusCode, Refused(detail): &Refused) -> Option<Response> {
    let heading = heading(status);
    let page = Page { frame: Frame::bare(path), heading, message: &detail.message, fields: &detail.fields };
    let mut response = (status, Html(page.render().ok()?)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Some(response)
}

fn heading(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "Sign in first",
        StatusCode::FORBIDDEN => "This is not allowed",
        StatusCode::NOT_FOUND => "There is nothing here",
        StatusCode::CONFLICT => "Somebody else was first",
        StatusCode::SERVICE_UNAVAILABLE => "Not possible just now",
        status if status.is_server_error() => "Something went wrong on our side",
        _ => "This was not done",
    }
}
