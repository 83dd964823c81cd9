//! Sign-in to the console by OpenID Connect, called in process over a simulated sign-in service: who comes in, what each may do,
//! and that everybody else is refused on every route.

mod browser;
mod changes;
mod flow;
mod refused;
mod secrecy;
mod sessions;
mod stage;
mod tokens;
