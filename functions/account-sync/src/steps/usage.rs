//! What a tenant uses, read for a decision that depends on it.

use acronis::{Client, Error, Usage};
use bridge_core::id::TenantId;

/// The usages of one tenant. What is missing is not known, which is not the same as unused.
pub(super) async fn of_tenant(client: &Client, tenant: &TenantId) -> Result<Vec<Usage>, Error> {
    let mut pages = client.usages_of(std::slice::from_ref(tenant));
    let mut usages = Vec::new();
    while let Some(page) = pages.next().await? {
        for of_tenant in page.tenants.into_iter().filter(|of_tenant| of_tenant.tenant == *tenant) {
            for reason in &of_tenant.unreadable {
                tracing::warn!(%tenant, reason, "a usage cannot be read, so it counts as unknown");
            }
            usages.extend(of_tenant.usages);
        }
    }
    Ok(usages)
}
