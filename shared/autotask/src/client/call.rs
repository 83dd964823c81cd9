//! What a call is made of, before zone and log-in are added.

use runtime::http::Method;
use serde_json::Value;

use crate::entity::Entity;

/// Whether a call may change something at the other side, which decides what a failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Read,
    Write,
}

/// One call, before zone and log-in are added.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// For messages, as in "creating a ticket".
    pub(crate) doing: &'static str,
    pub(crate) effect: Effect,
    /// What the limit of calls in flight is counted for.
    pub(crate) endpoint: &'static str,
    pub(crate) method: Method,
    /// Below the zone's version, made of our own words and of numbers.
    pub(crate) path: Vec<String>,
    pub(crate) body: Option<Value>,
}

impl Call {
    /// Reads something; `path` follows the entity.
    pub(crate) fn get(doing: &'static str, entity: Entity, path: &[&str]) -> Self {
        Self::new(doing, Effect::Read, Method::GET, entity, path, None)
    }

    /// Asks for records. A POST, as a URL must not be longer than 2,048 characters.
    pub(crate) fn query(doing: &'static str, entity: Entity, body: Value) -> Self {
        Self::new(doing, Effect::Read, Method::POST, entity, &["query"], Some(body))
    }

    /// Changes something.
    pub(crate) fn write(doing: &'static str, method: Method, entity: Entity, path: &[&str], body: Value) -> Self {
        Self::new(doing, Effect::Write, method, entity, path, Some(body))
    }

    fn new(
        doing: &'static str,
        effect: Effect,
        method: Method,
        entity: Entity,
        path: &[&str],
        body: Option<Value>,
    ) -> Self {
        let path = [entity.path()].iter().chain(path).map(|part| (*part).to_owned()).collect();
        Self { doing, effect, endpoint: entity.endpoint(), method, path, body }
    }

    pub(super) fn threshold() -> Self {
        const NAME: &str = "ThresholdInformation";
        Self {
            doing: "reading how many requests are left",
            effect: Effect::Read,
            endpoint: NAME,
            method: Method::GET,
            path: vec![NAME.to_owned()],
            body: None,
        }
    }
}
