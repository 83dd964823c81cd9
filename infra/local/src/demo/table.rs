//! What the demonstration shows, as small tables.

use std::fmt::Write as _;

use anyhow::Context as _;
use serde_json::Value;

use super::api::Api;
use super::customers;
use super::outside::Outside;

/// The tickets that Autotask has of ours, oldest first.
pub(super) async fn of_tickets(api: &Api, outside: &Outside) -> anyhow::Result<String> {
    let (customers, lists) = (customers(api).await?, api.get("/api/v1/pick-lists").await?);
    let status = |value: &Value| {
        let values = lists["status"].as_array().into_iter().flatten();
        let mut labels = values.filter(|known| known["value"] == *value).map(|known| text(&known["label"]));
        labels.next().unwrap_or_else(|| value.to_string())
    };
    let customer = |account: &Value| {
        let name = account.as_i64().and_then(|account| customers.get(&account));
        name.cloned().unwrap_or_else(|| account.to_string())
    };
    let mut tickets = outside.tickets().await?;
    tickets.sort_by_key(|ticket| ticket["id"].as_i64());
    let rows = tickets.iter().map(|ticket| {
        [
            text(&ticket["ticketNumber"]),
            customer(&ticket["companyID"]),
            text(&ticket["title"]),
            status(&ticket["status"]),
        ]
    });
    Ok(aligned(["TICKET", "CUSTOMER", "TITLE", "STATUS"], rows))
}

/// How one account's quotas follow its contracts: a row for each contract line that sells an item.
pub(super) async fn of_billing(api: &Api, account: i64) -> anyhow::Result<String> {
    let why = api.get(&format!("/api/v1/accounts/{account}/why")).await?;
    let items = why["items"].as_array().context("nobody knows why an account has its quotas")?;
    let used = items.iter().filter(|item| item["grant"] != "off");
    let rows = used.flat_map(|item| {
        let sources = item["sources"].as_array().into_iter().flatten();
        sources.map(|source| {
            let line = text(&source["bundle_name"]);
            let line = if line.is_empty() { text(&item["service"]["name"]) } else { line };
            let units = source["units"].as_i64().unwrap_or_default().to_string();
            [text(&source["contract_name"]), line, units, text(&item["label"]), text(&item["has"])]
        })
    });
    Ok(aligned(["CONTRACT", "SERVICE OR BUNDLE", "UNITS", "OFFERING ITEM", "QUOTA"], rows))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Columns as wide as their longest text, two spaces apart.
fn aligned<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default());
    rows.iter().fold(String::new(), |mut table, row| {
        let line = row.iter().zip(widths).fold(String::new(), |mut line, (cell, width)| {
            // Writing to a string cannot fail.
            let _ = write!(line, "{cell:width$}  ");
            line
        });
        table.push_str(line.trim_end());
        table.push('\n');
        table
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_longest_text() {
        let row = |texts: [&str; 4]| texts.map(str::to_owned);
        let rows = [row(["T1", "Müller & Söhne", "Backup failed", "New"]), row(["T22", "A", "B", "Complete"])];
        let table = aligned(["TICKET", "CUSTOMER", "TITLE", "STATUS"], rows.into_iter());
        assert_eq!(
            table,
            "TICKET  CUSTOMER        TITLE          STATUS\n\
             T1      Müller & Söhne  Backup failed  New\n\
             T22     A               B              Complete\n"
        );
    }
}
