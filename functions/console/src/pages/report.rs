//! *Report*: what was sold, allowed and used, as a month left it (rule P16).

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billing::report::Month;
use serde::{Deserialize, Serialize};

use super::Endpoint;
use super::frame::Frame;
use super::words::{counted, query};
use crate::Deps;
use crate::document::Parameters;
use crate::error::Error;
use crate::report::{self, LineView, Only};

const PATH: &str = "/report";
/// Customers on a page, each with all of its items.
const CUSTOMERS: usize = 20;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::get(PATH, "Report", get(show))]
}

/// What is asked for, as an empty field of a form sends it too.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    month: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    search: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    only: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    frame: Frame,
    asked: Asked,
    view: report::View,
    month: String,
    /// How many fit, in words.
    customers: String,
    months: Vec<Choice>,
    files: Vec<File>,
    next: Option<String>,
}

/// A month that can be chosen.
struct Choice {
    value: String,
    name: String,
    is_chosen: bool,
}

/// A file of the report; large ones come in parts.
struct File {
    href: String,
    name: String,
    download: String,
}

async fn show(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Error> {
    let filter = asked.filter()?;
    let view = report::read(&deps, &filter).await?;
    let parts = report::parts(&deps, &filter).await?;
    let months = view.months.iter().map(|month| Choice::new(month, &view.month)).collect();
    let template = Page {
        month: named(&view.month),
        customers: counted(i128::try_from(view.customers).unwrap_or(i128::MAX), "customer"),
        months,
        files: asked.files(&view.month, parts),
        next: view.next.clone().map(|after| query(PATH, &Asked { after: Some(after), ..asked.clone() })),
        view,
        asked,
        frame: frame.clone(),
    };
    frame.show(&template)
}

impl Asked {
    fn filter(&self) -> Result<report::Filter, Error> {
        let only = match self.only.as_str() {
            "" => None,
            "differences" => Some(Only::Differences),
            "held" => Some(Only::Held),
            _ => return Err(Error::field("only", "lines can be limited to differences or held ones")),
        };
        Ok(report::Filter {
            month: filled(&self.month),
            search: filled(&self.search),
            only,
            limit: Some(CUSTOMERS),
            after: self.after.clone(),
            ..report::Filter::default()
        })
    }

    /// The same as files, as the API is asked for them: only what was filled in, as it takes no empty values.
    fn files(&self, month: &str, parts: Vec<Option<String>>) -> Vec<File> {
        let is_one = parts.len() == 1;
        let file = |(number, after): (usize, Option<String>)| {
            let filters = [("search", self.search.trim()), ("only", self.only.trim())];
            let filled = filters.into_iter().filter(|(_, value)| !value.is_empty());
            let after = after.as_deref().map(|after| ("after", after));
            let all: Vec<_> = filled.chain(after).chain([("month", month), ("format", "csv")]).collect();
            let (name, download) = if is_one {
                ("Export as CSV".to_owned(), format!("report-{month}.csv"))
            } else {
                (format!("Export as CSV, part {number}"), format!("report-{month}-{number}.csv"))
            };
            File { href: query("/api/v1/report", &all), name, download }
        };
        (1..).zip(parts).map(file).collect()
    }

    fn is_filtered(&self) -> bool {
        !self.search.trim().is_empty() || !self.only.is_empty()
    }
}

fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

impl Choice {
    fn new(month: &str, chosen: &str) -> Self {
        Self { value: month.to_owned(), name: named(month), is_chosen: month == chosen }
    }
}

/// `November 2026`.
fn named(month: &str) -> String {
    let day = month.parse().map(Month::first_day);
    day.map_or_else(|_| month.to_owned(), |day| day.strftime("%B %Y").to_string())
}

/// Units with the service that they are of, as contracts name it.
fn service(line: &LineView) -> Option<String> {
    let service = line.service.as_ref()?;
    Some(service.name.clone().unwrap_or_else(|| format!("service {}", service.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p16_a_month_is_told_by_its_name() {
        assert_eq!((named("2026-11").as_str(), named("?").as_str()), ("November 2026", "?"));
    }

    #[test]
    fn p16_empty_fields_ask_for_everything_and_the_file_for_the_same() {
        let filter = Asked { search: " ".to_owned(), ..Asked::default() }.filter().unwrap();
        assert_eq!((filter.month, filter.search, filter.only), (None, None, None));
        let asked = Asked { search: "alder & sons".to_owned(), only: "held".to_owned(), ..Asked::default() };
        let files = asked.files("2026-11", vec![None, Some("next".to_owned())]);
        let hrefs: Vec<&str> = files.iter().map(|file| file.href.as_str()).collect();
        assert_eq!(
            hrefs,
            [
                "/api/v1/report?search=alder+%26+sons&only=held&month=2026-11&format=csv",
                "/api/v1/report?search=alder+%26+sons&only=held&after=next&month=2026-11&format=csv"
            ]
        );
        assert_eq!(files[1].name, "Export as CSV, part 2");
        let wrong = Asked { only: "all".to_owned(), ..Asked::default() }.filter();
        assert_eq!(wrong.unwrap_err().fields()[0].field, "only");
    }
}
