//! *Map to new customer tenant* in another place than the settings say.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::partners::{Asked, Picker};
use super::staging::{self, Line};
use crate::auth::Actor;
use crate::document::{AccountNumber, Parameters};
use crate::error::Error;
use crate::pages::frame::Frame;
use crate::pages::words::query;
use crate::{Deps, accounts, mapping};

#[derive(Template)]
#[template(path = "mapping/new.html")]
struct Page {
    frame: Frame,
    account: i64,
    account_name: String,
    /// The tenant that it has already.
    taken: Option<String>,
    /// It had a tenant before, and this choice is against returning to it.
    is_anew: bool,
    picker: Picker,
    staged: Vec<Line>,
    list: String,
}

pub(super) async fn show(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    AccountNumber(account): AccountNumber,
    frame: Frame,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Error> {
    let detail = accounts::detail(&deps, account).await?;
    let (asked, connections) = asked.settled(&deps).await?;
    let page = Page {
        account,
        account_name: detail.account.name,
        taken: detail.account.tenant_name,
        is_anew: detail.unmapped.is_some(),
        picker: Picker::read(&deps, format!("/mapping/{account}/new"), &asked, connections).await?,
        staged: staging::lines(&mapping::staged(&deps, &by).await?),
        list: query("", &super::Asked::default().choosing(account)).trim_start_matches('?').to_owned(),
        frame: frame.clone(),
    };
    frame.show(&page)
}
