//! *Review*: decisions about what is held.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use bridge_core::id::AccountId;
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use store::record::{Account, Held};
use suites::console::Console;
use suites::page::{Form, Page};

const ALDER: AccountId = AccountId(autotask::FIRST_CUSTOMER.0);

/// The list, and the form that approves the only entry that can be approved.
async fn review(console: &Console) -> Result<(Page, Form)> {
    let items = console.get("/api/v1/held").await?.expect(200)?.json()?["items"].clone();
    let one = items.as_array().into_iter().flatten().find(|view| view["kind"] == "disable").context("it is listed")?;
    let page = console.page("/review", 200).await?;
    let form = page.form(&format!("approve-{}", one["id"].as_str().context("an id")?))?;
    Ok((page, form))
}

/// The tenant's disabling is held, for this reason.
async fn hold(console: &Console, reason: &str) -> Result<()> {
    let held = Held {
        id: format!("disable#{ALDER}"),
        kind: "disable".to_owned(),
        account: Some(ALDER),
        reason: reason.to_owned(),
        what: "The tenant would be disabled".to_owned(),
        since: console.clock.now(),
        quota: None,
        accounts: Vec::new(),
    };
    console.systems.table.modify(&held.id.clone(), |_| Some(held.clone())).await?;
    Ok(())
}

async fn is_approved(console: &Console) -> Result<bool> {
    let account = console.record::<Account>(&ALDER).await?;
    Ok(account.is_some_and(|account| account.lifecycle.disable_approved.is_some()))
}

#[tokio::test(start_paused = true)]
async fn p12_the_page_approves_what_it_showed_and_says_when_that_has_changed() -> Result<()> {
    let console = Console::mapped().await?;
    hold(&console, "Whether the tenant is in use is not known.").await?;
    let (_, form) = review(&console).await?;
    hold(&console, "The tenant is in use.").await?;
    let told = console.told(&form.press(&console, "", "").await?).await?;
    assert!(told.starts_with("This has changed since it was shown"), "{told}");
    assert!(!is_approved(&console).await?);

    let (_, form) = review(&console).await?;
    let told = console.told(&form.press(&console, "", "").await?).await?;
    assert!(told.starts_with("Approved."), "{told}");
    assert!(is_approved(&console).await?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_is_risky_is_opened_before_its_button_can_be_pressed_and_says_what_it_does() -> Result<()> {
    let console = Console::mapped().await?;
    hold(&console, "The tenant is in use.").await?;
    let (page, _) = review(&console).await?;
    assert_eq!(page.texts("article.held h4"), ["Alder & Sons: its tenant would be disabled"]);
    assert_eq!(page.text("details:not([open]) > summary.risky")?, "Disable the tenant…");
    assert_eq!(page.text("details > form[action$='/approve'] button.risky")?, "Disable the tenant");
    assert_eq!(page.texts(".decide > form[action$='/approve']"), Vec::<String>::new(), "no click alone does it");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_a_raise_by_hand_is_put_back_with_a_click_or_kept_with_a_reason() -> Result<()> {
    let console = Console::billing().await?;
    console.acronis.set_quota(acronis::ALDER, "pw_base_workstations", Some(30.0), Some(0.0))?;
    console.run_accounts().await?;
    let page = console.page("/review?kind=raised_by_hand", 200).await?;
    assert_eq!(page.text(".decide > form[action$='/approve'] button")?, "Put back to 25 now");
    assert_eq!(page.text(".decide summary")?, "Keep 30 permanently…");
    assert!(page.text("article.held")?.contains("It happens by itself after"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_is_held_stands_under_its_customer_and_is_found_by_a_part_of_the_name() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let all = console.page("/review", 200).await?.texts(".of-customer h3");
    let customers: BTreeSet<&String> = all.iter().collect();
    assert!(all.len() > 1 && customers.len() == all.len(), "each stands once: {all:?}");
    let found = console.page("/review?search=alder&kind=below_usage", 200).await?;
    let filter = found.form("filter")?;
    assert_eq!((filter.value("Customer")?, filter.value("Sort")?), ("alder", "below_usage"));
    assert_eq!(found.texts(".of-customer h3"), ["Alder & Sons"]);
    assert!(found.texts("article.held h4").iter().all(|text| text.starts_with("Alder & Sons: ")));
    Ok(())
}
