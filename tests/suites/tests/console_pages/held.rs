//! *Review*: decisions about what is held.

use anyhow::{Context as _, Result};
use bridge_core::id::AccountId;
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
    assert!(told.starts_with("this has changed since it was shown"), "{told}");
    assert!(!is_approved(&console).await?);

    let (_, form) = review(&console).await?;
    let told = console.told(&form.press(&console, "", "").await?).await?;
    assert!(told.starts_with("Approved."), "{told}");
    assert!(is_approved(&console).await?);
    Ok(())
}
