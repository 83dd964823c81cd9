//! What reading thousands of accounts takes: calls, memory, and the hours of a first run. The whole table, with ten thousand
//! accounts, prints `cargo run -p suites --release --bin reconcile`.

mod calls;
mod first_run;
mod memory;
