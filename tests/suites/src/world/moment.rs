//! Going back to an earlier moment of a world, so that a scenario is prepared once and played many times.

use std::collections::HashMap;
use std::sync::PoisonError;

use anyhow::Result;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, PutRequest, WriteRequest};
use jiff::Timestamp;
use simulators::{acronis, autotask};

use super::setup::TABLES;
use super::{Poller, World, fresh};

/// Writes in one call of the table.
const WRITES: usize = 25;

type Item = HashMap<String, AttributeValue>;

/// What a world was at some moment.
pub struct Moment {
    now: Timestamp,
    acronis: acronis::Moment,
    autotask: autotask::Moment,
    /// The items of each table.
    items: Vec<(&'static str, Vec<Item>)>,
    /// Lines of the trace.
    traced: usize,
}

impl World {
    /// What the world is now. Nothing may be under way.
    ///
    /// # Errors
    /// The engine failed.
    pub async fn moment(&self) -> Result<Moment> {
        let mut items = Vec::new();
        for table in TABLES {
            items.push((table, self.items(table).await?));
        }
        let (acronis, autotask) = (self.acronis.moment(), self.autotask.moment());
        Ok(Moment { now: self.now(), acronis, autotask, items, traced: self.seam.traced() })
    }

    /// Makes the world what it was then: records, messages, both vendors, the time. The functions' processes have all just started,
    /// and of the seam and the network nothing is left. Only the sequence of random numbers goes on.
    ///
    /// # Errors
    /// The engine failed.
    pub async fn back_to(&mut self, moment: &Moment) -> Result<()> {
        self.advance(moment.now.duration_since(self.now()));
        self.acronis.back_to(&moment.acronis);
        self.autotask.back_to(&moment.autotask);
        for control in [self.acronis.control(), self.autotask.control()] {
            control.clear_calls();
            control.clear_faults();
        }
        for (table, items) in &moment.items {
            self.bring_back(table, items).await?;
        }
        self.systems = fresh(&self.systems);
        *self.poller.get_mut().unwrap_or_else(PoisonError::into_inner) = Poller::new(&self.systems);
        self.network.forget();
        self.seam.back_to(moment.traced);
        Ok(())
    }

    async fn items(&self, table: &str) -> Result<Vec<Item>> {
        let client = self.engine.client();
        let pages = client.scan().table_name(table).into_paginator().items().send();
        Ok(pages.collect::<Result<Vec<_>, _>>().await?)
    }

    async fn bring_back(&self, table: &str, then: &[Item]) -> Result<()> {
        let now: HashMap<_, _> = self.items(table).await?.into_iter().map(|item| (key(&item), item)).collect();
        let mut gone: HashMap<_, _> = now.iter().map(|(key, item)| (key.clone(), item)).collect();
        let mut writes = Vec::new();
        for item in then {
            gone.remove(&key(item));
            if now.get(&key(item)) != Some(item) {
                let put = PutRequest::builder().set_item(Some(item.clone())).build()?;
                writes.push(WriteRequest::builder().put_request(put).build());
            }
        }
        for item in gone.into_values() {
            let key = item.iter().filter(|(name, _)| KEY.contains(&name.as_str()));
            let key = key.map(|(name, value)| (name.clone(), value.clone())).collect();
            let delete = DeleteRequest::builder().set_key(Some(key)).build()?;
            writes.push(WriteRequest::builder().delete_request(delete).build());
        }
        for writes in writes.chunks(WRITES) {
            let answer = self.engine.client().batch_write_item().request_items(table, writes.to_vec()).send().await?;
            let left = answer.unprocessed_items.unwrap_or_default();
            anyhow::ensure!(left.is_empty(), "{table} was not brought back: {left:?}");
        }
        Ok(())
    }
}

/// Names of the attributes that tell items apart.
const KEY: [&str; 2] = ["pk", "sk"];

fn key(item: &Item) -> [Option<String>; 2] {
    KEY.map(|name| item.get(name).and_then(|value| value.as_s().ok()).cloned())
}
