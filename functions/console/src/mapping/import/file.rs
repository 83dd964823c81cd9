//! Reading the file itself.

use bridge_core::id::{AccountId, ConnectionId, TenantId};
use systems::Config;

use super::{Entry, LINES_MAX, LineProblem, only};
use crate::error::Error;
use crate::mapping::export::COLUMNS;

/// Places of the columns that are read.
struct Columns {
    account: usize,
    tenant: usize,
    connection: Option<usize>,
}

/// The lines that can be read, and what is wrong with the others.
pub(super) fn read(text: &str, config: &Config) -> Result<(Vec<Entry>, Vec<LineProblem>), Error> {
    // Spreadsheets put a mark of the encoding in front.
    // The parser counts lines by their last character, which of two it meets only with the next record.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut file = csv::ReaderBuilder::new();
    let mut file = file.delimiter(separator(&text)).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let columns = columns(file.headers().map_err(|error| unreadable(&error))?)?;
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    for (place, record) in file.records().enumerate() {
        if place >= LINES_MAX {
            return Err(Error::field("csv", format!("a file has at most {LINES_MAX} lines: split this one")));
        }
        let record = record.map_err(|error| unreadable(&error))?;
        // The first line after the headings is the second of the file; a cell with line breaks makes the places of lines differ.
        let number = record.position().map_or(0, csv::Position::line);
        match entry(number, &record, &columns, config) {
            Ok(entry) => entries.push(entry),
            Err(found) => problems.extend(found),
        }
    }
    Ok((entries, problems))
}

/// Where the comma separates decimals, spreadsheets separate cells with semicolons.
fn separator(text: &str) -> u8 {
    let headings = text.lines().next().unwrap_or_default();
    if headings.contains(';') && !headings.contains(',') { b';' } else { b',' }
}

fn unreadable(error: &csv::Error) -> Error {
    Error::field("csv", format!("this is no CSV file: {error}"))
}

fn columns(headings: &csv::StringRecord) -> Result<Columns, Error> {
    let place = |name: &str| headings.iter().position(|heading| heading.eq_ignore_ascii_case(name));
    let needed = |name: &str| {
        let known = COLUMNS.join(", ");
        let missing = || Error::field("csv", format!("the first line has no heading “{name}”; an export has {known}"));
        place(name).ok_or_else(missing)
    };
    Ok(Columns { account: needed("account")?, tenant: needed("tenant")?, connection: place("connection") })
}

fn entry(line: u64, record: &csv::StringRecord, columns: &Columns, config: &Config) -> Result<Entry, Vec<LineProblem>> {
    let mut problems = Vec::new();
    let mut say = |field: &str, message: String| {
        problems.push(LineProblem { line, field: Some(field.to_owned()), message });
    };
    // An export puts this in front of what a spreadsheet would take for a formula.
    let cell = |place: usize| record.get(place).unwrap_or_default().trim_start_matches('\'');
    let account = cell(columns.account).parse().ok().map(AccountId);
    if account.is_none() {
        say("account", format!("“{}” is no id of an account, which is a number", cell(columns.account)));
    }
    let tenant = match cell(columns.tenant) {
        "" => Err("there is no tenant".to_owned()),
        name if name.contains(char::is_whitespace) => {
            Err(format!("“{name}” is no id of a tenant: /api/v1/tenants has the ids beside the names"))
        }
        id => Ok(TenantId::new(id)),
    };
    let tenant = tenant.map_err(|message| say("tenant", message)).ok();
    let named = columns.connection.map(cell).filter(|name| !name.is_empty());
    let connection = named.map(ConnectionId::new).or_else(|| only(config).cloned());
    match &connection {
        None => say("connection", "name the connection, as there is not exactly one in use".to_owned()),
        Some(connection) if !config.connections.contains_key(connection) => {
            let named = named.unwrap_or(connection.as_str());
            say("connection", format!("there is no connection “{named}” in use"));
        }
        Some(_) => {}
    }
    match (account, tenant, connection) {
        (Some(account), Some(tenant), Some(connection)) if problems.is_empty() => {
            Ok(Entry { line, account, tenant, connection })
        }
        _ => Err(problems),
    }
}
