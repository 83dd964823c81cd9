//! Configuration items: the devices of a company, which tickets can be linked to (rule T12).

use bridge_core::id::{AccountId, DeviceId};
use runtime::http::lenient::text;
use serde_json::Value;

use crate::client::Client;
use crate::entity::Entity;
use crate::query::{Pages, Query, condition, number};

/// A configuration item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationItem {
    /// The configuration item.
    pub id: DeviceId,
    /// The company.
    pub account: AccountId,
    /// Its title. The host names that a monitoring product of Autotask's own maker fills in do not count: only devices of that
    /// product have them, and nobody can correct them there.
    pub name: Option<String>,
}

impl Client {
    /// The active configuration items of these companies.
    #[must_use]
    pub fn active_configuration_items(&self, accounts: &[AccountId]) -> Pages<ConfigurationItem> {
        let query = Query {
            doing: "reading the configuration items",
            entity: Entity::ConfigurationItems,
            filter: vec![condition("eq", "isActive", true)],
            fields: &["id", "companyID", "referenceTitle"],
            read: configuration_item,
        };
        Pages::among(self.clone(), query, "companyID", accounts.iter().map(|account| account.0))
    }
}

fn configuration_item(item: &Value) -> Result<ConfigurationItem, String> {
    Ok(ConfigurationItem {
        id: DeviceId(number(item, "id")?),
        account: AccountId(number(item, "companyID")?),
        name: text(item, "referenceTitle"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::{client, page};

    #[tokio::test]
    async fn t12_the_active_items_of_many_companies_are_read_at_once() {
        let (client, autotask) = client([page(&[
            json!({"id": 4411, "companyID": 174, "referenceTitle": "SRV-1"}),
            json!({"ID": "4412", "CompanyID": "175", "ReferenceTitle": ""}),
            json!({"id": 4413, "referenceTitle": "SRV-3"}),
        ])]);
        let mut pages = client.active_configuration_items(&[AccountId(175), AccountId(174)]);
        let page = pages.next().await.expect("read").expect("a page");
        let item = |id, account, name: Option<&str>| ConfigurationItem {
            id: DeviceId(id),
            account: AccountId(account),
            name: name.map(str::to_owned),
        };
        assert_eq!(page.rows, [item(4411, 174, Some("SRV-1")), item(4412, 175, None)]);
        assert_eq!(page.unreadable, ["record 4413: no companyID"]);
        assert_eq!(pages.next().await.expect("read"), None);
        assert_eq!(autotask.calls(), ["POST /atservicesrest/v1.0/ConfigurationItems/query"]);
        assert_eq!(
            autotask.sent(0)["filter"],
            json!([
                {"op": "eq", "field": "isActive", "value": true},
                {"op": "in", "field": "companyID", "value": [174, 175]},
            ])
        );
        assert_eq!(autotask.sent(0)["IncludeFields"], json!(["id", "companyID", "referenceTitle"]));
    }
}
