//! The Autotask simulator, seen over its API: each documented behaviour, and each switch for an undocumented one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod autotask {
    mod access;
    mod catalogue;
    mod companies;
    mod contracts;
    mod crowd;
    mod demo;
    mod desk;
    mod limits;
    mod metadata;
    mod notes;
    mod people;
    mod query;
    mod tickets;
    mod units;
    mod validation;
    mod webhooks;
    mod writes;
}
