//! One small example for every rule and for every dangerous case.

mod drift;
mod guard;
mod order;
mod storage;
mod want;
mod world;
