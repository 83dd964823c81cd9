//! The mapping from a file: first what is wrong with it and what it would do, then, once confirmed, the lines that are possible
//! (rules V7, B4).

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::staging::{self, Line};
use crate::auth::Actor;
use crate::error::Error;
use crate::mapping::{Checked, File};
use crate::pages::form::{Form, Refusal};
use crate::pages::frame::Frame;
use crate::pages::words::counted;
use crate::{Deps, mapping};

#[derive(Template)]
#[template(path = "mapping/import.html")]
struct Page {
    frame: Frame,
    csv: String,
    refusal: Option<Refusal>,
    looked: Option<Looked>,
    staged: Vec<Line>,
    list: String,
}

/// What a file would do, or has done.
struct Looked {
    checked: Checked,
    /// Words for the button that carries it out.
    confirms: String,
    /// What became of it, in lines, and whether all of it was done.
    outcome: Option<(String, bool)>,
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
        Ok(checked) => {
            let looked = Looked::of(checked);
            let staged = staging::lines(&mapping::staged(&deps, &by).await?);
            // Done is done: a file that stayed would be sent once more.
            let csv = if looked.outcome.is_some() { String::new() } else { page.csv.clone() };
            frame.show(&Page { looked: Some(looked), csv, staged, ..page })
        }
        Err(error) => {
            let refusal = Some(Refusal::of(error)?);
            frame.show_with(StatusCode::UNPROCESSABLE_ENTITY, &Page { refusal, ..page })
        }
    }
}

impl Page {
    async fn of(deps: &Deps, by: &Actor, frame: Frame, csv: String) -> Result<Self, Error> {
        let staged = staging::lines(&mapping::staged(deps, by).await?);
        Ok(Self { frame, csv, refusal: None, looked: None, staged, list: String::new() })
    }

    fn wrong(&self, field: &str) -> Option<&str> {
        self.refusal.as_ref().and_then(|refusal| refusal.at(field))
    }
}

impl Looked {
    fn of(checked: Checked) -> Self {
        let confirms = format!("Map {}", counted(checked.lines.len() as i128, "account"));
        let outcome = checked.applied.as_ref().map(|applied| (staging::outcome(applied), applied.refused.is_empty()));
        Self { confirms, outcome, checked }
    }
}
