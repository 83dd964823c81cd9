//! Acronis: one read of each sort. It has no list of rights to ask for; an API client has those of the roles of whoever made it.

use acronis::Client;
use bridge_core::id::{ConnectionId, TenantId};
use bridge_core::system::Id;
use systems::Use;

use super::{Needed, Tried};
use crate::Deps;
use crate::error::Error;

/// The role that all of account management takes.
const PARTNER: &str = "Administrator of the partner tenant (partner_admin)";
/// A name that nobody logs in with, asked for as a question that changes nothing.
const NOBODY: &str = "self-test.of.the.bridge";

/// Every right that is used.
pub(super) const NEEDED: [Needed; 15] = [
    Needed::read("client", "Find the API client's own tenant", "API clients, read"),
    Needed::read("tenants", "Read partners, folders and customers", PARTNER),
    Needed::read("offers", "Read what customers may be given", PARTNER),
    Needed::read("applications", "Read the names of applications", PARTNER),
    Needed::read("items", "Read customers' offering items and quotas", PARTNER),
    Needed::read("usages", "Read what customers use", PARTNER),
    Needed::read("users", "Check whether a log-in name is free", PARTNER)
        .only_for("creating customers with an administrator"),
    Needed::read("alerts", "Read alerts", "Alerts of the partner tenant and its customers, read"),
    Needed::read("alert_types", "Read the types of alerts", "Alerts, read types"),
    Needed::write("change_quotas", "Set quotas", PARTNER),
    Needed::write("create_tenants", "Create customers", PARTNER).only_for("creating customers"),
    Needed::write("change_tenants", "Disable and enable customers", PARTNER).only_for("deprovisioning"),
    Needed::write("set_pricing", "Set a new customer to production", PARTNER).only_for("creating customers"),
    Needed::write("create_users", "Create a customer's administrator", PARTNER)
        .only_for("creating customers with an administrator"),
    Needed::write("dismiss_alerts", "Dismiss alerts", "Alerts, dismiss")
        .only_for("alert types whose completed tickets dismiss their alerts"),
];

type Result<T> = std::result::Result<T, acronis::Error>;

/// Tries the rights to read.
pub(super) async fn look(
    deps: &Deps,
    connection: &ConnectionId,
) -> std::result::Result<Vec<(&'static str, Tried)>, Error> {
    let config = deps.systems.config().await?;
    if !config.connections.contains_key(connection) {
        return Err(Error::refused("not_in_use", "the connection is not in use, so it is not tested"));
    }
    let client = deps.systems.acronis(&config, connection, Use::Work).await?;
    match look_with(&client, &connection.as_str().into()).await {
        Ok(tried) => Ok(tried),
        Err(error) => Err(deps.systems.failed(&Id::Acronis(connection.clone()), error.into()).await.into()),
    }
}

async fn look_with(client: &Client, own: &TenantId) -> Result<Vec<(&'static str, Tried)>> {
    // The first page of a long list tells as much as all of it.
    Ok(vec![
        ("client", tried(client.me().await)?),
        ("tenants", tried(client.tenants(own, None).next().await)?),
        ("offers", tried(client.available_items(own).await)?),
        ("applications", tried(client.applications().await)?),
        ("items", tried(client.items_below(own, &[], None).next().await)?),
        ("usages", tried(client.usages_of(std::slice::from_ref(own)).next().await)?),
        ("users", tried(client.is_login_free(NOBODY).await)?),
        ("alerts", tried(client.open_alerts().next().await)?),
        ("alert_types", tried(client.alert_types().await)?),
    ])
}

/// A refusal is what a test looks for; a refused log-in ends it.
fn tried<T>(answer: Result<T>) -> Result<Tried> {
    match answer {
        Ok(_) => Ok(Tried::passed()),
        Err(error) if error.is_log_in_refused() => Err(error),
        Err(error @ acronis::Error::Forbidden { .. }) => Ok(Tried::refused(error.to_string())),
        Err(error) => Ok(Tried::unknown(format!("it could not be tried: {error}"))),
    }
}
