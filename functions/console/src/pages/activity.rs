//! *Activity*: who or what changed what, why, old and new (rule X5).

mod export;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Endpoint;
use super::frame::Frame;
use super::words::{When, query};
use crate::document::Parameters;
use crate::error::Error;
use crate::tickets::Links;
use crate::{Deps, activity, journal};

const PATH: &str = "/activity";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, "Activity", get(show)),
        Endpoint::get(export::PATH, "The files of the activity", get(export::show)),
    ]
}

/// What is asked for, as an empty field of a form sends it too.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    account: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "activity.html")]
struct Page {
    frame: Frame,
    asked: Asked,
    days: Vec<Day>,
    next: Option<String>,
    export: String,
    unreadable: usize,
}

/// The entries of a day stand together.
struct Day {
    name: String,
    entries: Vec<Entry>,
}

struct Entry {
    view: activity::View,
    /// Where Autotask shows its ticket.
    url: Option<String>,
    /// Settings that were changed: what, before, after.
    changes: Vec<(String, String, String)>,
    when: When,
    time: String,
}

/// Changed settings that are shown at once; more are folded.
const SHOWN: usize = 8;

async fn show(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Error> {
    let filter = asked.filter()?;
    let page = activity::list(&deps, &filter).await?;
    let links = Links::read_for(&deps, page.items.iter().filter_map(|entry| entry.ticket)).await;
    let template = Page {
        days: days(page.items, &links, &frame.zone),
        next: page.next.map(|after| query(PATH, &Asked { after: Some(after), ..asked.clone() })),
        export: query(export::PATH, &Asked { after: None, ..asked.clone() }),
        unreadable: page.unreadable,
        asked,
        frame: frame.clone(),
    };
    frame.show(&template)
}

impl Asked {
    fn filter(&self) -> Result<activity::Filter, Error> {
        Ok(activity::Filter {
            account: number(&self.account)?,
            from: day("from", &self.from)?,
            to: day("to", &self.to)?,
            after: self.after.clone(),
            ..activity::Filter::default()
        })
    }

    /// The same as a file, as the API is asked for it: only what was filled in, as it takes no empty values.
    fn as_api(&self) -> Vec<(&'static str, &str)> {
        let after = self.after.as_deref().unwrap_or_default();
        let filters =
            [("account", self.account.trim()), ("from", self.from.trim()), ("to", self.to.trim()), ("after", after)];
        let filled = filters.into_iter().filter(|(_, value)| !value.is_empty());
        filled.chain([("format", "csv")]).collect()
    }
}

fn number(text: &str) -> Result<Option<i64>, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Error::field("account", format!("“{text}” is no id of an account, which is a number"));
    text.parse().map(Some).map_err(|_| wrong())
}

fn day(field: &str, text: &str) -> Result<Option<Date>, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Error::field(field, format!("“{text}” is no day such as 2026-11-22")))
}

fn days(entries: Vec<activity::View>, links: &Links, zone: &TimeZone) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for view in entries {
        let at = view.at.to_zoned(zone.clone());
        let name = at.strftime("%A, %-d %B %Y").to_string();
        let time = at.strftime("%H:%M:%S").to_string();
        let url = view.ticket.and_then(|ticket| links.of(ticket));
        let changes = journal::in_words(view.old.as_deref(), view.new.as_deref());
        let entry = Entry { when: When::new(view.at, zone), changes, time, url, view };
        match days.last_mut().filter(|day| day.name == name) {
            Some(day) => day.entries.push(entry),
            None => days.push(Day { name, entries: vec![entry] }),
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_ask_for_everything_and_wrong_ones_are_named() {
        let filter = Asked::default().filter().unwrap();
        assert_eq!((filter.account, filter.from, filter.to), (None, None, None));
        let wrong = Asked { from: "yesterday".to_owned(), ..Asked::default() }.filter();
        assert_eq!(wrong.unwrap_err().fields()[0].field, "from");
    }
}
