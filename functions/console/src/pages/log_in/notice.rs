//! The daily ticket about what waits for a person (rule X8).

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use bridge_core::settings::{Notice, PickLists};
use http::StatusCode;

use super::PATH;
use crate::auth::Actor;
use crate::error::Error;
use crate::pages::choices::{self, Listed, Pick};
use crate::pages::form::{Form, Reading, Refusal};
use crate::pages::frame::{Frame, Tone, back};
use crate::settings::Document;
use crate::{Deps, lists, settings};

const FIELDS: [Listed; 8] = [
    Listed { field: "status", list: "status", label: "Status", none: "choose", hint: "" },
    Listed { field: "priority", list: "priority", label: "Priority", none: "choose", hint: "" },
    Listed { field: "queue", list: "queueID", label: "Queue", none: "left to Autotask", hint: "" },
    Listed { field: "source", list: "source", label: "Source", none: "left to Autotask", hint: "" },
    Listed { field: "category", list: "ticketCategory", label: "Category", none: "left to Autotask", hint: "" },
    Listed { field: "ticket_type", list: "ticketType", label: "Ticket type", none: "left to Autotask", hint: "" },
    Listed { field: "issue_type", list: "issueType", label: "Issue type", none: "left to Autotask", hint: "" },
    Listed {
        field: "sub_issue_type",
        list: "subIssueType",
        label: "Sub-issue type",
        none: "left to Autotask",
        hint: "Belongs to the issue type.",
    },
];

#[derive(Template)]
#[template(path = "log_in/notice.html")]
struct Page {
    frame: Frame,
    version: u64,
    form: Form,
    refusal: Option<Refusal>,
    picks: Vec<Pick>,
    /// Why Autotask's lists are not shown, if so.
    unread: Option<String>,
}

pub(super) async fn show(State(deps): State<Arc<Deps>>, frame: Frame) -> Result<Response, Error> {
    let notice = settings::read(&deps).await?.settings.notice;
    let account = choices::text(&deps, notice.account).await?;
    let page = load(&deps, &frame, filled_in(&notice, account), None).await?;
    frame.show(&page)
}

pub(super) async fn save(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    form: Form,
) -> Result<Response, Error> {
    match keep(&deps, &by, &form).await {
        Ok(saved) if saved.document.settings.notice.account.is_none() => {
            Ok(back(PATH, Tone::Good, "There is no daily ticket. What waits for a person is on Review alone."))
        }
        Ok(_) => Ok(back(PATH, Tone::Good, "Saved. The next run writes the ticket if anything waits for a person.")),
        Err(error) => {
            let page = load(&deps, &frame, form, Some(Refusal::of(error)?)).await?;
            frame.show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn keep(deps: &Deps, by: &Actor, form: &Form) -> Result<settings::Saved, Error> {
    let (version, entered) = entered(form)?;
    let account = choices::chosen(deps, "account", form.text("account")).await?;
    let mut settings = settings::read(deps).await?.settings;
    settings.notice = Notice { account, ..entered };
    settings::save(deps, by, Document { version, settings }).await
}

async fn load(deps: &Deps, frame: &Frame, form: Form, refusal: Option<Refusal>) -> Result<Page, Error> {
    let (lists, unread) = match lists::pick_lists(deps).await {
        Ok(lists) => (lists, None),
        Err(error) => (PickLists::default(), Some(error.to_string())),
    };
    let picks = FIELDS.iter().map(|field| Pick::of(field, &lists, &form, refusal.as_ref())).collect();
    let version = settings::read(deps).await?.version;
    Ok(Page { frame: frame.clone(), version, form, refusal, picks, unread })
}

fn filled_in(notice: &Notice, account: String) -> Form {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    [
        ("account", account),
        ("status", number(notice.status)),
        ("priority", number(notice.priority)),
        ("queue", number(notice.queue)),
        ("source", number(notice.source)),
        ("category", number(notice.category)),
        ("ticket_type", number(notice.ticket_type)),
        ("issue_type", number(notice.issue_type)),
        ("sub_issue_type", number(notice.sub_issue_type)),
        ("work_type", number(notice.work_type)),
        ("due_in_hours", number(notice.due_in_hours.map(i64::from))),
    ]
    .into_iter()
    .collect()
}

/// What was entered, but for the account.
fn entered(form: &Form) -> Result<(u64, Notice), Error> {
    let mut reading = Reading::of(form);
    let version = reading.number("version").unwrap_or_default();
    let notice = Notice {
        account: None,
        status: reading.number("status"),
        priority: reading.number("priority"),
        queue: reading.number("queue"),
        source: reading.number("source"),
        category: reading.number("category"),
        ticket_type: reading.number("ticket_type"),
        issue_type: reading.number("issue_type"),
        sub_issue_type: reading.number("sub_issue_type"),
        work_type: reading.number("work_type"),
        due_in_hours: reading.number("due_in_hours"),
    };
    reading.done((version, notice))
}

impl Page {
    fn wrong(&self, field: &str) -> Option<&str> {
        self.refusal.as_ref().and_then(|refusal| refusal.at(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x8_a_form_that_nobody_changed_is_what_is_there() {
        let chosen = Notice {
            account: None,
            status: Some(1),
            priority: Some(2),
            queue: Some(8),
            source: Some(-1),
            category: Some(3),
            ticket_type: Some(4),
            issue_type: Some(11),
            sub_issue_type: Some(111),
            work_type: Some(29_682_833),
            due_in_hours: None,
        };
        for notice in [chosen, Notice::default()] {
            assert_eq!(entered(&filled_in(&notice, String::new())).unwrap(), (0, notice));
        }
    }
}
