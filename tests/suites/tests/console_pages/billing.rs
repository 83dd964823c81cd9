//! *Billing and provisioning*: the page of settings, and previews of their effect.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use simulators::control::{Fault, Kind};
use suites::console::{Console, connection};
use suites::page::Page;

/// The demo has every item twice, billed per gigabyte and per workload.
const SERVERS: &str = "Autotask service for Servers, per workload";

async fn products(console: &Console) -> Result<Value> {
    console.get(&format!("/api/v1/products/{}", connection())).await?.expect(200)?.json()
}

/// What is saved for an item.
async fn row(console: &Console, item: &str) -> Result<Value> {
    let products = products(console).await?;
    let rows = products["products"]["rows"].as_array().context("rows")?;
    Ok(rows.iter().find(|row| row["item"]["name"] == item).cloned().unwrap_or_default())
}

async fn enabled(console: &Console) -> Result<bool> {
    let settings = console.get("/api/v1/settings").await?.expect(200)?.json()?;
    settings["settings"]["billing"]["enabled"].as_bool().context("a switch")
}

async fn page(console: &Console) -> Result<Page> {
    console.page("/billing", 200).await
}

#[tokio::test(start_paused = true)]
async fn p3_selecting_a_service_is_all_that_a_new_item_needs_to_follow_it() -> Result<()> {
    let console = Console::connected().await?;
    let form = page(&console).await?.form("apply")?;
    assert_eq!(form.value("Quota of Servers, per workload")?, "not_managed");
    let answer = form.fill(SERVERS, "servers")?.press(&console, "do", "apply").await?;
    assert_eq!(answer.location()?, "/billing");
    let servers = row(&console, "pw_base_servers").await?;
    let treatment = &servers["treatment"];
    assert_eq!(
        (&treatment["state"], &treatment["service"], &treatment["soft"]),
        (&json!("managed"), &json!(autotask::SERVERS.0), &json!(false))
    );
    assert_eq!(row(&console, "pw_base_vms").await?["treatment"]["state"], "not_managed", "it was seen");
    assert!(!page(&console).await?.texts(".badge").contains(&"new".to_owned()));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p3_a_unit_size_is_typed_in_gigabytes_and_shown_by_an_example() -> Result<()> {
    let console = Console::mapped().await?;
    let form = page(&console).await?.form("apply")?.fill("One unit is, for Local backup", "100")?;
    form.press(&console, "do", "apply").await?.location()?;
    assert_eq!(row(&console, "local_storage").await?["treatment"]["unit_size"], json!(100_i64 << 30));
    let page = page(&console).await?;
    assert!(page.texts("td").iter().any(|cell| cell.contains("3 units = 300 GB")));

    let form = page.form("apply")?.fill("One unit is, for Local backup", "much")?;
    let refused = Page::of(&form.press(&console, "do", "apply").await?.expect(422)?);
    assert!(refused.wrong("One unit is, for Local backup")?.contains("“much” is not a size"));
    assert_eq!(refused.form("apply")?.value("One unit is, for Local backup")?, "much", "it stays as it was typed");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p3_a_part_of_what_is_counted_in_pieces_is_refused_beside_its_field() -> Result<()> {
    let console = Console::mapped().await?;
    let size = "One unit is, for Servers, per workload";
    let form = page(&console).await?.form("apply")?.fill(size, "1.5")?;
    let refused = Page::of(&form.press(&console, "do", "apply").await?.expect(422)?);
    let wrong = refused.wrong(size)?;
    assert!(wrong.contains("“1.5” is refused, as this is counted in pieces: give a whole number"), "{wrong}");
    assert_eq!(row(&console, "pw_base_servers").await?["treatment"]["unit_size"], Value::Null, "nothing is saved");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p3_a_service_that_is_not_there_is_refused_beside_its_field_with_what_was_meant() -> Result<()> {
    let console = Console::mapped().await?;
    let form = page(&console).await?.form("apply")?.fill(SERVERS, "work")?;
    let refused = Page::of(&form.press(&console, "do", "apply").await?.expect(422)?);
    assert_eq!(
        refused.wrong(SERVERS)?,
        "Servers, per workload: there is no service “work”: “Workstations”, “Network monitoring”"
    );
    assert_eq!(row(&console, "pw_base_servers").await?["treatment"]["service"], json!(autotask::SERVERS.0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p8_one_service_on_two_items_is_refused_in_their_names_unless_they_share_it() -> Result<()> {
    let console = Console::mapped().await?;
    let form = page(&console).await?.form("apply")?.fill(SERVERS, "Workstations")?;
    let refused = Page::of(&form.press(&console, "do", "apply").await?.expect(422)?);
    let wrong = refused.wrong(SERVERS)?;
    assert!(wrong.starts_with("Servers, per workload: Workstations follows the same service"), "{wrong}");
    let form = refused
        .form("apply")?
        .tick("Share the service of Servers, per workload")?
        .tick("Share the service of Workstations, per workload")?;
    form.press(&console, "do", "apply").await?.location()?;
    assert_eq!(row(&console, "pw_base_servers").await?["treatment"]["share"], true);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_looking_at_other_rows_loses_nothing_and_saves_nothing() -> Result<()> {
    let console = Console::mapped().await?;
    let form = page(&console)
        .await?
        .form("apply")?
        .fill(SERVERS, "")?
        .tick("Free: Servers, per workload")?
        .fill("Search", "mobile")?;
    let found = Page::of(&form.press(&console, "do", "show").await?.expect(200)?);
    assert_eq!(found.texts("tbody th"), ["Mobile devices new", "Mobile devices"]);
    assert!(found.text("p.quiet[role=status]")?.contains("1 with changes that are not shown"));
    assert_eq!(row(&console, "pw_base_servers").await?["treatment"]["free"], false);

    let back = found.form("apply")?.fill("Search", "")?.press(&console, "", "").await?.expect(200)?;
    let form = Page::of(&back).form("apply")?;
    assert_eq!(form.value(SERVERS)?, "");
    form.fill("Search", "mobile")?.press(&console, "do", "apply").await?.location()?;
    let servers = row(&console, "pw_base_servers").await?;
    assert_eq!((&servers["treatment"]["free"], &servers["treatment"]["service"]), (&json!(true), &Value::Null));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_a_stale_apply_is_refused_and_tells_both_versions() -> Result<()> {
    let console = Console::mapped().await?;
    let form = page(&console).await?.form("apply")?;
    let other = page(&console)
        .await?
        .form("apply")?
        .fill(SERVERS, "Websites")?
        .fill("Autotask service for Websites, per workload", "")?;
    other.press(&console, "do", "apply").await?.location()?;

    let refused = Page::of(&form.fill(SERVERS, "Virtual machines")?.press(&console, "do", "apply").await?.expect(422)?);
    let told = refused.texts("section[aria-labelledby=differences] tbody tr");
    assert!(
        told.iter()
            .any(|row| row.starts_with("Servers, per workload “Websites”") && row.contains("“Virtual machines”")),
        "{told:#?}"
    );
    assert_eq!(row(&console, "pw_base_servers").await?["treatment"]["service"], json!(autotask::WEBSITES.0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_looking_at_other_rows_does_not_make_a_stale_form_fresh() -> Result<()> {
    let console = Console::mapped().await?;
    let form = page(&console).await?.form("apply")?.fill("Hours for which a raise by hand is kept", "24")?;
    let other = page(&console)
        .await?
        .form("apply")?
        .fill("Autotask service for Websites, per workload", "")?
        .fill("Language", "de")?;
    other.press(&console, "do", "apply").await?.location()?;

    let looked = Page::of(&form.press(&console, "do", "show").await?.expect(200)?);
    let refused = Page::of(&looked.form("apply")?.press(&console, "do", "apply").await?.expect(422)?);
    let told = refused.texts("section[aria-labelledby=differences] tbody tr");
    assert_eq!(told, ["A raise by hand is kept for 72 hours 24 hours"], "only what this form changed");
    assert!(!refused.text("[role=alert]")?.contains(['{', '[']), "nobody reads JSON");

    // Whoever applies once more saves what he changed, and puts nothing of the colleague's back.
    refused.form("apply")?.press(&console, "do", "apply").await?.location()?;
    let settings = console.get("/api/v1/settings").await?.expect(200)?.json()?;
    let billing = &settings["settings"]["billing"];
    assert_eq!((&billing["keep_raises_hours"], &billing["provisioning"]["language"]), (&json!(24), &json!("de")));
    assert_eq!(row(&console, "pw_base_websites").await?["treatment"]["service"], Value::Null);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_a_form_that_names_no_version_is_refused() -> Result<()> {
    let console = Console::billing().await?;
    console.submit("/billing", "do=apply&provisioning.language=de".to_owned()).await?.expect(422)?;
    assert!(enabled(&console).await?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_enabling_shows_the_effect_and_writes_nothing_before_it_is_applied() -> Result<()> {
    let console = Console::mapped().await?;
    let form = page(&console).await?.form("apply")?.tick("Enable")?;
    let preview = form.press(&console, "do", "apply").await?.location()?.to_owned();
    assert!(!enabled(&console).await?, "only Apply saves it");
    let waiting = console.page(&preview, 200).await?;
    assert_eq!(waiting.texts("#preview .badge"), ["waiting for its turn"]);
    assert!(waiting.form("apply").is_err(), "there is nothing to apply yet");

    console.work().await?;
    let ready = console.page(&preview, 200).await?;
    assert!(ready.texts(".tile").contains(&"8 first plans to agree to".to_owned()), "{:?}", ready.texts(".tile"));
    assert_eq!(ready.texts("#first th[scope=rowgroup]").len(), 8, "under a heading of their own");
    assert!(ready.text(".apply")?.starts_with("Applying is also the consent to 8 first plans."));
    assert_eq!(ready.texts("section[aria-labelledby=saves] tbody tr"), ["Enable off on"]);
    let alder = console.page(&format!("{preview}?search=alder"), 200).await?;
    let rows = alder.texts("#accounts tbody tr");
    assert!(rows.iter().any(|row| row.starts_with("Workstations 12") && row.contains(" 25 ")), "{rows:#?}");
    assert_eq!(
        console.acronis.item(acronis::ALDER, "pw_base_workstations").and_then(|item| item.quota.value),
        Some(12.0)
    );

    let answer = ready.form("apply")?.press(&console, "", "").await?;
    assert_eq!(answer.location()?, preview);
    console.work().await?;
    assert!(enabled(&console).await?);
    assert_eq!(
        console.acronis.item(acronis::ALDER, "pw_base_workstations").and_then(|item| item.quota.value),
        Some(25.0)
    );
    let applied = console.page(&preview, 200).await?;
    assert!(applied.texts(".tile").contains(&"0 waiting".to_owned()), "{:?}", applied.texts(".tile"));
    let list = console.page("/billing/previews", 200).await?;
    assert_eq!(list.texts("tbody .badge"), ["applied"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_what_an_edit_changes_comes_first_and_what_waited_before_is_folded() -> Result<()> {
    let console = Console::billing().await?;
    let form = page(&console).await?.form("apply")?.fill("One unit is, for Workstations, per workload", "2")?;
    let preview = form.press(&console, "do", "apply").await?.location()?.to_owned();
    console.work().await?;
    let ready = console.page(&preview, 200).await?;
    let headings = ready.texts("#preview section h2");
    assert_eq!(headings, ["What would be saved", "Because of your edit", "Due or waiting without your edit too"]);
    let items = ready.texts("#by-draft td[data-label='Offering item']");
    assert!(!items.is_empty() && items.iter().all(|item| item == "Workstations"), "{items:#?}");
    assert_eq!(ready.texts("#without-draft > table").len(), 0, "it is folded");
    let waiting = ready.texts("#without-draft details td[data-label='Offering item']");
    assert!(waiting.contains(&"Servers".to_owned()), "{waiting:#?}");
    let tiles = ready.texts(".tile");
    assert!(tiles.contains(&format!("{} changes of items by your edit", items.len())), "{tiles:#?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_a_form_that_does_not_say_what_it_was_made_from_is_stale() -> Result<()> {
    let console = Console::billing().await?;
    let form = page(&console).await?.form("apply")?.without("settings_version").fill("Language", "de")?;
    let refused = Page::of(&form.press(&console, "do", "apply").await?.expect(422)?);
    assert!(
        refused.text(".notice.bad")?.contains("omebody else has saved in the meantime"),
        "it is not saved over anything"
    );
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_a_preview_under_way_asks_for_its_progress_alone_and_for_the_whole_page_once_it_is_ready() -> Result<()> {
    let console = Console::mapped().await?;
    let form = page(&console).await?.form("apply")?.tick("Enable")?;
    let preview = form.press(&console, "do", "apply").await?.location()?.to_owned();
    let part = format!("{preview}/progress");
    let waiting = console.page(&preview, 200).await?;
    assert_eq!(waiting.attribute("#progress", "hx-get").as_ref(), Some(&part));
    let polled = console.page(&part, 200).await?;
    assert_eq!(polled.text("#progress .badge")?, "waiting for its turn");
    assert_eq!(polled.attribute("#progress", "hx-get").as_ref(), Some(&part));

    console.work().await?;
    let polled = console.page(&part, 200).await?;
    assert_eq!(polled.attribute("#progress [hx-trigger=load]", "hx-get").as_ref(), Some(&preview));
    let ready = console.page(&preview, 200).await?;
    assert_eq!((ready.text("#preview [role=status] .badge")?.as_str(), ready.texts("#progress").len()), ("ready", 0));
    ready.form("apply")?.press(&console, "", "").await?.location()?;
    let polled = console.page(&part, 200).await?;
    assert!(polled.texts("#progress .tile").contains(&"8 waiting".to_owned()), "{:?}", polled.texts(".tile"));
    assert!(polled.texts("table").is_empty(), "the accounts are read once it is done");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_a_preview_that_is_too_old_says_so_and_is_started_again_with_its_draft() -> Result<()> {
    let console = Console::mapped().await?;
    let form = page(&console).await?.form("apply")?.tick("Enable")?;
    let preview = form.press(&console, "do", "apply").await?.location()?.to_owned();
    console.work().await?;
    let ready = console.page(&preview, 200).await?;
    console.advance(jiff::SignedDuration::from_mins(61));
    let refused = Page::of(&ready.form("apply")?.press(&console, "", "").await?.expect(422)?);
    assert!(refused.text(".notice.bad")?.contains("older than an hour"));
    assert!(refused.form("apply").is_err() && !enabled(&console).await?);
    let again = refused.form("again")?.press(&console, "", "").await?.location()?.to_owned();
    console.work().await?;
    console.page(&again, 200).await?.form("apply")?.press(&console, "", "").await?.location()?;
    assert!(enabled(&console).await?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_a_preview_of_what_was_saved_since_leads_back_to_its_values() -> Result<()> {
    let console = Console::mapped().await?;
    let form = page(&console).await?.form("apply")?.tick("Enable")?;
    let preview = form.press(&console, "do", "apply").await?.location()?.to_owned();
    console.work().await?;
    let other = page(&console).await?.form("apply")?.fill("Language", "de")?;
    other.press(&console, "do", "apply").await?.location()?;

    let stale = console.page(&preview, 200).await?;
    assert!(stale.text(".notice.warn")?.contains("Somebody has saved these settings"));
    assert!(stale.form("apply").is_err());
    let way = stale.form("again")?.press(&console, "", "").await?.location()?.to_owned();
    assert!(way.starts_with("/billing?draft="), "{way}");
    let settings = console.page(&way, 200).await?;
    assert_eq!(settings.texts("#enabled[checked]").len(), 1, "what was to be enabled is still ticked");
    let told = settings.texts("section[aria-labelledby=differences] tbody tr");
    assert_eq!(told, ["Enable off on", "Language of new customers de en"], "both versions, before it is applied again");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p1_switching_off_is_saved_at_once() -> Result<()> {
    let console = Console::billing().await?;
    let form = page(&console).await?.form("apply")?.untick("Enable")?;
    assert_eq!(form.press(&console, "do", "apply").await?.location()?, "/billing");
    assert!(!enabled(&console).await?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_an_apply_that_changes_nothing_says_so() -> Result<()> {
    let console = Console::billing().await?;
    let form = page(&console).await?.form("apply")?;
    let first = form.press(&console, "do", "apply").await?.location()?.to_owned();
    assert!(first.starts_with("/billing/previews/"), "what was new has been seen now");
    console.work().await?;
    console.page(&first, 200).await?.form("apply")?.press(&console, "", "").await?.location()?;
    let answer = page(&console).await?.form("apply")?.press(&console, "do", "apply").await?;
    assert_eq!(answer.location()?, "/billing");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v6_days_that_are_none_are_refused_beside_their_field() -> Result<()> {
    let console = Console::connected().await?;
    let days = "Days until it is disabled";
    for (typed, said) in [("soon", "“soon” is no whole number"), ("0", "Must be at least one day")] {
        let form = page(&console).await?.form("apply")?;
        let form = form.tick("Disable the customer after days without such a contract")?.fill(days, typed)?;
        let refused = Page::of(&form.press(&console, "do", "apply").await?.expect(422)?);
        assert!(refused.wrong(days)?.contains(said), "{}", refused.wrong(days)?);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v2_a_partner_or_folder_for_new_customers_is_chosen_by_its_name() -> Result<()> {
    let console = Console::mapped().await?;
    let path = format!("/billing/parents.json?connection={}&search=", connection());
    let options: Vec<String> = serde_json::from_value(console.get(&path).await?.expect(200)?.json()?)?;
    let chosen = options.first().context("the demo has partners")?;
    let label = "Partner or folder for new customers";
    let refused = page(&console).await?.form("apply")?.fill(label, "Nowhere")?.press(&console, "do", "apply").await?;
    assert!(Page::of(&refused.expect(422)?).wrong(label)?.contains("There is no partner or folder “Nowhere”"));
    page(&console).await?.form("apply")?.fill(label, chosen)?.press(&console, "do", "apply").await?.location()?;
    assert!(products(&console).await?["products"]["parent"].is_string());
    assert_eq!(page(&console).await?.form("apply")?.value(label)?, chosen);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_acronis_out_of_reach_takes_only_the_items_away_and_keeps_what_was_filled_in() -> Result<()> {
    let console = Console::mapped().await?;
    let form = page(&console).await?.form("apply")?.fill(SERVERS, "Websites")?;
    console.acronis.control().add_fault(Fault::new(Kind::Status, "*offering_items*").status(503).times(9));
    let without = Page::of(&form.press(&console, "do", "again").await?.expect(200)?);
    assert!(without.text("section[aria-labelledby=mapping] .notice.bad")?.contains("cannot be read just now"));
    let form = without.form("apply")?.tick("Enable")?;
    console.acronis.control().clear_faults();
    console.advance(jiff::SignedDuration::from_mins(1));
    let with = Page::of(&form.press(&console, "", "").await?.expect(200)?);
    assert_eq!(with.form("apply")?.value(SERVERS)?, "Websites");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_services_that_cannot_be_read_keep_the_names_that_they_had_last() -> Result<()> {
    let console = Console::mapped().await?;
    page(&console).await?;
    console.advance(jiff::SignedDuration::from_mins(6));
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*Services*").status(503).times(99));
    let known = page(&console).await?;
    assert_eq!(known.form("apply")?.value(SERVERS)?, "Servers");
    let warned = known.texts(".notice.warn");
    assert!(warned.iter().any(|text| text.contains("told as they were called last")), "{warned:#?}");
    assert!(known.text(".apply")?.contains("What could not be read now stays as it is saved"));

    let anew = Console { router: console.router_anew(), ..console };
    let unknown = page(&anew).await?.form("apply")?;
    assert_eq!(unknown.value(SERVERS)?, format!("name not known now ({})", autotask::SERVERS.0));
    // What was shown like this is still what was meant once the names can be read.
    anew.autotask.control().clear_faults();
    unknown.fill("Language", "de")?.press(&anew, "do", "apply").await?.location()?;
    assert_eq!(row(&anew, "pw_base_servers").await?["treatment"]["service"], json!(autotask::SERVERS.0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p2_what_both_systems_offer_is_read_once_in_five_minutes_or_when_asked_for() -> Result<()> {
    let console = Console::mapped().await?;
    let calls = || (console.acronis.control().calls().len(), console.autotask.control().calls().len());
    page(&console).await?;
    let first = calls();
    page(&console).await?;
    console.page("/billing?search=servers", 200).await?;
    assert_eq!(calls(), first, "the same page again asks nobody");

    let form = page(&console).await?.form("apply")?.fill(SERVERS, "Websites")?;
    let again = Page::of(&form.press(&console, "do", "again").await?.expect(200)?);
    assert_eq!(again.form("apply")?.value(SERVERS)?, "Websites", "nothing that was filled in is lost");
    let second = calls();
    assert!(second.0 > first.0 && second.1 > first.1, "{first:?}, then {second:?}");

    console.advance(jiff::SignedDuration::from_mins(5));
    page(&console).await?;
    let third = calls();
    assert!(third.0 > second.0 && third.1 > second.1, "{second:?}, then {third:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_a_preview_of_one_account_shows_only_it() -> Result<()> {
    let console = Console::billing().await?;
    let account = autotask::FIRST_CUSTOMER.0;
    let preview = console.submit("/billing/previews", format!("account={account}")).await?.location()?.to_owned();
    console.work().await?;
    let page = console.page(&preview, 200).await?;
    assert!(page.text("header p")?.starts_with("Of 1 account, as things are"));
    Ok(())
}
