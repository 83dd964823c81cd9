//! Making customers, returning to them, leaving accounts out, and the mapping as a file.

use anyhow::Result;
use bridge_core::id::AccountId;
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use simulators::control::{Fault, Kind};
use store::record::{Account, Import, ImportLine, Mapping};
use suites::console::{Console, connection};

const ALDER: i64 = autotask::FIRST_CUSTOMER.0;
/// Customers that [`Console::mapped`] leaves without a tenant: *Ivy Media*, *Kale Foods* and *Larch Security*.
const IVY: i64 = ALDER + 8;
const KALE: i64 = ALDER + 10;
const LARCH: i64 = ALDER + 11;
/// A company that is no customer.
const VENDOR: i64 = ALDER + 15;

fn codes(applied: &Value) -> Vec<&str> {
    applied["refused"].as_array().into_iter().flatten().filter_map(|refusal| refusal["code"].as_str()).collect()
}

async fn remembered(console: &Console, account: i64) -> Result<Account> {
    Ok(console.record::<Account>(&AccountId(account)).await?.expect("something is remembered"))
}

async fn remove(console: &Console, account: i64) -> Result<Value> {
    let page = console.get(&format!("/api/v1/mapping?account={account}")).await?.expect(200)?.json()?;
    console.map(json!([{"account": account, "remove": true, "version": page["items"][0]["version"]}])).await
}

async fn import(console: &Console, csv: &str, digest: Option<&Value>) -> Result<Value> {
    let file = json!({"csv": csv, "apply": digest.is_some(), "digest": digest});
    console.post("/api/v1/mapping/import", &file).await?.expect(200)?.json()
}

#[tokio::test(start_paused = true)]
async fn v4_an_account_is_mapped_to_a_new_customer_tenant() -> Result<()> {
    let console = Console::billing().await?;
    let applied =
        console.map(json!([{"account": KALE, "new": true, "parent": acronis::HARBOUR_PARTNER.to_string()}])).await?;
    assert_eq!(applied["applied"], json!([KALE]), "{applied:#}");
    let again = console.map(json!([{"account": KALE, "new": true}])).await?;
    assert_eq!(codes(&again), ["being_created"]);
    let row = console.get(&format!("/api/v1/accounts/{KALE}")).await?.expect(200)?.json()?;
    assert_eq!((&row["state"], &row["creation"]["name"]), (&json!("creating"), &json!("Kale Foods")));
    console.work().await?;
    let made = console.acronis.tenant_named("Kale Foods").expect("it is made");
    assert_eq!(made.parent, acronis::HARBOUR_PARTNER);
    let row = console.get(&format!("/api/v1/accounts/{KALE}")).await?.expect(200)?.json()?;
    assert_eq!((&row["tenant"], &row["is_agreed_to"]), (&json!(made.id.to_string()), &json!(true)), "{row:#}");
    assert_eq!(console.acronis.item(made.id, "pw_base_workstations").and_then(|item| item.quota.value), Some(22.0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v1_a_tenant_for_a_company_that_is_no_customer_is_asked_about() -> Result<()> {
    let console = Console::billing().await?;
    let edit = json!({"account": VENDOR, "new": true});
    let asked = console.map(json!([edit])).await?;
    assert_eq!(codes(&asked), ["other_company_type"]);
    assert_eq!(asked["refused"][0]["fields"][0]["field"], "account");
    let message = asked["refused"][0]["message"].as_str();
    assert!(message.is_some_and(|message| message.contains("production")), "{asked:#}");
    let mut confirmed = edit;
    confirmed["confirm"] = json!(true);
    assert_eq!(console.map(json!([confirmed])).await?["applied"], json!([VENDOR]));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_a_new_customer_is_refused_where_it_cannot_be() -> Result<()> {
    let console = Console::mapped().await?;
    assert_eq!(codes(&console.map(json!([{"account": KALE, "new": true}])).await?), ["billing_off"]);
    let console = Console::billing().await?;
    let edits = json!([
        {"account": ALDER, "new": true},
        {"account": 0, "new": true},
        {"account": 99_999, "new": true},
        {"account": KALE, "new": true, "connection": "elsewhere"},
        {"account": KALE, "new": true, "parent": acronis::ALDER.to_string()},
        {"account": KALE, "new": true, "parent": console.acronis.unused_id().to_string()},
        {"account": KALE, "return_to_old": true},
        {"account": ALDER, "exclude": "why"},
        {"account": KALE, "exclude": "  "},
        {"account": KALE, "include": true},
    ]);
    let applied = console.map(edits).await?;
    assert_eq!(
        codes(&applied),
        [
            "account_taken",
            "own_company",
            "unknown_account",
            "no_connection",
            "not_a_partner",
            "unknown_tenant",
            "no_former",
            "mapped",
            "invalid",
            "not_excluded"
        ],
        "{applied:#}"
    );
    assert!(console.record::<Account>(&AccountId(KALE)).await?.is_none());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_a_removed_mapping_is_remembered_and_a_new_customer_asks_about_the_old_one() -> Result<()> {
    let console = Console::billing().await?;
    remove(&console, ALDER).await?;
    let record = remembered(&console, ALDER).await?;
    assert_eq!(record.unmapped.as_ref().map(|former| former.tenant.to_string()), Some(acronis::ALDER.to_string()));
    assert!(record.memory.written.is_empty() && record.consent.is_none(), "the tenant is forgotten: {record:?}");
    let asked = console.map(json!([{"account": ALDER, "new": true}])).await?;
    assert_eq!(codes(&asked), ["returns"], "{asked:#}");
    let message = asked["refused"][0]["message"].as_str().unwrap_or_default();
    assert!(message.contains("return to that tenant"), "{message}");

    let back = console.map(json!([{"account": ALDER, "return_to_old": true}])).await?;
    assert_eq!(back["applied"], json!([ALDER]), "{back:#}");
    let mapping = console.record::<Mapping>(&AccountId(ALDER)).await?.expect("mapped again");
    assert_eq!(mapping.tenant.as_str(), acronis::ALDER.to_string());
    assert!(remembered(&console, ALDER).await?.unmapped.is_none());
    let row = console.get(&format!("/api/v1/accounts/{ALDER}")).await?.json()?;
    assert_eq!(row["is_agreed_to"], false, "a first plan waits for its consent, and this is one");

    remove(&console, ALDER).await?;
    let anew = console.map(json!([{"account": ALDER, "new": true, "anew": true}])).await?;
    assert_eq!(anew["applied"], json!([ALDER]), "{anew:#}");
    assert!(remembered(&console, ALDER).await?.creation.is_some_and(|creation| creation.question.is_none()));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v8_an_excluded_account_gets_no_tenant_until_it_is_included() -> Result<()> {
    let console = Console::billing().await?;
    console.map(json!([{"account": KALE, "exclude": "they use their own tools"}])).await?;
    let row = console.get(&format!("/api/v1/accounts/{KALE}")).await?.json()?;
    assert_eq!((&row["state"], &row["words"]), (&json!("excluded"), &json!(["Excluded: they use their own tools"])));
    let edits = json!([
        {"account": KALE, "new": true},
        {"account": KALE, "tenant": acronis::IVY_MEDIA.to_string(), "connection": connection()},
    ]);
    assert_eq!(codes(&console.map(edits).await?), ["excluded", "excluded"]);
    let applied = console.map(json!([{"account": KALE, "include": true}, {"account": KALE, "new": true}])).await?;
    assert_eq!(applied["applied"], json!([KALE, KALE]), "{applied:#}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v3_a_creation_that_found_its_name_taken_is_decided_by_a_person() -> Result<()> {
    let console = Console::billing().await?;
    console.acronis.rename_tenant(acronis::IVY_MEDIA, "Kale Foods")?;
    console.map(json!([{"account": KALE, "new": true}])).await?;
    console.work().await?;
    let path = format!("/api/v1/accounts/{KALE}");
    let stopped = console.get(&path).await?.json()?;
    assert_eq!(
        (&stopped["state"], &stopped["creation"]["suggested"]),
        (&json!("problem"), &json!(acronis::IVY_MEDIA.to_string()))
    );
    let decide = async |answer: &str| console.post(&format!("{path}/creation"), &json!({"answer": answer})).await;
    assert_eq!(decide("return").await?.expect(422)?.code()?, "not_asked");
    console.acronis.rename_tenant(acronis::IVY_MEDIA, "Ivy Media Ltd")?;
    decide("retry").await?.expect(204)?;
    console.work().await?;
    assert!(console.acronis.tenant_named("Kale Foods").is_some());
    decide("retry").await?.expect(404)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v3_mapping_to_the_suggested_tenant_ends_a_creation_that_stopped() -> Result<()> {
    let console = Console::billing().await?;
    console.acronis.rename_tenant(acronis::IVY_MEDIA, "Kale Foods")?;
    console.map(json!([{"account": KALE, "new": true}])).await?;
    let edit = json!([{"account": KALE, "tenant": acronis::IVY_MEDIA.to_string(), "connection": connection()}]);
    assert_eq!(codes(&console.map(edit.clone()).await?), ["being_created"]);
    console.work().await?;
    assert_eq!(console.map(edit).await?["applied"], json!([KALE]));
    assert!(remembered(&console, KALE).await?.creation.is_none());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_a_customer_that_stopped_is_shown_with_the_tenant_to_map_to_and_declined_with_a_reason() -> Result<()> {
    let console = Console::billing().await?;
    console.acronis.rename_tenant(acronis::IVY_MEDIA, "Kale Foods")?;
    console.map(json!([{"account": KALE, "new": true}])).await?;
    console.work().await?;
    console.run_accounts().await?;
    let held = console.get(&format!("/api/v1/held?kind=creation&account={KALE}")).await?.json()?["items"][0].clone();
    assert_eq!(held["headline"], "Kale Foods: Acronis has a customer of this name already");
    let map = json!({
        "where": "map_to", "tenant": acronis::IVY_MEDIA.to_string(), "name": "Kale Foods", "connection": connection(),
    });
    assert_eq!((&held["helps"][0], &held["decline"]["label"]), (&map, &json!("Create none")));
    let path = format!("/api/v1/held/{}/decline", held["id"].as_str().expect("an id"));
    let reason = "they went elsewhere";
    console.post(&path, &json!({"version": held["version"], "reason": reason})).await?.expect(204)?;
    console.work().await?;
    let row = console.get(&format!("/api/v1/accounts/{KALE}")).await?.json()?;
    assert_eq!((&row["state"], &row["held"]), (&json!("excluded"), &json!(0)), "{row:#}");
    let entries = console.get(&format!("/api/v1/activity?account={KALE}")).await?.json()?["items"].to_string();
    assert!(entries.contains(reason), "{entries}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_making_a_customer_is_given_up_while_nothing_was_made() -> Result<()> {
    let console = Console::billing().await?;
    console.map(json!([{"account": KALE, "new": true}])).await?;
    let path = format!("/api/v1/accounts/{KALE}/creation");
    console.post(&path, &json!({"answer": "give_up"})).await?.expect(204)?;
    console.work().await?;
    assert!(console.acronis.tenant_named("Kale Foods").is_none());
    assert!(remembered(&console, KALE).await?.creation.is_none());
    let row = console.get(&format!("/api/v1/accounts/{KALE}")).await?.json()?;
    assert_eq!((&row["state"], &row["held"]), (&json!("excluded"), &json!(0)), "none is made by itself: {row:#}");
    let again = json!([{"account": KALE, "include": true}, {"account": KALE, "new": true}]);
    assert_eq!(console.map(again).await?["applied"], json!([KALE, KALE]));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v3_a_tenant_that_carries_another_accounts_mark_is_mapped_once_that_is_confirmed() -> Result<()> {
    let console = Console::billing().await?;
    console.map(json!([{"account": KALE, "new": true}])).await?;
    console.work().await?;
    let made = console.acronis.tenant_named("Kale Foods").expect("it is made").id.to_string();
    remove(&console, KALE).await?;
    let edit = json!({"account": LARCH, "tenant": made, "connection": connection()});
    let refused = console.map(json!([edit])).await?;
    assert_eq!(codes(&refused), ["marked_for_another"], "{refused:#}");
    let message = refused["refused"][0]["message"].as_str().unwrap_or_default();
    assert!(message.contains("“Kale Foods”") && message.contains(&KALE.to_string()), "{message}");
    let csv = format!("account,tenant\n{LARCH},{made}\n");
    let shown = import(&console, &csv, None).await?;
    assert!(shown["lines"][0]["warning"].as_str().is_some_and(|warning| warning.contains("“Kale Foods”")), "{shown:#}");
    let mut confirmed = edit.clone();
    confirmed["confirm"] = json!(true);
    assert_eq!(console.map(json!([confirmed])).await?["applied"], json!([LARCH]));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b4_a_file_of_a_spreadsheet_has_the_line_numbers_that_people_see() -> Result<()> {
    let console = Console::mapped().await?;
    for (comma, end) in [(",", "\n"), (",", "\r\n"), (";", "\r\n")] {
        let lines =
            [format!("account{comma}tenant"), format!("{KALE}{comma}"), format!("{LARCH}{comma}Larch Security")];
        let shown = import(&console, &(lines.join(end) + end), None).await?;
        let problems: Vec<Value> =
            shown["problems"].as_array().into_iter().flatten().map(|problem| problem["line"].clone()).collect();
        assert_eq!(problems, [json!(2), json!(3)], "{comma}{end:?}: {shown:#}");
        let message = shown["problems"][1]["message"].as_str().unwrap_or_default();
        assert!(message.contains("“Larch Security” is no id"), "{message}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v7_the_mapping_is_exported_without_formulas_and_read_back() -> Result<()> {
    let console = Console::mapped().await?;
    console.autotask.rename_company(simulators::autotask::CompanyId(IVY), "=1+1")?;
    let edit = json!([{"account": IVY, "tenant": acronis::IVY_MEDIA.to_string(), "connection": connection()}]);
    console.map(edit).await?;
    let file = console.get("/api/v1/mapping/export").await?.expect(200)?;
    assert!(file.headers["content-type"].to_str()?.starts_with("text/csv"));
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (10, "account,account_name,tenant,tenant_name,connection"));
    assert!(file.text.contains(&format!("{IVY},'=1+1,{},Ivy Media Ltd", acronis::IVY_MEDIA)), "{}", file.text);
    let same = import(&console, &file.text, None).await?;
    assert_eq!((&same["same"], &same["lines"], &same["problems"]), (&json!(9), &json!([]), &json!([])), "{same:#}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b4_every_problem_of_a_file_is_told_with_its_line_and_nothing_is_applied_before_that_was_seen() -> Result<()> {
    let console = Console::mapped().await?;
    let csv = format!(
        "tenant,account\n{ivy},{IVY}\n{ivy},{KALE}\n,{KALE}\n{juniper},somebody\n{juniper},99999\n{alder},{LARCH}\n{unused},{ALDER}\n",
        ivy = acronis::IVY_MEDIA,
        juniper = acronis::JUNIPER,
        alder = acronis::ALDER,
        unused = console.acronis.unused_id(),
    );
    let shown = import(&console, &csv, None).await?;
    let lines: Vec<&Value> = shown["lines"].as_array().into_iter().flatten().map(|line| &line["line"]).collect();
    assert_eq!(lines, [&json!(2)], "{shown:#}");
    assert_eq!(
        (&shown["lines"][0]["account_name"], &shown["lines"][0]["tenant_name"]),
        (&json!("Ivy Media"), &json!("Ivy Media Ltd"))
    );
    let problems: Vec<(u64, &str)> = shown["problems"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|problem| (problem["line"].as_u64().unwrap_or_default(), problem["message"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(problems.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4, 5, 6, 7, 8], "{problems:?}");
    let words = [
        "stands in line 2 already",
        "no tenant",
        "no id of an account",
        "no account 99999",
        "mapped to account 174",
        "is mapped to “Alder & Sons”",
    ];
    for ((line, message), words) in problems.iter().zip(words) {
        assert!(message.contains(words), "line {line}: {message}");
    }
    assert_eq!(shown["import"], Value::Null);
    assert!(console.record::<Mapping>(&AccountId(IVY)).await?.is_none());

    let applied = import(&console, &csv, Some(&shown["digest"])).await?;
    let done = ["lines", "tried", "mapped"].map(|count| applied["import"][count].as_u64());
    assert_eq!(done, [Some(1); 3], "{applied:#}");
    assert!(console.record::<Mapping>(&AccountId(IVY)).await?.is_some());
    let again = json!({"csv": csv, "apply": true, "digest": shown["digest"]});
    assert_eq!(console.post("/api/v1/mapping/import", &again).await?.expect(422)?.code()?, "other_plan");
    Ok(())
}

/// A file that was confirmed: a hundred lines of accounts that do not exist, and one of Ivy Media.
async fn confirmed(console: &Console) -> Result<String> {
    let line = |line: u64, account: i64| ImportLine {
        line,
        account: AccountId(account),
        tenant: acronis::IVY_MEDIA.to_string().into(),
        connection: connection(),
        is_confirmed: false,
    };
    let unknown = (2_u32..102).map(|number| line(number.into(), 90_000 + i64::from(number)));
    let import = Import {
        id: "an-import".to_owned(),
        by: "ann".to_owned(),
        at: console.clock.now(),
        lines: unknown.chain([line(102, IVY)]).collect(),
        tried: 0,
        refused: Vec::new(),
    };
    let id = import.id.clone();
    console.systems.table.insert(import).await?;
    Ok(id)
}

#[tokio::test(start_paused = true)]
async fn v7_a_file_is_carried_out_in_steps_and_can_be_found_again_between_them() -> Result<()> {
    let console = Console::mapped().await?;
    let path = format!("/api/v1/mapping/imports/{}", confirmed(&console).await?);
    let counts = |view: &Value| {
        let [lines, tried, mapped] = ["lines", "tried", "mapped"].map(|count| view[count].as_u64().unwrap_or_default());
        (lines, tried, mapped, view["refused"].as_array().map(Vec::len).unwrap_or_default())
    };
    let first = console.post(&format!("{path}/continue"), &json!({})).await?.expect(200)?.json()?;
    assert_eq!(counts(&first), (101, 100, 0, 100), "{first:#}");
    assert_eq!(first["refused"][99]["line"], 101, "{first:#}");
    assert!(console.record::<Mapping>(&AccountId(IVY)).await?.is_none());
    let list = console.get("/api/v1/mapping/imports").await?.expect(200)?.json()?;
    assert_eq!((list["items"].as_array().map(Vec::len), &list["items"][0]), (Some(1), &first));
    assert_eq!(console.get(&path).await?.expect(200)?.json()?, first);

    for _ in 0..2 {
        let view = console.post(&format!("{path}/continue"), &json!({})).await?.expect(200)?.json()?;
        assert_eq!(counts(&view), (101, 101, 1, 100), "once all are tried nothing is done");
    }
    assert!(console.record::<Mapping>(&AccountId(IVY)).await?.is_some());
    console.post("/api/v1/mapping/imports/another/continue", &json!({})).await?.expect(404)?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b4_a_file_without_its_columns_or_with_too_many_lines_is_refused() -> Result<()> {
    let console = Console::mapped().await?;
    let refused = async |csv: &str| -> Result<Vec<String>> {
        console.post("/api/v1/mapping/import", &json!({"csv": csv})).await?.expect(422)?.fields()
    };
    assert_eq!(refused("").await?, ["csv"]);
    assert_eq!(refused("account,customer\n1,2\n").await?, ["csv"]);
    assert_eq!(refused(&format!("account,tenant\n{}", "1,t\n".repeat(501))).await?, ["csv"]);
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*Companies").status(503).times(9));
    let unchecked = import(&console, &format!("account,tenant\n{KALE},{}\n", acronis::IVY_MEDIA), None).await?;
    assert_eq!(unchecked["problems"][0]["line"], 2, "{unchecked:#}");
    Ok(())
}
