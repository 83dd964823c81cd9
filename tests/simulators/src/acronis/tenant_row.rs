//! Tenants as the API shows them. Lists of them are long, so rows are written without a tree of values in between.

use serde::Serialize;
use serde_json::{Map, Value};

use super::id::TenantId;
use super::tenant::{Kind, PricingMode, Tenant, account_time};

const DEFAULT_IDP: &str = "11111111-1111-1111-1111-111111111111";
const BRAND: &str = "14dc11ca-2b16-43bb-8ba4-2a3545c214a0";

/// How much of each tenant a listing shows. What `Stamps` and `Basic` leave out is our reading: the documents name the levels only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    Stamps,
    Basic,
    Full { contacts: bool },
}

/// One tenant.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Row<'a> {
    Stamps(Stamps),
    Whole(Box<Whole<'a>>),
}

/// Just enough to see what has changed.
#[derive(Serialize)]
pub(super) struct Stamps {
    id: TenantId,
    version: u64,
    updated_at: String,
    deleted_at: Option<String>,
}

/// A tenant's properties.
#[derive(Serialize)]
pub(super) struct Whole<'a> {
    id: TenantId,
    version: u64,
    name: &'a str,
    kind: Kind,
    customer_type: &'static str,
    parent_id: TenantId,
    enabled: bool,
    customer_id: Option<&'a str>,
    internal_tag: Option<&'a str>,
    language: &'a str,
    ancestral_access: bool,
    has_children: bool,
    owner_id: Option<TenantId>,
    default_idp_id: &'static str,
    brand_id: u32,
    brand_uuid: &'static str,
    update_lock: Lock,
    mfa_status: &'static str,
    pricing_mode: PricingMode,
    production_start_date: String,
    external_operation_status: Option<&'static str>,
    created_at: String,
    updated_at: String,
    deleted_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<&'a Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Vec<&'a Map<String, Value>>>,
}

#[derive(Serialize)]
struct Lock {
    enabled: bool,
    owner_id: Option<TenantId>,
}

impl<'a> Row<'a> {
    pub(super) fn new(tenant: &'a Tenant, detail: Detail, has_children: bool) -> Self {
        let with_contacts = match detail {
            Detail::Stamps => return Self::Stamps(Stamps::new(tenant)),
            Detail::Basic => None,
            Detail::Full { contacts } => Some(contacts),
        };
        Self::Whole(Box::new(Whole {
            id: tenant.id,
            version: tenant.version,
            name: &tenant.name,
            kind: tenant.kind,
            customer_type: "default",
            parent_id: tenant.parent,
            enabled: tenant.enabled,
            customer_id: tenant.customer_id.as_deref(),
            internal_tag: tenant.internal_tag.as_deref(),
            language: &tenant.language,
            ancestral_access: tenant.ancestral_access,
            has_children,
            owner_id: None,
            default_idp_id: DEFAULT_IDP,
            brand_id: 3579,
            brand_uuid: BRAND,
            update_lock: Lock { enabled: tenant.locked_by.is_some(), owner_id: tenant.locked_by },
            mfa_status: tenant.mfa_status(),
            pricing_mode: tenant.pricing.mode,
            production_start_date: account_time(tenant.pricing.production_start),
            external_operation_status: None,
            created_at: account_time(tenant.created_at),
            updated_at: account_time(tenant.updated_at),
            deleted_at: tenant.deleted_at.map(account_time),
            contact: with_contacts.map(|_| &tenant.contact),
            contacts: with_contacts.map(|contacts| contacts.then_some(&tenant.contact).into_iter().collect()),
        }))
    }
}

impl Stamps {
    fn new(tenant: &Tenant) -> Self {
        Self {
            id: tenant.id,
            version: tenant.version,
            updated_at: account_time(tenant.updated_at),
            deleted_at: tenant.deleted_at.map(account_time),
        }
    }
}
