//! What the API user's security level lets it do, as far as each entity's own description says so.

use runtime::http::lenient::{field, text};
use serde_json::Value;

use crate::client::{Call, Client, contract};
use crate::entity::Entity;
use crate::error::Error;

/// What the API user may do with an entity. `None`: this database does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Reading.
    pub query: Option<Allowed>,
    /// Making new ones.
    pub create: Option<Allowed>,
    /// Changing.
    pub update: Option<Allowed>,
}

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// Every record.
    All,
    /// Some records; which ones depends on the security level.
    Some,
    /// No record.
    Nothing,
}

impl Client {
    /// What the API user may do with the entity.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn access(&self, entity: Entity) -> Result<Access, Error> {
        const DOING: &str = "reading what the API user may do";
        let reply = self.json(Call::get(DOING, entity, &["entityInformation"])).await?;
        let info = field(&reply, "info").ok_or_else(|| contract(DOING, "no info"))?;
        let allowed = |name: &str| allowed(info, name);
        Ok(Access {
            query: allowed("userAccessForQuery"),
            create: allowed("userAccessForCreate"),
            update: allowed("userAccessForUpdate"),
        })
    }
}

fn allowed(info: &Value, name: &str) -> Option<Allowed> {
    match text(info, name)?.to_ascii_lowercase().as_str() {
        "all" => Some(Allowed::All),
        "restricted" => Some(Allowed::Some),
        "none" => Some(Allowed::Nothing),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use runtime::http::scripted::Answer;
    use serde_json::json;

    use super::*;
    use crate::fixture::client;

    #[tokio::test]
    async fn l3_what_an_entity_says_of_the_rights_is_read_and_nothing_is_made_up() {
        let said = json!({"info": {"name": "Ticket", "UserAccessForQuery": "Restricted", "userAccessForCreate": "None",
            "userAccessForUpdate": "sometimes"}});
        let (client, autotask) = client([Answer::json(200, &said), Answer::json(200, &json!({}))]);
        let access = client.access(Entity::Tickets).await.expect("read");
        assert_eq!(access, Access { query: Some(Allowed::Some), create: Some(Allowed::Nothing), update: None });
        assert_eq!(autotask.calls(), ["GET /atservicesrest/v1.0/Tickets/entityInformation"]);
        assert!(matches!(client.access(Entity::Tickets).await, Err(Error::Contract { .. })));
    }
}
