//! Rules X1 and X2: a process may die at any call, a reply may be lost, two workers may meet at one problem; the end is always
//! the same. Time is virtual.

mod doors;
mod doubt;
mod kill;
mod scenarios;
mod storm;
mod workers;
