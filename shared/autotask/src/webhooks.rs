//! The callback on changes of tickets. It makes closing by hand known within seconds (rule T14); without it the bulk read of
//! rule T19 finds the same a minute later, so everything here is optional.

use std::fmt;

use bridge_core::id::ResourceId;
use runtime::http::lenient::{text, truth};
use runtime::http::{BaseUrl, Method};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::client::{Call, Client};
use crate::entity::Entity;
use crate::error::Error;
use crate::fields::PickValue;
use crate::query::{Query, condition, number};

const DOING: &str = "registering the ticket webhook";
const NAME: &str = "Acronis bridge: tickets";
const SECRET_MAX: usize = 64;
/// Labels of the fields whose change is reported, reduced to letters. The first one is what it is all about.
const SUBSCRIBED: [&str; 4] = ["status", "company", "companyid", "accountid"];

/// A ticket webhook's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WebhookId(pub i64);

impl fmt::Display for WebhookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A registered ticket webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketWebhook {
    /// The webhook.
    pub id: WebhookId,
    /// Where it posts to.
    pub url: String,
    /// Autotask switches a webhook off after 25 failures in a row.
    pub active: bool,
    /// Whether it has what it needs to be sent.
    pub ready: bool,
}

/// How to be told of changes.
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// Where changes are posted to.
    pub url: BaseUrl,
    /// What is called when Autotask switches the webhook off.
    pub deactivation_url: BaseUrl,
    /// Signs every callback; at most 64 characters.
    pub secret: SecretString,
    /// Our own resource, whose changes are not reported back to us.
    pub own_resource: ResourceId,
}

impl Client {
    /// The ticket webhooks of this database that the API user may see.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn ticket_webhooks(&self) -> Result<Vec<TicketWebhook>, Error> {
        self.find(Query {
            doing: "reading the ticket webhooks",
            entity: Entity::TicketWebhooks,
            filter: vec![condition("gte", "id", 0)],
            fields: &["id", "webhookUrl", "isActive", "isReady"],
            read: webhook,
        })
        .await
    }

    /// Registers a webhook for changes and deletions of tickets, or brings the one with the same address up to date: so a
    /// registration that was interrupted, or whose answer was lost, is simply made again.
    ///
    /// # Errors
    /// Any of [`Error`]; [`Error::Forbidden`] where the API user may not create webhooks, which is the default.
    pub async fn register_ticket_webhook(&self, settings: &WebhookSettings) -> Result<WebhookId, Error> {
        if settings.secret.expose_secret().encode_utf16().count() > SECRET_MAX {
            let reason = format!("its secret is longer than {SECRET_MAX} characters");
            return Err(Error::Unusable { doing: DOING, reason });
        }
        let wanted = self.reportable_fields().await?;
        let url = settings.url.to_string();
        let known = self.ticket_webhooks().await?.into_iter().find(|webhook| webhook.url == url);
        let id = self.put_webhook(settings, known.map(|known| known.id)).await?;
        let reported = self.reported_fields(id).await?;
        for field in wanted.into_iter().filter(|field| !reported.contains(field)) {
            let child =
                json!({"webhookID": id.0, "fieldID": field, "isSubscribedField": true, "isDisplayAlwaysField": true});
            self.add_webhook_child(id, "Fields", child).await?;
        }
        let own = settings.own_resource;
        if !self.excluded_resources(id).await?.contains(&own) {
            self.add_webhook_child(id, "ExcludedResources", json!({"webhookID": id.0, "resourceID": own.0})).await?;
        }
        Ok(id)
    }

    /// The numbers of the fields to be told about, which differ between databases.
    async fn reportable_fields(&self) -> Result<Vec<i64>, Error> {
        let fields = self.fields(Entity::TicketWebhookFields).await?;
        let choices = fields.into_iter().find(|field| field.is("fieldID")).and_then(|field| field.pick_list);
        let choices = choices.unwrap_or_default();
        let labelled = |label: &'static str| {
            choices.iter().filter(move |choice| letters(choice) == label).map(|choice| choice.value)
        };
        let [status, others @ ..] = SUBSCRIBED;
        let mut wanted: Vec<_> = labelled(status).collect();
        if wanted.is_empty() {
            let reason = "changes of a ticket's status cannot be subscribed to in this database".to_owned();
            return Err(Error::Unusable { doing: DOING, reason });
        }
        wanted.extend(others.into_iter().flat_map(labelled));
        Ok(wanted)
    }

    async fn put_webhook(&self, settings: &WebhookSettings, known: Option<WebhookId>) -> Result<WebhookId, Error> {
        let mut body = json!({
            "name": NAME,
            "webhookUrl": settings.url.to_string(),
            "deactivationUrl": settings.deactivation_url.to_string(),
            "secretKey": settings.secret.expose_secret(),
            "isActive": true,
            "isSubscribedToCreateEvents": false,
            "isSubscribedToUpdateEvents": true,
            "isSubscribedToDeleteEvents": true,
            "sendThresholdExceededNotification": false,
        });
        match known {
            None => {
                self.create(Call::write(DOING, Method::POST, Entity::TicketWebhooks, &[], body)).await.map(WebhookId)
            }
            Some(id) => {
                body["id"] = json!(id.0);
                self.call(Call::write(DOING, Method::PATCH, Entity::TicketWebhooks, &[], body)).await?;
                Ok(id)
            }
        }
    }

    /// The fields that a webhook reports already.
    async fn reported_fields(&self, webhook: WebhookId) -> Result<Vec<i64>, Error> {
        self.find(Query {
            doing: DOING,
            entity: Entity::TicketWebhookFields,
            filter: vec![condition("eq", "webhookID", webhook.0)],
            fields: &["id", "fieldID"],
            read: |item| number(item, "fieldID"),
        })
        .await
    }

    /// The resources whose changes it does not report.
    async fn excluded_resources(&self, webhook: WebhookId) -> Result<Vec<ResourceId>, Error> {
        self.find(Query {
            doing: DOING,
            entity: Entity::TicketWebhookExcludedResources,
            filter: vec![condition("eq", "webhookID", webhook.0)],
            fields: &["id", "resourceID"],
            read: |item| number(item, "resourceID").map(ResourceId),
        })
        .await
    }

    async fn add_webhook_child(&self, webhook: WebhookId, kind: &str, body: Value) -> Result<(), Error> {
        let path = [&webhook.to_string(), kind];
        self.call(Call::write(DOING, Method::POST, Entity::TicketWebhooks, &path, body)).await?;
        Ok(())
    }
}

fn webhook(item: &Value) -> Result<TicketWebhook, String> {
    Ok(TicketWebhook {
        id: WebhookId(number(item, "id")?),
        url: text(item, "webhookUrl").unwrap_or_default(),
        active: truth(item, "isActive").unwrap_or(false),
        ready: truth(item, "isReady").unwrap_or(false),
    })
}

fn letters(choice: &PickValue) -> String {
    choice.label.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests;
