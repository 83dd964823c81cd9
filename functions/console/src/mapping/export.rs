//! The mapping as a file for a spreadsheet (rule V7).

use store::record::Mapping;

use crate::Deps;
use crate::error::Error;
use crate::text::harmless;

/// The columns of the file, in their order. An import reads them by these names.
pub(super) const COLUMNS: [&str; 5] = ["account", "account_name", "tenant", "tenant_name", "connection"];

/// All mappings as CSV, by account.
///
/// # Errors
/// The table cannot be read.
pub async fn csv(deps: &Deps) -> Result<Vec<u8>, Error> {
    let mappings = Mapping::all(&deps.systems.table).await?.records.into_iter().map(|stored| stored.value);
    write(mappings).map_err(|error| Error::Internal(error.into()))
}

fn write(mappings: impl Iterator<Item = Mapping>) -> Result<Vec<u8>, csv::Error> {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(COLUMNS)?;
    for Mapping { account, account_name, tenant, tenant_name, connection, .. } in mappings {
        file.write_record([
            account.to_string(),
            harmless(&account_name),
            harmless(tenant.as_str()),
            harmless(&tenant_name),
            harmless(connection.as_str()),
        ])?;
    }
    file.into_inner().map_err(|error| error.into_error().into())
}
