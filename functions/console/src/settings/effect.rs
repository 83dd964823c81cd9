//! Rules T5 and T15: what a save would open and close at once, so that it can be shown before it is asked for.

use std::collections::BTreeMap;
use std::time::Duration;

use bridge_core::alert::Key;
use bridge_core::settings::{ASK_ABOVE, Activation, Activations, Release, Scope, Settings};
use bridge_core::system::Id;
use schemars::JsonSchema;
use serde::Serialize;
use systems::{Config, Open};

use super::{Document, checked, closing, switched_on};
use crate::Deps;
use crate::error::Error;

/// A request has an end, and a number is not worth all of it.
pub(super) const COUNTED_WITHIN: Duration = Duration::from_secs(12);

/// What a save would open and close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "SettingsEffect")]
pub struct Effect {
    /// Whether it switches something on.
    pub switches_on: bool,
    /// Tickets for alerts that are open already and young enough.
    pub tickets: usize,
    /// How many of them would wait on *Review*, as they are more than 20 at once.
    pub held: usize,
    /// The tickets by the types of their alerts, most first.
    pub types: Vec<OfType>,
    /// How old an alert may be, in hours, to count.
    pub age_hours: u32,
    /// Whether it switches the closing of tickets on, also by switching ticket synchronization on.
    pub switches_closing_on: bool,
    /// Open tickets whose alerts have cleared already, which it would close.
    pub closes: usize,
    /// The status in which tickets count as closed from the save on, also when another one is chosen later; nothing where none is
    /// added to those.
    pub closes_for_good: Option<i64>,
    /// What could not be counted or checked.
    pub warnings: Vec<String>,
}

/// Tickets for alerts of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "SettingsEffectOfType")]
pub struct OfType {
    /// The type, as settings have it.
    pub kind: String,
    /// For people.
    pub title: String,
    /// Tickets.
    pub tickets: usize,
}

/// What a save would open and close, without saving. It is refused where the save would be.
///
/// # Errors
/// As [`save`](super::save).
pub async fn effect(deps: &Deps, edited: &Document) -> Result<Effect, Error> {
    let (current, next, mut warnings) = checked(deps, edited).await?;
    let scopes = switched_on(&current.settings.tickets, &next.tickets);
    let age_hours = next.tickets.backlog_age_hours;
    let switches_closing_on = closing::is_switched_on(&current.settings.tickets, &next.tickets);
    let closes = if switches_closing_on { closing::count(deps, &next, &mut warnings).await? } else { 0 };
    let by_type = if scopes.is_empty() { BTreeMap::new() } else { count(deps, next, &scopes, &mut warnings).await? };
    let tickets = by_type.values().sum();
    // What is switched on at the same time is counted together, as the walk over all alerts does.
    let held = Some(tickets).filter(|tickets| *tickets > ASK_ABOVE).unwrap_or_default();
    let of_type =
        |(kind, tickets): (String, usize)| OfType { title: bridge_core::alert::readable(&kind), kind, tickets };
    let mut types: Vec<OfType> = by_type.into_iter().map(of_type).collect();
    types.sort_by_key(|of_type| std::cmp::Reverse(of_type.tickets));
    let closes_for_good = current.settings.tickets.closes_for_good(&edited.settings.tickets);
    Ok(Effect {
        switches_on: !scopes.is_empty(),
        tickets,
        held,
        types,
        age_hours,
        switches_closing_on,
        closes,
        closes_for_good,
        warnings,
    })
}

/// Problems that would get their first ticket, by type.
async fn count(
    deps: &Deps,
    next: Settings,
    scopes: &[Scope],
    warnings: &mut Vec<String>,
) -> Result<BTreeMap<String, usize>, Error> {
    let config = Config { settings: next, ..(*deps.systems.config().await?).clone() };
    let open = tokio::time::timeout(COUNTED_WITHIN, list(deps, &config, warnings)).await.unwrap_or_else(|_| {
        let seconds = COUNTED_WITHIN.as_secs();
        warnings.push(format!("the open alerts were not listed within {seconds} s, so their number is not known"));
        Vec::new()
    });
    let mut would_open = would_open(&config, scopes, deps.systems.clock.now(), open);
    let known = deps.systems.entries_of(&mut would_open).await?;
    let has_ticket = |open: &Open| known.get(&open.key).is_some_and(|entry| entry.value.link().is_some());
    let without: BTreeMap<Key, String> =
        would_open.into_iter().filter(|open| !has_ticket(open)).map(|open| (open.key, open.alert.kind)).collect();
    let mut by_type = BTreeMap::new();
    for kind in without.into_values() {
        *by_type.entry(kind).or_default() += 1;
    }
    Ok(by_type)
}

/// The open alerts of all connections that can be read.
async fn list(deps: &Deps, config: &Config, warnings: &mut Vec<String>) -> Vec<Open> {
    let mut open = Vec::new();
    for (id, connection) in &config.connections {
        match deps.systems.open_alerts(config, id).await {
            Ok(found) => open.extend(found.of_customers),
            Err(error) => {
                let error = deps.systems.failed(&Id::Acronis(id.clone()), error).await;
                warnings.push(format!("the alerts of “{}” were not counted: {error}", connection.name));
            }
        }
    }
    open
}

/// The alerts that would count once what these scopes switch on is released.
fn would_open(config: &Config, scopes: &[Scope], now: jiff::Timestamp, open: Vec<Open>) -> Vec<Open> {
    let tickets = &config.settings.tickets;
    let released = |scope: &Scope| Activation {
        release: Release::Released,
        ..Activation::new(scope.clone(), now, tickets.backlog_age_hours)
    };
    let released: Activations = scopes.iter().map(released).collect();
    let mut after = config.activations.clone();
    after.extend(released.iter().cloned());
    let counts = |Open { alert, connection, customer, .. }: &Open| {
        let (kind, account) = (alert.kind.as_str(), customer.account);
        released.covering(connection, kind, account).next().is_some()
            && tickets.row(kind).create
            && customer.switches.allow_tickets(now)
            && alert.raise_time() >= after.counts_from(connection, kind, account, now)
    };
    open.into_iter().filter(counts).collect()
}
