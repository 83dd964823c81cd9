//! What the workers can rely on: at least once, invisible while in work, dead after too many tries.

use std::collections::BTreeMap;
use std::time::Duration;

use ::store::queue::{BODY_MAX_BYTES, QueueName, SendError};
use anyhow::{Context as _, Result};
use bridge_core::hint::{Hint, Message};
use bridge_core::id::AccountId;

use super::{Delivery, MAX_RECEIVE_COUNT, VISIBILITY, World};

fn message(n: i64) -> Message {
    Message::new(Hint::Account { account: AccountId(n), plan: None }, None)
}

async fn send(world: &dyn World, numbers: std::ops::Range<i64>) -> Result<()> {
    let messages: Vec<Message> = numbers.map(message).collect();
    Ok(world.queue().send(QueueName::Accounts, &messages).await?)
}

async fn receive(world: &dyn World, max: usize) -> Result<Vec<Delivery>> {
    world.queue().receive(QueueName::Accounts, max).await
}

fn number(body: &str) -> Result<i64> {
    let message = Message::parse(body).map_err(anyhow::Error::msg)?;
    match message.hint {
        Hint::Account { account, .. } => Ok(account.0),
        other => anyhow::bail!("{other:?} was not sent"),
    }
}

/// Every message is delivered; once deleted it never comes again.
pub async fn every_message_is_delivered_until_it_is_deleted(world: &dyn World) -> Result<()> {
    send(world, 0..250).await?;
    let mut seen = BTreeMap::new();
    while seen.len() < 250 {
        let batch = receive(world, 10).await?;
        anyhow::ensure!(!batch.is_empty(), "only {} of 250 messages arrived", seen.len());
        for delivery in batch {
            assert_eq!(delivery.count, 1);
            *seen.entry(number(&delivery.body)?).or_insert(0) += 1;
            world.queue().delete(QueueName::Accounts, &delivery.receipt).await?;
        }
    }
    assert!(seen.keys().copied().eq(0..250));
    world.pass(VISIBILITY * 2).await;
    assert!(receive(world, 10).await?.is_empty());
    Ok(())
}

/// A queue's messages stay in it.
pub async fn queues_are_separate(world: &dyn World) -> Result<()> {
    send(world, 0..1).await?;
    assert!(world.queue().receive(QueueName::Alerts, 10).await?.is_empty());
    assert_eq!(receive(world, 10).await?.len(), 1);
    Ok(())
}

/// A message in work is seen by nobody else until its time is over; then it comes again, counted.
pub async fn a_message_in_work_is_invisible_for_a_while(world: &dyn World) -> Result<()> {
    send(world, 7..8).await?;
    let first = receive(world, 10).await?.pop().context("was sent")?;
    assert!(receive(world, 10).await?.is_empty());
    world.pass(VISIBILITY - Duration::from_secs(5)).await;
    assert!(receive(world, 10).await?.is_empty());
    world.pass(Duration::from_secs(6)).await;
    let second = receive(world, 10).await?.pop().context("its time is over")?;
    assert_eq!((second.count, number(&second.body)?), (2, 7));
    assert_ne!(first.receipt, second.receipt);
    world.queue().delete(QueueName::Accounts, &second.receipt).await?;
    world.pass(VISIBILITY * 2).await;
    assert!(receive(world, 10).await?.is_empty());
    Ok(())
}

/// A failed message comes again at once.
pub async fn a_failed_message_comes_again_at_once(world: &dyn World) -> Result<()> {
    send(world, 0..2).await?;
    let [failed, done] = <[_; 2]>::try_from(receive(world, 10).await?).ok().context("two were sent")?;
    world.queue().fail(QueueName::Accounts, &failed.receipt).await?;
    world.queue().delete(QueueName::Accounts, &done.receipt).await?;
    let again = receive(world, 10).await?;
    assert_eq!(again.iter().map(|delivery| (&delivery.body, delivery.count)).collect::<Vec<_>>(), [(&failed.body, 2)]);
    Ok(())
}

/// A message that fails too often becomes a dead letter, alone, and can be sent on its way again.
pub async fn a_message_that_fails_too_often_dies_alone(world: &dyn World) -> Result<()> {
    send(world, 0..2).await?;
    for count in 1..=MAX_RECEIVE_COUNT {
        for delivery in receive(world, 10).await? {
            assert_eq!(delivery.count, count);
            match number(&delivery.body)? {
                0 => world.queue().fail(QueueName::Accounts, &delivery.receipt).await?,
                // The good one is done at the second try.
                _ if count == 2 => world.queue().delete(QueueName::Accounts, &delivery.receipt).await?,
                _ => world.queue().fail(QueueName::Accounts, &delivery.receipt).await?,
            }
        }
    }
    assert!(receive(world, 10).await?.is_empty());
    for _ in 0..2 {
        let dead = world.queue().list(QueueName::Accounts, 100).await?;
        let dead = dead.iter().map(|letter| number(&letter.body)).collect::<Result<Vec<_>>>()?;
        assert_eq!(dead, [0], "looking at it changes nothing");
    }
    assert!(world.queue().list(QueueName::Alerts, 100).await?.is_empty());

    assert_eq!(world.queue().redrive(QueueName::Accounts, 100).await?, 1);
    assert!(world.queue().list(QueueName::Accounts, 100).await?.is_empty());
    let again = receive(world, 10).await?.pop().context("was sent on its way again")?;
    assert_eq!((number(&again.body)?, again.count), (0, 1));
    Ok(())
}

/// A message beyond the limit is refused, and nothing of its call is sent.
pub async fn an_oversized_message_is_refused(world: &dyn World) -> Result<()> {
    let large = Hint::Unreadable { source: "s".into(), body: "x".repeat(BODY_MAX_BYTES), reason: "r".into() };
    let sent = world.queue().send(QueueName::Accounts, &[message(1), Message::new(large, None)]).await;
    assert!(matches!(sent, Err(SendError::TooLarge { .. })), "{sent:?}");
    assert!(receive(world, 10).await?.is_empty());
    Ok(())
}
