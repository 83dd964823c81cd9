//! The self-test (rule L3).

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;

use super::standing::{AUTOTASK, summary};
use crate::auth::Actor;
use crate::error::Error;
use crate::pages::choices;
use crate::pages::form::{Form, Refusal};
use crate::pages::frame::{Frame, Tone, back};
use crate::pages::words::When;
use crate::rights::{Asked, Finding, Right, View};
use crate::{Deps, rights, systems};

/// Where a ticket goes unless somebody chooses another account: to the own company.
const OWN: &str = "0";

#[derive(Template)]
#[template(path = "log_in/rights.html")]
struct Page {
    frame: Frame,
    name: String,
    view: View,
    tested: Option<When>,
    account: String,
    refusal: Option<Refusal>,
}

pub(super) async fn show(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let page = load(&deps, &frame, &id, OWN, None).await?;
    frame.show(&page)
}

pub(super) async fn look(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    match rights::look(&deps, &id).await {
        Ok(view) => Ok(told(&view)),
        Err(error) => refused(&deps, &frame, &id, OWN, error).await,
    }
}

pub(super) async fn write_ticket(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    form: Form,
) -> Result<Response, Error> {
    let entered = form.text("account");
    let done = match choices::chosen(&deps, "account", entered).await {
        Ok(account) => {
            let asked = Asked { account: account.map_or(0, |account| account.0) };
            rights::write_ticket(&deps, &by, &asked).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(view) => Ok(told(&view)),
        Err(error) => refused(&deps, &frame, AUTOTASK, entered, error).await,
    }
}

fn told(view: &View) -> Response {
    let is_refused = view.rights.iter().any(|right| right.state == Finding::Refused);
    let tone = if is_refused { Tone::Bad } else { Tone::Good };
    back(&format!("/log-in/systems/{}/rights", view.system), tone, format!("Tested: {}.", summary(view)))
}

async fn refused(deps: &Deps, frame: &Frame, id: &str, account: &str, error: Error) -> Result<Response, Error> {
    let page = load(deps, frame, id, account, Some(Refusal::of(error)?)).await?;
    frame.show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn load(deps: &Deps, frame: &Frame, id: &str, account: &str, refusal: Option<Refusal>) -> Result<Page, Error> {
    let view = rights::read(deps, id).await?;
    let system = systems::list(deps).await?.items.into_iter().find(|system| system.id == view.system);
    Ok(Page {
        name: system.map_or_else(|| view.system.clone(), |system| system.name),
        tested: view.tested_at.map(|at| When::new(at, &frame.zone)),
        frame: frame.clone(),
        view,
        account: account.to_owned(),
        refusal,
    })
}

impl Page {
    fn is_autotask(&self) -> bool {
        self.view.system == AUTOTASK
    }

    fn of_sort(&self, writes: bool) -> Vec<&Right> {
        self.view.rights.iter().filter(|right| right.writes == writes).collect()
    }

    fn wrong(&self) -> Option<&str> {
        self.refusal.as_ref().and_then(|refusal| refusal.at("account"))
    }
}

impl Finding {
    /// Class of the badge.
    fn tone(self) -> &'static str {
        match self {
            Self::Passed => "good",
            Self::Refused => "bad",
            Self::NotTested => "",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Refused => "refused",
            Self::NotTested => "not tested",
        }
    }
}
