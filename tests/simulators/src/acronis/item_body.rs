//! What clients send to change offering items, checked for form.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::account_error::Refusal;
use super::id::InfraId;
use super::tenant_body::bad;

/// The body of `PUT /tenants/{id}/offering_items`.
#[derive(Debug, Deserialize)]
pub(super) struct ItemsBody {
    pub(super) offering_items: Vec<ItemBody>,
    #[serde(default)]
    pub(super) check_usage: bool,
}

/// One item to change. What a client has read beside these keys may be sent back and changes nothing.
#[derive(Debug, Deserialize)]
pub(super) struct ItemBody {
    pub(super) application_id: String,
    pub(super) name: String,
    pub(super) infra_id: Option<InfraId>,
    pub(super) status: u8,
    pub(super) quota: Option<QuotaBody>,
}

/// A quota to set by whoever knows the version of the present one.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct QuotaBody {
    #[serde(deserialize_with = "amount")]
    pub(super) value: Option<f64>,
    #[serde(default, deserialize_with = "amount")]
    pub(super) overage: Option<f64>,
    pub(super) version: i64,
}

impl ItemsBody {
    pub(super) fn read(body: Map<String, Value>) -> Result<Self, Refusal> {
        let body: Self =
            serde_json::from_value(Value::Object(body)).map_err(|error| Refusal::BadRequest(error.to_string()))?;
        if body.offering_items.is_empty() {
            return Err(bad("offering_items: empty"));
        }
        if body.offering_items.iter().any(|item| item.status > 1) {
            return Err(bad("status: 0 or 1"));
        }
        Ok(body)
    }
}

/// A number that is not negative, or null.
fn amount<'de, D: Deserializer<'de>>(value: D) -> Result<Option<f64>, D::Error> {
    match Option::<f64>::deserialize(value)? {
        Some(amount) if amount < 0.0 => Err(serde::de::Error::custom("a quota cannot be negative")),
        amount => Ok(amount),
    }
}
