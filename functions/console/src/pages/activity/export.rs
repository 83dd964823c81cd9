//! The activity as files. One has an end, so it is told what is in it before it is loaded, and where the next one begins.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::Asked;
use crate::document::Parameters;
use crate::error::Error;
use crate::pages::frame::Frame;
use crate::pages::words::{When, query};
use crate::{Deps, activity};

pub(super) const PATH: &str = "/activity/export";

/// Which file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    #[serde(flatten)]
    asked: Asked,
    /// Its number; 1 unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<usize>,
}

#[derive(Template)]
#[template(path = "activity/export.html")]
struct Page {
    frame: Frame,
    number: usize,
    /// What the file has in it.
    holds: String,
    /// The file, unless it would be empty.
    file: Option<String>,
    next: Option<String>,
    back: String,
}

pub(super) async fn show(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Parameters(which): Parameters<Which>,
) -> Result<Response, Error> {
    let part = activity::part(&deps, &which.asked.filter()?).await?;
    let page = Page::of(frame.clone(), &which, part);
    frame.show(&page)
}

impl Page {
    fn of(frame: Frame, Which { asked, part: number }: &Which, part: activity::Part) -> Self {
        let number = number.unwrap_or(1);
        let after = |after| Which { asked: Asked { after: Some(after), ..asked.clone() }, part: Some(number + 1) };
        Self {
            holds: holds(&part, &frame),
            number,
            file: part.span.map(|_| query("/api/v1/activity", &asked.as_api())),
            next: part.next.map(|next| query(PATH, &after(next))),
            back: query(super::PATH, &Asked { after: None, ..asked.clone() }),
            frame,
        }
    }
}

fn holds(part: &activity::Part, frame: &Frame) -> String {
    let Some((oldest, newest)) = part.span else {
        let so_far = if part.next.is_some() { " in what was looked through so far" } else { "" };
        return format!("Nothing was written{so_far}.");
    };
    let (oldest, newest) = (When::new(oldest, &frame.zone), When::new(newest, &frame.zone));
    let entries = i128::try_from(part.entries).unwrap_or(i128::MAX);
    let entries = if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
    let older = if part.next.is_some() {
        "There may be older ones: they are in the next part."
    } else {
        "There are no older ones."
    };
    format!("{entries}, from {oldest} to {newest}. {older}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x5_a_file_that_may_not_be_all_says_so_and_leads_to_the_next_part() {
        let at = |text: &str| text.parse().unwrap();
        let part = activity::Part {
            entries: 10_000,
            span: Some((at("2026-11-20T08:00:00Z"), at("2026-11-22T09:00:00Z"))),
            next: Some("place".to_owned()),
        };
        let asked = Asked { account: "174".to_owned(), ..Asked::default() };
        let page = Page::of(Frame::bare(PATH), &Which { asked, part: None }, part);
        let told = "10000 entries, from 20 Nov 2026, 08:00 to 22 Nov 2026, 09:00. There may be older ones: they are in the next part.";
        assert_eq!(page.holds, told);
        assert_eq!(page.file.as_deref(), Some("/api/v1/activity?account=174&format=csv"));
        assert_eq!(page.next.as_deref(), Some("/activity/export?account=174&after=place&part=2"));
        let html = page.render().unwrap();
        assert!(html.contains("Download part 1") && html.contains("Next part"), "{html}");

        let nothing = activity::Part { entries: 0, span: None, next: Some("place".to_owned()) };
        let page = Page::of(Frame::bare(PATH), &Which::default(), nothing);
        assert_eq!((page.holds.as_str(), page.file), ("Nothing was written in what was looked through so far.", None));
    }
}
