//! *Review*: every entry can be reached, and a queue that does not answer takes nothing else away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use console::auth::Auth;
use console::{Deps, router};
use store::queue::{DeadLetter, DeadLetters, QueueName, SendError};
use store::record::{Parked, Reason, Unmapped};
use suites::console::{Console, TOKEN, connection};
use suites::page::Page;

/// Dead letters that count how often they are looked at, and may refuse it.
#[derive(Default)]
struct Letters {
    looks: AtomicUsize,
    refuse: AtomicBool,
}

#[async_trait]
impl DeadLetters for Letters {
    async fn list(&self, queue: QueueName, _: usize) -> Result<Vec<DeadLetter>, SendError> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        if self.refuse.load(Ordering::Relaxed) {
            return Err(SendError::Unreachable { queue, reason: "no answer".to_owned() });
        }
        Ok(vec![DeadLetter {
            body: format!("given up by {queue}"),
            sent_at: "2026-11-22T08:00:00Z".parse().expect("a time"),
        }])
    }

    async fn redrive(&self, _: QueueName, _: usize) -> Result<usize, SendError> {
        Ok(0)
    }
}

/// Follows the link to the next page of a part of the page, from the first on; the rows of each.
async fn pages(console: &Console, part: &str) -> Result<Vec<usize>> {
    let (mut counts, mut path) = (Vec::new(), "/review".to_owned());
    loop {
        let page = console.page(&path, 200).await?;
        counts.push(page.texts(&format!("section[aria-labelledby={part}] tbody tr")).len());
        match page.attribute(&format!("section[aria-labelledby={part}] nav a"), "href") {
            Some(next) => path = next,
            None => return Ok(counts),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn b2_every_parked_message_and_every_unmapped_tenant_can_be_reached() -> Result<()> {
    let console = Console::fresh().await?;
    let (table, now) = (&console.systems.table, console.clock.now());
    for number in 0..51 {
        let reason = Reason { code: "unreadable".to_owned(), text: "odd".to_owned(), account: None, tenant: None };
        Parked::park(table, "alert-webhook", format!("message {number}"), reason, now).await?;
        let tenant = Unmapped {
            tenant: format!("tenant-{number:02}").as_str().into(),
            connection: connection(),
            name: format!("Tenant {number}"),
            count: 1,
            first_at: now,
            last_at: now,
        };
        table.insert(tenant).await?;
    }
    for part in ["parked", "unmapped"] {
        assert_eq!(pages(&console, part).await?, [50, 1], "{part}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_given_up_messages_are_a_part_of_their_own_and_a_failure_of_it_is_told_in_its_place() -> Result<()> {
    let console = Console::fresh().await?;
    let letters = Arc::new(Letters::default());
    let auth = Auth::Local { token: Some(TOKEN.into()), one_time: "canary-one-time-key".into() };
    let deps = Deps { dead_letters: letters.clone() as Arc<dyn DeadLetters>, ..console.deps(auth) };
    let console = Console { router: router(deps), ..console };

    let page = console.page("/review", 200).await?;
    assert_eq!(letters.looks.load(Ordering::Relaxed), 0, "the page does not wait for the queues");
    let part = page.attribute("#given-up", "hx-get").context("it is loaded by itself")?;
    assert_eq!(page.attribute("#given-up a", "href").as_deref(), Some(part.as_str()), "and without a script");
    let shown = console.page(&part, 200).await?;
    assert_eq!(shown.texts("#given-up h3"), ["Queue alerts: 1", "Queue accounts: 1"]);

    letters.refuse.store(true, Ordering::Relaxed);
    let told: Page = console.page(&part, 200).await?;
    assert!(told.text("#given-up .notice.warn")?.starts_with("They could not be read just now:"));
    Ok(())
}
