//! The mapping from a file: first what is wrong with it and what it would do, then, once confirmed, the lines that are possible
//! (rules V7, B4).

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::imported;
use super::staging::{self, Line};
use crate::auth::Actor;
use crate::error::Error;
use crate::mapping::{Checked, File, Progress};
use crate::page::Window;
use crate::pages::form::{Form, Refusal};
use crate::pages::frame::{Frame, see};
use crate::pages::words::{When, counted};
use crate::{Deps, mapping};

/// Files that are listed.
const LISTED: usize = 5;

#[derive(Template)]
#[template(path = "mapping/import.html")]
struct Page {
    frame: Frame,
    csv: String,
    refusal: Option<Refusal>,
    looked: Option<Looked>,
    /// Files of the last days, so that one is found again.
    imports: Vec<Listed>,
    staged: Vec<Line>,
    list: String,
}

/// A file that is or was carried out.
struct Listed {
    view: Progress,
    at: When,
}

/// What a file would do.
struct Looked {
    checked: Checked,
    /// Words for the button that carries it out.
    confirms: String,
}

pub(super) async fn show(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
) -> Result<Response, Error> {
    let page = Page::of(&deps, &by, frame.clone(), String::new()).await?;
    frame.show(&page)
}

pub(super) async fn send(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    form: Form,
) -> Result<Response, Error> {
    let file = File {
        csv: form.text("csv").to_owned(),
        apply: form.is_ticked("digest"),
        digest: form.filled("digest").map(str::to_owned),
    };
    let page = Page::of(&deps, &by, frame.clone(), file.csv.clone()).await?;
    match mapping::import(&deps, &by, &file).await {
        Ok(Checked { import: Some(import), .. }) => Ok(see(&imported::path(&import.id))),
        Ok(checked) => frame.show(&Page { looked: Some(Looked::of(checked)), ..page }),
        Err(error) => {
            let refusal = Some(Refusal::of(error)?);
            frame.show_with(StatusCode::UNPROCESSABLE_ENTITY, &Page { refusal, ..page })
        }
    }
}

impl Page {
    async fn of(deps: &Deps, by: &Actor, frame: Frame, csv: String) -> Result<Self, Error> {
        let staged = staging::lines(&mapping::staged(deps, by).await?);
        let imports = mapping::imports(deps, Window { limit: Some(LISTED), after: None }).await?.items;
        let listed = |view: Progress| Listed { at: When::new(view.at, &frame.zone), view };
        let imports = imports.into_iter().map(listed).collect();
        Ok(Self { frame, csv, refusal: None, looked: None, imports, staged, list: String::new() })
    }

    fn wrong(&self, field: &str) -> Option<&str> {
        self.refusal.as_ref().and_then(|refusal| refusal.at(field))
    }
}

impl Looked {
    fn of(checked: Checked) -> Self {
        let confirms = format!("Map {}", counted(checked.lines.len() as i128, "account"));
        Self { confirms, checked }
    }
}
