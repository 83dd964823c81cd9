//! *Test again* and *Resume* (rule X7).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use super::PATH;
use crate::auth::Actor;
use crate::error::Error;
use crate::pages::form::Refusal;
use crate::pages::frame::{Tone, back};
use crate::{Deps, systems};

pub(super) async fn test(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    match systems::test(&deps, &by, &id).await {
        Ok(tested) => {
            let requests = tested.requests.map_or_else(String::new, |requests| {
                format!(
                    " All integrations together have made {} of {} requests in this hour.",
                    requests.used, requests.limit
                )
            });
            Ok(back(PATH, Tone::Good, format!("{} accepted the log-in.{requests}", tested.system.name)))
        }
        Err(error) => Ok(back(PATH, Tone::Bad, Refusal::of(error)?.message)),
    }
}

pub(super) async fn resume(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let view = systems::resume(&deps, &by, &id).await?;
    Ok(back(PATH, Tone::Good, format!("{} is called again.", view.name)))
}
