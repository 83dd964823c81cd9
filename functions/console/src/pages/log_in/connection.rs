//! The form for a connection to Acronis (rules L1, L2).

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;

use super::PATH;
use crate::auth::Actor;
use crate::error::Error;
use crate::pages::form::{Form, Reading, Refusal};
use crate::pages::frame::{Frame, Tone, back};
use crate::{Deps, connections};

#[derive(Template)]
#[template(path = "log_in/connection.html")]
struct Page {
    frame: Frame,
    /// The connection that is edited, as it is now; nothing for a new one.
    known: Option<connections::View>,
    form: Form,
    refusal: Option<Refusal>,
}

pub(super) async fn show_new(frame: Frame) -> Result<Response, Error> {
    let form = [("enabled", "on")].into_iter().collect();
    frame.show(&Page { frame: frame.clone(), known: None, form, refusal: None })
}

pub(super) async fn show(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let known = find(&deps, &id).await?.ok_or_else(|| Error::NotFound(format!("there is no connection {id}")))?;
    let form = filled_in(&known);
    frame.show(&Page { frame: frame.clone(), known: Some(known), form, refusal: None })
}

pub(super) async fn save(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    form: Form,
) -> Result<Response, Error> {
    let done = match entered(&form) {
        Ok(entered) => connections::save(&deps, &by, entered).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(saved) => Ok(saved_well(&saved)),
        Err(error) => {
            let refusal = Some(Refusal::of(error)?);
            let known = find(&deps, form.text("id")).await?;
            let page = Page { frame: frame.clone(), known, form, refusal };
            frame.show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

pub(super) async fn stop(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    connections::disable(&deps, &by, &id.into()).await?;
    let text = "The connection is no longer used. Its customers, their quotas and their tickets stay as they are.";
    Ok(back(PATH, Tone::Good, text))
}

async fn find(deps: &Deps, id: &str) -> Result<Option<connections::View>, Error> {
    Ok(connections::list(deps).await?.items.into_iter().find(|view| view.id.as_str() == id))
}

fn filled_in(view: &connections::View) -> Form {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut pairs = vec![
        ("id", view.id.to_string()),
        ("version", view.version.to_string()),
        ("name", view.name.clone()),
        ("base_url", view.base_url.clone()),
        ("client_id", text(&view.client_id)),
        ("application_code", text(&view.application_code)),
    ];
    if view.enabled {
        pairs.push(("enabled", "on".to_owned()));
    }
    pairs.into_iter().collect()
}

fn entered(form: &Form) -> Result<connections::Entered, Error> {
    let mut reading = Reading::of(form);
    let version = reading.number("version");
    reading.done(connections::Entered {
        id: form.filled("id").map(Into::into),
        version,
        name: form.text("name").to_owned(),
        base_url: form.text("base_url").to_owned(),
        client_id: form.text("client_id").to_owned(),
        client_secret: form.filled("client_secret").map(Into::into),
        application_code: form.filled("application_code").map(str::to_owned),
        enabled: form.is_ticked("enabled"),
    })
}

fn saved_well(saved: &connections::Saved) -> Response {
    let mut text = format!("Acronis accepted the log-in. The connection “{}” is saved.", saved.connection.name);
    if saved.backlog_is_counted {
        text.push_str(
            "\nAlerts from before are counted within a minute: up to 20 become tickets, more of them wait on Review.",
        );
    }
    back(PATH, Tone::Good, text)
}

impl Page {
    /// The version that a save edits: after a stale save the present one, as both were shown.
    fn version(&self) -> String {
        self.known.as_ref().map_or_else(String::new, |view| view.version.to_string())
    }

    fn wrong(&self, field: &str) -> Option<&str> {
        self.refusal.as_ref().and_then(|refusal| refusal.at(field))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use secrecy::ExposeSecret as _;

    use super::*;

    fn view() -> connections::View {
        connections::View {
            version: 3,
            id: "c-1".into(),
            name: "Europe".to_owned(),
            base_url: "https://eu2-cloud.acronis.com".to_owned(),
            client_id: Some("client".to_owned()),
            application_code: None,
            enabled: true,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_form_that_nobody_changed_says_what_is_there_and_keeps_the_secret() {
        let entered = entered(&filled_in(&view())).unwrap();
        assert_eq!(
            (entered.id.as_ref().map(bridge_core::id::ConnectionId::as_str), entered.version),
            (Some("c-1"), Some(3))
        );
        assert_eq!((entered.name.as_str(), entered.client_id.as_str(), entered.enabled), ("Europe", "client", true));
        assert!(entered.client_secret.is_none() && entered.application_code.is_none());
    }

    #[test]
    fn a_form_for_a_new_one_edits_nothing() {
        let form = [("id", ""), ("version", ""), ("name", "Europe"), ("client_secret", "s")].into_iter().collect();
        let entered = entered(&form).unwrap();
        assert!(entered.id.is_none() && entered.version.is_none() && !entered.enabled);
        assert_eq!(entered.client_secret.unwrap().expose_secret(), "s");
    }
}
