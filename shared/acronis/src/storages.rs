//! Storages and applications: names for what items are bound to and belong to (rule P2).

use std::collections::{BTreeMap, VecDeque};

use bridge_core::id::{ApplicationId, InfraId};
use runtime::http::Url;
use runtime::http::lenient::{list, text};
use serde_json::Value;

use crate::client::{Call, Client, contract};
use crate::error::Error;
use crate::pages::{Pages, Read, Source};

/// A storage, or another component of the infrastructure that items are bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// The storage.
    pub id: InfraId,
    /// Its name.
    pub name: String,
    /// Name of the place where it is, as far as it can be seen.
    pub location: Option<String>,
}

/// An application (a service of Acronis) that items belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The application.
    pub id: ApplicationId,
    /// Machine name, such as `backup` or `files_cloud`.
    pub kind: String,
    /// Name as shown.
    pub name: String,
}

impl Client {
    /// The given storages with their names. One that is missing from the answer does not exist or is hidden from this
    /// connection.
    ///
    /// # Errors
    /// Any of [`Error`]; nothing is returned of a partial answer. A place that cannot be read is merely not named.
    pub async fn storages(&self, ids: &[InfraId]) -> Result<Vec<Storage>, Error> {
        let infra = self.listing(&["infra"], "uuids", ids.iter().map(InfraId::as_str));
        let infra = self.described("reading storages", "infra", infra).await?;
        let places: Vec<String> = infra.iter().filter_map(|item| text(item, "location_id")).collect();
        let places = self.listing(&["locations"], "uuids", places.iter().map(String::as_str));
        let places = match self.described("reading where storages are", "locations", places).await {
            Ok(places) => places,
            Err(Error::NotFound { .. } | Error::Forbidden { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        let names: BTreeMap<String, String> =
            places.iter().filter_map(|place| Some((text(place, "id")?, text(place, "name")?))).collect();
        let storage = |item: &Value| {
            let id = text(item, "id")?;
            let location = text(item, "location_id").and_then(|place| names.get(&place).cloned());
            // Without a name it is still the one that an item is bound to.
            let name = text(item, "name").unwrap_or_else(|| id.clone());
            Some(Storage { id: InfraId::new(&id), name, location })
        };
        Ok(infra.iter().filter_map(storage).collect())
    }

    /// All applications of the data centre.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn applications(&self) -> Result<Vec<Application>, Error> {
        const DOING: &str = "reading the applications";
        let reply = self.read(Call::get(DOING, "applications", self.account(["applications"]))).await?;
        let items = list(&reply, "items").ok_or_else(|| contract(DOING, "the reply has no list"))?;
        Ok(items.iter().filter_map(Application::read).collect())
    }

    async fn described(
        &self,
        doing: &'static str,
        endpoint: &'static str,
        from: VecDeque<Url>,
    ) -> Result<Vec<Value>, Error> {
        let read = Read::Tree(|reply: &Value| list(reply, "items").cloned());
        let pages = Pages::new(self.clone(), Source { doing, endpoint, from, limit: None, read });
        Ok(pages.collect().await?.concat())
    }
}

impl Application {
    /// One that cannot be told from others explains nothing, so it is left out.
    fn read(item: &Value) -> Option<Self> {
        let kind = text(item, "type").unwrap_or_default();
        let id = ApplicationId::from(text(item, "id")?);
        Some(Self { id, name: text(item, "name").unwrap_or_else(|| kind.clone()), kind })
    }
}

#[cfg(test)]
mod tests {
    use bridge_core::failure::Class;
    use runtime::http::scripted::Answer;
    use serde_json::json;

    use crate::fixture::{client, granted};

    fn infra() -> Answer {
        Answer::json(
            200,
            &json!({"items": [
                {"id": "I-1", "location_id": "L-1", "name": "Acronis Frankfurt", "capabilities": ["backup"]},
                {"id": "I-2", "location_id": null, "name": null},
                {"name": "nobody's"},
            ]}),
        )
    }

    #[tokio::test]
    async fn p2_storages_are_named_with_the_place_where_they_are() {
        let places = Answer::json(200, &json!({"items": [{"id": "L-1", "name": "Germany"}]}));
        let (client, acronis) = client([granted("t"), infra(), places]);
        let found = client.storages(&["i-2".into(), "I-1".into()]).await.expect("read");
        assert_eq!(
            found.iter().map(|storage| (storage.name.as_str(), storage.location.as_deref())).collect::<Vec<_>>(),
            [("Acronis Frankfurt", Some("Germany")), ("I-2", None)]
        );
        assert_eq!(found[0].id, "i-1".into());
        assert_eq!(acronis.calls()[1..], ["GET /api/2/infra?uuids=i-1%2Ci-2", "GET /api/2/locations?uuids=L-1"]);
    }

    #[tokio::test]
    async fn p2_a_place_that_is_hidden_leaves_the_storage_its_own_name() {
        let (client, _) = client([granted("t"), infra(), Answer::text(403, "")]);
        let found = client.storages(&["i-1".into()]).await.expect("read");
        assert_eq!((found.len(), found[0].location.as_deref()), (2, None));
        let (client, acronis) = self::client([]);
        assert_eq!(client.storages(&[]).await.expect("nothing to do"), []);
        assert_eq!(acronis.calls(), [""; 0]);
    }

    #[tokio::test]
    async fn p2_applications_are_told_apart_by_their_type() {
        let body = json!({"items": [
            {"id": "6E6D", "type": "backup", "name": "Cyber Protection", "usages": []},
            {"id": "dfd8", "type": "files_cloud"}, {"type": "x"},
        ]});
        let (client, _) = client([granted("t"), Answer::json(200, &body), Answer::json(200, &json!({}))]);
        let found = client.applications().await.expect("read");
        assert_eq!(
            found.iter().map(|app| (app.id.as_str(), app.kind.as_str(), app.name.as_str())).collect::<Vec<_>>(),
            [("6e6d", "backup", "Cyber Protection"), ("dfd8", "files_cloud", "files_cloud")]
        );
        assert_eq!(client.applications().await.expect_err("no list").class(), Class::Bug);
    }
}
