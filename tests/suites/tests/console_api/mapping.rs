//! The mapping in batches, and each account's own switches.

use anyhow::Result;
use bridge_core::id::{AccountId, TenantId};
use bridge_core::settings::{Activation, Scope};
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use simulators::control::{Fault, Kind};
use store::record::{Account, Generation, Mapping, Unmapped};
use store::table::{Key, Record};
use suites::console::{Console, connection};

const ALDER: i64 = autotask::FIRST_CUSTOMER.0;
const BIRCH: i64 = ALDER + 1;

fn map(account: i64, tenant: impl std::fmt::Display) -> Value {
    json!({"account": account, "tenant": tenant.to_string(), "connection": connection()})
}

fn codes(applied: &Value) -> Vec<&str> {
    applied["refused"].as_array().into_iter().flatten().filter_map(|refusal| refusal["code"].as_str()).collect()
}

async fn version(console: &Console, account: i64) -> Result<Value> {
    let page = console.get(&format!("/api/v1/mapping?account={account}")).await?.expect(200)?.json()?;
    Ok(page["items"][0]["version"].clone())
}

async fn is_switched_on(console: &Console, account: i64) -> Result<bool> {
    Ok(console.record::<Activation>(&Scope::Account(AccountId(account))).await?.is_some())
}

/// What a later release remembers of an account: this one leaves it alone and goes no further.
#[derive(Serialize, Deserialize)]
struct Later {
    account: AccountId,
}

impl Record for Later {
    const KIND: &'static str = Account::KIND;
    const FORMAT: u32 = u32::MAX;
    type Id = AccountId;

    fn key(id: &AccountId) -> Key {
        Account::key(id)
    }

    fn id(&self) -> AccountId {
        self.account
    }
}

#[tokio::test(start_paused = true)]
async fn v4_a_batch_that_fails_on_its_way_tells_all_functions_what_it_did_until_then() -> Result<()> {
    let console = Console::connected().await?;
    console.systems.table.insert(Later { account: AccountId(BIRCH) }).await?;
    let before = console.record::<Generation>(&()).await?.unwrap_or_default();
    let edits = json!({"edits": [map(ALDER, acronis::ALDER), map(BIRCH, acronis::BIRCH_DENTAL)]});
    console.put("/api/v1/mapping", &edits).await?.expect(503)?;
    assert!(console.record::<Mapping>(&AccountId(ALDER)).await?.is_some());
    assert!(console.record::<Generation>(&()).await?.unwrap_or_default().n > before.n);
    let entries = console.get(&format!("/api/v1/activity?account={ALDER}")).await?.expect(200)?.json()?;
    assert_eq!(entries["items"][0]["what"], "the account was mapped");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v5_an_account_is_mapped_however_many_were_mapped_before() -> Result<()> {
    let console = Console::connected().await?;
    let table = &console.systems.table;
    let before = 1_000_000..1_005_000;
    let switch_on = async |account: i64| {
        let scope = Scope::Account(AccountId(account));
        table.insert(Activation::new(scope, console.clock.now(), 24)).await
    };
    futures::stream::iter(before.map(switch_on)).buffer_unordered(32).try_collect::<Vec<_>>().await?;
    assert_eq!(console.map(json!([map(ALDER, acronis::ALDER)])).await?["applied"], json!([ALDER]));
    let config = console.systems.config().await?;
    for account in [ALDER, 1_000_000, 1_004_999] {
        assert!(config.activations.of(&Scope::Account(AccountId(account))).is_some(), "{account}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_what_an_account_was_switched_on_with_goes_with_its_mapping() -> Result<()> {
    let console = Console::connected().await?;
    console.map(json!([map(ALDER, acronis::ALDER), map(BIRCH, acronis::BIRCH_DENTAL)])).await?;
    assert!(is_switched_on(&console, ALDER).await?);
    let remove = json!([{"account": ALDER, "remove": true, "version": version(&console, ALDER).await?}]);
    assert_eq!(console.map(remove).await?["applied"], json!([ALDER]));
    assert_eq!((is_switched_on(&console, ALDER).await?, is_switched_on(&console, BIRCH).await?), (false, true));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v5_valid_edits_are_applied_and_each_refusal_is_explained() -> Result<()> {
    let console = Console::connected().await?;
    let applied = console
        .map(json!([
            map(ALDER, acronis::ALDER),
            map(BIRCH, acronis::ALDER),
            map(ALDER, acronis::BIRCH_DENTAL),
            map(99_999, acronis::BIRCH_DENTAL),
            map(autotask::INACTIVE_CUSTOMER.0, acronis::BIRCH_DENTAL),
            map(BIRCH, acronis::NORTHSIDE_PARTNER),
            map(BIRCH, console.acronis.unused_id()),
            json!({"account": BIRCH, "tenant": acronis::BIRCH_DENTAL.to_string(), "connection": "nowhere"}),
            json!({"account": BIRCH}),
            json!({"account": BIRCH, "remove": true, "version": 1}),
            map(BIRCH, acronis::BIRCH_DENTAL),
            map(BIRCH, acronis::BIRCH_DENTAL),
        ]))
        .await?;
    assert_eq!(applied["applied"], json!([ALDER, BIRCH, BIRCH]), "{applied:#}");
    assert_eq!(
        codes(&applied),
        [
            "tenant_taken",
            "account_taken",
            "unknown_account",
            "inactive_account",
            "not_a_customer",
            "unknown_tenant",
            "unchecked",
            "unclear",
            "unmapped"
        ]
    );
    let taken = applied["refused"][0]["message"].as_str().expect("a text");
    assert!(taken.contains("“Alder & Sons” is mapped to “Alder & Sons” (account 174)"), "{taken}");
    let alder = console.record::<Mapping>(&AccountId(ALDER)).await?.expect("mapped");
    assert_eq!((alder.account_name.as_str(), alder.tenant_name.as_str()), ("Alder & Sons", "Alder & Sons"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v5_a_large_batch_is_checked_in_bulk() -> Result<()> {
    let console = Console::connected().await?;
    console.acronis.control().clear_calls();
    console.autotask.control().clear_calls();
    let edits: Vec<Value> =
        (ALDER..).zip(acronis::CUSTOMERS).map(|(account, customer)| map(account, customer.id)).collect();
    let applied = console.map(json!(edits)).await?;
    assert_eq!(codes(&applied), [""; 0], "{applied:#}");
    let reads = |calls: Vec<simulators::control::Call>, path: &str| {
        calls.iter().filter(|call| call.path.contains(path)).count()
    };
    assert_eq!(reads(console.acronis.control().calls(), "/tenants"), 1);
    assert_eq!(reads(console.autotask.control().calls(), "Companies"), 1);

    let first = console.get("/api/v1/mapping?limit=6").await?.expect(200)?.json()?;
    let next = first["next"].as_str().expect("there is more");
    let second = console.get(&format!("/api/v1/mapping?limit=6&after={next}")).await?.expect(200)?.json()?;
    let count = |page: &Value| page["items"].as_array().map_or(0, Vec::len);
    assert_eq!((count(&first), count(&second), &second["next"]), (6, 4, &Value::Null));
    let tenant = format!("/api/v1/mapping?tenant={}", acronis::BIRCH_DENTAL);
    assert_eq!(console.get(&tenant).await?.json()?["items"][0]["account"], BIRCH);
    let too_many = vec![map(ALDER, acronis::ALDER); 101];
    console.put("/api/v1/mapping", &json!({"edits": too_many})).await?.expect(422)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_system_that_cannot_be_read_refuses_only_the_edits_that_need_it() -> Result<()> {
    let console = Console::connected().await?;
    console.map(json!([map(ALDER, acronis::ALDER)])).await?;
    let version = version(&console, ALDER).await?;
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*Companies").status(503).times(9));
    let applied = console
        .map(json!([map(BIRCH, acronis::BIRCH_DENTAL), {"account": ALDER, "remove": true, "version": version}]))
        .await?;
    assert_eq!(codes(&applied), ["unchecked"]);
    assert_eq!(applied["applied"], json!([ALDER]));
    assert!(console.record::<Mapping>(&AccountId(ALDER)).await?.is_none());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_mapping_counts_the_tenants_old_alerts_and_takes_it_off_the_unmapped() -> Result<()> {
    let console = Console::connected().await?;
    let tenant = TenantId::new(acronis::ALDER.to_string());
    let now = console.clock.now();
    let unmapped = Unmapped {
        tenant: tenant.clone(),
        connection: connection(),
        name: "Alder & Sons".to_owned(),
        count: 3,
        first_at: now,
        last_at: now,
    };
    console.systems.table.insert(unmapped).await?;
    assert_eq!(console.get("/api/v1/unmapped").await?.json()?["items"][0]["count"], 3);
    let applied = console.map(json!([map(ALDER, acronis::ALDER)])).await?;
    assert_eq!(applied["backlog_is_counted"], true);
    assert!(is_switched_on(&console, ALDER).await?);
    assert!(console.record::<Unmapped>(&tenant).await?.is_none());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v8_switches_are_set_at_the_version_that_was_read_and_unpausing_counts_the_backlog() -> Result<()> {
    let console = Console::connected().await?;
    console.map(json!([map(ALDER, acronis::ALDER)])).await?;
    let first = version(&console, ALDER).await?;
    let set = |version: &Value, switches: Value| json!([{"account": ALDER, "version": version, "switches": switches}]);
    let paused = json!({"pause": {"reason": "they move"}});
    assert_eq!(console.map(set(&first, paused.clone())).await?["backlog_is_counted"], false);
    let stale = console.map(set(&first, json!({}))).await?;
    assert_eq!(codes(&stale), ["stale"]);
    assert_eq!(stale["refused"][0]["current"]["switches"]["pause"]["reason"], "they move");

    console.systems.table.modify::<Activation>(&Scope::Account(AccountId(ALDER)), |_| None).await?;
    console.clock.advance(SignedDuration::from_secs(1));
    let second = version(&console, ALDER).await?;
    assert_eq!(console.map(set(&second, json!({"queue": 8}))).await?["backlog_is_counted"], true);
    assert!(is_switched_on(&console, ALDER).await?);
    let entry = console.get("/api/v1/activity?account=174&limit=1").await?.json()?["items"][0].clone();
    assert!(entry["new"].as_str().is_some_and(|new| new.contains("\"queue\":8")), "{entry}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v8_switches_name_values_that_autotask_has_and_give_their_reasons() -> Result<()> {
    let console = Console::connected().await?;
    console.map(json!([map(ALDER, acronis::ALDER)])).await?;
    let first = version(&console, ALDER).await?;
    for (switches, fields) in [
        (json!({"queue": 4_711}), vec!["switches.queue"]),
        (json!({"queue": 4_711, "priority": 4_711}), vec!["switches.queue", "switches.priority"]),
        (json!({"excluded": " "}), vec!["switches.excluded"]),
        (json!({"pause": {"reason": ""}}), vec!["switches.pause.reason"]),
    ] {
        let edit = json!([{"account": ALDER, "version": first, "switches": switches}]);
        let applied = console.map(edit).await?;
        assert_eq!(codes(&applied), ["invalid"], "{switches}: {applied:#}");
        let named = applied["refused"][0]["fields"].as_array().into_iter().flatten();
        assert_eq!(named.filter_map(|field| field["field"].as_str()).collect::<Vec<_>>(), fields, "{applied:#}");
    }
    assert_eq!(version(&console, ALDER).await?, first, "nothing was saved");
    let good = json!({"queue": 8, "excluded": "their own staff answers alerts"});
    let applied = console.map(json!([{"account": ALDER, "version": first, "switches": good}])).await?;
    assert_eq!(applied["applied"], json!([ALDER]), "{applied:#}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v8_a_pause_does_not_wait_for_autotask_and_a_new_queue_does() -> Result<()> {
    let console = Console::connected().await?;
    console.map(json!([map(ALDER, acronis::ALDER)])).await?;
    let edit = |version: Value, switches: Value| json!([{"account": ALDER, "version": version, "switches": switches}]);
    console.map(edit(version(&console, ALDER).await?, json!({"queue": 8}))).await?;

    console.autotask.control().add_fault(Fault::new(Kind::Status, "*entityInformation").status(503).times(99));
    let paused = json!({"queue": 8, "pause": {"reason": "they move"}});
    let applied = console.map(edit(version(&console, ALDER).await?, paused)).await?;
    assert_eq!(applied["applied"], json!([ALDER]), "{applied:#}");
    let unchecked = console.map(edit(version(&console, ALDER).await?, json!({"queue": 5}))).await?;
    assert_eq!(codes(&unchecked), ["unchecked"]);
    Ok(())
}
