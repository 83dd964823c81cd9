//! The making of a customer against a tiny Acronis (rules V2 to V4 and X2).

mod once;
mod questions;
mod sequence;
mod world;
