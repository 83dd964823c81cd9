//! *Ticket synchronization* (manual 5.5; rules T1, T5, T7, T15).
//!
//! One form for all of the tab, as in the manual: what holds for every ticket, and for the ticked alert types what is to be set
//! for them. A type's rarer values have a page of their own.

mod apply;
mod bulk;
mod general;
mod row;
mod row_page;
mod types;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Json};
use bridge_core::settings::PickLists;
use http::StatusCode;
use serde::Deserialize;

use super::Endpoint;
use super::choices::{self, Pick};
use super::form::{Edited, Entered, Form, Refusal};
use super::frame::Frame;
use crate::auth::Actor;
use crate::document::Parameters;
use crate::error::Error;
use crate::lists::AlertTypes;
use crate::settings::Document;
use crate::{Deps, lists, settings};
use types::{Shown, TypeRow};

const PATH: &str = "/tickets";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, "Ticket synchronization", get(show)),
        Endpoint::post(PATH, "Apply ticket synchronization", post(save)),
        Endpoint::get("/tickets/types/{kind}", "What happens with an alert type", get(row_page::show)),
        Endpoint::post("/tickets/types/{kind}", "Apply what happens with an alert type", post(row_page::save)),
        Endpoint::get("/tickets/other-types", "What happens with all other types", get(row_page::show_default)),
        Endpoint::post("/tickets/other-types", "Apply it", post(row_page::save_default)),
        Endpoint::get("/tickets/accounts.json", "Accounts to choose from", get(accounts)),
    ]
}

/// Which alert types are shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    search: String,
    show: Shown,
}

impl Asked {
    /// As the form has it, which carries it along so that nothing that was filled in is lost.
    fn of(form: &Form) -> Self {
        Self { search: form.text("search").to_owned(), show: Shown::named(form.text("show")) }
    }
}

#[derive(Template)]
#[template(path = "tickets.html")]
struct Page {
    frame: Frame,
    version: u64,
    was: String,
    asked: Asked,
    form: Form,
    refusal: Option<Refusal>,
    picks: Vec<Pick>,
    closing: Pick,
    /// Statuses that count as closed, as they were the closing status once.
    formerly_closing: Vec<String>,
    bulk: Vec<Pick>,
    default_row: TypeRow,
    rows: Vec<TypeRow>,
    /// Rows that are not shown for their number.
    left_out: usize,
    /// Ticked types that the filter hides.
    ticked_elsewhere: Vec<String>,
    /// Nothing makes tickets yet, and the manual's types are ticked to be set.
    is_proposal: bool,
    /// What could not be read.
    warnings: Vec<String>,
}

async fn show(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Error> {
    let page = load(&deps, &frame, asked, Entered::Nothing).await?;
    frame.show(&page)
}

async fn save(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    form: Form,
) -> Result<Response, Error> {
    let again = async |entered: Entered| {
        let page = load(&deps, &frame, Asked::of(&form), entered).await?;
        let status = if page.refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        frame.show_with(status, &page)
    };
    if apply::is_only_shown(&form) {
        return again(Entered::Sent(form.clone(), None)).await;
    }
    let done = match edited(&deps, &form).await {
        Ok(edited) => apply::apply(&deps, &by, &frame, PATH, edited, &form).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(response) => Ok(response),
        Err(Error::Stale { .. }) => again(Entered::Stale(form.clone())).await,
        Err(error) => again(Entered::Sent(form.clone(), Some(types::told(Refusal::of(error)?)))).await,
    }
}

/// The settings as the form would have them.
async fn edited(deps: &Deps, form: &Form) -> Result<Document, Error> {
    let (version, entered) = general::entered(form)?;
    let account = choices::chosen(deps, "partner_alerts_account", form.text("partner_alerts_account")).await?;
    let mut settings = settings::read(deps).await?.settings;
    entered.put(&mut settings.tickets);
    settings.tickets.partner_alerts_account = account;
    bulk::entered(form)?.put(&mut settings.tickets);
    Ok(Document { version, settings })
}

async fn load(deps: &Deps, frame: &Frame, asked: Asked, entered: Entered) -> Result<Page, Error> {
    let Document { version, settings } = settings::read(deps).await?;
    let tickets = settings.tickets;
    let mut warnings = Vec::new();
    let (lists, known) = tokio::join!(lists::pick_lists(deps), lists::alert_types(deps));
    let lists = match lists {
        Ok(lists) => lists,
        Err(error) => {
            warnings.push(format!("Autotask's lists cannot be shown now: {error}."));
            PickLists::default()
        }
    };
    let known = known.unwrap_or_else(|error| AlertTypes { items: Vec::new(), warnings: vec![error.to_string()] });
    warnings.extend(known.warnings.iter().map(|warning| format!("Some alert types cannot be shown now: {warning}.")));
    let is_proposal = tickets.types.is_empty() && !tickets.default_row.create && matches!(entered, Entered::Nothing);
    let account = choices::text(deps, tickets.partner_alerts_account).await?;
    let saved = || general::filled_in(&tickets, account, &lists);
    let told = |name: &str, value: &str| general::in_words(name, value, &lists);
    let Edited { form, version, was, refusal } = entered.over(saved, version, told);
    let table = types::table(&tickets, &known, &lists, &asked, |kind, is_proposed| {
        form.values("type").any(|ticked| ticked == kind) || (is_proposal && is_proposed)
    });
    let is_shown = |kind: &str| table.rows.iter().any(|row| row.kind == kind);
    Ok(Page {
        frame: frame.clone(),
        version,
        was,
        ticked_elsewhere: form.values("type").filter(|kind| !is_shown(kind)).map(str::to_owned).collect(),
        picks: general::picks(&lists, &form, refusal.as_ref()),
        closing: general::closing(&lists, &form, refusal.as_ref()),
        formerly_closing: general::formerly_closing(&tickets, &lists),
        bulk: bulk::picks(&lists, &form),
        default_row: types::default_row(&tickets, &lists),
        rows: table.rows,
        left_out: table.left_out,
        is_proposal: is_proposal && table.has_proposed,
        asked,
        form,
        refusal,
        warnings,
    })
}

async fn accounts(
    State(deps): State<Arc<Deps>>,
    Parameters(typed): Parameters<choices::Typed>,
) -> Result<Json<Vec<String>>, Error> {
    choices::offered(&deps, &typed).await
}

impl Page {
    fn wrong(&self, field: &str) -> Option<&str> {
        self.refusal.as_ref().and_then(|refusal| refusal.at(field))
    }
}
