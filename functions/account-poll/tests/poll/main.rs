//! The poll against both simulators and the embedded table: what it reads, what it concludes, and whom it sends to work.

mod activation;
mod brake;
mod editions;
mod first;
mod notice;
mod preview;
mod steady;
mod unknown;
mod world;
