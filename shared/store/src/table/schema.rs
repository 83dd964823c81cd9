//! Names that the table's template, its engine and its records share.

/// Partition key (text).
pub const PK: &str = "pk";
/// Sort key (text).
pub const SK: &str = "sk";
/// Format of the record (number).
pub const FORMAT: &str = "v";
/// Version of the record (number).
pub const VERSION: &str = "ver";
/// The record's own fields (map). They have a level of their own so that none can collide with a name above or below.
pub const RECORD: &str = "r";
/// Partition key of the index of due records (text); absent from records that wait for nothing.
pub const DUE_BUCKET: &str = "due_bucket";
/// Sort key of the index of due records (number, seconds since 1970).
pub const DUE_AT: &str = "due_at";
/// When the table may forget the record (number, seconds since 1970).
pub const EXPIRES_AT: &str = "expires_at";
/// Partition key of the index of noted records (text), their kind; absent from all others.
pub const NOTED: &str = "noted";
/// Name of the sparse index of noted records. It projects keys only.
pub const NOTED_INDEX: &str = "noted";
/// Name of the sparse index of due records. It projects keys only.
pub const DUE_INDEX: &str = "due";
/// The one value of [`DUE_BUCKET`]: few records are due at once, and one partition takes 1,000 writes a second.
pub const DUE: &str = "due";
