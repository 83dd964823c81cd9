//! The alert types as a table: those that Acronis has now, and those that settings name.

use std::collections::BTreeMap;

use bridge_core::alert::readable;
use bridge_core::settings::{PickLists, Row, Tickets};
use serde::Deserialize;

use super::Asked;
use crate::error::Field;
use crate::lists::{AlertType, AlertTypes};
use crate::page::fits;
use crate::pages::choices;
use crate::pages::form::Refusal;

/// The page of the row for all other types.
pub(super) const OTHERS: &str = "/tickets/other-types";
/// Rows of the table.
const ROWS: usize = 200;

/// Which types are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Shown {
    /// All of them.
    #[default]
    All,
    /// Those with a row of their own.
    Own,
    /// Those that make tickets.
    Tickets,
}

impl Shown {
    /// As a form has it.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "own" => Self::Own,
            "tickets" => Self::Tickets,
            _ => Self::All,
        }
    }
}

/// An alert type with what happens.
pub(super) struct TypeRow {
    /// As settings have it.
    pub(super) kind: String,
    /// Its own page.
    pub(super) path: String,
    pub(super) title: String,
    pub(super) category: String,
    /// It has a row of its own; otherwise it follows the one for all other types.
    pub(super) is_own: bool,
    pub(super) is_ticked: bool,
    pub(super) creates: bool,
    pub(super) status: String,
    pub(super) reopened_status: String,
    pub(super) priority: String,
    pub(super) queue: String,
    /// Values that Autotask does not have any more.
    pub(super) flaws: Vec<String>,
    /// Acronis does not have the type any more.
    pub(super) is_gone: bool,
}

/// The part of the table that is shown.
pub(super) struct Table {
    pub(super) rows: Vec<TypeRow>,
    /// How many fitted and are not shown.
    pub(super) left_out: usize,
    /// Whether one of the manual's types is among them.
    pub(super) has_proposed: bool,
}

/// The table.
pub(super) fn table(
    tickets: &Tickets,
    known: &AlertTypes,
    lists: &PickLists,
    asked: &Asked,
    is_ticked: impl Fn(&str, bool) -> bool,
) -> Table {
    let live: BTreeMap<&str, &AlertType> = known.items.iter().map(|known| (known.id.as_str(), known)).collect();
    let named = tickets.types.keys().map(String::as_str).filter(|kind| !live.contains_key(kind));
    let mut has_proposed = false;
    let mut rows: Vec<TypeRow> = live
        .keys()
        .copied()
        .chain(named)
        .map(|kind| {
            let known_type = live.get(kind).copied();
            let is_proposed = known_type.is_some_and(AlertType::is_proposed);
            has_proposed |= is_proposed;
            TypeRow {
                kind: kind.to_owned(),
                path: path(kind),
                title: known_type.map_or_else(|| readable(kind), |known| known.title.clone()),
                category: known_type.and_then(|known| known.category.clone()).unwrap_or_default(),
                is_own: tickets.types.contains_key(kind),
                is_ticked: is_ticked(kind, is_proposed),
                // What could not be read is not known to be gone.
                is_gone: known_type.is_none() && known.warnings.is_empty(),
                ..TypeRow::of(tickets.row(kind), lists)
            }
        })
        .filter(|row| row.is_asked_for(asked))
        .collect();
    rows.sort_by_key(|row| (row.category.to_lowercase(), row.title.to_lowercase(), row.kind.clone()));
    let left_out = rows.len().saturating_sub(ROWS);
    rows.truncate(ROWS);
    Table { rows, left_out, has_proposed }
}

/// The row for all other types.
pub(super) fn default_row(tickets: &Tickets, lists: &PickLists) -> TypeRow {
    TypeRow {
        title: "All other types".to_owned(),
        path: OTHERS.to_owned(),
        is_own: true,
        ..TypeRow::of(&tickets.default_row, lists)
    }
}

impl TypeRow {
    fn of(row: &Row, lists: &PickLists) -> Self {
        let chosen = [
            ("status", row.status),
            ("status", row.reopened_status),
            ("priority", row.priority),
            ("queueID", row.queue),
            ("ticketCategory", row.category),
            ("ticketType", row.ticket_type),
            ("issueType", row.issue_type),
            ("subIssueType", row.sub_issue_type),
            ("serviceLevelAgreementID", row.sla),
        ];
        let flaw = |(list, value): (&str, Option<i64>)| choices::flaw(lists, list, &value?.to_string());
        let label = |list, value| choices::label(lists, list, value);
        Self {
            kind: String::new(),
            path: String::new(),
            title: String::new(),
            category: String::new(),
            is_own: false,
            is_ticked: false,
            creates: row.create,
            status: label("status", row.status),
            reopened_status: label("status", row.reopened_status),
            priority: label("priority", row.priority),
            queue: label("queueID", row.queue),
            flaws: if row.create { chosen.into_iter().filter_map(flaw).collect() } else { Vec::new() },
            is_gone: false,
        }
    }

    fn is_asked_for(&self, asked: &Asked) -> bool {
        let search = Some(asked.search.as_str()).filter(|search| !search.trim().is_empty());
        let is_found = [&self.title, &self.kind, &self.category].into_iter().any(|text| fits(text, search));
        let is_shown = match asked.show {
            Shown::All => true,
            Shown::Own => self.is_own,
            Shown::Tickets => self.creates,
        };
        is_found && is_shown
    }
}

/// The page of a type, whatever it is called: its name is one segment.
pub(super) fn path(kind: &str) -> String {
    let mut url = url::Url::parse("https://localhost/tickets/types").expect("a valid URL");
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.push(kind);
    }
    url.path().to_owned()
}

/// A refusal that says of which type each problem is.
pub(super) fn told(refusal: Refusal) -> Refusal {
    let named = |Field { field, message }: Field| {
        let of_type = field.strip_prefix("settings.tickets.types.").and_then(|path| path.rsplit_once('.'));
        let name = match of_type {
            Some((kind, value)) => Some((readable(kind), value)),
            None => {
                field.strip_prefix("settings.tickets.default_row.").map(|value| ("All other types".to_owned(), value))
            }
        };
        let message = match name {
            Some((name, value)) => format!("{name}, {}: {message}", value.replace('_', " ")),
            None => message,
        };
        Field { field, message }
    };
    Refusal { fields: refusal.fields.into_iter().map(named).collect(), ..refusal }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(ids: &[&str], warnings: &[&str]) -> AlertTypes {
        let known = |id: &&str| AlertType {
            id: (*id).to_owned(),
            title: readable(id),
            category: Some("Backup".to_owned()),
            severity: None,
        };
        AlertTypes {
            items: ids.iter().map(known).collect(),
            warnings: warnings.iter().map(|warning| (*warning).to_owned()).collect(),
        }
    }

    fn tickets() -> Tickets {
        let row = Row { create: true, priority: Some(77), ..Row::default() };
        Tickets { types: [("Vanished".to_owned(), row)].into(), ..Tickets::default() }
    }

    fn kinds(table: &Table) -> Vec<&str> {
        table.rows.iter().map(|row| row.kind.as_str()).collect()
    }

    #[test]
    fn t1_a_type_that_acronis_has_no_more_stays_and_is_flagged() {
        let asked = Asked::default();
        let whole = table(&tickets(), &known(&["BackupFailed"], &[]), &PickLists::default(), &asked, |_, _| false);
        assert_eq!(kinds(&whole), ["Vanished", "BackupFailed"]);
        assert!(whole.rows[0].is_gone && !whole.rows[1].is_gone);
        let part = table(&tickets(), &known(&[], &["down"]), &PickLists::default(), &asked, |_, _| false);
        assert!(!part.rows[0].is_gone, "what cannot be read is not gone");
    }

    #[test]
    fn t1_types_are_searched_and_filtered() {
        let known = known(&["BackupFailed", "ArchiveCorrupted"], &[]);
        let shown = |search: &str, show| {
            let asked = Asked { search: search.to_owned(), show };
            kinds(&table(&tickets(), &known, &PickLists::default(), &asked, |_, _| false)).join(" ")
        };
        assert_eq!(shown("backup failed", Shown::All), "BackupFailed");
        assert_eq!(shown("archive", Shown::All), "ArchiveCorrupted");
        assert_eq!((shown("", Shown::Own), shown("", Shown::Tickets)), ("Vanished".to_owned(), "Vanished".to_owned()));
    }

    #[test]
    fn a_type_has_a_path_whatever_it_is_called() {
        assert_eq!(path("BackupFailed"), "/tickets/types/BackupFailed");
        assert_eq!(path("a/../b ?#ü"), "/tickets/types/a%2F..%2Fb%20%3F%23%C3%BC");
    }

    #[test]
    fn b3_a_problem_says_of_which_type_it_is() {
        let field = |field: &str| Field { field: field.to_owned(), message: "choose".to_owned() };
        let fields = vec![
            field("settings.tickets.types.cti.a.p~x.backup.v1.0.reopened_status"),
            field("settings.tickets.default_row.queue"),
            field("settings.tickets.source"),
        ];
        let told = told(Refusal { message: String::new(), fields });
        let messages: Vec<&str> = told.fields.iter().map(|field| field.message.as_str()).collect();
        assert_eq!(messages, ["backup, reopened status: choose", "All other types, queue: choose", "choose"]);
    }
}
