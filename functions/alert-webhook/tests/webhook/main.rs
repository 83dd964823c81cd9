//! The alert webhook behind API Gateway, with a queue and a secret store that tests can look into and break.

mod door;
mod events;
mod failures;
mod lean;
mod refusals;
mod rotation;
mod secrecy;
