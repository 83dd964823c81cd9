//! The tickets as a small table.

use std::fmt::Write as _;

use serde_json::Value;

use super::api::Api;
use super::customers;
use super::outside::Outside;

const HEAD: [&str; 4] = ["TICKET", "CUSTOMER", "TITLE", "STATUS"];

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
    Ok(aligned(rows.collect()))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn aligned(mut rows: Vec<[String; 4]>) -> String {
    rows.insert(0, HEAD.map(str::to_owned));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2)];
    rows.iter().fold(String::new(), |mut table, [ticket, customer, title, status]| {
        let [first, second, third] = widths;
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{ticket:first$}  {customer:second$}  {title:third$}  {status}");
        table
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_longest_text() {
        let row = |texts: [&str; 4]| texts.map(str::to_owned);
        let table =
            aligned(vec![row(["T1", "Müller & Söhne", "Backup failed", "New"]), row(["T22", "A", "B", "Complete"])]);
        assert_eq!(
            table,
            "TICKET  CUSTOMER        TITLE          STATUS\n\
             T1      Müller & Söhne  Backup failed  New\n\
             T22     A               B              Complete\n"
        );
    }
}
