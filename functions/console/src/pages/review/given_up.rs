//! Messages that a queue has given up (rule B2). Queues take their time to answer, so this part of *Review* is loaded by itself.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::tz::TimeZone;

use super::PATH;
use crate::auth::Actor;
use crate::dead_letters::{Redriven, View};
use crate::error::Error;
use crate::pages::frame::{Frame, part, told};
use crate::pages::words::{When, counted};
use crate::{Deps, dead_letters};

#[derive(Template)]
#[template(path = "review/given_up.html")]
struct Page {
    frame: Frame,
    /// The messages, or why they could not be read.
    read: Result<Vec<GivenUp>, String>,
}

/// What a queue has given up.
struct GivenUp {
    queue: &'static str,
    letters: Vec<(When, String)>,
}

pub(super) async fn show(State(deps): State<Arc<Deps>>, frame: Frame) -> Result<Response, Error> {
    let read = part(dead_letters::list(&deps).await)?.map(|page| by_queue(page.items, &frame.zone));
    frame.show(&Page { frame: frame.clone(), read })
}

pub(super) async fn redrive(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(queue): Path<String>,
) -> Result<Response, Error> {
    let text = |redriven: Redriven| {
        let more = if redriven.is_partial { " There may be more: send again." } else { "" };
        let count = i128::try_from(redriven.sent).unwrap_or(i128::MAX);
        format!("{} sent again.{more}", counted(count, "message"))
    };
    told(PATH, dead_letters::redrive(&deps, &by, &queue).await.map(text))
}

fn by_queue(letters: Vec<View>, zone: &TimeZone) -> Vec<GivenUp> {
    let mut queues: Vec<GivenUp> = Vec::new();
    for letter in letters {
        let said = (When::new(letter.sent_at, zone), letter.body);
        match queues.iter_mut().find(|given_up| given_up.queue == letter.queue) {
            Some(given_up) => given_up.letters.push(said),
            None => queues.push(GivenUp { queue: letter.queue, letters: vec![said] }),
        }
    }
    queues
}
