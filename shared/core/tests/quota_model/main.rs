//! The rules of quotas, proved against a second statement of them that is slow and obvious.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `contracts` | contracts as they really are, and the rows that Autotask shows of them |
//! | `catalogue` | a partner with two applications, several editions and several storages |
//! | `world` | a product mapping, a tenant, its usage and what is remembered of it, all random |
//! | `model` | what each item must be, and what stands against a change |
//! | `sold`, `vanished` | rule P4: units of a service, and units that vanished |
//! | `wanted`, `planned`, `settled` | rules P2 to P15: what must be, what changes, and where repeated runs come to rest |
//! | `remembered` | rule P15: drift, as runs follow one another |
//! | `braked` | rule P12's brake |
//! | `dangers` | the cases in which a wrong answer stops a customer's backups, told one by one |
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod catalogue;
mod contracts;
mod model;
mod world;

mod braked;
mod dangers;
mod planned;
mod remembered;
mod settled;
mod sold;
mod vanished;
mod wanted;

/// So many random cases, and no files of failures.
fn cases(number: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config { failure_persistence: None, ..proptest::test_runner::Config::with_cases(number) }
}
