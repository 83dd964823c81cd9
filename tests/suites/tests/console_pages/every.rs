//! What holds for every page.

use anyhow::{Context as _, Result, ensure};
use axum::body::Body;
use http::Request;
use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use simulators::autotask::seed as autotask;
use store::record::Session;
use store::record::session::Role;
use suites::console::{Answer, Console};
use suites::page::Page;

use super::paths;

/// What the viewer's browser has.
const SESSION: &str = "a-viewer-of-this-test";

/// A console with something on every page, and where the pages are.
async fn filled() -> Result<(Console, Vec<String>)> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let listed = console.get("/api/v1/accounts?state=not_mapped").await?.expect(200)?.json()?;
    let unmapped = listed["items"][0]["id"].as_i64().context("an account that is not mapped")?;
    let mapped = autotask::FIRST_CUSTOMER.0;
    let paths = paths::of(&console, mapped, unmapped).await?;
    let panel = [format!("/mapping?account={mapped}&removal=ask"), format!("/mapping?account={unmapped}")];
    let of_people = paths.into_iter().filter(|path| !path.contains(".json")).chain(panel).collect();
    Ok((console, of_people))
}

/// Somebody who may only look signs in.
async fn let_in_a_viewer(console: &Console) -> Result<()> {
    let now = console.clock.now();
    let hash = Sha256::digest(SESSION).iter().map(|byte| format!("{byte:02x}")).collect();
    let (subject, name) = ("victor".to_owned(), "Victor".to_owned());
    let ends_at = now + SignedDuration::from_hours(1);
    let session = Session { hash, subject, name, role: Role::Viewer, begun_at: now, seen_at: now, ends_at };
    console.systems.table.insert(session).await?;
    Ok(())
}

async fn as_viewer(console: &Console, path: &str) -> Result<Answer> {
    let request = Request::builder().uri(path).header("cookie", format!("console_session={SESSION}"));
    console.send(request.body(Body::empty())?).await?.expect(200)
}

#[tokio::test(start_paused = true)]
async fn a_hint_stands_beside_its_label_and_is_told_with_its_field() -> Result<()> {
    let (console, paths) = filled().await?;
    let mut hints = 0;
    for path in paths {
        let page = console.page(&path, 200).await?;
        assert_eq!(page.texts("label .hint"), [""; 0], "{path}");
        assert_eq!(page.untold("span.hint"), [""; 0], "{path}");
        hints += page.texts("span.hint").len();
    }
    assert!(hints > 20, "{hints} hints were looked at");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_viewer_sees_every_page_and_finds_every_form_that_changes_something_closed() -> Result<()> {
    let (console, paths) = filled().await?;
    let_in_a_viewer(&console).await?;
    let (mut open_to_administrators, mut closed) = (0, 0);
    for path in paths {
        open_to_administrators += console.page(&path, 200).await?.open_controls().len();
        let page = Page::of(&as_viewer(&console, &path).await?);
        assert_eq!(page.open_controls(), [""; 0], "{path}");
        closed += page.texts("fieldset[disabled], form button[disabled]").len();
        assert!(page.texts(".who .badge").contains(&"viewer".to_owned()), "{path}");
    }
    assert!(open_to_administrators > 100 && closed > 20, "{open_to_administrators} open, {closed} closed");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p14_names_are_asked_for_once_and_not_with_every_view() -> Result<()> {
    let (console, paths) = filled().await?;
    let calls = || (console.acronis.control().calls().len(), console.autotask.control().calls().len());
    let before = calls();
    for path in ["/activity", "/report", "/review", "/mapping"] {
        ensure!(paths.iter().any(|known| known == path), "there is no page {path}");
        console.page(path, 200).await?;
        let first = calls();
        console.page(path, 200).await?;
        assert_eq!(calls(), first, "{path}");
    }
    assert_ne!(calls(), before, "the names had to be asked for");
    Ok(())
}
