//! The form for Autotask (manual 3.2).

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::{Draft, Drafts, PATH, render};
use crate::auth::Actor;
use crate::error::Error;
use crate::pages::form::{Form, Refusal};
use crate::pages::frame::{Frame, Tone, back};
use crate::{Deps, log_in};

pub(super) async fn save(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    form: Form,
) -> Result<Response, Error> {
    let entered = log_in::Entered {
        user_name: form.text("user_name").to_owned(),
        secret: form.text("secret").into(),
        integration_code: form.text("integration_code").into(),
    };
    match log_in::save(&deps, &by, entered).await {
        Ok(saved) => Ok(saved_well(&saved)),
        Err(error) => {
            let refusal = Refusal::of(error)?;
            render(&deps, &frame, Drafts { autotask: Some(Draft { form, refusal }), ..Drafts::default() }).await
        }
    }
}

fn saved_well(saved: &log_in::Saved) -> Response {
    let zone = saved.zone_url.as_deref().map_or_else(String::new, |url| format!(" in the zone {url}"));
    let tone = if saved.warnings.is_empty() { Tone::Good } else { Tone::Warn };
    let done = format!("Autotask accepted the log-in of {}{zone}. It is saved.", saved.user_name);
    // What does not work as it should is read first.
    let lines: Vec<&str> = saved.warnings.iter().map(String::as_str).chain([done.as_str()]).collect();
    back(PATH, tone, lines.join("\n"))
}
