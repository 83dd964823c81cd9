//! What the integration keeps: typed records in one DynamoDB table, hints on two queues, secrets in a secret store.
//!
//! | module | feature | what |
//! | --- | --- | --- |
//! | [`table`] | `table` | [`table::Table`]: conditional reads and writes of typed records |
//! | [`record`] | `table` | the records themselves, each with its keys and access pattern |
//! | [`pack`] | `table` | lists of thousands in few compressed items |
//! | [`queue`] | (`queue`: Amazon SQS) | the port [`queue::Queue`] and its AWS adapter |
//! | [`secrets`] | (`secrets`: AWS Secrets Manager) | the port [`secrets::Secrets`], a cache, and its AWS adapter |
//! | [`aws`] | any of them | credentials, time-outs and the one HTTP client that the AWS adapters share |
//!
//! The ports are there without a feature, so that a function links only the AWS clients that it calls.
#![warn(missing_docs)]

#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "table")]
pub mod pack;
pub mod queue;
#[cfg(feature = "table")]
pub mod record;
pub mod secrets;
#[cfg(feature = "table")]
pub mod table;
