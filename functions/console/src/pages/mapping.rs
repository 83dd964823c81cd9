//! *Customer mapping* (rules V4, V5, V7): the accounts, and beside them what can be done with the chosen one. Whatever is clicked
//! is staged; one Apply carries it out.

mod existing;
mod import;
mod imported;
mod new;
mod panel;
mod partners;
mod staging;
mod suggested;

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use bridge_core::account::State as Standing;
use serde::de::IntoDeserializer as _;
use serde::de::value::Error as Odd;
use serde::{Deserialize, Serialize};

use super::Endpoint;
use super::form::Refusal;
use super::frame::Frame;
use super::words::query;
use crate::auth::Actor;
use crate::document::Parameters;
use crate::error::Error;
use crate::page::Page as Part;
use crate::{Deps, accounts, mapping};
use panel::Panel;
use staging::Line;

const PATH: &str = "/mapping";

/// What the list can be narrowed to: value and words.
const STATES: [(&str, &str); 8] = [
    ("", "All"),
    ("mapped", "Mapped"),
    ("not_mapped", "Not mapped"),
    ("suggested", "Suggested"),
    ("creating", "Being created"),
    ("problem", "Problem or question"),
    ("held", "Waits for a person"),
    ("excluded", "Excluded"),
];
const SORTS: [(&str, &str); 4] =
    [("", "Name"), ("id", "Account id"), ("state", "Problems first"), ("synced_at", "Longest not synchronized")];

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, "Customer mapping", get(show)),
        Endpoint::post("/mapping/stage", "Stage an edit of the mapping", post(staging::stage)),
        Endpoint::post("/mapping/unstage", "Undo what is staged", post(staging::unstage)),
        Endpoint::post("/mapping/apply", "Apply what is staged", post(staging::apply)),
        Endpoint::get("/mapping/{account}/existing", "Map to existing customer tenant", get(existing::show)),
        Endpoint::post("/mapping/{account}/existing", "Stage the chosen customer tenant", post(existing::choose)),
        Endpoint::get("/mapping/{account}/new", "Choose where a new customer tenant is made", get(new::show)),
        Endpoint::get("/mapping/suggestions", "Suggested customer tenants", get(suggested::show)),
        Endpoint::post("/mapping/suggestions", "Stage the ticked suggestions", post(suggested::stage)),
        Endpoint::get("/mapping/import", "Import the mapping", get(import::show)),
        Endpoint::post("/mapping/import", "Look at a file, or carry it out", post(import::send)),
        Endpoint::get("/mapping/imports/{id}", "How far a file is", get(imported::show)),
        Endpoint::post("/mapping/imports/{id}/continue", "Go on with a file", post(imported::go_on)),
    ]
}

/// What of the list is looked at. It is carried through the forms of the panel, so that they lead back to the same rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    search: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    state: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    sort: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    /// The chosen account.
    #[serde(skip_serializing_if = "String::is_empty")]
    account: String,
    /// Whether the removal of its mapping is to be confirmed.
    #[serde(skip_serializing_if = "String::is_empty")]
    removal: String,
}

#[derive(Template)]
#[template(path = "mapping.html")]
struct Page {
    frame: Frame,
    asked: Asked,
    /// The same as text, for the forms.
    list: String,
    refusal: Option<Refusal>,
    rows: Vec<Row>,
    next: Option<String>,
    chosen: Option<Panel>,
    staged: Vec<Line>,
}

struct Row {
    id: i64,
    name: String,
    href: String,
    tenant: Option<String>,
    badge: Badge,
    words: Vec<String>,
    /// Its first plan waits for somebody's consent.
    awaits_consent: bool,
    suggestion: Option<String>,
    is_chosen: bool,
    is_staged: bool,
}

/// A state with its tone.
pub(super) struct Badge {
    pub(super) tone: &'static str,
    pub(super) text: String,
}

async fn show(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Error> {
    let staged = mapping::staged(&deps, &by).await?;
    let (part, refusal) = list(&deps, &asked).await?;
    let chosen = match asked.chosen() {
        Some(account) => Some(Panel::of(&deps, &frame, account, &part.items, &staged, &asked).await?),
        None => None,
    };
    let next = part.next.map(|after| query(PATH, &Asked { after: Some(after), ..asked.without_choice() }));
    let page = Page {
        list: query("", &asked.without_choice()).trim_start_matches('?').to_owned(),
        rows: part.items.into_iter().map(|view| Row::of(view, &asked, &staged)).collect(),
        staged: staging::lines(&staged),
        frame: frame.clone(),
        asked,
        refusal,
        next,
        chosen,
    };
    frame.show(&page)
}

/// The accounts that are asked for. Before the first run they can only be searched, and where Autotask does not answer there are
/// none: either is said above the list.
async fn list(deps: &Deps, asked: &Asked) -> Result<(Part<accounts::View>, Option<Refusal>), Error> {
    let refused = match accounts::list(deps, asked.filter()?).await {
        Ok(part) => return Ok((part, None)),
        Err(error) => error,
    };
    let is_unread = matches!(&refused, Error::Refused { code: "not_read_yet", .. });
    let refusal = Refusal::of(refused)?;
    let search = accounts::Filter { state: None, sort: None, after: None, ..asked.filter()? };
    let part = if is_unread { accounts::list(deps, search).await? } else { Part::whole(Vec::new()) };
    Ok((part, Some(refusal)))
}

impl Asked {
    fn filter(&self) -> Result<accounts::Filter, Error> {
        let search = Some(self.search.trim().to_owned()).filter(|search| !search.is_empty());
        Ok(accounts::Filter {
            search,
            state: one_of("state", &self.state)?,
            sort: one_of("sort", &self.sort)?,
            limit: None,
            after: self.after.clone(),
        })
    }

    fn chosen(&self) -> Option<i64> {
        self.account.trim().parse().ok()
    }

    fn without_choice(&self) -> Self {
        Self { account: String::new(), removal: String::new(), ..self.clone() }
    }

    /// The same rows with this account chosen.
    fn choosing(&self, account: i64) -> Self {
        Self { account: account.to_string(), ..self.without_choice() }
    }

    /// What a form has carried along. What is odd in it is left out: it only says which rows to show.
    fn carried(text: &str) -> Self {
        serde_urlencoded::from_str(text).unwrap_or_default()
    }
}

/// The choice of a list that this text is; nothing where it is empty.
fn one_of<'a, T: Deserialize<'a>>(field: &str, text: &'a str) -> Result<Option<T>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let read: Result<T, Odd> = T::deserialize(text.into_deserializer());
    read.map(Some).map_err(|_| Error::field(field, format!("there is no “{text}” to choose here")))
}

impl Row {
    fn of(view: accounts::View, asked: &Asked, staged: &mapping::Staged) -> Self {
        let id = view.id.0;
        Self {
            href: format!("{}#panel", query(PATH, &asked.choosing(id))),
            badge: Badge::of(&view),
            tenant: view.tenant_name,
            awaits_consent: view.awaits_consent,
            suggestion: view.suggestion.map(|found| format!("“{}”: {}", found.tenant_name, found.evidence.join(", "))),
            is_chosen: asked.chosen() == Some(id),
            is_staged: staged.of_account(view.id).is_some(),
            words: view.words,
            name: view.name,
            id,
        }
    }
}

impl Badge {
    /// Green is what is well and needs nobody.
    pub(super) fn of(view: &accounts::View) -> Self {
        let (state, text) = (view.state, view.state.to_string());
        let (tone, text) = match state {
            Standing::Problem => ("bad", text),
            Standing::Asks => ("warn", text),
            Standing::Creating | Standing::Suggested => ("accent", text),
            Standing::Mapped if view.held > 0 => ("warn", format!("{text}, waits for you")),
            Standing::Mapped if view.words.is_empty() => ("good", text),
            Standing::Mapped | Standing::NotMapped | Standing::Excluded => ("", text),
        };
        Self { tone, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_the_list_is_read_and_another_is_named() {
        assert_eq!(one_of::<accounts::Only>("state", "not_mapped").unwrap(), Some(accounts::Only::NotMapped));
        assert_eq!(one_of::<accounts::Only>("state", "").unwrap(), None);
        let odd = one_of::<accounts::Only>("state", "mad").unwrap_err().fields();
        assert_eq!(odd[0].field, "state");
    }

    #[test]
    fn every_choice_that_is_offered_can_be_read() {
        for (value, _) in STATES {
            assert!(one_of::<accounts::Only>("state", value).is_ok(), "{value}");
        }
        for (value, _) in SORTS {
            assert!(one_of::<accounts::Sort>("sort", value).is_ok(), "{value}");
        }
    }

    #[test]
    fn a_form_leads_back_to_the_rows_that_it_came_from() {
        let asked = Asked { search: "a & b".to_owned(), state: "mapped".to_owned(), ..Asked::default() };
        let carried = query("", &asked).trim_start_matches('?').to_owned();
        assert_eq!(Asked::carried(&carried), asked);
        assert_eq!(Asked::carried("search=%FF&&=="), Asked { search: "\u{fffd}".to_owned(), ..Asked::default() });
    }
}
