//! Resources: people and API users.

use bridge_core::id::ResourceId;
use serde_json::json;

use crate::client::Client;
use crate::entity::Entity;
use crate::error::Error;
use crate::query::{Query, condition, number};

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
}
