//! The Acronis simulator, seen through its router as a client sees it.

#![expect(clippy::unwrap_used, reason = "helpers outside of test functions may fail a test too")]

mod access;
mod alert_pages;
mod alerts;
mod client;
mod controls;
mod item_rules;
mod items;
mod raising;
mod sockets;
mod tenant_rules;
mod tenants;
mod usages;
mod users;
