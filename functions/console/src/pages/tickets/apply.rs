//! *Apply*: what is switched on is counted first, and asked about (rule T15); so is a status that would count as closed for good
//! (rule T7).

use askama::Template;
use axum::response::Response;

use crate::auth::Actor;
use crate::error::Error;
use crate::pages::choices;
use crate::pages::form::Form;
use crate::pages::frame::{Frame, Tone, back};
use crate::pages::words::counted;
use crate::settings::{Document, Effect, Saved};
use crate::{Deps, lists, settings};

/// What the page that asks adds to the form.
const ASKED: [&str; 4] = ["csrf", "confirmed", CONFIRMED_STATUS, "do"];
const CONFIRMED_STATUS: &str = "confirmed_status";

#[derive(Template)]
#[template(path = "tickets/confirm.html")]
struct Confirm<'a> {
    frame: Frame,
    path: &'a str,
    effect: &'a Effect,
    /// It opens tickets for alerts from before, or nobody knows.
    opens: bool,
    /// The status that would count as closed for good, with its name.
    closes: Option<(i64, String)>,
    /// What was entered, to be sent once more.
    fields: Vec<(&'a str, &'a str)>,
}

/// Whether the form is to be shown as it is filled in, and nothing to be applied.
pub(super) fn is_only_shown(form: &Form) -> bool {
    form.text("do") == "show"
}

/// Saves the settings; or shows how many tickets that would open, and asks.
pub(super) async fn apply(
    deps: &Deps,
    by: &Actor,
    frame: &Frame,
    path: &str,
    edited: Document,
    form: &Form,
) -> Result<Response, Error> {
    let effect = settings::effect(deps, &edited).await?;
    let seen: Option<usize> = form.number("confirmed")?;
    let opens = effect.switches_on && (effect.tickets > 0 || !effect.warnings.is_empty());
    let is_more_than_seen = opens && seen.is_none_or(|seen| effect.tickets > seen);
    let closes_unseen = effect.closes_for_good.is_some() && effect.closes_for_good != form.number(CONFIRMED_STATUS)?;
    if is_more_than_seen || closes_unseen {
        let fields = form.pairs().filter(|(name, _)| !ASKED.contains(name)).collect();
        let closes = match effect.closes_for_good {
            Some(status) => Some((status, status_name(deps, status).await)),
            None => None,
        };
        return frame.show(&Confirm { frame: frame.clone(), path, effect: &effect, opens, closes, fields });
    }
    let saved = settings::save(deps, by, edited).await?;
    Ok(told(path, &effect, &saved))
}

/// What Autotask calls a status; a name is no reason to fail.
async fn status_name(deps: &Deps, status: i64) -> String {
    let lists = lists::pick_lists(deps).await.unwrap_or_default();
    choices::label(&lists, "status", Some(status))
}

fn told(path: &str, effect: &Effect, saved: &Saved) -> Response {
    let mut lines = vec!["Applied.".to_owned()];
    if saved.backlog_is_counted {
        lines.push(match (effect.tickets, effect.held) {
            (0, _) => "No alert from before becomes a ticket.".to_owned(),
            (tickets, 0) => {
                format!("{} for alerts from before are opened within a minute.", counted(tickets as u64, "ticket"))
            }
            (_, held) => format!("{} for alerts from before wait on Review.", counted(held as u64, "ticket")),
        });
    }
    lines.extend(saved.warnings.iter().cloned());
    let tone = if saved.warnings.is_empty() { Tone::Good } else { Tone::Warn };
    back(path, tone, lines.join("\n"))
}

impl Confirm<'_> {
    fn title(&self) -> String {
        match &self.closes {
            Some((_, name)) if !self.opens => format!("Tickets in “{name}” would count as closed from now on"),
            _ => format!("This opens {} for alerts from before", self.tickets()),
        }
    }

    fn tickets(&self) -> String {
        counted(self.effect.tickets as u64, "ticket")
    }

    fn of(&self, tickets: &usize) -> String {
        counted(*tickets as u64, "ticket")
    }
}
