//! One process that stands in for AWS, for a single machine and for tests.
//!
//! | module | stands in for |
//! | --- | --- |
//! | [`engine`] | DynamoDB: an embedded engine behind the AWS SDK's own HTTP seam, on a file or in memory |
//! | [`queue`] | Amazon SQS: standard queues with visibility time-out, receive count and dead letters, kept in the engine |
//! | [`secrets`] | AWS Secrets Manager: a file that only its owner can read, or memory |
#![warn(missing_docs)]

pub mod engine;
pub mod queue;
pub mod secrets;
