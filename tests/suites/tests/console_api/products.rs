//! Services, the catalogue, and the product mapping.

use std::time::Duration;

use anyhow::Result;
use bridge_core::settings::Settings;
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use simulators::control::{Fault, Kind};
use suites::console::{Console, connection};
use suites::world::verbs_accounts::{PROTECTION, products};

fn path() -> String {
    format!("/api/v1/products/{}", connection())
}

/// All rows of the catalogue.
async fn rows(console: &Console) -> Result<Vec<Value>> {
    let catalogue =
        console.get(&format!("/api/v1/catalogue?connection={}", connection())).await?.expect(200)?.json()?;
    assert_eq!(catalogue["warnings"], json!([]), "{catalogue:#}");
    let list = |value: &Value, field: &str| value[field].as_array().cloned().unwrap_or_default();
    let editions = list(&catalogue, "applications").into_iter().flat_map(|application| list(&application, "editions"));
    Ok(editions.flat_map(|edition| list(&edition, "rows")).collect())
}

fn named<'a>(rows: &'a [Value], name: &str) -> Vec<&'a Value> {
    rows.iter().filter(|row| row["item"]["name"] == name).collect()
}

#[tokio::test(start_paused = true)]
async fn p3_services_are_searched_by_name_and_read_once_in_a_while() -> Result<()> {
    let console = Console::connected().await?;
    console.autotask.control().clear_calls();
    let found = console.get("/api/v1/services?search=MACHINES").await?.expect(200)?.json()?;
    let machines = json!([{"id": autotask::VIRTUAL_MACHINES.0, "name": "Virtual machines", "active": true}]);
    assert_eq!(found["items"], machines);
    let first = console.get("/api/v1/services?limit=7").await?.expect(200)?.json()?;
    let next = first["next"].as_str().expect("there are twelve");
    let second = console.get(&format!("/api/v1/services?limit=7&after={next}")).await?.expect(200)?.json()?;
    assert_eq!((second["items"].as_array().map(Vec::len), &second["next"]), (Some(5), &Value::Null));
    let reads = console.autotask.control().calls().iter().filter(|call| call.path.contains("Services")).count();
    assert_eq!(reads, 1, "who types into a picker asks for each letter");
    console.advance(jiff::SignedDuration::from_mins(5));
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*Services*").status(503).times(9));
    console.get("/api/v1/services").await?.expect(503)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_bundles_show_the_mapped_services_in_them() -> Result<()> {
    let console = Console::mapped().await?;
    let bundles = console.get("/api/v1/bundles").await?.expect(200)?.json()?;
    let office = [autotask::WORKSTATIONS.0, autotask::MAILBOXES.0, autotask::FILE_SYNC_USERS.0];
    assert_eq!(bundles["items"][0]["name"], "Office protection");
    assert_eq!(bundles["items"][0]["services"], json!(office));
    assert_eq!(bundles["items"][1]["services"], json!([autotask::SERVERS.0]), "help desk is not mapped");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p2_the_catalogue_shows_every_item_with_what_was_chosen_and_storages_by_name() -> Result<()> {
    let console = Console::connected().await?;
    let before = rows(&console).await?;
    assert!(before.len() > 20 && before.iter().all(|row| row["state"] == "new" && row["available"] == true));
    let storages = named(&before, "pw_base_storage");
    let names: Vec<&Value> = storages.iter().map(|row| &row["storage"]["name"]).collect();
    assert_eq!(names.len(), 2, "{storages:?}");
    assert!(names.iter().all(|name| !name.as_str().is_some_and(|name| name.contains("-0000-"))), "{names:?}");
    assert_eq!(storages[0]["default_unit_size"], json!(1_i64 << 30));
    assert_eq!(named(&before, "pw_base_vms")[0]["label"], "Virtual machines");

    let mut products = json!(products());
    let gone = json!({"application": PROTECTION, "name": "pw_base_gone"});
    let seen =
        json!({"item": gone, "edition": "pck_per_workload", "unit": "quantity", "treatment": {"state": "not_managed"}});
    products["rows"].as_array_mut().expect("rows").push(seen);
    console.put(&path(), &json!({"version": null, "products": products})).await?.expect(200)?;
    let after = rows(&console).await?;
    assert_eq!(after.len(), before.len() + 1);
    let servers = named(&after, "pw_base_servers")[0];
    assert_eq!((&servers["state"], &servers["managed"]["service"]), (&json!("managed"), &json!(autotask::SERVERS.0)));
    let gone = named(&after, "pw_base_gone")[0];
    assert_eq!((&gone["state"], &gone["available"]), (&json!("not_managed"), &json!(false)));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p2_the_parents_of_mapped_customers_are_asked() -> Result<()> {
    let console = Console::mapped().await?;
    let catalogue =
        console.get(&format!("/api/v1/catalogue?connection={}", connection())).await?.expect(200)?.json()?;
    let parents: Vec<&str> =
        catalogue["parents"].as_array().into_iter().flatten().filter_map(|parent| parent["id"].as_str()).collect();
    assert_eq!(parents[0], connection().as_str());
    for parent in [acronis::DIRECT_FOLDER, acronis::NORTHSIDE_PARTNER, acronis::HARBOUR_PARTNER] {
        assert!(parents.contains(&parent.to_string().as_str()), "{parents:?}");
    }
    let elsewhere = console.get("/api/v1/catalogue?connection=elsewhere").await?;
    elsewhere.expect(404)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_a_product_mapping_is_saved_at_its_version_and_journalled_by_row() -> Result<()> {
    let console = Console::mapped().await?;
    let saved = console.get(&path()).await?.expect(200)?.json()?;
    assert_eq!(saved["products"]["rows"].as_array().map(Vec::len), Some(11));
    let mut edited = saved.clone();
    // Entries of the same millisecond have no order in the journal.
    console.advance(jiff::SignedDuration::from_secs(1));
    edited["products"]["rows"][1]["treatment"]["soft"] = json!(true);
    let after = console.put(&path(), &edited).await?.expect(200)?.json()?;
    assert_ne!(after["version"], saved["version"]);
    let stale = console.put(&path(), &edited).await?.expect(409)?.json()?;
    assert_eq!((&stale["current"]["version"], &stale["yours"]["version"]), (&after["version"], &saved["version"]));
    let entry = console.get("/api/v1/activity?limit=1").await?.json()?["items"][0].clone();
    assert_eq!(entry["new"], format!(r#"{{"rows.{PROTECTION}/pw_base_servers.soft":true}}"#));
    console.get("/api/v1/products/elsewhere").await?.expect(404)?;
    let other = json!({"version": null, "products": {"connection": "elsewhere"}});
    assert_eq!(console.put(&path(), &other).await?.expect(422)?.fields()?, ["products.connection"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_a_product_mapping_is_not_saved_beside_a_preview_that_switches_billing_on_meanwhile() -> Result<()> {
    let (console, path) = (Console::mapped().await?, path());
    let before = console.get(&path).await?.expect(200)?.json()?;
    let mut edited = before.clone();
    edited["products"]["rows"][1]["treatment"]["soft"] = json!(true);
    console.autotask.control().clear_calls();
    console.autotask.control().add_fault(Fault::new(Kind::Delay, "*Services*"));
    let meanwhile = async |change: fn(&mut Settings)| {
        // The save waits for Autotask by then.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let change = |settings: Option<Settings>| {
            let mut settings = settings.unwrap_or_default();
            change(&mut settings);
            Some(settings)
        };
        console.systems.table.modify::<Settings>(&(), change).await
    };
    let change = |settings: &mut Settings| settings.time_zone = "Europe/Berlin".to_owned();
    let (saved, changed) = tokio::join!(console.put(&path, &edited), meanwhile(change));
    changed?;
    assert_eq!(saved?.expect(503)?.code()?, "unavailable");

    console.autotask.control().add_fault(Fault::new(Kind::Delay, "*Services*"));
    let (saved, changed) =
        tokio::join!(console.put(&path, &edited), meanwhile(|settings| settings.billing.enabled = true));
    changed?;
    assert_eq!(saved?.expect(422)?.code()?, "preview_needed");
    assert_eq!(console.get(&path).await?.expect(200)?.json()?, before, "nothing was saved");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p8_one_service_on_two_items_is_refused_beside_both_rows() -> Result<()> {
    let console = Console::mapped().await?;
    let mut edited = console.get(&path()).await?.expect(200)?.json()?;
    edited["products"]["rows"][1]["treatment"]["service"] =
        edited["products"]["rows"][0]["treatment"]["service"].clone();
    let refused = console.put(&path(), &edited).await?.expect(422)?;
    assert_eq!(
        refused.fields()?,
        ["products.rows.pw_base_workstations.service", "products.rows.pw_base_servers.service"]
    );
    edited["products"]["rows"][0]["treatment"]["state"] = json!("guessed");
    assert_eq!(console.put(&path(), &edited).await?.expect(400)?.code()?, "unreadable");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p2_a_service_that_autotask_does_not_have_is_refused_beside_its_row() -> Result<()> {
    let console = Console::mapped().await?;
    let mut edited = console.get(&path()).await?.expect(200)?.json()?;
    edited["products"]["rows"][1]["treatment"]["service"] = json!(4711);
    let refused = console.put(&path(), &edited).await?.expect(422)?;
    assert_eq!(refused.fields()?, ["products.rows.pw_base_servers.service"]);
    let draft = json!({"draft": {"products": [edited]}});
    let refused = console.post("/api/v1/previews", &draft).await?.expect(422)?;
    assert_eq!(refused.fields()?, ["draft.products.0.products.rows.pw_base_servers.service"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_while_billing_is_on_a_product_mapping_is_saved_by_a_preview_alone() -> Result<()> {
    let console = Console::billing().await?;
    let edited = console.get(&path()).await?.expect(200)?.json()?;
    let refused = console.put(&path(), &edited).await?.expect(422)?;
    assert_eq!((refused.code()?.as_str(), refused.fields()?), ("preview_needed", vec!["products".to_owned()]));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_what_does_more_is_refused_among_the_settings_and_switching_off_is_not() -> Result<()> {
    let console = Console::billing().await?;
    let mut document = console.get("/api/v1/settings").await?.expect(200)?.json()?;
    document["settings"]["billing"]["provisioning"]["automatic"] = json!(true);
    document["settings"]["billing"]["deprovisioning"]["disable_after_days"] = json!(10);
    let refused = console.put("/api/v1/settings", &document).await?.expect(422)?;
    assert_eq!(refused.code()?, "preview_needed");
    assert_eq!(
        refused.fields()?,
        ["settings.billing.provisioning.automatic", "settings.billing.deprovisioning.disable_after_days"]
    );
    document["settings"]["billing"] = json!({"enabled": false});
    let saved = console.put("/api/v1/settings", &document).await?.expect(200)?.json()?;
    assert_eq!(saved["settings"]["billing"]["enabled"], false);
    document["version"] = saved["version"].clone();
    document["settings"]["billing"] =
        json!({"provisioning": {"language": " "}, "deprovisioning": {"delete_after_days": 3}});
    let refused = console.put("/api/v1/settings", &document).await?.expect(422)?;
    assert_eq!(
        refused.fields()?,
        ["settings.billing.provisioning.language", "settings.billing.deprovisioning.delete_after_days"]
    );
    Ok(())
}
