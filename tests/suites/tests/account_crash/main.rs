//! Rules X1, X2 and X5 for contracts, tenants and quotas: a process may die at any call, a reply may be lost, two workers may meet
//! at one account; the end is always the same, and the journal has every write once. Time is virtual.

mod customers;
mod doubt;
mod kill;
mod life;
mod lifecycle;
mod picture;
mod process;
mod quotas;
mod stage;
mod together;
