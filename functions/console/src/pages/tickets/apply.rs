//! *Apply*: what is switched on is counted first, and asked about: tickets that it would open (rule T15) and close (rule T5). So is
//! a status that would count as closed for good (rule T7).

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
const ASKED: [&str; 5] = ["csrf", "confirmed", CONFIRMED_CLOSES, CONFIRMED_STATUS, "do"];
const CONFIRMED_CLOSES: &str = "confirmed_closes";
const CONFIRMED_STATUS: &str = "confirmed_status";

#[derive(Template)]
#[template(path = "tickets/confirm.html")]
struct Confirm<'a> {
    frame: Frame,
    path: &'a str,
    effect: &'a Effect,
    /// It opens tickets for alerts from before, or nobody knows.
    opens: bool,
    /// It closes tickets whose alerts have cleared, or nobody knows.
    closes_open: bool,
    /// The status that would count as closed for good, with its name.
    closes: Option<(i64, String)>,
    /// What was entered, to be sent once more.
    fields: Vec<(&'a str, &'a str)>,
}

/// Whether the form is to be shown as it is filled in, and nothing to be applied.
pub(super) fn is_only_shown(form: &Form) -> bool {
    form.text("do") == "show"
}

/// Saves the settings; or shows how many tickets that would open and close, and asks.
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
    let closing_seen: Option<usize> = form.number(CONFIRMED_CLOSES)?;
    let closes_open = effect.switches_closing_on && (effect.closes > 0 || !effect.warnings.is_empty());
    let closes_more_than_seen = closes_open && closing_seen.is_none_or(|seen| effect.closes > seen);
    let closes_unseen = effect.closes_for_good.is_some() && effect.closes_for_good != form.number(CONFIRMED_STATUS)?;
    if is_more_than_seen || closes_more_than_seen || closes_unseen {
        let fields = form.pairs().filter(|(name, _)| !ASKED.contains(name)).collect();
        let closes = match effect.closes_for_good {
            Some(status) => Some((status, status_name(deps, status).await)),
            None => None,
        };
        let asks = Confirm { frame: frame.clone(), path, effect: &effect, opens, closes_open, closes, fields };
        return frame.show(&asks);
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
    if effect.closes > 0 {
        let tickets = counted(effect.closes as u64, "open ticket");
        lines.push(format!("{tickets} whose alerts have cleared will be closed within a day."));
    }
    lines.extend(saved.warnings.iter().cloned());
    let tone = if saved.warnings.is_empty() { Tone::Good } else { Tone::Warn };
    back(path, tone, lines.join("\n"))
}

impl Confirm<'_> {
    fn title(&self) -> String {
        match &self.closes {
            _ if self.opens => format!("This opens {} for alerts from before", self.tickets()),
            _ if self.closes_open && self.effect.closes == 0 => {
                "This may close tickets whose alerts have cleared".to_owned()
            }
            _ if self.closes_open => format!("This closes {} whose alerts have cleared", self.closing()),
            Some((_, name)) => format!("Tickets in “{name}” would count as closed from now on"),
            None => "Apply".to_owned(),
        }
    }

    fn tickets(&self) -> String {
        counted(self.effect.tickets as u64, "ticket")
    }

    fn closing(&self) -> String {
        counted(self.effect.closes as u64, "open ticket")
    }

    fn of(&self, tickets: &usize) -> String {
        counted(*tickets as u64, "ticket")
    }
}
