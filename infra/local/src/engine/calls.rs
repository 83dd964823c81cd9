//! From an operation's name to the engine's typed call.

use dynoxide::Database;
use dynoxide::errors::{DynoxideError, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Whether an operation moves data and so is billed by units; `Some(true)` for writes.
pub(super) fn is_billed_write(operation: &str) -> Option<bool> {
    match operation {
        "GetItem" | "BatchGetItem" | "TransactGetItems" | "Query" | "Scan" => Some(false),
        "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems" => Some(true),
        _ => None,
    }
}

/// Carries out one operation. The request and the answer are DynamoDB's JSON.
pub(super) fn run(database: &Database, operation: &str, request: Value) -> Result<Value> {
    match operation {
        "GetItem" => call(request, |request| database.get_item(request)),
        "PutItem" => call(request, |request| database.put_item(request)),
        "UpdateItem" => call(request, |request| database.update_item(request)),
        "DeleteItem" => call(request, |request| database.delete_item(request)),
        "BatchGetItem" => call(request, |request| database.batch_get_item(request)),
        "BatchWriteItem" => call(request, |request| database.batch_write_item(request)),
        "TransactGetItems" => call(request, |request| database.transact_get_items(request)),
        "TransactWriteItems" => call(request, |request| database.transact_write_items(request)),
        "Query" => call(request, |request| database.query(request)),
        "Scan" => call(request, |request| database.scan(request)),
        "CreateTable" => call(request, |request| database.create_table(request)),
        "DescribeTable" => call(request, |request| database.describe_table(request)),
        "UpdateTimeToLive" => call(request, |request| database.update_time_to_live(request)),
        other => Err(DynoxideError::ValidationException(format!("{other} is not used by this integration"))),
    }
}

fn call<Q: DeserializeOwned, A: Serialize>(request: Value, run: impl FnOnce(Q) -> Result<A>) -> Result<Value> {
    let request =
        serde_json::from_value(request).map_err(|error| DynoxideError::ValidationException(error.to_string()))?;
    serde_json::to_value(run(request)?).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
