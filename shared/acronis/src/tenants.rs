//! Tenants: who the customers are, and which tenant an older number stands for.

mod change;

use std::collections::VecDeque;

use bridge_core::id::TenantId;
use jiff::Timestamp;
use runtime::http::Url;
use runtime::http::lenient::{field, integer, list, quote, text, time, truth};
use serde_json::Value;

use crate::client::{Call, Client, IDS_PER_CALL, contract, identifier};
use crate::error::Error;
use crate::pages::{Pages, Read, Sheet, Source};
use crate::wire::Listing;

pub use change::{NewTenant, References};

const ENDPOINT: &str = "tenants";
/// The documented default.
const PAGE: u32 = 5_000;

/// One node of the tenant tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The tenant.
    pub id: TenantId,
    /// The node above it; `None` for what a client may not look above.
    pub parent: Option<TenantId>,
    /// What sort of node it is.
    pub kind: TenantKind,
    /// Name as shown.
    pub name: String,
    /// A disabled tenant's alerts cannot be seen.
    pub enabled: bool,
    /// Whether those above may look inside; the alerts of a tenant that manages itself cannot be seen.
    pub ancestral_access: bool,
    /// Reference of the provider, shown in reports.
    pub customer_id: Option<String>,
    /// Marker of an integration.
    pub internal_tag: Option<String>,
    /// When it was made, where that is said.
    pub created_at: Option<Timestamp>,
    /// To be sent back with a change.
    pub version: Option<i64>,
    /// Only another tenant may change it.
    pub locked: bool,
    /// It is being deleted or restored, and to be left alone.
    pub busy: bool,
}

/// Sorts of tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantKind {
    /// The platform itself.
    Root,
    /// A provider.
    Partner,
    /// Groups customers.
    Folder,
    /// A customer: what an account is mapped to.
    Customer,
    /// Part of a customer.
    Unit,
    /// Not named by the API's document.
    Other,
}

/// One page of tenants.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TenantPage {
    /// The tenants that could be read.
    pub tenants: Vec<Tenant>,
    /// The others: their id, as far as there is one, and what is wrong.
    pub unreadable: Vec<String>,
    /// To be given as `updated_since` next time; the first page's is the one to keep.
    pub timestamp: Option<String>,
}

impl Client {
    /// One tenant.
    ///
    /// # Errors
    /// Any of [`Error`]; [`Error::NotFound`] when there is none, or it is hidden from this connection.
    pub async fn tenant(&self, id: &TenantId) -> Result<Tenant, Error> {
        const DOING: &str = "reading a tenant";
        let url = self.account([ENDPOINT, identifier(DOING, id.as_str())?]);
        let reply = self.read(Call::get(DOING, ENDPOINT, url)).await?;
        Tenant::read(&reply).map_err(|reason| contract(DOING, reason))
    }

    /// The whole tree below and including `root`; with `updated_since` (a [`TenantPage::timestamp`]) only what changed.
    #[must_use]
    pub fn tenants(&self, root: &TenantId, updated_since: Option<&str>) -> Pages<TenantPage> {
        let mut first = self.account([ENDPOINT]);
        first.query_pairs_mut().append_pair("subtree_root_id", root.as_str()).append_pair("lod", "basic");
        if let Some(since) = updated_since {
            first.query_pairs_mut().append_pair("updated_since", since);
        }
        self.tenant_pages("reading the tenants", [first].into())
    }

    /// The tenants directly below a partner or folder.
    #[must_use]
    pub fn children(&self, parent: &TenantId) -> Pages<TenantPage> {
        let mut first = self.account([ENDPOINT]);
        first.query_pairs_mut().append_pair("parent_id", parent.as_str()).append_pair("lod", "basic");
        self.tenant_pages("reading the tenants of a partner", [first].into())
    }

    /// The given tenants. One that is missing from the answer does not exist (any more), or is hidden from this connection.
    #[must_use]
    pub fn tenants_by_id(&self, ids: &[TenantId]) -> Pages<TenantPage> {
        let mut from = self.listing(&[ENDPOINT], "uuids", ids.iter().map(TenantId::as_str));
        for url in &mut from {
            url.query_pairs_mut().append_pair("lod", "basic");
        }
        self.tenant_pages("reading tenants by id", from)
    }

    fn tenant_pages(&self, doing: &'static str, from: VecDeque<Url>) -> Pages<TenantPage> {
        let read = Read::Text(TenantPage::read);
        Pages::new(self.clone(), Source { doing, endpoint: ENDPOINT, from, limit: Some(PAGE), read })
    }

    /// Which of `candidates` has the number that an alert without a uuid names (rule T2). The number is found nowhere but in
    /// usages, so this reads those of the candidates, in batches, until it is found; `None` when none of them has it.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn tenant_by_number(&self, number: &str, candidates: &[TenantId]) -> Result<Option<TenantId>, Error> {
        const DOING: &str = "looking up a tenant by its number";
        for some in candidates.chunks(IDS_PER_CALL) {
            let ids = some.iter().map(|id| identifier(DOING, id.as_str())).collect::<Result<Vec<_>, _>>()?;
            let mut url = self.account([ENDPOINT, "usages"]);
            url.query_pairs_mut().append_pair("tenants", &ids.join(","));
            let reply = self.read(Call::get(DOING, "usages", url)).await?;
            let tenants = list(&reply, "items").ok_or_else(|| contract(DOING, "the reply has no list"))?;
            if let Some(found) = tenants.iter().find_map(|tenant| numbered(tenant, number)) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// The tenant of a batch of usages, if one of its usages names the number.
fn numbered(tenant: &Value, number: &str) -> Option<TenantId> {
    let usage = list(tenant, "usages")?.iter().find(|usage| text(usage, "tenant_id").as_deref() == Some(number))?;
    text(usage, "tenant_uuid").or_else(|| text(tenant, "tenant")).map(TenantId::from)
}

impl TenantPage {
    fn read(body: &[u8]) -> Result<Sheet<Self>, serde_json::Error> {
        let listing = Listing::read(body)?;
        let mut page = Self { timestamp: listing.timestamp(), ..Self::default() };
        for raw in &listing.items {
            // A tree of values for one row at a time: for five thousand it would take ten times the room of their text.
            let tenant = serde_json::from_str(raw.get()).map_err(|error| error.to_string());
            match tenant.and_then(|row: Value| Tenant::read(&row)) {
                Ok(tenant) => page.tenants.push(tenant),
                Err(reason) => page.unreadable.push(reason),
            }
        }
        Ok(Sheet { page, after: listing.after() })
    }
}

impl Tenant {
    fn read(item: &Value) -> Result<Self, String> {
        let id = text(item, "id").ok_or("a tenant without an id")?;
        let lacks = |what: &str| format!("tenant {}: {what}", quote(&id, 64));
        Ok(Self {
            kind: text(item, "kind").map(|kind| TenantKind::parse(&kind)).ok_or_else(|| lacks("no kind"))?,
            name: text(item, "name").ok_or_else(|| lacks("no name"))?,
            // Whether it is disabled must be said, never guessed: it decides what a missing alert means.
            enabled: truth(item, "enabled").ok_or_else(|| lacks("not said whether it is enabled"))?,
            // The API's document names it; where a reply does not, nothing is hidden.
            ancestral_access: truth(item, "ancestral_access").unwrap_or(true),
            parent: text(item, "parent_id").map(TenantId::from),
            customer_id: text(item, "customer_id"),
            internal_tag: text(item, "internal_tag"),
            created_at: time(item, "created_at"),
            version: integer(item, "version"),
            locked: field(item, "update_lock").and_then(|lock| truth(lock, "enabled")).unwrap_or(false),
            // The guide writes what the API's document leaves out.
            busy: text(item, "external_operation_status").is_some_and(|status| status != "no_operation"),
            id: TenantId::new(&id),
        })
    }
}

impl TenantKind {
    fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "root" => Self::Root,
            "partner" => Self::Partner,
            "folder" => Self::Folder,
            "customer" => Self::Customer,
            "unit" => Self::Unit,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests;
