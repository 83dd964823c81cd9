//! All that can be chosen for alerts of one type, or of all types without a row of their own.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use bridge_core::alert::{is_security, readable};
use bridge_core::settings::PickLists;
use http::StatusCode;

use super::{apply, row, types};
use crate::auth::Actor;
use crate::error::{Error, Field};
use crate::pages::choices::Pick;
use crate::pages::form::{Edited, Entered, Form, Refusal};
use crate::pages::frame::Frame;
use crate::settings::Document;
use crate::{Deps, lists, settings};

#[derive(Template)]
#[template(path = "tickets/row.html")]
struct Page {
    frame: Frame,
    version: u64,
    was: String,
    of: Of,
    /// It has no row of its own yet, and follows the one for all other types.
    follows: bool,
    form: Form,
    refusal: Option<Refusal>,
    needed: Vec<Pick>,
    optional: Vec<Pick>,
    cleared: Pick,
    unread: Option<String>,
}

/// Whose row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Of {
    Kind(String),
    Others,
}

pub(super) async fn show(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Path(kind): Path<String>,
) -> Result<Response, Error> {
    let page = load(&deps, &frame, Of::Kind(kind), Entered::Nothing).await?;
    frame.show(&page)
}

pub(super) async fn show_default(State(deps): State<Arc<Deps>>, frame: Frame) -> Result<Response, Error> {
    let page = load(&deps, &frame, Of::Others, Entered::Nothing).await?;
    frame.show(&page)
}

pub(super) async fn save(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    Path(kind): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    keep(&deps, &by, &frame, Of::Kind(kind), form).await
}

pub(super) async fn save_default(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    form: Form,
) -> Result<Response, Error> {
    keep(&deps, &by, &frame, Of::Others, form).await
}

async fn keep(deps: &Deps, by: &Actor, frame: &Frame, of: Of, form: Form) -> Result<Response, Error> {
    if apply::is_only_shown(&form) {
        let page = load(deps, frame, of, Entered::Sent(form, None)).await?;
        return frame.show(&page);
    }
    let done = match edited(deps, &of, &form).await {
        Ok(edited) => apply::apply(deps, by, frame, &of.path(), edited, &form).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(response) => Ok(response),
        Err(error) => {
            let entered = match error {
                Error::Stale { .. } if form.is_ticked("remove") => Entered::Refused(Refusal::of(error)?),
                Error::Stale { .. } => Entered::Stale(form),
                error => Entered::Sent(form, Some(of.own_problems(types::told(Refusal::of(error)?)))),
            };
            let page = load(deps, frame, of, entered).await?;
            frame.show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn edited(deps: &Deps, of: &Of, form: &Form) -> Result<Document, Error> {
    let (version, row) = row::entered(form)?;
    let mut settings = settings::read(deps).await?.settings;
    let tickets = &mut settings.tickets;
    match of {
        Of::Others => tickets.default_row = row,
        Of::Kind(kind) if form.is_ticked("remove") => {
            tickets.types.remove(kind);
        }
        Of::Kind(kind) => {
            tickets.types.insert(kind.clone(), row);
        }
    }
    Ok(Document { version, settings })
}

async fn load(deps: &Deps, frame: &Frame, of: Of, entered: Entered) -> Result<Page, Error> {
    let Document { version, settings } = settings::read(deps).await?;
    let tickets = settings.tickets;
    let (lists, unread) = match lists::pick_lists(deps).await {
        Ok(lists) => (lists, None),
        Err(error) => (PickLists::default(), Some(error.to_string())),
    };
    let present = match &of {
        Of::Kind(kind) => tickets.row(kind),
        Of::Others => &tickets.default_row,
    };
    let told = |name: &str, value: &str| row::in_words(name, value, &lists);
    let Edited { form, version, was, refusal } = entered.over(|| row::filled_in(present), version, told);
    Ok(Page {
        frame: frame.clone(),
        version,
        was,
        follows: matches!(&of, Of::Kind(kind) if !tickets.types.contains_key(kind)),
        of,
        needed: row::needed(&lists, &form, refusal.as_ref()),
        optional: row::optional(&lists, &form, refusal.as_ref()),
        cleared: row::cleared(&form),
        form,
        refusal,
        unread,
    })
}

impl Of {
    fn path(&self) -> String {
        match self {
            Self::Kind(kind) => types::path(kind),
            Self::Others => types::OTHERS.to_owned(),
        }
    }

    /// Problems of this row stand beside their fields; those of others only above.
    fn own_problems(&self, refusal: Refusal) -> Refusal {
        let own = match self {
            Self::Kind(kind) => format!("settings.tickets.types.{kind}."),
            Self::Others => "settings.tickets.default_row.".to_owned(),
        };
        let beside = |Field { field, message }: Field| {
            let of_form = match field.strip_prefix(&own) {
                Some(name) => name.to_owned(),
                // No field of this form.
                None if field.contains('.') => String::new(),
                None => field,
            };
            Field { field: of_form, message }
        };
        let fields = refusal.fields.into_iter().map(beside).collect();
        Refusal { fields, ..refusal }
    }
}

impl Page {
    fn title(&self) -> String {
        match &self.of {
            Of::Kind(kind) => readable(kind),
            Of::Others => "All other types".to_owned(),
        }
    }

    fn kind(&self) -> Option<&str> {
        match &self.of {
            Of::Kind(kind) => Some(kind),
            Of::Others => None,
        }
    }

    /// Rule T14: never by completing a ticket.
    fn may_dismiss(&self) -> bool {
        self.kind().is_none_or(|kind| !is_security(kind, None))
    }

    fn wrong(&self, field: &str) -> Option<&str> {
        self.refusal.as_ref().and_then(|refusal| refusal.at(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b3_only_problems_of_this_row_stand_beside_its_fields() {
        let field = |field: &str| Field { field: field.to_owned(), message: "choose".to_owned() };
        let fields = vec![
            field("settings.tickets.types.A.queue"),
            field("settings.tickets.types.B.priority"),
            field("settings.tickets.default_row.status"),
            field("settle_s"),
        ];
        let refusal = Of::Kind("A".to_owned()).own_problems(Refusal { message: String::new(), fields });
        assert!(refusal.at("queue").is_some() && refusal.at("settle_s").is_some());
        assert!(refusal.at("priority").is_none() && refusal.at("status").is_none());
    }
}
