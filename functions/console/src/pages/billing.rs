//! *Billing and provisioning* (manual 5.1 and 5.3; rules P1–P3, P8–P10, P12, P13, V1, V2, V6).
//!
//! The page is one form. Its *Apply* saves what does no more to customers' tenants than before, and shows the effect of everything
//! else first. Looking at other rows sends the form too, so that nothing that was filled in is lost; it is saved by *Apply* alone.

mod changes;
mod filter;
mod ground;
mod picker;
mod previews;
mod rows;
mod save;
mod size;
mod switches;
mod terms;
mod view;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Json};
use bridge_core::id::ConnectionId;
use http::StatusCode;
use serde::Deserialize;

use super::Endpoint;
use super::form::{Form, Refusal};
use super::frame::{Frame, Tone, back, see};
use crate::auth::Actor;
use crate::document::Parameters;
use crate::error::Error;
use crate::{Deps, services};
use filter::Filter;
use ground::Ground;
use save::{Outcome, save};
use view::{Filled, Page, Refused, Versions};

const PATH: &str = "/billing";
/// The button that has both systems read again.
const AGAIN: &str = "again";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let own = vec![
        Endpoint::get(PATH, "Billing and provisioning", get(show)),
        Endpoint::post(PATH, "Apply billing and provisioning", axum::routing::post(apply)),
        Endpoint::get("/billing/services.json", "Services to choose from", get(service_options)),
        Endpoint::get("/billing/parents.json", "Partners and folders to choose from", get(parent_options)),
    ];
    own.into_iter().chain(previews::endpoints()).collect()
}

/// What is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    connection: String,
    /// A preview whose draft is filled in.
    draft: String,
    search: String,
    show: String,
    from: String,
    /// The button that was pressed: viewers send the form as a question.
    #[serde(rename = "do")]
    act: String,
}

/// What is typed into a picker.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    search: String,
    connection: String,
}

async fn show(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Error> {
    let Asked { connection, draft, search, show, from, act } = asked;
    let draft = match draft.as_str() {
        "" => None,
        id => Some(crate::previews::read(&deps, id).await?.draft),
    };
    let drafted = draft.as_ref().and_then(|draft| draft.products.first());
    let of_draft = drafted.map(|document| document.products.connection.clone());
    let connection = of_draft.or_else(|| Some(connection).filter(|id| !id.is_empty()).map(ConnectionId::new));
    let names_a_parent = drafted.is_some_and(|document| document.products.parent.is_some());
    let ground = Ground::read(&deps, connection, names_a_parent, act == AGAIN).await?;
    let filled = draft.map_or_else(|| Filled::saved(&ground), |draft| Filled::drafted(&ground, &draft));
    let (filled, refused) = match filled.versions == Versions::saved(&ground) {
        true => (filled, Refused::default()),
        false => Refused::stale_draft(&ground, filled),
    };
    let page = Page::of(frame.clone(), &ground, filled, Filter { search, show, from }, refused);
    frame.show(&page)
}

async fn apply(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    form: Form,
) -> Result<Response, Error> {
    let connection = form.filled("connection").map(ConnectionId::new);
    let act = form.text("do");
    let ground = Ground::read(&deps, connection, form.filled("parent").is_some(), act == AGAIN).await?;
    let filled = Filled::sent(&ground, &form);
    let filter = Filter::of_form(&form);
    // Anything but Apply only looks at other rows.
    if act != "apply" {
        return frame.show(&Page::of(frame.clone(), &ground, filled, filter, Refused::default()));
    }
    let error = match save(&deps, &by, &ground, &filled).await {
        Ok(outcome) => return Ok(told(&ground, &outcome)),
        Err(error) => error,
    };
    let (filled, refused) = match error {
        Error::Stale { .. } => Refused::stale(&ground, &form),
        error => {
            let refusal = Some(view::in_words(Refusal::of(error)?, &ground, &filled));
            (filled, Refused { refusal, differences: Vec::new() })
        }
    };
    let page = Page::of(frame.clone(), &ground, filled, filter, refused);
    frame.show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn told(ground: &Ground, outcome: &Outcome) -> Response {
    let here = match &ground.mapping {
        Some(mapping) if ground.connections.len() > 1 => format!("{PATH}?connection={}", mapping.connection),
        _ => PATH.to_owned(),
    };
    match outcome {
        Outcome::Nothing => back(&here, Tone::Warn, "Nothing was changed, so there is nothing to apply."),
        Outcome::Saved { is_on: true } => back(
            &here,
            Tone::Good,
            "Saved. This does no more to customers' tenants than before, so it holds from the next run on.",
        ),
        Outcome::Saved { is_on: false } => back(
            &here,
            Tone::Good,
            "Saved. Billing is off: nothing is written to Acronis until Enable is selected and applied.",
        ),
        Outcome::Preview(id) => see(&previews::path(id)),
    }
}

async fn service_options(
    State(deps): State<Arc<Deps>>,
    Parameters(typed): Parameters<Typed>,
) -> Result<Json<Vec<String>>, Error> {
    let services = picker::services(&services::all(&deps).await?.services);
    Ok(Json(services.options(&typed.search).into_iter().map(str::to_owned).collect()))
}

async fn parent_options(
    State(deps): State<Arc<Deps>>,
    Parameters(typed): Parameters<Typed>,
) -> Result<Json<Vec<String>>, Error> {
    let parents = ground::parents(&deps, &ConnectionId::new(typed.connection)).await?;
    Ok(Json(parents.options(&typed.search).into_iter().map(str::to_owned).collect()))
}
