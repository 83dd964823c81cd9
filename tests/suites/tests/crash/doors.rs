//! Rule X1: the same alert through every door at once, many times over and in any order, is one ticket.

use anyhow::{Context as _, Result, ensure};
use bridge_core::hint::{Hint, Message};
use store::queue::{Queue as _, QueueName};
use suites::world::{COMPLETE, NEW, World};

use crate::kill::{End, recover, world};
use crate::scenarios::raised;

/// Orders tried.
const SHUFFLES: u64 = 24;

/// What may happen at once.
#[derive(Debug, Clone, Copy)]
enum Event {
    Webhook,
    Poll,
    /// A hint about the problem itself, as from a due time or a repeated message.
    Key,
    Deliver,
    /// A batch that is delivered twice, as a standard queue may do.
    DeliverTwice,
}

async fn happens(world: &mut World, event: Event, alert: simulators::acronis::AlertId) -> Result<()> {
    match event {
        Event::Webhook => world.hint(&[alert]).await,
        Event::Poll => world.poll().await.map(drop),
        Event::Key => {
            let keys = world.entries().await?.into_keys().collect();
            Ok(world.queue.send(QueueName::Alerts, &[Message::new(Hint::Keys { keys }, None)]).await?)
        }
        Event::Deliver => world.deliver().await.map(drop),
        Event::DeliverTwice => {
            let batch = world.queue.receive(QueueName::Alerts, 100).await?;
            world.deliver_these(batch.clone()).await?;
            world.deliver_these(batch).await
        }
    }
}

#[tokio::test(start_paused = true)]
async fn webhooks_and_polls_ten_times_over_in_any_order_make_one_ticket() -> Result<()> {
    use Event::{Deliver, DeliverTwice, Key, Poll, Webhook};
    for seed in 0..SHUFFLES {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut world = world().await?;
        let alert = raised(&mut world).await?;
        for (cleared, end) in [(false, NEW), (true, COMPLETE)] {
            if cleared {
                world.acronis.clear(alert)?;
            }
            let mut events: Vec<Event> = [Webhook, Poll, Key, Deliver, DeliverTwice].repeat(10);
            random.shuffle(&mut events);
            for event in events {
                happens(&mut world, event, alert).await.with_context(|| format!("seed {seed}: {event:?}"))?;
                world.check_tickets()?;
            }
            world.work().await?;
            let ticket = world.the_ticket().with_context(|| format!("seed {seed}\n{}", world.seam.trace()))?;
            ensure!(ticket.status == end, "seed {seed}: {ticket:?}\n{}", world.seam.trace());
        }
        recover(&mut world).await?;
        let end = End { tickets: &[(1, COMPLETE, 0)], count: 1 };
        end.check(&world).await.with_context(|| format!("seed {seed}\n{}", world.seam.trace()))?;
    }
    Ok(())
}
