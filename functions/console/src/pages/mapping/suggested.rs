//! Tenants that are probably an account's: many are accepted at a time (rule V7).

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use bridge_core::id::AccountId;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::staging::{self, Line};
use crate::auth::Actor;
use crate::document::Parameters;
use crate::error::Error;
use crate::mapping::{Batch, Edit};
use crate::pages::form::{Form, Refusal};
use crate::pages::frame::{Frame, Tone, back};
use crate::pages::words::{counted, query};
use crate::{Deps, mapping, suggestions};

const PATH: &str = "/mapping/suggestions";

/// What of the list is looked at.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    search: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "mapping/suggestions.html")]
struct Page {
    frame: Frame,
    asked: Asked,
    refusal: Option<Refusal>,
    rows: Vec<Row>,
    next: Option<String>,
    staged: Vec<Line>,
    list: String,
}

struct Row {
    account: i64,
    account_name: String,
    tenant_name: String,
    evidence: String,
    /// What a tick sends: `account tenant connection`.
    pick: String,
    is_ticked: bool,
    is_staged: bool,
}

pub(super) async fn show(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Error> {
    let page = page(&deps, &by, frame.clone(), asked, &[], None).await?;
    frame.show(&page)
}

pub(super) async fn stage(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    form: Form,
) -> Result<Response, Error> {
    let asked = Asked { search: form.text("search").to_owned(), after: form.filled("after").map(str::to_owned) };
    let picks: Vec<&str> = form.values("pick").collect();
    let error = match edits(&picks) {
        Ok(edits) => {
            let count = counted(edits.len() as i128, "mapping");
            match mapping::stage(&deps, &by, Batch { edits }).await {
                Ok(_) => {
                    return Ok(back(
                        &query(PATH, &asked),
                        Tone::Good,
                        format!("Staged: {count}. Click Apply to carry them out."),
                    ));
                }
                Err(error) => error,
            }
        }
        Err(error) => error,
    };
    let refusal = Refusal::of(error)?;
    let page = page(&deps, &by, frame.clone(), asked, &picks, Some(refusal)).await?;
    frame.show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn page(
    deps: &Deps,
    by: &Actor,
    frame: Frame,
    asked: Asked,
    ticked: &[&str],
    refusal: Option<Refusal>,
) -> Result<Page, Error> {
    let search = Some(asked.search.trim().to_owned()).filter(|search| !search.is_empty());
    let filter = suggestions::Filter { search, after: asked.after.clone(), ..suggestions::Filter::default() };
    let part = suggestions::list(deps, filter).await?;
    let staged = mapping::staged(deps, by).await?;
    let row = |view: suggestions::View| {
        let pick = format!("{} {} {}", view.account, view.tenant, view.connection);
        let edit = staged.of_account(view.account).map(|entry| &entry.edit);
        Row {
            account: view.account.0,
            account_name: view.account_name,
            tenant_name: view.tenant_name,
            evidence: view.evidence.join(", "),
            is_ticked: ticked.contains(&pick.as_str()),
            is_staged: edit.is_some_and(|edit| edit.tenant.as_ref() == Some(&view.tenant)),
            pick,
        }
    };
    Ok(Page {
        rows: part.items.into_iter().map(row).collect(),
        next: part.next.map(|after| query(PATH, &Asked { after: Some(after), ..asked.clone() })),
        staged: staging::lines(&staged),
        list: String::new(),
        frame,
        asked,
        refusal,
    })
}

/// The edits that the ticks ask for.
fn edits(picks: &[&str]) -> Result<Vec<Edit>, Error> {
    if picks.is_empty() {
        return Err(Error::field("pick", "tick the suggestions that are right first"));
    }
    picks
        .iter()
        .map(|pick| edit(pick).ok_or_else(|| Error::field("pick", format!("“{pick}” is no suggestion"))))
        .collect()
}

fn edit(pick: &str) -> Option<Edit> {
    let mut parts = pick.split(' ');
    let (account, tenant, connection) = (parts.next()?, parts.next()?, parts.next()?);
    let account = AccountId(account.parse().ok()?);
    Some(Edit { tenant: Some(tenant.into()), connection: Some(connection.into()), ..Edit::of(account) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v7_each_tick_maps_one_account() {
        let edits = edits(&["174 t-1 c-1", "175 t-2 c-1"]).unwrap();
        let of = |edit: &Edit| (edit.account.0, edit.tenant.as_ref().map(ToString::to_string));
        assert_eq!(
            edits.iter().map(of).collect::<Vec<_>>(),
            [(174, Some("t-1".to_owned())), (175, Some("t-2".to_owned()))]
        );
    }

    #[test]
    fn no_tick_and_an_odd_one_are_refused() {
        for odd in [&[][..], &["174"], &["x t c"]] {
            assert_eq!(edits(odd).unwrap_err().fields()[0].field, "pick", "{odd:?}");
        }
    }
}
