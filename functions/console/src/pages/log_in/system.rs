//! *Test again* and *Resume* (rule X7).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use super::PATH;
use crate::auth::Actor;
use crate::error::Error;
use crate::pages::frame::told;
use crate::systems::Tested;
use crate::{Deps, systems};

pub(super) async fn test(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let text = |tested: Tested| {
        let requests = tested.requests.map_or_else(String::new, |requests| {
            format!(
                " All integrations together have made {} of {} requests in this hour.",
                requests.used, requests.limit
            )
        });
        format!("{} accepted the log-in.{requests}", tested.system.name)
    };
    told(PATH, systems::test(&deps, &by, &id).await.map(text))
}

pub(super) async fn resume(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    told(PATH, systems::resume(&deps, &by, &id).await.map(|view| format!("{} is called again.", view.name)))
}
