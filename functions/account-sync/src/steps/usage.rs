//! What a tenant uses, read for a decision that depends on it.

use acronis::{Client, Error, Usage};
use bridge_core::id::TenantId;

/// What one tenant uses. What is missing is not known, which is not the same as unused.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub(super) usages: Vec<Usage>,
    /// Acronis has told of this tenant, and nothing of it was unreadable.
    is_complete: bool,
}

impl Used {
    /// Whether the tenant uses anything at all; `None` where that was not to be learnt.
    pub(super) fn is_any(&self) -> Option<bool> {
        let is_any = self.usages.iter().any(|usage| usage.value > 0);
        (is_any || self.is_complete).then_some(is_any)
    }
}

/// Reads it.
pub(super) async fn of_tenant(client: &Client, tenant: &TenantId) -> Result<Used, Error> {
    let mut pages = client.usages_of(std::slice::from_ref(tenant));
    let mut used = Used::default();
    while let Some(page) = pages.next().await? {
        for reason in &page.unreadable {
            tracing::warn!(%tenant, reason, "the usages of a tenant cannot be read");
        }
        for of_tenant in page.tenants.into_iter().filter(|of_tenant| of_tenant.tenant == *tenant) {
            for reason in &of_tenant.unreadable {
                tracing::warn!(%tenant, reason, "a usage cannot be read, so it counts as unknown");
            }
            used.is_complete = of_tenant.unreadable.is_empty();
            used.usages.extend(of_tenant.usages);
        }
    }
    Ok(used)
}
