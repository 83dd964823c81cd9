//! Rule V5: ids lead, names are refreshed and shown.

use store::record::Mapping;
use store::table::Table;

use super::world::World;
use crate::Error;

/// Writes the names of mapped accounts and tenants that were changed.
pub(super) async fn refresh(table: &Table, world: &World<'_>) -> Result<(), Error> {
    for Mapping { account, tenant, connection, account_name, tenant_name, .. } in world.mappings.values() {
        let company = world.companies.list().get(account).map(|company| &company.name);
        let node = world.tenants.get(connection).and_then(|tenants| tenants.tree().get(tenant)).map(|node| &node.name);
        let is_new = |name: Option<&String>, known: &String| name.is_some_and(|name| name != known);
        if !is_new(company, account_name) && !is_new(node, tenant_name) {
            continue;
        }
        let renamed = |mapping: Option<Mapping>| {
            let mut mapping = mapping?;
            mapping.account_name = company.unwrap_or(&mapping.account_name).clone();
            if mapping.tenant == *tenant {
                mapping.tenant_name = node.unwrap_or(&mapping.tenant_name).clone();
            }
            Some(mapping)
        };
        table.modify(account, renamed).await?;
    }
    Ok(())
}
