//! What is held of quotas and tenants, and runs on request.

use anyhow::Result;
use bridge_core::hint::Hint;
use bridge_core::id::AccountId;
use bridge_core::item::{Grant, Quota};
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use store::queue::QueueName;
use store::record::brake::{Brake, Shown, Why};
use store::record::{Account, Held, Mapping};
use suites::console::Console;

const ALDER: i64 = autotask::FIRST_CUSTOMER.0;

/// What is held of the account in this way.
async fn held(console: &Console, account: i64, kind: &str) -> Result<Vec<Value>> {
    let page = console.get(&format!("/api/v1/held?account={account}&kind={kind}")).await?.expect(200)?.json()?;
    Ok(page["items"].as_array().cloned().unwrap_or_default())
}

fn path(held: &Value, verb: &str) -> String {
    format!("/api/v1/held/{}/{verb}", held["id"].as_str().unwrap_or_default())
}

/// What an approval carries.
fn shown(held: &Value) -> Value {
    json!({"version": held["version"], "digest": held["digest"]})
}

fn declined(held: &Value, reason: &str) -> Value {
    json!({"version": held["version"], "reason": reason})
}

fn quota(console: &Console, item: &str) -> Option<f64> {
    console.acronis.item(acronis::ALDER, item).filter(|item| item.is_on).and_then(|item| item.quota.value)
}

async fn hold(console: &Console, kind: &str) -> Result<Value> {
    let (reason, what, since) = ("why".to_owned(), "what".to_owned(), console.clock.now());
    let account = Some(AccountId(ALDER));
    let held = Held {
        id: format!("{kind}#{ALDER}"),
        kind: kind.to_owned(),
        account,
        reason,
        what,
        since,
        quota: None,
        accounts: Vec::new(),
    };
    console.systems.table.insert(held).await?;
    Ok(self::held(console, ALDER, kind).await?.remove(0))
}

#[tokio::test(start_paused = true)]
async fn p12_an_approval_is_for_one_item_and_value_and_the_usage_that_was_shown() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let waiting = held(&console, ALDER, "below_usage").await?;
    let seats = &seats(&console).await?;
    assert_eq!(seats["quota"]["usage"], 14);
    assert_eq!(seats["headline"], "Alder & Sons: Microsoft 365 seats would be cut from 15 to 0");
    assert_eq!(
        (&seats["approve"]["label"], &seats["approve"]["is_risky"]),
        (&json!("Cut to 0: 14 are in use"), &json!(true))
    );
    assert_eq!(seats["quota"]["label"], "Microsoft 365 seats");
    assert!(seats["what"].as_str().is_some_and(|what| what.starts_with("Microsoft 365 seats: ")), "{seats}");
    console.post(&path(seats, "approve"), &shown(seats)).await?.expect(204)?;
    let record = console.record::<Account>(&AccountId(ALDER)).await?.expect("remembered");
    let approvals: Vec<Value> = record
        .memory
        .approvals
        .iter()
        .map(|approval| json!([approval.item.name, approval.to, approval.usage, approval.by]))
        .collect();
    assert_eq!(approvals, [json!(["pw_base_m365_seats", seats["quota"]["to"], 14, "api token"])]);
    assert_eq!(held(&console, ALDER, "below_usage").await?.len(), waiting.len() - 1);
    console.post(&path(seats, "approve"), &shown(seats)).await?.expect(404)?;
    Ok(())
}

/// The seats that are held for the account.
async fn seats(console: &Console) -> Result<Value> {
    let mut waiting = held(console, ALDER, "below_usage").await?.into_iter();
    Ok(waiting.find(|held| held["quota"]["item"]["name"] == "pw_base_m365_seats").expect("14 are used"))
}

#[tokio::test(start_paused = true)]
async fn p12_what_has_changed_since_it_was_shown_is_not_approved() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let before = seats(&console).await?;
    console.acronis.set_usage(acronis::ALDER, "pw_base_m365_seats", 20.0)?;
    console.advance(jiff::SignedDuration::from_hours(7));
    console.acronis.measure_usage();
    console.run_accounts().await?;
    let now = seats(&console).await?;
    assert_eq!((&now["id"], &now["quota"]["usage"]), (&before["id"], &json!(20)));
    assert_eq!(console.post(&path(&before, "approve"), &shown(&before)).await?.expect(422)?.code()?, "moved");
    let approvals = async || -> Result<Vec<Option<i64>>> {
        let record = console.record::<Account>(&AccountId(ALDER)).await?.expect("remembered");
        Ok(record.memory.approvals.iter().map(|approval| approval.usage).collect())
    };
    assert_eq!(approvals().await?, []);
    assert_eq!(seats(&console).await?, now, "it is held as before");
    console.post(&path(&now, "approve"), &json!({})).await?.expect(400)?;
    console.post(&path(&now, "approve"), &shown(&now)).await?.expect(204)?;
    assert_eq!(approvals().await?, [Some(20)]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_another_raise_than_the_one_that_was_shown_is_not_made_permanent() -> Result<()> {
    let console = Console::billing().await?;
    let raise_to = async |value: f64| {
        console.acronis.set_quota(acronis::ALDER, "pw_base_workstations", Some(value), Some(0.0))?;
        console.run_accounts().await?;
        Ok::<Value, anyhow::Error>(held(&console, ALDER, "raised_by_hand").await?.remove(0))
    };
    let before = raise_to(30.0).await?;
    let now = raise_to(40.0).await?;
    assert_eq!(now["id"], before["id"]);
    let refused = console.post(&path(&before, "decline"), &declined(&before, "a gift")).await?;
    assert_eq!(refused.expect(422)?.code()?, "moved");
    // The list is written after what is remembered of the account.
    console
        .systems
        .table
        .modify::<Account>(&AccountId(ALDER), |record| {
            let mut record = record?;
            record.memory.raises.values_mut().for_each(|raise| raise.grant = Grant::Quota(Quota::hard(50)));
            Some(record)
        })
        .await?;
    let refused = console.post(&path(&now, "decline"), &declined(&now, "a gift")).await?;
    assert_eq!(refused.expect(422)?.code()?, "moved");
    let record = console.record::<Account>(&AccountId(ALDER)).await?.expect("remembered");
    assert!(record.memory.exceptions.is_empty() && !record.memory.raises.is_empty(), "{record:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_units_that_vanished_are_cut_once_that_is_approved() -> Result<()> {
    let console = Console::mapped().await?;
    // Acronis itself refuses to cut below what is used.
    console.acronis.set_usage(acronis::ALDER, "pw_base_workstations", 0.0)?;
    console.acronis.measure_usage();
    console.apply(&console.preview(&json!({"draft": {"billing": console.billing_on().await?}})).await?).await?;
    console.work().await?;
    let contract = console.autotask.contracts_of(autotask::FIRST_CUSTOMER)[0];
    assert!(console.autotask.lose_units(contract, autotask::WORKSTATIONS));
    console.run_accounts().await?;
    assert_eq!(quota(&console, "pw_base_workstations"), Some(25.0));
    let lost = held(&console, ALDER, "lost_units").await?.remove(0);
    console.post(&path(&lost, "approve"), &shown(&lost)).await?.expect(204)?;
    console.work().await?;
    assert_eq!(quota(&console, "pw_base_workstations"), Some(0.0));
    let entries = console.get(&format!("/api/v1/activity?account={ALDER}")).await?.json()?["items"].to_string();
    assert!(entries.contains("what was held was approved"), "{entries}");
    assert!(!entries.contains("an approval lapsed"), "it was carried out: {entries}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_declining_to_put_a_raise_back_makes_it_permanent() -> Result<()> {
    let console = Console::billing().await?;
    console.acronis.set_quota(acronis::ALDER, "pw_base_workstations", Some(30.0), Some(0.0))?;
    console.run_accounts().await?;
    let raise = held(&console, ALDER, "raised_by_hand").await?.remove(0);
    assert_eq!(
        (&raise["approve"]["label"], &raise["decline"]["label"]),
        (&json!("Put back to 25 now"), &json!("Keep 30 permanently"))
    );
    assert_eq!(raise["approve"]["is_risky"], false);
    assert!(raise["quota"]["until"].is_string(), "{raise}");
    console.post(&path(&raise, "decline"), &declined(&raise, "a gift for a year")).await?.expect(204)?;
    let entries = console.get(&format!("/api/v1/activity?account={ALDER}")).await?.json()?["items"].to_string();
    assert!(entries.contains("the raise by hand was made permanent"), "{entries}");
    console.advance(jiff::SignedDuration::from_hours(80));
    console.run_accounts().await?;
    assert_eq!(quota(&console, "pw_base_workstations"), Some(30.0));
    assert!(held(&console, ALDER, "raised_by_hand").await?.is_empty());
    let detail = console.get(&format!("/api/v1/accounts/{ALDER}")).await?.json()?;
    assert_eq!(detail["exceptions"][0]["reason"], "a gift for a year");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_an_approval_that_the_contracts_have_overtaken_cuts_nothing_and_the_activity_says_so() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let cut = seats(&console).await?;
    console.autotask.contract(autotask::FIRST_CUSTOMER).sells(autotask::MAILBOXES, 20).sign()?;
    console.post(&path(&cut, "approve"), &shown(&cut)).await?.expect(204)?;
    console.work().await?;
    console.run_accounts().await?;
    console.work().await?;
    assert_eq!(quota(&console, "pw_base_m365_seats"), Some(20.0));
    let entries = console.get(&format!("/api/v1/activity?account={ALDER}")).await?.json()?["items"].clone();
    let lapsed = entries.as_array().into_iter().flatten().filter(|entry| {
        entry["what"].as_str().is_some_and(|what| what.starts_with("an approval lapsed, and nothing was done"))
    });
    assert_eq!(lapsed.count(), 1, "{entries:#}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_a_cut_below_usage_that_is_declined_is_an_exception_with_a_reason_and_held_no_more() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let cut = seats(&console).await?;
    assert_eq!(cut["decline"]["label"], "Keep 15 permanently");
    assert_eq!(console.post(&path(&cut, "decline"), &declined(&cut, " ")).await?.expect(422)?.fields()?, ["reason"]);
    console.post(&path(&cut, "decline"), &declined(&cut, "in the flat rate")).await?.expect(204)?;
    console.run_accounts().await?;
    console.work().await?;
    assert_eq!(quota(&console, "pw_base_m365_seats"), Some(15.0));
    let waiting = held(&console, ALDER, "below_usage").await?;
    assert!(waiting.iter().all(|held| held["quota"]["item"]["name"] != "pw_base_m365_seats"), "{waiting:#?}");
    let detail = console.get(&format!("/api/v1/accounts/{ALDER}")).await?.json()?;
    assert_eq!(detail["exceptions"][0]["reason"], "in the flat rate");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_units_that_vanished_are_put_right_in_autotask_and_not_kept() -> Result<()> {
    let console = Console::billing().await?;
    let contract = console.autotask.contracts_of(autotask::FIRST_CUSTOMER)[0];
    assert!(console.autotask.lose_units(contract, autotask::WORKSTATIONS));
    console.run_accounts().await?;
    let lost = held(&console, ALDER, "lost_units").await?.remove(0);
    assert_eq!(lost["decline"], Value::Null);
    let refused = console.post(&path(&lost, "decline"), &declined(&lost, "as it was")).await?;
    assert_eq!(refused.expect(422)?.code()?, "not_declinable");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_is_held_is_found_by_a_part_of_the_customers_name_and_by_its_number() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let of = async |search: &str| {
        let page = console.get(&format!("/api/v1/held?limit=500&search={search}")).await?.expect(200)?.json()?;
        let items = page["items"].as_array().cloned().unwrap_or_default();
        let names = items.iter().filter_map(|item| item["account_name"].as_str().map(str::to_owned));
        Ok::<std::collections::BTreeSet<String>, anyhow::Error>(names.collect())
    };
    assert!(of("").await?.len() > 1, "the world holds something of several");
    assert_eq!(of("aLDER").await?.into_iter().collect::<Vec<_>>(), ["Alder & Sons"]);
    assert_eq!(of(&ALDER.to_string()).await?.into_iter().collect::<Vec<_>>(), ["Alder & Sons"]);
    assert!(of("nobody+is+called+so").await?.is_empty());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_the_brake_lets_go_what_was_shown_and_nothing_else() -> Result<()> {
    let console = Console::billing().await?;
    hold(&console, "brake").await?;
    let digest = "d1".to_owned();
    let brake = Brake {
        since: console.clock.now(),
        why: Why::Drastic,
        mapped: 8,
        accounts: 5,
        selling_before: 8,
        selling_now: 8,
        digest,
        shown: Shown::default(),
        approved: None,
    };
    console.systems.table.insert(brake).await?;
    assert_eq!(console.get("/api/v1/status").await?.json()?["is_braked"], true);
    let brake = held(&console, ALDER, "brake").await?.remove(0);
    assert_eq!(brake["digest"], "d1");
    let answer = |digest: &Value| json!({"version": brake["version"], "digest": digest});
    assert_eq!(console.post(&path(&brake, "approve"), &answer(&Value::Null)).await?.expect(422)?.fields()?, ["digest"]);
    let other = console.post(&path(&brake, "approve"), &answer(&json!("d0"))).await?;
    assert_eq!(other.expect(422)?.code()?, "other_plan");
    assert!(console.record::<Brake>(&()).await?.is_some_and(|brake| brake.approved.is_none()));
    console.post(&path(&brake, "approve"), &answer(&json!("d1"))).await?.expect(204)?;
    assert!(console.record::<Brake>(&()).await?.is_some_and(|brake| brake.is_approved(console.clock.now())));
    let hints = console.hints_on(QueueName::Accounts).await?;
    assert_eq!(hints.into_iter().map(|message| message.hint).collect::<Vec<_>>(), [Hint::Pass { preview: None }]);
    assert_eq!(console.get("/api/v1/status").await?.json()?["is_braked"], false);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v6_disabling_is_approved_and_deleting_needs_a_tenant_that_we_disabled() -> Result<()> {
    let console = Console::billing().await?;
    let disable = hold(&console, "disable").await?;
    console.post(&path(&disable, "approve"), &shown(&disable)).await?.expect(204)?;
    let record = console.record::<Account>(&AccountId(ALDER)).await?.expect("remembered");
    assert!(record.lifecycle.disable_approved.is_some_and(|consent| consent.by == "api token"));
    let delete = hold(&console, "delete").await?;
    assert_eq!(console.post(&path(&delete, "approve"), &shown(&delete)).await?.expect(422)?.code()?, "moved");
    let record = console.record::<Account>(&AccountId(ALDER)).await?.expect("remembered");
    assert!(record.lifecycle.delete_confirmed.is_none());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x5_nothing_is_decided_or_recorded_about_an_account_that_is_mapped_no_more() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let (seats, disable) = (seats(&console).await?, hold(&console, "disable").await?);
    let mapping = console.record::<Mapping>(&AccountId(ALDER)).await?.expect("it is mapped");
    console.systems.table.modify::<Mapping>(&mapping.account, |_| None).await?;
    let before = console.get("/api/v1/activity").await?.json()?;
    for held in [&seats, &disable] {
        assert_eq!(console.post(&path(held, "approve"), &shown(held)).await?.expect(422)?.code()?, "moved", "{held}");
    }
    let record = console.record::<Account>(&AccountId(ALDER)).await?.expect("remembered");
    assert!(record.memory.approvals.is_empty() && record.lifecycle.disable_approved.is_none(), "{record:?}");
    assert_eq!(console.get("/api/v1/activity").await?.json()?, before);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p1_first_plans_are_agreed_to_by_a_preview_and_what_no_approval_helps_against_says_so() -> Result<()> {
    let console = Console::billing().await?;
    let first = hold(&console, "first_plans").await?;
    assert_eq!((&first["approve"], &first["helps"]), (&Value::Null, &json!([{"where": "first_plans"}])));
    assert_eq!(console.post(&path(&first, "approve"), &shown(&first)).await?.expect(422)?.code()?, "preview_needed");
    let unsold = hold(&console, "no_selling_contract").await?;
    assert_eq!(console.post(&path(&unsold, "approve"), &shown(&unsold)).await?.expect(422)?.code()?, "not_approvable");
    console.post(&path(&unsold, "decline"), &declined(&unsold, " ")).await?.expect(422)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_run_is_asked_for_over_all_accounts_or_one() -> Result<()> {
    let console = Console::billing().await?;
    let run = async |what: Value| console.post("/api/v1/run", &json!({"what": what})).await;
    run(json!("accounts")).await?.expect(200)?;
    console.advance(jiff::SignedDuration::from_secs(1));
    run(json!({"account": ALDER})).await?.expect(200)?;
    let hints = console.hints_on(QueueName::Accounts).await?;
    assert_eq!(
        hints.into_iter().map(|message| message.hint).collect::<Vec<_>>(),
        [Hint::Pass { preview: None }, Hint::Account { account: AccountId(ALDER), plan: None }]
    );
    run(json!("everything")).await?.expect(400)?;
    Ok(())
}
