//! What clients send to create or change a tenant, checked for form.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::account_error::Refusal;
use super::id::TenantId;
use super::quirks::Quirks;
use super::tenant::Kind;

/// Keys that `POST /tenants` takes; its schema forbids all others.
const CREATE_KEYS: &[&str] = &[
    "name",
    "parent_id",
    "kind",
    "contact",
    "company_billing_contact",
    "enabled",
    "customer_id",
    "internal_tag",
    "language",
    "default_idp_id",
    "update_lock",
    "ancestral_access",
    "settings",
];

/// Further keys that a client may send back with `PUT` because it has read them; they change nothing.
const READ_ONLY_KEYS: &[&str] = &[
    "id",
    "version",
    "customer_type",
    "contacts",
    "has_children",
    "owner_id",
    "brand_id",
    "brand_uuid",
    "brand_enabled",
    "barrier",
    "mfa_status",
    "pricing_mode",
    "production_start_date",
    "external_operation_status",
    "created_at",
    "updated_at",
    "deleted_at",
];

const LANGUAGES: &[&str] = &[
    "bg", "zh", "zh-TW", "cs", "da", "nl", "en", "en-US", "fi", "fr", "de", "hu", "id", "it", "ja", "ko", "ms", "nb",
    "pl", "pt", "pt-BR", "ru", "sr", "es", "es-419", "sv", "tr",
];

const INTERNAL_TAG_MAX: usize = 256;

/// The properties of a tenant that a client can set; what is absent stays or takes its default.
#[derive(Debug, Default, Deserialize)]
pub(super) struct TenantBody {
    pub(super) version: Option<u64>,
    pub(super) name: Option<String>,
    pub(super) parent_id: Option<TenantId>,
    pub(super) kind: Option<Kind>,
    pub(super) contact: Option<Map<String, Value>>,
    pub(super) enabled: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    pub(super) customer_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    pub(super) internal_tag: Option<Option<String>>,
    pub(super) language: Option<String>,
    pub(super) update_lock: Option<UpdateLock>,
    pub(super) ancestral_access: Option<bool>,
}

/// A lock that leaves changes of the tenant to one owner.
#[derive(Debug, Deserialize)]
pub(super) struct UpdateLock {
    pub(super) enabled: bool,
    pub(super) owner_id: Option<TenantId>,
}

impl TenantBody {
    /// Reads the body of `POST /tenants`.
    pub(super) fn of_create(body: Map<String, Value>, quirks: &Quirks) -> Result<Self, Refusal> {
        refuse_unknown(&body, &[CREATE_KEYS])?;
        Self::read(body, quirks)
    }

    /// Reads the body of `PUT /tenants/{id}`.
    pub(super) fn of_update(body: Map<String, Value>, quirks: &Quirks) -> Result<Self, Refusal> {
        refuse_unknown(&body, &[CREATE_KEYS, READ_ONLY_KEYS])?;
        Self::read(body, quirks)
    }

    fn read(body: Map<String, Value>, quirks: &Quirks) -> Result<Self, Refusal> {
        let body: Self =
            serde_json::from_value(Value::Object(body)).map_err(|error| Refusal::BadRequest(error.to_string()))?;
        body.check(quirks)?;
        Ok(body)
    }

    fn check(&self, quirks: &Quirks) -> Result<(), Refusal> {
        if let Some(name) = &self.name {
            let length = name.chars().count();
            if name.trim().is_empty() || length > quirks.max_name_length || name.chars().any(char::is_control) {
                return Err(bad("name: empty, too long, or with control characters"));
            }
        }
        if let Some(Some(tag)) = &self.internal_tag
            && tag.chars().count() > INTERNAL_TAG_MAX
        {
            return Err(bad("internal_tag: longer than 256 characters"));
        }
        if let Some(language) = &self.language
            && !LANGUAGES.contains(&language.as_str())
        {
            return Err(bad("language: not a known code"));
        }
        match self.contact.as_ref().and_then(|contact| contact.get("email")).and_then(Value::as_str) {
            Some(email) if email.len() < 3 => Err(bad("contact.email: shorter than 3 characters")),
            _ => Ok(()),
        }
    }
}

fn refuse_unknown(body: &Map<String, Value>, known: &[&[&str]]) -> Result<(), Refusal> {
    match body.keys().find(|key| !known.iter().any(|keys| keys.contains(&key.as_str()))) {
        Some(key) => Err(Refusal::BadRequest(format!("{key}: additional properties are not allowed"))),
        None => Ok(()),
    }
}

pub(super) fn bad(message: &str) -> Refusal {
    Refusal::BadRequest(message.to_owned())
}

/// Tells `null` (clear it) from an absent key (leave it).
pub(super) fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}
