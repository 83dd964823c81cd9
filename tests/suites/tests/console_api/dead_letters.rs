//! Messages that no worker could do (rule B2).

use anyhow::Result;
use bridge_core::hint::{Hint, Message};
use bridge_core::id::AccountId;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::queue::{Queue as _, QueueName};
use suites::console::Console;

/// A message that every delivery fails, until the queue gives it up.
async fn give_up(console: &Console, message: &Message) -> Result<()> {
    console.queue.send(QueueName::Accounts, std::slice::from_ref(message)).await?;
    loop {
        let received = console.queue.receive(QueueName::Accounts, 10).await?;
        if received.is_empty() {
            return Ok(());
        }
        for message in received {
            console.queue.fail(QueueName::Accounts, &message.receipt).await?;
        }
    }
}

async fn listed(console: &Console) -> Result<Value> {
    Ok(console.get("/api/v1/dead-letters").await?.expect(200)?.json()?["items"].clone())
}

#[tokio::test(start_paused = true)]
async fn b2_a_message_that_was_given_up_is_shown_and_sent_again() -> Result<()> {
    let console = Console::connected().await?;
    let message = Message::new(Hint::Account { account: AccountId(174), plan: None }, None);
    let sent_at = console.clock.now();
    give_up(&console, &message).await?;
    console.clock.advance(SignedDuration::from_mins(5));

    let expected = json!([{"queue": "accounts", "sent_at": sent_at, "body": message.to_body()}]);
    assert_eq!(listed(&console).await?, expected);
    assert_eq!(listed(&console).await?, expected, "looking at it changes nothing");

    let redrive = "/api/v1/dead-letters/accounts/redrive";
    let answer = console.post(redrive, &json!({})).await?.expect(200)?.json()?;
    assert_eq!(answer, json!({"sent": 1, "is_partial": false}));
    assert_eq!(console.hints_on(QueueName::Accounts).await?, [message]);
    assert_eq!(listed(&console).await?, json!([]));
    let journal = console.get("/api/v1/activity?limit=1").await?.expect(200)?.json()?;
    let what = "messages that were given up were sent again to the queue accounts: 1";
    assert_eq!(journal["items"][0]["what"], what);

    let answer = console.post(redrive, &json!({})).await?.expect(200)?.json()?;
    assert_eq!(answer, json!({"sent": 0, "is_partial": false}));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b2_an_unknown_queue_is_named_as_such() -> Result<()> {
    let console = Console::connected().await?;
    console.post("/api/v1/dead-letters/tickets/redrive", &json!({})).await?.expect(404)?;
    Ok(())
}
