use async_trait::async_trait;

/// A call on its way to the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Operation, for example `PutItem`.
    pub operation: String,
    /// The table, for operations on one table.
    pub table: Option<String>,
    /// The request, for tests that look for a key in it.
    pub request: String,
}

/// How a call is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The table's throughput is exceeded. Before the operation only.
    Throttled,
    /// The service answers with status 500.
    InternalError,
    /// The connection breaks.
    Reset,
    /// No answer ever comes.
    Silence,
}

/// Sees every call before and after the engine. It may wait, and it may cut the call off: before, so that nothing happens, or
/// after, so that it happened and nobody knows.
#[async_trait]
pub trait Interceptor: Send + Sync {
    /// Before the engine sees the call.
    async fn before(&self, call: &Call) -> Result<(), Cut> {
        let _ = call;
        Ok(())
    }

    /// After the engine has done what was asked, or refused it.
    async fn after(&self, call: &Call) -> Result<(), Cut> {
        let _ = call;
        Ok(())
    }
}
