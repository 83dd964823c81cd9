//! After the end of a session.

use askama::Template;
use axum::response::Response;

use super::frame::Frame;
use crate::error::Error;

#[derive(Template)]
#[template(path = "signed_out.html")]
struct Page<'a> {
    frame: Frame,
    /// Where the person ends what he began at the sign-in service, too.
    onward: Option<&'a str>,
}

pub(crate) async fn show() -> Result<Response, Error> {
    page(None)
}

/// The same, on the way to the sign-in service.
pub(crate) fn leading_on(onward: &str) -> Result<Response, Error> {
    page(Some(onward))
}

fn page(onward: Option<&str>) -> Result<Response, Error> {
    let page = Page { frame: Frame::bare("/signed-out"), onward };
    page.frame.show(&page)
}
