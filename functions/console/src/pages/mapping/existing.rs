//! *Map to existing customer tenant*: a partner, then a customer within this partner.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use bridge_core::id::AccountId;
use http::StatusCode;

use super::partners::{Asked, Picker};
use super::staging::{self, Line};
use crate::auth::Actor;
use crate::document::{AccountNumber, Parameters};
use crate::error::Error;
use crate::mapping::{Batch, Edit};
use crate::page::Page as Part;
use crate::pages::form::{Form, Refusal};
use crate::pages::frame::{Frame, Tone, back};
use crate::pages::words::query;
use crate::{Deps, accounts, mapping, tenants};

#[derive(Template)]
#[template(path = "mapping/existing.html")]
struct Page {
    frame: Frame,
    account: i64,
    account_name: String,
    /// The tenant that it has already.
    taken: Option<String>,
    refusal: Option<Refusal>,
    picker: Picker,
    /// The chosen partner or folder, with its customers.
    within: Option<Within>,
    staged: Vec<Line>,
    /// The list of accounts that the forms of the staged edits lead back to.
    list: String,
}

struct Within {
    id: String,
    name: String,
    above: String,
    /// Where the other partners are.
    others: String,
    search: String,
    customers: Vec<tenants::View>,
    next: Option<String>,
}

pub(super) async fn show(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    AccountNumber(account): AccountNumber,
    frame: Frame,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Error> {
    let page = page(&deps, &by, frame.clone(), account, asked, None).await?;
    frame.show(&page)
}

pub(super) async fn choose(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    AccountNumber(account): AccountNumber,
    frame: Frame,
    form: Form,
) -> Result<Response, Error> {
    let text = |name: &str| form.text(name).to_owned();
    let asked = Asked {
        connection: text("connection"),
        partner: text("partner"),
        search: text("search"),
        after: form.filled("after").map(str::to_owned),
    };
    let error = match form.filled("tenant") {
        None => Error::field("tenant", "select a customer tenant first"),
        Some(tenant) => {
            let connection = Some(asked.connection.clone().into());
            let edit = Edit { tenant: Some(tenant.into()), connection, ..Edit::of(AccountId(account)) };
            match mapping::stage(&deps, &by, Batch { edits: vec![edit] }).await {
                Ok(_) => {
                    let to = query(super::PATH, &super::Asked::default().choosing(account));
                    return Ok(back(&to, Tone::Good, "Staged. Click Apply to carry it out."));
                }
                Err(error) => error,
            }
        }
    };
    let refusal = Refusal::of(error)?;
    let page = page(&deps, &by, frame.clone(), account, asked, Some(refusal)).await?;
    frame.show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn page(
    deps: &Deps,
    by: &Actor,
    frame: Frame,
    account: i64,
    asked: Asked,
    refusal: Option<Refusal>,
) -> Result<Page, Error> {
    let view = accounts::detail(deps, account).await?.account;
    let (asked, connections) = asked.settled(deps).await?;
    let path = format!("/mapping/{account}/existing");
    let within = match asked.partner.as_str() {
        "" => None,
        _ => Some(Within::read(deps, &path, &asked).await?),
    };
    // The partners are listed until one is chosen.
    let picker = match within {
        None => Picker::read(deps, path, &asked, connections).await?,
        Some(_) => Picker {
            path,
            connections,
            connection: asked.connection,
            search: asked.search,
            partners: Vec::new(),
            next: None,
        },
    };
    let staged = staging::lines(&mapping::staged(deps, by).await?);
    let list = query("", &super::Asked::default().choosing(account)).trim_start_matches('?').to_owned();
    Ok(Page { frame, account, account_name: view.name, taken: view.tenant_name, refusal, picker, within, staged, list })
}

impl Within {
    async fn read(deps: &Deps, path: &str, asked: &Asked) -> Result<Self, Error> {
        let filter = tenants::Filter {
            connection: asked.connection.clone(),
            within: Some(asked.partner.clone()),
            search: asked.searched(),
            limit: None,
            after: asked.after.clone(),
        };
        let Part { items, next, .. } = tenants::list(deps, filter).await?;
        let partner = tenants::partner(deps, &asked.connection, &asked.partner).await?;
        Ok(Self {
            id: asked.partner.clone(),
            name: partner.name,
            above: partner.above.join(" › "),
            others: query(path, &Asked { connection: asked.connection.clone(), ..Asked::default() }),
            search: asked.search.clone(),
            customers: items,
            next: next.map(|after| query(path, &Asked { after: Some(after), ..asked.clone() })),
        })
    }
}
