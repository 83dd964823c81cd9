//! The catalogue: the services that products are mapped to, and the bundles that contain them.

use bridge_core::id::{BundleId, ServiceId};
use runtime::http::lenient::{text, truth};
use serde_json::Value;

use crate::client::Client;
use crate::entity::Entity;
use crate::error::Error;
use crate::query::{Pages, Query, condition, lacks, number};

/// A service of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The service.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// Inactive services stay on the contracts that have them and count there.
    pub active: bool,
}

/// A bundle of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The bundle.
    pub id: BundleId,
    /// Its name.
    pub name: String,
    /// Inactive bundles stay on the contracts that have them and count there.
    pub active: bool,
}

/// A service in a bundle. There is no quantity: a bundle that contained a service twice would have two of these (rule P4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The bundle.
    pub bundle: BundleId,
    /// The service in it.
    pub service: ServiceId,
}

const NAMED: &[&str] = &["id", "name", "isActive"];

impl Client {
    /// All services, inactive ones included, for the page on which they are mapped.
    #[must_use]
    pub fn services(&self) -> Pages<Service> {
        let all = condition("gte", "id", 0);
        Pages::new(self.clone(), services("reading the services", vec![all]))
    }

    /// The given services. One that is missing from the answer does not exist or is hidden from the API user.
    ///
    /// # Errors
    /// Any of [`Error`]; nothing is returned of a partial answer.
    pub async fn services_by_id(&self, ids: &[ServiceId]) -> Result<Vec<Service>, Error> {
        let query = services("reading services by id", Vec::new());
        self.find_among(query, "id", ids.iter().map(|id| id.0)).await
    }

    /// The given bundles. One that is missing from the answer does not exist or is hidden from the API user.
    ///
    /// # Errors
    /// Any of [`Error`]; nothing is returned of a partial answer.
    pub async fn bundles_by_id(&self, ids: &[BundleId]) -> Result<Vec<Bundle>, Error> {
        let query = Query {
            doing: "reading bundles by id",
            entity: Entity::ServiceBundles,
            filter: Vec::new(),
            fields: NAMED,
            read: bundle,
        };
        self.find_among(query, "id", ids.iter().map(|id| id.0)).await
    }

    /// Which bundles contain these services.
    #[must_use]
    pub fn bundles_with(&self, services: &[ServiceId]) -> Pages<Member> {
        let query = Query {
            doing: "reading which bundles contain the mapped services",
            entity: Entity::ServiceBundleServices,
            filter: Vec::new(),
            fields: &["id", "serviceBundleID", "serviceID"],
            read: member,
        };
        Pages::among(self.clone(), query, "serviceID", services.iter().map(|service| service.0))
    }
}

fn services(doing: &'static str, filter: Vec<Value>) -> Query<Service> {
    Query { doing, entity: Entity::Services, filter, fields: NAMED, read: service }
}

fn service(item: &Value) -> Result<Service, String> {
    Ok(Service { id: ServiceId(number(item, "id")?), name: name(item)?, active: active(item) })
}

fn bundle(item: &Value) -> Result<Bundle, String> {
    Ok(Bundle { id: BundleId(number(item, "id")?), name: name(item)?, active: active(item) })
}

fn member(item: &Value) -> Result<Member, String> {
    Ok(Member { bundle: BundleId(number(item, "serviceBundleID")?), service: ServiceId(number(item, "serviceID")?) })
}

fn name(item: &Value) -> Result<String, String> {
    text(item, "name").ok_or_else(|| lacks(item, "name"))
}

fn active(item: &Value) -> bool {
    truth(item, "isActive").unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::{client, page};

    #[tokio::test]
    async fn p3_services_are_listed_with_inactive_ones_and_a_nameless_one_spoils_only_itself() {
        let (client, autotask) = client([page(&[
            json!({"id": 9001, "name": " Servers ", "isActive": true}),
            json!({"id": 9002, "name": null}),
            json!({"id": 9003, "Name": "Websites", "IsActive": "false"}),
        ])]);
        let page = client.services().next().await.expect("read").expect("a page");
        let seen: Vec<_> = page.rows.iter().map(|row| (row.id, row.name.as_str(), row.active)).collect();
        assert_eq!(seen, [(ServiceId(9001), "Servers", true), (ServiceId(9003), "Websites", false)]);
        assert_eq!(page.unreadable, ["record 9002: no name"]);
        assert_eq!(autotask.calls(), ["POST /atservicesrest/v1.0/Services/query"]);
        assert_eq!(autotask.sent(0)["IncludeFields"], json!(["id", "name", "isActive"]));
    }

    #[tokio::test]
    async fn p4_a_bundle_that_contains_a_service_twice_is_told_twice() {
        let row = |id: i64| json!({"id": id, "serviceBundleID": 70, "serviceID": 9001});
        let (client, autotask) = client([page(&[row(1), row(2)])]);
        let page = client.bundles_with(&[ServiceId(9001), ServiceId(9001)]).next().await.expect("read");
        let member = Member { bundle: BundleId(70), service: ServiceId(9001) };
        assert_eq!(page.expect("a page").rows, [member, member]);
        assert_eq!(autotask.calls(), ["POST /atservicesrest/v1.0/ServiceBundleServices/query"]);
        assert_eq!(autotask.sent(0)["filter"], json!([{"op": "in", "field": "serviceID", "value": [9001]}]));
    }

    #[tokio::test]
    async fn names_are_read_for_the_ids_that_are_shown() {
        let (client, autotask) = client([
            page(&[json!({"id": 9001, "name": "Servers", "isActive": true})]),
            page(&[json!({"id": 70, "name": "Workplace", "isActive": false})]),
        ]);
        assert_eq!(client.services_by_id(&[ServiceId(9001)]).await.expect("read")[0].name, "Servers");
        let bundles = client.bundles_by_id(&[BundleId(70)]).await.expect("read");
        assert_eq!((bundles[0].name.as_str(), bundles[0].active), ("Workplace", false));
        assert_eq!(client.bundles_by_id(&[]).await.expect("nothing to do"), []);
        assert_eq!(autotask.calls()[1], "POST /atservicesrest/v1.0/ServiceBundles/query");
    }
}
