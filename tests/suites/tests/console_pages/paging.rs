//! Lists that go on on another page: each row is there once, and the last page says that it is the last.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use billing::companies::Listed;
use bridge_core::id::AccountId;
use store::record::{Activity, Held, Subject};
use suites::console::Console;

use super::size::keep;

const ROWS: usize = 120;

/// The ids of a list's rows over all its pages, and how many pages there are.
async fn all(console: &Console, path: &str, row: &str) -> Result<(Vec<String>, usize)> {
    let (mut ids, mut next, mut pages) = (Vec::new(), Some(path.to_owned()), 0);
    while let Some(path) = next {
        let page = console.page(&path, 200).await?;
        ids.extend(page.attributes(row, "id"));
        next = page.attributes("nav[aria-label='More rows'] a", "href").pop();
        pages += 1;
        ensure!(pages < 20, "{path} goes on for ever");
    }
    Ok((ids, pages))
}

fn assert_each_once(ids: &[String], expected: usize) {
    assert_eq!(ids.len(), expected);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), expected, "each once");
}

#[tokio::test(start_paused = true)]
async fn held_changes_beyond_a_hundred_are_all_reached() -> Result<()> {
    let console = Console::connected().await?;
    for number in 0..ROWS {
        let held = Held {
            id: format!("storage_in_use#{number}"),
            kind: "storage_in_use".to_owned(),
            account: None,
            reason: "The storage has data.".to_owned(),
            what: "It would be switched off".to_owned(),
            since: console.clock.now(),
            quota: None,
            accounts: Vec::new(),
        };
        console.systems.table.insert(held).await?;
    }
    let (ids, pages) = all(&console, "/review", "article.held").await?;
    assert_each_once(&ids, ROWS);
    assert!(pages > 1);
    let (ids, _) = all(&console, "/review?kind=storage_in_use", "article.held").await?;
    assert_each_once(&ids, ROWS);
    assert!(all(&console, "/review?kind=brake", "article.held").await?.0.is_empty());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn accounts_beyond_a_hundred_are_all_reached_in_every_order() -> Result<()> {
    let console = Console::connected().await?;
    let listed = (0..ROWS as i64).map(|number| Listed {
        id: AccountId(1_000 + number),
        name: format!("Company {}", number * 7 % 50),
        kind: Some(1),
    });
    keep(&console.systems.table, "companies", listed).await?;
    for order in ["", "?sort=id", "?sort=state", "?sort=synced_at"] {
        let (ids, pages) = all(&console, &format!("/mapping{order}"), "tr[id^=account-]").await?;
        assert_each_once(&ids, ROWS);
        assert!(pages > 1, "{order}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn writes_beyond_a_hundred_are_all_reached() -> Result<()> {
    let console = Console::fresh().await?;
    for number in 0..ROWS {
        let activity = Activity {
            at: console.clock.now() - jiff::SignedDuration::from_mins(i64::try_from(number)?),
            id: format!("n-{number}"),
            actor: "ann".to_owned(),
            actor_id: None,
            system: "none".to_owned(),
            what: format!("write {number}"),
            subject: Subject::default(),
            why: "a test".to_owned(),
            old: None,
            new: None,
        };
        activity.record(&console.systems.table).await?;
    }
    let (mut told, mut next) = (Vec::new(), Some("/activity".to_owned()));
    while let Some(path) = next {
        let page = console.page(&path, 200).await?;
        told.extend(page.texts("tbody td:nth-child(2)"));
        next = page.attributes("nav[aria-label='More rows'] a", "href").pop();
    }
    assert_each_once(&told, ROWS);
    Ok(())
}
