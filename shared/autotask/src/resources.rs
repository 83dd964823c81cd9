//! Resources: people and API users.

use bridge_core::failure::Class;
use bridge_core::id::ResourceId;
use runtime::http::lenient::integer;
use serde_json::json;

use crate::client::Client;
use crate::entity::Entity;
use crate::error::Error;
use crate::query::{Query, condition, number};

/// The license type of API users, which only programs log in with. It is one of Autotask's own list; security levels (`userType`)
/// are copied under any name and number, so they tell nothing.
const API_USER: i64 = 7;

impl Client {
    /// The API user's own resource, by which our own notes and changes are recognised; `None` when it cannot be told, as the
    /// API user may not see itself.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn own_resource(&self) -> Result<Option<ResourceId>, Error> {
        let name = self.settings().user_name.as_str();
        let either = [condition("eq", "userName", name), condition("eq", "email", name)];
        let found = self
            .find(Query {
                doing: "looking for the API user",
                entity: Entity::Resources,
                filter: vec![json!({"op": "or", "items": either})],
                fields: &["id"],
                read: |item| number(item, "id").map(ResourceId),
            })
            .await?;
        // An e-mail address may be shared; then none of them is surely ours.
        Ok(<[ResourceId; 1]>::try_from(found).ok().map(|[own]| own))
    }

    /// Whether a resource is a person for certain. API users are none, and what Autotask hides from our own user may be one or not.
    ///
    /// # Errors
    /// Any of [`Error`], but for a refusal: who may not be looked at is not known.
    pub async fn is_person(&self, id: ResourceId) -> Result<bool, Error> {
        let found = self
            .find(Query {
                doing: "looking at who completed a ticket",
                entity: Entity::Resources,
                filter: vec![condition("eq", "id", id.0)],
                fields: &["id", "licenseType"],
                read: |item| Ok(integer(item, "licenseType")),
            })
            .await;
        match found {
            Ok(licenses) => Ok(matches!(licenses[..], [Some(license)] if license != API_USER)),
            Err(error)
                if matches!(error.class(), Class::Permanent | Class::NeedsOperator) && !error.is_log_in_refused() =>
            {
                tracing::warn!(error = &error as &dyn std::error::Error, "who completed a ticket is not known");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{client, page};

    #[tokio::test]
    async fn the_own_resource_is_told_only_when_it_is_certain() {
        let (client, autotask) =
            client([page(&[json!({"id": 29})]), page(&[json!({"id": 29}), json!({"id": 30})]), page(&[])]);
        assert_eq!(client.own_resource().await.expect("read"), Some(ResourceId(29)));
        assert_eq!(client.own_resource().await.expect("read"), None);
        assert_eq!(client.own_resource().await.expect("read"), None);
        assert_eq!(autotask.sent(0)["filter"][0]["items"][0]["value"], json!("api+bridge@msp.example"));
    }

    #[tokio::test]
    async fn t14_only_who_has_a_license_of_people_is_a_person() {
        let license = |license: i64| page(&[json!({"id": 31, "licenseType": license})]);
        let (client, autotask) = client([license(1), license(9), license(7), page(&[json!({"id": 31})]), page(&[])]);
        let mut told = Vec::new();
        for _ in 0..5 {
            told.push(client.is_person(ResourceId(31)).await.expect("read"));
        }
        assert_eq!(told, [true, true, false, false, false], "an API user, one without a license, one that is hidden");
        assert_eq!(autotask.sent(0)["filter"][0], json!({"op": "eq", "field": "id", "value": 31}));
    }
}
