//! Edits of the mapping that are staged, each person's own, and applied together.

use anyhow::Result;
use bridge_core::id::AccountId;
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use simulators::control::{Fault, Kind};
use store::record::{Mapping, Staged, StagedEdit};
use suites::console::{Answer, Console, connection};

const PATH: &str = "/api/v1/mapping/staged";
const ALDER: i64 = autotask::FIRST_CUSTOMER.0;
const BIRCH: i64 = ALDER + 1;
const IVY: i64 = ALDER + 8;
const JUNIPER: i64 = ALDER + 9;
const KALE: i64 = ALDER + 10;
const NETTLE: i64 = ALDER + 13;

fn map(account: i64, tenant: impl std::fmt::Display) -> Value {
    json!({"account": account, "tenant": tenant.to_string(), "connection": connection()})
}

async fn stage(console: &Console, edits: Value) -> Result<Answer> {
    console.post(PATH, &json!({"edits": edits})).await
}

async fn accounts(console: &Console) -> Result<Vec<i64>> {
    let staged = console.get(PATH).await?.expect(200)?.json()?;
    let edits = staged["edits"].as_array().into_iter().flatten();
    Ok(edits.filter_map(|entry| entry["edit"]["account"].as_i64()).collect())
}

#[tokio::test(start_paused = true)]
async fn v5_what_is_staged_is_told_by_names_and_done_by_an_apply_alone() -> Result<()> {
    let console = Console::connected().await?;
    let staged = stage(&console, json!([map(ALDER, acronis::ALDER), map(BIRCH, acronis::BIRCH_DENTAL)])).await?;
    let staged = staged.expect(200)?.json()?;
    assert_eq!(
        (&staged["edits"][0]["account_name"], &staged["edits"][1]["tenant_name"]),
        (&json!("Alder & Sons"), &json!("Birch Dental"))
    );
    assert!(console.record::<Mapping>(&AccountId(ALDER)).await?.is_none());
    let applied = console.post(&format!("{PATH}/apply"), &json!(null)).await?.expect(200)?.json()?;
    assert_eq!(applied["applied"], json!([ALDER, BIRCH]));
    assert!(console.record::<Mapping>(&AccountId(BIRCH)).await?.is_some());
    assert_eq!(accounts(&console).await?, [0_i64; 0]);
    assert_eq!(console.post(&format!("{PATH}/apply"), &json!(null)).await?.expect(422)?.code()?, "nothing_staged");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v5_a_later_edit_of_an_account_takes_the_place_of_the_staged_one_and_each_can_be_undone() -> Result<()> {
    let console = Console::connected().await?;
    stage(&console, json!([map(ALDER, acronis::BIRCH_DENTAL), map(BIRCH, acronis::CEDAR_LOGISTICS)]))
        .await?
        .expect(200)?;
    let staged = stage(&console, json!([map(ALDER, acronis::ALDER)])).await?.expect(200)?.json()?;
    assert_eq!(staged["edits"][1]["tenant_name"], "Alder & Sons", "{staged:#}");
    assert_eq!(accounts(&console).await?, [BIRCH, ALDER]);
    console.delete(&format!("{PATH}?account={BIRCH}")).await?.expect(204)?;
    assert_eq!(accounts(&console).await?, [ALDER]);
    console.delete(PATH).await?.expect(204)?;
    assert_eq!(accounts(&console).await?, [0_i64; 0]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v5_edits_that_contradict_one_another_or_mean_nothing_are_not_staged() -> Result<()> {
    let console = Console::connected().await?;
    stage(&console, json!([map(ALDER, acronis::ALDER)])).await?.expect(200)?;
    for (odd, field) in [
        (json!([map(BIRCH, acronis::ALDER)]), "edits"),
        (json!([map(BIRCH, acronis::BIRCH_DENTAL), map(BIRCH, acronis::CEDAR_LOGISTICS)]), "edits.1"),
        (json!([{"account": BIRCH}]), "edits.0"),
        (json!([map(99_999, acronis::BIRCH_DENTAL)]), "edits.0"),
        (json!([{"account": BIRCH, "exclude": "  "}]), "edits.0"),
        (json!([{"account": BIRCH, "return_to_old": true}]), "edits.0"),
        (json!([{"account": BIRCH, "new": true}]), "edits.0"),
    ] {
        assert_eq!(stage(&console, odd.clone()).await?.expect(422)?.fields()?, [field], "{odd}");
    }
    let many: Vec<Value> = (0..101).map(|index| json!({"account": ALDER + index % 8, "include": true})).collect();
    stage(&console, json!(many)).await?.expect(422)?;
    assert_eq!(accounts(&console).await?, [ALDER], "what was staged before stays");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v5_no_more_is_staged_than_one_apply_carries_out() -> Result<()> {
    let console = Console::connected().await?;
    let edit = |account: i64| StagedEdit {
        account: AccountId(account),
        account_name: format!("Account {account}"),
        tenant_name: None,
        edit: json!({"account": account, "include": true}).to_string(),
        doubt: None,
        refusal: None,
    };
    let edits = (1_000..1_100).map(edit).collect();
    console.systems.table.insert(Staged { subject: "api token".to_owned(), edits, at: console.clock.now() }).await?;
    assert_eq!(stage(&console, json!([map(ALDER, acronis::ALDER)])).await?.expect(422)?.fields()?, ["edits"]);
    assert_eq!(accounts(&console).await?.len(), 100);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v7_a_tenant_of_another_name_is_staged_with_a_doubt_that_names_whose_it_probably_is() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let doubt = async |edit: Value| {
        let staged = stage(&console, json!([edit])).await?.expect(200)?.json()?;
        Ok::<Value, anyhow::Error>(
            staged["edits"].as_array().and_then(|edits| edits.last()).expect("staged")["doubt"].clone(),
        )
    };
    assert_eq!(
        doubt(map(KALE, acronis::IVY_MEDIA)).await?,
        "The names “Kale Foods” and “Ivy Media Ltd” differ. This tenant is suggested for “Ivy Media” (same name)."
    );
    console.delete(PATH).await?.expect(204)?;
    assert_eq!(doubt(map(IVY, acronis::IVY_MEDIA)).await?, Value::Null);
    assert_eq!(doubt(map(JUNIPER, acronis::JUNIPER)).await?, Value::Null, "similar is near enough");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v2_a_new_tenant_for_an_account_that_sells_nothing_is_staged_with_what_it_would_cost() -> Result<()> {
    let console = Console::billing().await?;
    let doubt = async |account: i64| {
        let staged = stage(&console, json!([{"account": account, "new": true}])).await?.expect(200)?.json()?;
        Ok::<Value, anyhow::Error>(
            staged["edits"].as_array().and_then(|edits| edits.last()).expect("staged")["doubt"].clone(),
        )
    };
    let nettle = doubt(NETTLE).await?;
    let text = nettle.as_str().unwrap_or_default();
    assert!(
        text.starts_with("No contract in force sells it a mapped service") && text.contains("cannot be taken back"),
        "{nettle}"
    );
    assert_eq!(doubt(KALE).await?, Value::Null);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_an_apply_that_cannot_reach_acronis_keeps_the_edit_with_the_reason() -> Result<()> {
    let console = Console::connected().await?;
    stage(&console, json!([map(ALDER, acronis::ALDER)])).await?.expect(200)?;
    console.acronis.control().add_fault(Fault::new(Kind::Status, "*tenants*").status(503).times(9));
    let applied = console.post(&format!("{PATH}/apply"), &json!(null)).await?.expect(200)?.json()?;
    assert_eq!(applied["refused"][0]["code"], "unchecked");
    let staged = console.get(PATH).await?.expect(200)?.json()?;
    assert_eq!(staged["edits"][0]["code"], "unchecked");
    console.acronis.control().clear_faults();
    console.post(&format!("{PATH}/apply"), &json!(null)).await?.expect(200)?;
    assert!(console.record::<Mapping>(&AccountId(ALDER)).await?.is_some());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_partners_are_listed_below_what_they_are_in_with_their_customers() -> Result<()> {
    let console = Console::connected().await?;
    let path = format!("/api/v1/partners?connection={}", connection());
    let all = console.get(&path).await?.expect(200)?.json()?["items"].clone();
    let root = &all[0];
    assert_eq!((&root["id"], &root["above"]), (&json!(connection()), &json!([])));
    let found = console.get(&format!("{path}&search=northside")).await?.expect(200)?.json()?["items"].clone();
    assert_eq!((&found[0]["id"], &found[1]), (&json!(acronis::NORTHSIDE_PARTNER.to_string()), &Value::Null));
    assert_eq!(found[0]["above"], json!([root["name"]]));

    let within = format!("/api/v1/tenants?connection={}&within={}&limit=500", connection(), acronis::NORTHSIDE_PARTNER);
    let customers = console.get(&within).await?.expect(200)?.json()?["items"].as_array().map_or(0, Vec::len);
    assert_eq!(json!(customers), found[0]["customers"]);
    assert!(customers > 0 && root["customers"].as_u64() > found[0]["customers"].as_u64());

    let first = console.get(&format!("{path}&limit=1")).await?.expect(200)?.json()?;
    let next = first["next"].as_str().unwrap_or_default();
    let second = console.get(&format!("{path}&limit=1&after={next}")).await?.expect(200)?.json()?;
    assert_eq!(second["items"][0], all[1]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v5_more_than_can_be_staged_is_refused_before_anything_of_it_is_looked_up() -> Result<()> {
    let console = Console::connected().await?;
    let unknown: Vec<Value> =
        (0..101).map(|number| json!({"account": 90_000 + number, "return_to_old": true})).collect();
    assert_eq!(stage(&console, json!(unknown)).await?.expect(422)?.fields()?, ["edits"]);
    Ok(())
}
