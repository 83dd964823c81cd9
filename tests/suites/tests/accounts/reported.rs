//! Rule P16: the month's report, from contracts and usage to what the console answers.

use anyhow::{Context as _, Result};
use bridge_core::id::AccountId;
use jiff::Timestamp;
use serde_json::{Value, json};
use simulators::acronis::seed::{ALDER, FRANKFURT};
use simulators::autotask::seed;
use suites::console::Console;
use suites::world::World;
use suites::world::verbs_accounts::GIB;
use suites::world::verbs_people::ALDER_ACCOUNT;

use crate::{HOUR, SEATS, SERVERS, STORAGE, WORKSTATIONS, settled};

async fn report(world: &World, query: &str) -> Result<Value> {
    Console::of(world).get(&format!("/api/v1/report?{query}")).await?.expect(200)?.json()
}

/// The line about an item of an account.
fn line(report: &Value, account: AccountId, item: &str) -> Result<Value> {
    let customers = report["items"].as_array().context("customers")?;
    let customer = customers.iter().find(|customer| customer["account"] == account.0).context("not in the report")?;
    let mut lines = customer["lines"].as_array().context("lines")?.iter();
    lines.find(|line| line["item"]["name"] == item).cloned().context("no such line")
}

/// Units, what they make, the quota, what is used, the difference.
fn told(line: &Value) -> Value {
    json!([line["units"], line["sold"], line["quota"], line["used"], line["difference"]])
}

async fn at(world: &mut World, time: &str) -> Result<()> {
    let time: Timestamp = time.parse()?;
    world.accounts_turn_after(time.duration_since(world.now())).await?;
    world.next_accounts_turn().await
}

#[tokio::test(start_paused = true)]
async fn p16_units_quota_and_use_of_each_item_are_told_with_their_difference() -> Result<()> {
    let mut world = settled().await?;
    world.use_up(ALDER, SERVERS, 4)?;
    world.use_up(ALDER, (STORAGE, FRANKFURT), 600 * GIB)?;
    world.accounts_turn_after(HOUR * 7).await?;
    let all = report(&world, "").await?;
    assert_eq!((&all["month"], &all["is_closed"], &all["customers"]), (&json!("2026-11"), &json!(false), &json!(8)));
    let servers = line(&all, ALDER_ACCOUNT, SERVERS)?;
    assert_eq!(told(&servers), json!([3, "3", "3", "4", "+1"]));
    assert_eq!((&servers["label"], &servers["service"]["name"]), (&json!("Servers"), &json!("Servers")));
    let workstations = line(&all, ALDER_ACCOUNT, WORKSTATIONS)?;
    assert_eq!(told(&workstations), json!([25, "25", "25", "11", "-14"]));
    assert_eq!((&servers["differs"], &workstations["differs"]), (&json!(true), &json!(false)));
    let storage = line(&all, ALDER_ACCOUNT, STORAGE)?;
    assert_eq!(storage["used"], "600 GB", "{storage:#}");

    let found = report(&world, "search=ALDER&only=differences").await?;
    assert_eq!(found["customers"], 1);
    assert!(line(&found, ALDER_ACCOUNT, SERVERS).is_ok() && line(&found, ALDER_ACCOUNT, WORKSTATIONS).is_err());
    let total = found["totals"].as_array().context("totals")?.iter().find(|total| total["label"] == "Servers");
    let total = total.context("servers")?;
    assert_eq!((&total["units"], &total["used"], &total["over"]), (&json!(3), &json!("4"), &json!("+1")));
    let refused = Console::of(&world).get("/api/v1/report?month=2026-13").await?.expect(422)?;
    assert_eq!(refused.fields()?, ["month"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p16_what_is_held_is_told_with_its_reason() -> Result<()> {
    let world = settled().await?;
    let held = report(&world, "only=held").await?;
    let seats = line(&held, ALDER_ACCOUNT, SEATS)?;
    assert!(seats["held"].as_str().is_some_and(|held| held.contains("14 are in use")), "{seats:#}");
    assert!(line(&held, ALDER_ACCOUNT, SERVERS).is_err(), "nothing holds it");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p16_a_month_ends_in_the_installations_time_zone_and_nothing_changes_it_afterwards() -> Result<()> {
    let mut world = settled().await?;
    let in_sydney = |settings: Option<bridge_core::settings::Settings>| {
        let mut settings = settings?;
        "Australia/Sydney".clone_into(&mut settings.time_zone);
        Some(settings)
    };
    world.systems.table.modify(&(), in_sydney).await?;
    store::record::Generation::bump(&world.systems.table).await?;

    world.sell(ALDER_ACCOUNT, seed::SERVERS, 2)?;
    at(&mut world, "2026-11-30T12:50:00Z").await?;
    let november = report(&world, "").await?;
    assert_eq!((&november["month"], &november["months"]), (&json!("2026-11"), &json!(["2026-11"])));
    assert_eq!(told(&line(&november, ALDER_ACCOUNT, SERVERS)?), json!([5, "5", "5", "2", "-3"]));

    world.sell(ALDER_ACCOUNT, seed::SERVERS, 1)?;
    at(&mut world, "2026-11-30T13:01:00Z").await?;
    let december = report(&world, "").await?;
    assert_eq!(december["months"], json!(["2026-12", "2026-11"]), "it is December in Sydney");
    assert_eq!(told(&line(&december, ALDER_ACCOUNT, SERVERS)?), json!([6, "6", "6", "2", "-4"]));
    let closed = report(&world, "month=2026-11").await?;
    assert_eq!(closed["is_closed"], true);
    assert_eq!((&closed["items"], &closed["totals"]), (&november["items"], &november["totals"]));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p16_a_removed_mapping_stays_in_its_month_and_is_in_none_after_it() -> Result<()> {
    let mut world = settled().await?;
    let console = Console::of(&world);
    let mapping = console.get("/api/v1/mapping?limit=500").await?.expect(200)?.json()?;
    let alder = mapping["items"].as_array().context("mappings")?.iter().find(|row| row["account"] == ALDER_ACCOUNT.0);
    let version = alder.context("it is mapped")?["version"].clone();
    console.map(json!([{"account": ALDER_ACCOUNT.0, "remove": true, "version": version}])).await?;
    world.next_accounts_turn().await?;
    assert_eq!(report(&world, "").await?["customers"], 8);
    at(&mut world, "2026-12-01T00:01:00Z").await?;
    assert_eq!(report(&world, "").await?["customers"], 7);
    assert_eq!(report(&world, "month=2026-11").await?["customers"], 8);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p16_the_report_is_a_file_for_a_spreadsheet_and_is_read_in_parts() -> Result<()> {
    let world = settled().await?;
    let console = Console::of(&world);
    let file = console.get("/api/v1/report?format=csv&month=2026-11").await?.expect(200)?;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let mut lines = file.text.lines();
    let headings = lines.next().context("headings")?;
    assert_eq!(
        headings,
        "month,account,account_name,tenant,tenant_name,item,item_name,service,units,counted_in,sold,quota,quota_overage,used,difference,held"
    );
    let expected = format!(
        "2026-11,{},Alder & Sons,{ALDER},Alder & Sons,pw_base_servers,Servers,Servers,3,pieces,3,3,0,2,-1,",
        ALDER_ACCOUNT.0
    );
    assert!(file.text.lines().any(|line| line == expected), "{expected}\n{}", file.text);
    // What a spreadsheet subtracts are numbers in the same unit, in every line that has a quota.
    let mut storages = file.text.lines().filter(|line| line.contains(",pw_base_storage@")).peekable();
    assert!(storages.peek().is_some(), "{}", file.text);
    for storage in storages {
        let cells: Vec<&str> = storage.split(',').collect();
        assert_eq!(cells[9], "GB", "{storage}");
        assert!(cells[11] == "unlimited" || cells[11].parse::<f64>().is_ok(), "{storage}");
    }

    let (mut names, mut after) = (Vec::new(), String::new());
    loop {
        let part = report(&world, &format!("limit=3{after}")).await?;
        let customers = part["items"].as_array().context("customers")?;
        names.extend(customers.iter().map(|customer| customer["name"].as_str().unwrap_or_default().to_owned()));
        assert_eq!(part["customers"], 8, "totals are those of all");
        match part["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!((names.len(), names.is_sorted()), (8, true), "{names:?}");
    Ok(())
}
