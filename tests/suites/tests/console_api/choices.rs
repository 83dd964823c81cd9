//! What is chosen from: the accounts of Autotask with their types, and the customers of a connection.

use anyhow::Result;
use jiff::SignedDuration;
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use simulators::control::{Fault, Kind};
use suites::console::{Console, connection};

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().into_iter().flatten().filter_map(|row| row["name"].as_str()).collect()
}

/// All rows of a list, read in pages of this size.
async fn all(console: &Console, list: &str, size: usize) -> Result<Vec<Value>> {
    let (mut rows, mut after) = (Vec::new(), String::new());
    loop {
        let page = console.get(&format!("{list}limit={size}{after}")).await?.expect(200)?.json()?;
        let items = page["items"].as_array().cloned().unwrap_or_default();
        assert!(items.len() <= size, "{page}");
        rows.extend(items);
        let Some(next) = page["next"].as_str() else { return Ok(rows) };
        after = format!("&after={next}");
    }
}

fn tenants(query: &str) -> String {
    format!("/api/v1/tenants?connection={}&{query}", connection())
}

#[tokio::test(start_paused = true)]
async fn v5_an_account_and_a_tenant_are_found_by_name_and_mapped_with_this_api_alone() -> Result<()> {
    let console = Console::connected().await?;
    let accounts = console.get("/api/v1/accounts?search=ALDER").await?.expect(200)?.json()?;
    assert_eq!(names(&accounts), ["Alder & Sons"]);
    assert_eq!(accounts["items"][0]["tenant"], Value::Null);
    let found = console.get(&tenants("search=alder")).await?.expect(200)?.json()?;
    assert_eq!(names(&found), ["Alder & Sons"]);
    let (account, tenant) = (&accounts["items"][0]["id"], &found["items"][0]["id"]);
    assert_eq!((tenant, &found["items"][0]["enabled"]), (&json!(acronis::ALDER.to_string()), &json!(true)));
    assert!(found["items"][0]["parent_name"].as_str().is_some_and(|name| !name.is_empty()), "{found}");

    let edit = json!([{"account": account, "tenant": tenant, "connection": connection()}]);
    assert_eq!(console.map(edit).await?["applied"], json!([autotask::FIRST_CUSTOMER.0]));
    let mapped = console.get("/api/v1/accounts?search=alder").await?.json()?["items"][0].clone();
    assert_eq!((&mapped["tenant"], &mapped["tenant_name"]), (tenant, &json!("Alder & Sons")));
    assert_eq!(mapped["connection"], json!(connection()));
    let mapped = console.get(&tenants("search=alder")).await?.json()?["items"][0].clone();
    assert_eq!((&mapped["account"], &mapped["account_name"]), (account, &json!("Alder & Sons")));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v5_only_active_accounts_and_only_customers_are_offered_each_once() -> Result<()> {
    let console = Console::connected().await?;
    let whole = all(&console, "/api/v1/accounts?", 500).await?;
    let ids: Vec<i64> = whole.iter().filter_map(|row| row["id"].as_i64()).collect();
    assert!(ids.contains(&autotask::FIRST_CUSTOMER.0) && !ids.contains(&autotask::INACTIVE_CUSTOMER.0), "{ids:?}");
    assert_eq!(all(&console, "/api/v1/accounts?", 3).await?, whole);

    let whole = all(&console, &tenants(""), 500).await?;
    let ids: Vec<&str> = whole.iter().filter_map(|row| row["id"].as_str()).collect();
    let is_offered = |id: String| ids.contains(&id.as_str());
    assert!(acronis::CUSTOMERS.iter().all(|customer| is_offered(customer.id.to_string())), "{ids:?}");
    assert!(!is_offered(acronis::NORTHSIDE_PARTNER.to_string()) && !is_offered(connection().to_string()), "{ids:?}");
    assert_eq!(all(&console, &tenants(""), 3).await?, whole);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_read_says_why() -> Result<()> {
    let console = Console::connected().await?;
    let elsewhere = console.get("/api/v1/tenants?connection=elsewhere").await?.expect(422)?;
    assert_eq!(elsewhere.fields()?, ["connection"]);
    for list in ["/api/v1/accounts?after=x".to_owned(), tenants("after=x")] {
        assert_eq!(console.get(&list).await?.expect(422)?.fields()?, ["after"], "{list}");
    }
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*Companies").status(503).times(9));
    console.get("/api/v1/accounts").await?.expect(503)?;
    console.acronis.control().add_fault(Fault::new(Kind::Status, "*tenants").status(503).times(9));
    console.get(&tenants("")).await?.expect(503)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v1_company_types_are_read_live_with_their_names() -> Result<()> {
    let console = Console::connected().await?;
    let types = console.get("/api/v1/company-types").await?.expect(200)?.json()?;
    let customer = json!({"value": 1, "label": "Customer", "active": true});
    assert!(types["items"].as_array().is_some_and(|types| types.len() > 1 && types.contains(&customer)), "{types:#}");
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*Companies*").status(503).times(9));
    assert_eq!(console.get("/api/v1/company-types").await?.expect(200)?.json()?, types, "read a moment ago");
    console.clock.advance(SignedDuration::from_mins(6));
    console.get("/api/v1/company-types").await?.expect(503)?;
    Ok(())
}
