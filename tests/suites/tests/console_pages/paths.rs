//! Where the pages are.

use anyhow::{Context as _, Result, ensure};
use console::routes::routes;
use serde_json::json;
use store::record::{Import, Parked, Reason};
use suites::console::{Console, connection};

/// What is no page: for programs, for the frame, or around the sign-in.
const OTHERS: [&str; 7] = ["/api/", "/local/", "/assets/", "/healthz", "/sign-in", "/sign-out", "/signed-out"];

/// Every page there is, with something to show in place of its parameters: a preview, an import and a parked message are made for it.
pub async fn of(console: &Console, mapped: i64, unmapped: i64) -> Result<Vec<String>> {
    let reason =
        Reason { code: "unreadable".to_owned(), text: "it is cut off".to_owned(), account: None, tenant: None };
    Parked::park(&console.systems.table, "alerts", "{".to_owned(), reason, console.clock.now()).await?;
    let parked = console.get("/api/v1/parked").await?.expect(200)?.json()?["items"][0]["id"].clone();
    let parked = parked.as_str().context("one is parked")?.to_owned();
    let preview = console.post("/api/v1/previews", &json!({"accounts": [mapped]})).await?.expect(202)?.json()?;
    let preview = preview["id"].as_str().context("an id")?.to_owned();
    let import = Import {
        id: "an-import".to_owned(),
        by: "ann".to_owned(),
        at: console.clock.now(),
        lines: Vec::new(),
        tried: 0,
        refused: Vec::new(),
    };
    console.systems.table.insert(import).await?;
    let is_page = |path: &&str| !OTHERS.iter().any(|other| path.starts_with(other));
    let gets = routes().into_iter().filter(|route| route.method == "GET").map(|route| route.path);
    let filled = |path: &'static str| {
        let path = match path {
            path if path.starts_with("/accounts/") => path.replace("{id}", &mapped.to_string()),
            path if path.starts_with("/billing/previews/") => path.replace("{id}", &preview),
            path @ "/billing/parents.json" => format!("{path}?connection={}&search=partner", connection()),
            path if path.starts_with("/log-in/connections/") => path.replace("{id}", connection().as_str()),
            path if path.starts_with("/log-in/systems/") => path.replace("{id}", "autotask"),
            path if path.starts_with("/mapping/imports/") => path.replace("{id}", "an-import"),
            path if path.starts_with("/review/parked/") => path.replace("{id}", &parked),
            path => path.replace("{account}", &unmapped.to_string()).replace("{kind}", "BackupFailed"),
        };
        ensure!(!path.contains('{'), "it is not known here what to put into {path}");
        Ok(path)
    };
    gets.filter(is_page).map(filled).collect()
}
