//! Previews: what settings would do, and applying exactly that.

use anyhow::Result;
use bridge_core::hint::Hint;
use bridge_core::id::AccountId;
use jiff::SignedDuration;
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use store::queue::QueueName;
use store::record::preview::State;
use store::record::{Account, Mapping, Preview};
use suites::console::{Console, connection};

const ALDER: i64 = autotask::FIRST_CUSTOMER.0;

async fn first_plans(console: &Console) -> Result<Value> {
    console.preview(&json!({"draft": {"billing": console.billing_on().await?}})).await
}

fn path(preview: &Value, rest: &str) -> String {
    format!("/api/v1/previews/{}{rest}", preview["id"].as_str().unwrap_or_default())
}

/// What an account would get of an item.
fn change<'a>(row: &'a Value, item: &str) -> Option<&'a Value> {
    row["changes"].as_array().into_iter().flatten().find(|change| change["item"]["name"] == item)
}

fn quota(console: &Console, item: &str) -> Option<f64> {
    console.acronis.item(acronis::ALDER, item).and_then(|item| item.quota.value)
}

#[tokio::test(start_paused = true)]
async fn p1_the_first_plans_are_shown_and_applying_them_is_the_consent() -> Result<()> {
    let console = Console::mapped().await?;
    let preview = first_plans(&console).await?;
    assert_eq!((&preview["totals"]["accounts"], &preview["progress"]), (&json!(8), &Value::Null));
    assert_eq!(preview["draft"]["billing"]["billing"]["enabled"], true);
    let rows = console.get(&path(&preview, "/accounts?search=alder")).await?.expect(200)?.json()?["items"].clone();
    let alder = &rows[0];
    assert_eq!(
        (&alder["account"], &alder["is_first"], &alder["state"]),
        (&json!(ALDER), &json!(true), &json!("previewed"))
    );
    let workstations = change(alder, "pw_base_workstations").expect("they are sold");
    assert_eq!((&workstations["from"], &workstations["to"]), (&json!("12"), &json!("25")));
    assert_eq!(workstations["label"], "Workstations");
    assert!(
        workstations["cause"]
            .as_str()
            .is_some_and(|cause| cause.contains("25 × 1 of service “Workstations” (9001): 25 on contract “")),
        "{workstations}"
    );
    assert_eq!(quota(&console, "pw_base_workstations"), Some(12.0), "a preview writes nothing");

    assert_eq!(console.apply(&preview).await?["state"], "applied");
    console.work().await?;
    assert_eq!(quota(&console, "pw_base_workstations"), Some(25.0));
    let after = console.get(&path(&preview, "")).await?.expect(200)?.json()?;
    assert_eq!((&after["progress"]["waiting"], &after["progress"]["moved"]), (&json!(0), &json!(0)), "{after:#}");
    let settings = console.get("/api/v1/settings").await?.json()?;
    assert_eq!(settings["settings"]["billing"]["enabled"], true);
    let again = console.post(&path(&preview, "/apply"), &json!({"digest": preview["digest"]})).await?;
    assert_eq!(again.expect(422)?.code()?, "applied");
    let entries = console.get("/api/v1/activity").await?.json()?["items"].to_string();
    assert!(entries.contains("a preview was applied: 8 accounts"), "{entries}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_an_apply_that_was_cut_off_goes_on_however_late() -> Result<()> {
    let console = Console::mapped().await?;
    let preview = first_plans(&console).await?;
    console.apply(&preview).await?;
    // As a process leaves it that ends before the last account is told.
    let (table, id) = (&console.systems.table, preview["id"].as_str().unwrap_or_default().to_owned());
    table.modify::<Preview>(&id, |preview| Some(Preview { state: State::Applying, ..preview? })).await?;
    let untold = |account: Option<Account>| Some(Account { reviewed: None, consent: None, ..account? });
    table.modify::<Account>(&AccountId(ALDER), untold).await?;
    console.advance(SignedDuration::from_hours(2));

    assert_eq!(console.apply(&preview).await?["state"], "applied");
    let account = console.record::<Account>(&AccountId(ALDER)).await?;
    assert!(account.is_some_and(|account| account.reviewed.is_some()), "it is told now");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_accounts_of_a_preview_come_in_pages_and_by_what_would_happen() -> Result<()> {
    let console = Console::mapped().await?;
    let preview = first_plans(&console).await?;
    let (mut names, mut after) = (Vec::new(), String::new());
    loop {
        let page = console.get(&path(&preview, &format!("/accounts?limit=3{after}"))).await?.expect(200)?.json()?;
        names.extend(page["items"].as_array().into_iter().flatten().map(|row| row["name"].to_string()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(names.len(), 8);
    assert!(names.is_sorted(), "{names:?}");
    let count = async |state: &str| -> Result<usize> {
        let page = console.get(&path(&preview, &format!("/accounts?state={state}"))).await?.expect(200)?.json()?;
        Ok(page["items"].as_array().map_or(0, Vec::len))
    };
    assert_eq!((count("first").await?, count("creates").await?, count("disables").await?), (8, 0, 0));
    assert!(count("held").await? > 0, "customers use more than is sold of some items");
    console.get(&path(&preview, "/accounts?state=odd")).await?.expect(400)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_only_what_was_looked_at_is_applied_and_only_while_it_is_fresh() -> Result<()> {
    let console = Console::mapped().await?;
    let started = console.post("/api/v1/previews", &json!({})).await?.expect(202)?.json()?;
    let early = console.post(&path(&started, "/apply"), &json!({"digest": ""})).await?;
    assert_eq!(early.expect(422)?.code()?, "not_ready");
    let preview = first_plans(&console).await?;
    let other = console.post(&path(&preview, "/apply"), &json!({"digest": "d"})).await?;
    assert_eq!(other.expect(422)?.code()?, "other_plan");
    console.advance(SignedDuration::from_secs(3_601));
    let old = console.post(&path(&preview, "/apply"), &json!({"digest": preview["digest"]})).await?;
    assert_eq!(old.expect(422)?.code()?, "too_old");
    console.get("/api/v1/previews/unknown").await?.expect(404)?;
    assert!(console.record::<Account>(&AccountId(ALDER)).await?.is_none_or(|record| record.consent.is_none()));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_a_draft_of_settings_that_were_saved_since_is_refused_with_both() -> Result<()> {
    let console = Console::mapped().await?;
    let preview = first_plans(&console).await?;
    console.save(&suites::world::settings()).await?.expect(200)?;
    let stale =
        console.post(&path(&preview, "/apply"), &json!({"digest": preview["digest"]})).await?.expect(409)?.json()?;
    assert_eq!(
        (&stale["current"]["billing"]["enabled"], &stale["yours"]["billing"]["enabled"]),
        (&json!(false), &json!(true))
    );
    let version = json!({"version": 7, "billing": {"enabled": true}});
    console.post("/api/v1/previews", &json!({"draft": {"billing": version}})).await?.expect(409)?;
    let settings = console.get("/api/v1/settings").await?.json()?;
    assert_eq!(settings["settings"]["billing"]["enabled"], false);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_a_plan_that_moved_since_it_was_shown_is_refused_and_the_others_go_on() -> Result<()> {
    let console = Console::mapped().await?;
    let preview = first_plans(&console).await?;
    console.acronis.set_quota(acronis::ALDER, "pw_base_workstations", Some(13.0), Some(0.0))?;
    console.apply(&preview).await?;
    console.work().await?;
    assert_eq!(quota(&console, "pw_base_workstations"), Some(13.0));
    let after = console.get(&path(&preview, "")).await?.json()?;
    assert_eq!(after["progress"]["moved"], 1, "{after:#}");
    let moved = console.get(&path(&preview, "/accounts?search=alder")).await?.json()?["items"][0].clone();
    assert_eq!(moved["state"], "moved");
    let account = console.get(&format!("/api/v1/accounts/{ALDER}")).await?.expect(200)?.json()?;
    assert_eq!((&account["is_agreed_to"], &account["code"]), (&json!(false), &json!("plan_moved")));

    // One more look at this one account, and it is through.
    let again = console.preview(&json!({"accounts": [ALDER]})).await?;
    assert_eq!(again["totals"]["accounts"], 1);
    console.apply(&again).await?;
    console.work().await?;
    assert_eq!(quota(&console, "pw_base_workstations"), Some(25.0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_a_product_mapping_is_changed_by_its_preview() -> Result<()> {
    let console = Console::billing().await?;
    let at = format!("/api/v1/products/{}", connection());
    let mut document = console.get(&at).await?.json()?;
    let workstations = &mut document["products"]["rows"][0]["treatment"];
    workstations["unit_size"] = json!(2);
    let preview = console.preview(&json!({"draft": {"products": [document]}})).await?;
    console.apply(&preview).await?;
    console.work().await?;
    assert_eq!(quota(&console, "pw_base_workstations"), Some(50.0));
    assert_eq!(console.get(&at).await?.json()?["products"]["rows"][0]["treatment"]["unit_size"], 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_what_a_draft_itself_does_is_told_apart_from_what_waits_without_it() -> Result<()> {
    let console = Console::billing().await?;
    let at = format!("/api/v1/products/{}", connection());
    let mut document = console.get(&at).await?.json()?;
    document["products"]["rows"][0]["treatment"]["unit_size"] = json!(2);
    let preview = console.preview(&json!({"draft": {"products": [document]}})).await?;
    let changes = async |state: &str| -> Result<Vec<Value>> {
        let rows = console.get(&path(&preview, &format!("/accounts?state={state}"))).await?.expect(200)?.json()?;
        let rows = rows["items"].as_array().cloned().unwrap_or_default();
        Ok(rows.iter().flat_map(|row| row["changes"].as_array().cloned().unwrap_or_default()).collect())
    };
    let (by_draft, without) = (changes("by_draft").await?, changes("without_draft").await?);
    assert!(!by_draft.is_empty() && !without.is_empty(), "{preview:#}");
    let is_by_draft =
        |change: &Value| change["item"]["name"] == "pw_base_workstations" && change["is_by_draft"] == json!(true);
    assert!(by_draft.iter().all(is_by_draft), "{by_draft:#?}");
    assert!(without.iter().all(|change| change["is_by_draft"] == json!(false)), "{without:#?}");
    let totals = &preview["totals"];
    assert_eq!((&totals["by_draft"]["changes"], &totals["first_plans"]), (&json!(by_draft.len()), &json!(0)));
    let all = totals["changes"].as_u64().unwrap_or_default() + totals["held"].as_u64().unwrap_or_default();
    assert_eq!(all as usize, by_draft.len() + without.len());

    let as_it_is = console.preview(&json!({})).await?;
    assert_eq!(as_it_is["totals"]["by_draft"]["accounts"], 0, "nothing is edited");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_taking_the_service_from_a_row_shows_what_that_does_as_the_drafts_own_doing() -> Result<()> {
    let console = Console::billing().await?;
    let at = format!("/api/v1/products/{}", connection());
    let mut document = console.get(&at).await?.json()?;
    document["products"]["rows"][0]["treatment"]["service"] = Value::Null;
    let preview = console.preview(&json!({"draft": {"products": [document]}})).await?;
    let rows = console.get(&path(&preview, "/accounts?state=by_draft&search=alder")).await?.json()?;
    let alder = change(&rows["items"][0], "pw_base_workstations").expect("nothing sells them any more");
    assert_eq!((&alder["from"], &alder["to"]), (&json!("25"), &json!("0")));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v1_switching_creation_on_shows_how_many_customers_that_makes() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let mut billing = console.billing_on().await?;
    billing["billing"]["provisioning"]["automatic"] = json!(true);
    let preview = console.preview(&json!({"draft": {"billing": billing}})).await?;
    let creations = preview["totals"]["creations"].as_u64().unwrap_or_default();
    assert_eq!((creations, &preview["totals"]["creations_waiting"]), (2, &json!(2)), "{preview:#}");
    let rows = console.get(&path(&preview, "/accounts?state=creates")).await?.json()?;
    assert_eq!(rows["items"].as_array().map(Vec::len), Some(4));
    let of = |name: &str| rows["items"].as_array().into_iter().flatten().find(|row| row["name"] == name).cloned();
    let kale = of("Kale Foods").expect("it buys and has no tenant");
    let creation = &kale["creation"];
    assert_eq!((&creation["pricing"], &creation["mails_administrator"]), (&json!("production"), &json!(false)));
    assert_eq!(creation["editions"], json!(["fss_per_user", "pck_per_workload"]));
    assert!(creation["parent_name"].is_string() && creation["connection_name"].is_string(), "{creation}");
    assert_eq!((&creation["suggestion"], &kale["looks_like"]), (&Value::Null, &Value::Null));
    let workstations = change(&kale, "pw_base_workstations").expect("they are sold");
    assert_eq!((&workstations["from"], &workstations["to"]), (&json!("off"), &json!("22")));
    let ivy = of("Ivy Media").expect("it buys and has no tenant");
    assert_eq!(ivy["creation"]["suggestion"]["tenant_name"], "Ivy Media Ltd", "somebody may have meant this one");
    assert_eq!(ivy["looks_like"], "Ivy Media Ltd", "no second one is made before a person has decided");
    console.apply(&preview).await?;
    console.work().await?;
    assert!(console.acronis.tenant_named("Kale Foods").is_some());
    assert!(console.acronis.tenant_named("Ivy Media").is_none(), "as the preview has said");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_a_draft_that_cannot_be_saved_names_its_fields() -> Result<()> {
    let console = Console::mapped().await?;
    let billing = console.billing_on().await?;
    let mut odd = billing.clone();
    odd["billing"]["provisioning"]["connection"] = json!("elsewhere");
    let refused =
        console.post("/api/v1/previews", &json!({"accounts": [], "draft": {"billing": odd}})).await?.expect(422)?;
    assert_eq!(refused.fields()?, ["accounts", "draft.billing.billing.provisioning.connection"]);
    let products = console.get(&format!("/api/v1/products/{}", connection())).await?.json()?;
    let twice = json!({"draft": {"products": [products, products]}});
    let refused = console.post("/api/v1/previews", &twice).await?.expect(422)?;
    assert_eq!(refused.fields()?, ["draft.products.1.products.connection"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_a_preview_of_some_accounts_takes_no_draft() -> Result<()> {
    let console = Console::mapped().await?;
    let billing = console.billing_on().await?;
    let asked = json!({"accounts": [ALDER], "draft": {"billing": billing}});
    let refused = console.post("/api/v1/previews", &asked).await?.expect(422)?;
    assert_eq!(refused.fields()?, ["accounts"], "it would be saved for everybody");
    let products = console.get(&format!("/api/v1/products/{}", connection())).await?.json()?;
    let asked = json!({"accounts": [ALDER], "draft": {"products": [products]}});
    assert_eq!(console.post("/api/v1/previews", &asked).await?.expect(422)?.fields()?, ["accounts"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_workers_are_told_what_was_shown_and_only_of_accounts_that_it_still_concerns() -> Result<()> {
    let console = Console::mapped().await?;
    let mut billing = console.billing_on().await?;
    billing["billing"]["provisioning"]["automatic"] = json!(true);
    let preview = console.preview(&json!({"draft": {"billing": billing}})).await?;
    let mapping = console.record::<Mapping>(&AccountId(ALDER)).await?.expect("it is mapped");
    let later = Mapping { mapped_at: mapping.mapped_at + SignedDuration::from_mins(30), ..mapping };
    console.systems.table.modify::<Mapping>(&AccountId(ALDER), |_| Some(later.clone())).await?;
    console.apply(&preview).await?;
    let (mut created, mut planned) = (0, 0);
    for message in console.hints_on(QueueName::Accounts).await? {
        let Hint::Account { account, plan } = message.hint else { panic!("{:?}", message.hint) };
        let plan = plan.expect("no hint covers whatever comes");
        assert_ne!(account, AccountId(ALDER), "it is mapped anew");
        let reviewed = console.record::<Account>(&account).await?.and_then(|record| record.reviewed);
        assert_eq!(reviewed.map(|reviewed| reviewed.digest).as_ref(), Some(&plan));
        *if plan == billing::CREATE { &mut created } else { &mut planned } += 1;
    }
    assert_eq!((created, planned), (4, 7));
    let alder = console.record::<Account>(&AccountId(ALDER)).await?;
    assert!(alder.is_none_or(|record| record.consent.is_none() && record.reviewed.is_none()));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_the_previews_of_the_last_days_are_found_again_newest_first() -> Result<()> {
    let console = Console::billing().await?;
    console.advance(SignedDuration::from_mins(1));
    let all = console.preview(&json!({})).await?;
    console.advance(SignedDuration::from_mins(1));
    let one = console.preview(&json!({"accounts": [ALDER]})).await?;
    let page = console.get("/api/v1/previews?limit=2").await?.expect(200)?.json()?;
    let (newest, before) = (&page["items"][0], &page["items"][1]);
    assert_eq!((&newest["id"], &newest["accounts"], &newest["has_draft"]), (&one["id"], &json!(1), &json!(false)));
    assert_eq!((&before["id"], &before["accounts"], &before["state"]), (&all["id"], &Value::Null, &json!("ready")));
    let next = page["next"].as_str().expect("billing was switched on by one");
    let rest = console.get(&format!("/api/v1/previews?limit=2&after={next}")).await?.expect(200)?.json()?;
    assert_eq!((&rest["items"][0]["state"], &rest["items"][0]["has_draft"]), (&json!("applied"), &json!(true)));
    assert_eq!(rest["next"], Value::Null);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_a_preview_without_the_guard_shows_what_is_used_beside_each_cut_below_it() -> Result<()> {
    let console = Console::billing().await?;
    let mut billing = console.billing_on().await?;
    billing["billing"]["guards"]["never_below_usage"] = json!(false);
    let preview = console.preview(&json!({"draft": {"billing": billing}})).await?;
    let rows = console.get(&path(&preview, "/accounts?state=changes")).await?.expect(200)?.json()?;
    let changes: Vec<&Value> =
        rows["items"].as_array().into_iter().flatten().flat_map(|row| row["changes"].as_array()).flatten().collect();
    let below: Vec<&&Value> = changes.iter().filter(|change| change["is_below_usage"] == true).collect();
    assert!(!below.is_empty(), "customers use more than is sold of some items: {rows:#}");
    for change in below {
        assert!(change["usage"].is_string() && change["held"].is_null(), "{change}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v6_switching_deprovisioning_on_lists_everybody_who_would_be_disabled_and_when() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let contracts = console.autotask.contracts_of(autotask::FIRST_CUSTOMER);
    contracts.into_iter().try_for_each(|contract| console.autotask.deactivate_contract(contract))?;
    console.advance(SignedDuration::from_mins(3));
    console.run_accounts().await?;
    let unsold_since = console.clock.now();
    console.advance(SignedDuration::from_hours(24));
    let mut billing = console.billing_on().await?;
    billing["billing"]["deprovisioning"]["disable_after_days"] = json!(10);
    let preview = console.preview(&json!({"draft": {"billing": billing}})).await?;
    assert_eq!((&preview["totals"]["disables"], &preview["totals"]["disables_later"]), (&json!(0), &json!(1)));
    let rows = console.get(&path(&preview, "/accounts?state=disables")).await?.expect(200)?.json()?;
    let alder = &rows["items"][0];
    assert_eq!((&alder["account"], &alder["disables"]), (&json!(ALDER), &json!(false)), "{rows:#}");
    assert_eq!(alder["disables_at"], json!(unsold_since + SignedDuration::from_hours(240)));

    billing["billing"]["deprovisioning"]["disable_after_days"] = json!(1);
    let preview = console.preview(&json!({"draft": {"billing": billing}})).await?;
    assert_eq!((&preview["totals"]["disables"], &preview["totals"]["disables_later"]), (&json!(1), &json!(0)));
    let rows = console.get(&path(&preview, "/accounts?state=disables")).await?.expect(200)?.json()?;
    let waits = rows["items"][0]["disabling_waits"].as_str();
    assert!(waits.is_some_and(|waits| waits.contains("in use")), "{rows:#}");
    Ok(())
}
