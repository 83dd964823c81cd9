//! The installation's time zone.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};

use super::{Draft, Drafts, PATH, render};
use crate::auth::Actor;
use crate::document::Parameters;
use crate::error::Error;
use crate::page::fits;
use crate::pages::choices::Typed;
use crate::pages::form::{Form, Refusal};
use crate::pages::frame::{Frame, Tone, back};
use crate::{Deps, settings};

/// Zones that are offered while somebody types.
const OFFERED: usize = 20;

pub(super) async fn save(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    form: Form,
) -> Result<Response, Error> {
    let mut edited = settings::read(&deps).await?;
    edited.settings.time_zone = form.text("time_zone").to_owned();
    let done = match form.number("version") {
        Ok(version) => {
            let version = version.unwrap_or_default();
            settings::save(&deps, &by, settings::Document { version, ..edited }).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(saved) => {
            let zone = saved.document.settings.time_zone;
            Ok(back(PATH, Tone::Good, format!("Days begin and end in {zone} from now on.")))
        }
        Err(error) => {
            let refusal = Refusal::of(error)?;
            render(&deps, &frame, Drafts { zone: Some(Draft { form, refusal }), ..Drafts::default() }).await
        }
    }
}

pub(super) async fn offered(Parameters(typed): Parameters<Typed>) -> Json<Vec<String>> {
    let known = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    // People type New York, and zones are called New_York.
    let search = typed.search.replace(' ', "_");
    Json(known.filter(|name| fits(name, Some(&search))).take(OFFERED).collect())
}
