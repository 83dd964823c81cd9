//! The accounts: how each stands, why its quotas are what they are, and which tenant is probably its.

use anyhow::Result;
use jiff::SignedDuration;
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use simulators::control::{Fault, Kind};
use suites::console::{Answer, Console, connection};
use suites::world::verbs_accounts::PROTECTION;

const ALDER: i64 = autotask::FIRST_CUSTOMER.0;
/// *Ivy Media*, which is written a little differently in Acronis.
const IVY: i64 = ALDER + 8;

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().into_iter().flatten().filter_map(|row| row["name"].as_str()).collect()
}

async fn list(console: &Console, query: &str) -> Result<Value> {
    console.get(&format!("/api/v1/accounts?{query}")).await?.expect(200)?.json()
}

/// The account's items, each with the reason for it.
async fn why(console: &Console, item: &str) -> Result<Value> {
    let why = console.get(&format!("/api/v1/accounts/{ALDER}/why")).await?.expect(200)?.json()?;
    let found = why["items"].as_array().into_iter().flatten().find(|view| view["item"]["name"] == item);
    Ok(found.cloned().unwrap_or_default())
}

fn exceptions() -> String {
    format!("/api/v1/accounts/{ALDER}/exceptions")
}

async fn except(console: &Console, value: i64, reason: &str) -> Result<Answer> {
    let item = json!({"application": PROTECTION, "name": "pw_base_workstations"});
    let grant = json!({"quota": {"value": value, "overage": 0}});
    console.post(&exceptions(), &json!({"item": item, "grant": grant, "reason": reason})).await
}

#[tokio::test(start_paused = true)]
async fn v4_accounts_are_filtered_and_sorted_by_how_they_stand() -> Result<()> {
    let console = Console::billing().await?;
    console.get("/api/v1/accounts?state=mapped").await?.expect(422)?;
    console.run_accounts().await?;
    let mapped = list(&console, "state=mapped").await?;
    assert_eq!(names(&mapped).len(), 8);
    assert!(names(&mapped).is_sorted());
    let unmapped = list(&console, "state=not_mapped&limit=500").await?;
    assert!(names(&unmapped).contains(&"Kale Foods") && !names(&unmapped).contains(&"Alder & Sons"));
    let by_tenant = list(&console, "search=birch%20dental").await?;
    assert_eq!(by_tenant["items"][0]["tenant"], acronis::BIRCH_DENTAL.to_string());
    assert_eq!(names(&list(&console, &format!("search={ALDER}")).await?), ["Alder & Sons"]);
    for sort in ["name", "id", "state", "synced_at"] {
        let whole = list(&console, &format!("sort={sort}&limit=500")).await?;
        let (mut rows, mut after) = (Vec::new(), String::new());
        loop {
            let page = list(&console, &format!("sort={sort}&limit=4{after}")).await?;
            rows.extend(page["items"].as_array().cloned().unwrap_or_default());
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(json!(rows), whole["items"], "{sort}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x6_an_account_is_as_fresh_as_the_last_run_that_found_nothing_to_do_for_it() -> Result<()> {
    let console = Console::billing().await?;
    let run = async || -> Result<(Value, Vec<Value>)> {
        console.run_accounts().await?;
        let status = console.get("/api/v1/status").await?.expect(200)?.json()?;
        let rows = list(&console, "state=mapped&sort=synced_at").await?["items"].as_array().cloned();
        Ok((status["accounts"]["good_at"].clone(), rows.unwrap_or_default()))
    };
    run().await?;
    console.advance(SignedDuration::from_hours(1));
    let (good_at, rows) = run().await?;
    assert!(rows.iter().all(|row| row["synced_at"] == good_at), "{good_at}: {rows:#?}");

    // Acronis refuses to write what one customer buys beside.
    let refused = Fault::new(Kind::Status, "/api/2/tenants").status(503).on(&http::Method::PUT).times(u32::MAX);
    console.acronis.control().add_fault(refused);
    console.autotask.contract(autotask::FIRST_CUSTOMER).sells(autotask::WORKSTATIONS, 5).sign()?;
    for _ in 0..2 {
        let (later, rows) = run().await?;
        assert_eq!((&rows[0]["id"], &rows[0]["synced_at"]), (&json!(ALDER), &good_at));
        assert!(rows[1..].iter().all(|row| row["synced_at"] == later), "{later}: {rows:#?}");
        let detail = console.get(&format!("/api/v1/accounts/{ALDER}")).await?.expect(200)?.json()?;
        assert_eq!(detail["synced_at"], good_at);
    }
    console.acronis.control().clear_faults();
    console.advance(SignedDuration::from_hours(1));
    run().await?;
    let (good_at, rows) = run().await?;
    assert!(rows.iter().all(|row| row["synced_at"] == good_at), "{good_at}: {rows:#?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x6_an_account_that_could_not_be_looked_at_is_not_fresh() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let good_at = console.get("/api/v1/status").await?.expect(200)?.json()?["accounts"]["good_at"].clone();
    console.acronis.control().add_fault(Fault::new(Kind::Status, "/api/2/tenants").status(503).times(u32::MAX));
    console.advance(SignedDuration::from_hours(1));
    let summary = console.run_accounts().await?;
    assert_eq!(summary.failed.len(), 1, "{summary:?}");
    let rows = list(&console, "state=mapped&sort=synced_at").await?["items"].as_array().cloned().unwrap_or_default();
    assert!(rows.len() == 8 && rows.iter().all(|row| row["synced_at"] == good_at), "{good_at}: {rows:#?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_mapped_account_says_what_waits_and_one_list_has_everything_that_does() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let row = async || -> Result<(Value, String)> {
        let row = console.get(&format!("/api/v1/accounts/{ALDER}")).await?.expect(200)?.json()?;
        Ok((row["held"].clone(), row["words"].to_string()))
    };
    let held = async |kind: &str| -> Result<Vec<Value>> {
        let page = console.get(&format!("/api/v1/held?account={ALDER}{kind}")).await?.expect(200)?.json()?;
        Ok(page["items"].as_array().cloned().unwrap_or_default())
    };
    let (count, words) = row().await?;
    assert_eq!(count, json!(held("").await?.len()));
    assert!(words.contains("decision") && !words.contains("first plan"), "{words}");
    assert!(names(&list(&console, "state=held").await?).contains(&"Alder & Sons"));

    let mapping = console.get(&format!("/api/v1/mapping?account={ALDER}")).await?.json()?["items"][0].clone();
    console.map(json!([{"account": ALDER, "remove": true, "version": mapping["version"]}])).await?;
    console.map(json!([{"account": ALDER, "return_to_old": true}])).await?;
    console.run_accounts().await?;
    let (count, words) = row().await?;
    assert_eq!(count, json!(held("").await?.len()));
    assert!(words.contains("Nobody has agreed to its first plan"), "{words}");
    let first = held("&kind=first_plans").await?;
    let named = &first[0]["accounts"];
    assert_eq!(
        (&named[0]["id"], &named[0]["name"], named.as_array().map(Vec::len)),
        (&json!(ALDER), &json!("Alder & Sons"), Some(1))
    );
    assert!(named[0]["what"].as_str().is_some_and(|what| what.contains("from ")), "{named}");
    assert!(names(&list(&console, "state=held").await?).contains(&"Alder & Sons"));

    let mapping = console.get(&format!("/api/v1/mapping?account={ALDER}")).await?.json()?["items"][0].clone();
    let off = json!({"account": ALDER, "switches": {"quotas": false}, "version": mapping["version"]});
    console.map(json!([off])).await?;
    let words = row().await?.1;
    assert!(words.contains("quotas are switched off") && !words.contains("first plan"), "{words}");
    assert_eq!(held("&kind=first_plans").await?, Vec::<Value>::new());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v7_a_tenant_of_a_similar_name_is_suggested_with_its_evidence_and_accepted_as_an_edit() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let suggested = list(&console, "state=suggested").await?;
    assert!(names(&suggested).contains(&"Ivy Media"), "{suggested:#}");
    let all = console.get("/api/v1/suggestions").await?.expect(200)?.json()?;
    let ivy = all["items"].as_array().into_iter().flatten().find(|found| found["account"] == IVY).cloned();
    let ivy = ivy.expect("it is suggested");
    assert_eq!(
        (&ivy["tenant"], &ivy["tenant_name"]),
        (&json!(acronis::IVY_MEDIA.to_string()), &json!("Ivy Media Ltd"))
    );
    assert!(ivy["evidence"].as_array().is_some_and(|evidence| !evidence.is_empty()), "{ivy}");
    let first = console.get("/api/v1/suggestions?limit=1").await?.json()?;
    let next = first["next"].as_str().expect("there are two");
    let second = console.get(&format!("/api/v1/suggestions?limit=1&after={next}")).await?.json()?;
    assert_ne!(first["items"][0]["account"], second["items"][0]["account"]);

    console.map(json!([{"account": IVY, "tenant": ivy["tenant"], "connection": ivy["connection"]}])).await?;
    let rest = console.get("/api/v1/suggestions?search=ivy").await?.json()?;
    assert_eq!(rest["items"], json!([]));
    let elsewhere = console.get("/api/v1/suggestions?connection=elsewhere").await?.expect(200)?.json()?;
    assert_eq!(elsewhere["items"], json!([]));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p14_every_quota_is_explained_from_the_contract_to_the_tenant() -> Result<()> {
    let console = Console::billing().await?;
    let workstations = why(&console, "pw_base_workstations").await?;
    assert_eq!(
        (&workstations["has"], &workstations["wants"], &workstations["usage"]),
        (&json!("25"), &json!("25"), &json!("11"))
    );
    assert_eq!(workstations["service"], json!({"id": autotask::WORKSTATIONS.0, "name": "Workstations"}));
    assert_eq!((&workstations["units"], &workstations["unit_size"]), (&json!(25), &json!(1)));
    assert_eq!(workstations["sources"][0]["contract_name"], "Acronis Cyber Protect");
    let cause = workstations["cause"].as_str().unwrap_or_default();
    assert!(cause.contains("“Workstations”") && cause.contains("“Acronis Cyber Protect”"), "{cause}");
    assert_eq!((&workstations["sources"][0]["units"], &workstations["change"]), (&json!(25), &Value::Null));
    let storage = why(&console, "pw_base_storage").await?;
    assert_eq!(storage["has"], "500 GB");
    assert!(
        storage["label"].as_str().is_some_and(|label| label.starts_with("Cloud storage for backups on “")),
        "{storage}"
    );
    let seats = why(&console, "pw_base_m365_seats").await?;
    assert_eq!((&seats["wants"], &seats["units"]), (&json!("0"), &Value::Null));
    assert!(seats["change"]["held"].as_str().is_some_and(|held| held.starts_with("14 are in use")), "{seats}");

    console.get("/api/v1/accounts/999999/why").await?.expect(404)?;
    console.get("/api/v1/accounts/somebody/why").await?.expect(404)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_a_hand_edit_is_shown_made_permanent_and_given_up_again() -> Result<()> {
    let console = Console::billing().await?;
    console.acronis.set_quota(acronis::ALDER, "pw_base_workstations", Some(30.0), Some(0.0))?;
    let seen = why(&console, "pw_base_workstations").await?;
    assert_eq!((&seen["by_hand"]["written"], &seen["by_hand"]["found"]), (&json!("25"), &json!("30")));
    assert_eq!(except(&console, 31, "a gift").await?.expect(422)?.code()?, "moved");
    assert_eq!(except(&console, 30, " ").await?.expect(422)?.fields()?, ["reason"]);
    except(&console, 30, "a gift").await?.expect(204)?;
    console.advance(SignedDuration::from_hours(80));
    console.run_accounts().await?;
    let kept = why(&console, "pw_base_workstations").await?;
    assert_eq!(
        (&kept["has"], &kept["exception"]["reason"], &kept["change"]),
        (&json!("30"), &json!("a gift"), &Value::Null)
    );
    assert_eq!((&kept["wants"], &kept["by_hand"]), (&json!("30"), &Value::Null), "that is what it must be now");
    let detail = console.get(&format!("/api/v1/accounts/{ALDER}")).await?.expect(200)?.json()?;
    assert_eq!((&detail["exceptions"][0]["label"], &detail["is_agreed_to"]), (&json!("Workstations"), &json!(true)));

    let named = format!("{}?application={PROTECTION}&name=pw_base_workstations", exceptions());
    console.delete(&named).await?.expect(204)?;
    console.delete(&named).await?.expect(404)?;
    console.run_accounts().await?;
    console.advance(SignedDuration::from_hours(73));
    console.run_accounts().await?;
    assert_eq!(why(&console, "pw_base_workstations").await?["has"], "25");
    let reasons = console.get(&format!("/api/v1/activity?account={ALDER}")).await?.json()?["items"].to_string();
    assert!(reasons.contains("what “Alder & Sons” has of Workstations was made permanent"), "{reasons}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_only_managed_items_of_mapped_accounts_have_exceptions() -> Result<()> {
    let console = Console::billing().await?;
    let item = json!({"application": PROTECTION, "name": "pw_base_m365_teams"});
    let entered = json!({"item": item, "grant": "off", "reason": "why not"});
    assert_eq!(console.post(&exceptions(), &entered).await?.expect(422)?.fields()?, ["item"]);
    console.post("/api/v1/accounts/999999/exceptions", &entered).await?.expect(404)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x6_the_status_says_how_fresh_everything_is() -> Result<()> {
    let console = Console::billing().await?;
    let before = console.get("/api/v1/status").await?.expect(200)?.json()?;
    assert_eq!((&before["accounts"]["good_at"], &before["is_braked"]), (&Value::Null, &json!(false)));
    console.run_accounts().await?;
    let after = console.get("/api/v1/status").await?.expect(200)?.json()?;
    assert_eq!(after["accounts"]["good_at"], json!(console.clock.now()));
    assert_eq!((&after["accounts"]["interval_s"], &after["accounts"]["is_stretched"]), (&json!(180), &json!(false)));
    assert_eq!(after["systems"].as_array().map(Vec::len), Some(2));
    assert!(after["held"].as_u64().is_some_and(|held| held > 0), "{after:#}");
    assert_eq!(connection().as_str(), after["systems"][1]["id"].as_str().unwrap_or_default());
    Ok(())
}
