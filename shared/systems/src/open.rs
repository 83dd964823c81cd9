//! The open alerts of mapped customers (rules T2, T15).

use std::collections::BTreeSet;
use std::sync::Arc;

use bridge_core::alert::{Alert, Key};
use bridge_core::id::{AlertId, ConnectionId};

use crate::{Belongs, Config, Customer, Error, Systems, Use};

/// An open alert of a mapped customer.
#[derive(Debug, Clone)]
pub struct Open {
    /// The alert.
    pub alert: Alert,
    /// The connection that it was read through.
    pub connection: ConnectionId,
    /// Its problem.
    pub key: Key,
    /// Whose it is.
    pub customer: Arc<Customer>,
}

/// The complete list of a connection's open alerts.
#[derive(Debug, Clone, Default)]
pub struct OpenAlerts {
    /// All of them, mapped or not.
    pub ids: BTreeSet<AlertId>,
    /// Those of mapped customers.
    pub of_customers: Vec<Open>,
}

impl Systems {
    /// Lists the open alerts of a connection. Half a list is none (rule X3).
    ///
    /// # Errors
    /// Acronis or the table cannot be read.
    pub async fn open_alerts(&self, config: &Config, connection: &ConnectionId) -> Result<OpenAlerts, Error> {
        let client = self.acronis(config, connection, Use::Work).await?;
        let mut listed = OpenAlerts::default();
        let mut pages = client.open_alerts();
        while let Some(page) = pages.next().await? {
            for alert in page.alerts {
                listed.ids.insert(alert.id.clone());
                if let Belongs::To(customer) = self.owner_of(config, connection, &client, &alert).await? {
                    let key = Key::of(&customer.tenant, &alert);
                    listed.of_customers.push(Open { alert, connection: connection.clone(), key, customer });
                }
            }
        }
        Ok(listed)
    }
}
