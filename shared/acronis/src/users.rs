//! Users: the administrator of a new customer (rule V2).

use bridge_core::id::{TenantId, UserId};
use runtime::http::lenient::{list, quote, text, time, truth};
use runtime::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{Call, Client, contract, identifier};
use crate::contact::Contact;
use crate::error::Error;
use crate::pages::{Pages, Read, Source};

const ENDPOINT: &str = "users";
/// The role of a customer's administrator.
const ADMINISTRATOR: &str = "company_admin";
/// Stands for an access policy that Acronis has not numbered yet.
const NOT_YET: &str = "00000000-0000-0000-0000-000000000000";

/// A user of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user.
    pub id: UserId,
    /// What the user logs in with.
    pub login: String,
    /// Our own name for the user.
    pub external_id: Option<String>,
    /// The user has set a password.
    pub activated: bool,
    /// A disabled user cannot log in.
    pub enabled: bool,
}

/// A user to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The tenant.
    pub tenant: TenantId,
    /// What the user logs in with; unique on the whole platform.
    pub login: String,
    /// Our own name for the user, by which it is found again.
    pub external_id: String,
    /// Code of the language of mails; Acronis' own choice when `None`.
    pub language: Option<String>,
    /// Who it is; with an e-mail address.
    pub contact: Contact,
}

impl Client {
    /// Whether nobody on the platform logs in with this. Of no use where it could be nobody's: that is refused.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn is_login_free(&self, login: &str) -> Result<bool, Error> {
        let mut url = self.account([ENDPOINT, "check_login"]);
        url.query_pairs_mut().append_pair("username", login.trim());
        let call = Call::get("checking whether a login is free", ENDPOINT, url);
        let response = self.respond(&call).await?;
        match response.status {
            status if status.is_success() => Ok(true),
            StatusCode::CONFLICT => Ok(false),
            _ => Err(self.refusal(&call, &response)),
        }
    }

    /// The user of a tenant that has this name of ours; the oldest, should there be several.
    ///
    /// # Errors
    /// Any of [`Error`]: also when a user cannot be read, as a search that overlooks one would create a second (rule X2).
    pub async fn find_user(&self, tenant: &TenantId, external_id: &str) -> Result<Option<User>, Error> {
        const DOING: &str = "looking for a user";
        if external_id.is_empty() || external_id.contains(',') {
            return Err(Error::Unusable { doing: DOING, reason: "the name to look for could be several".to_owned() });
        }
        let mut first = self.account([ENDPOINT]);
        let tenant = identifier(DOING, tenant.as_str())?;
        first.query_pairs_mut().append_pair("external_ids", external_id).append_pair("tenant_id", tenant);
        let read = Read::Tree(|reply: &Value| list(reply, "items").cloned());
        let source = Source { doing: DOING, endpoint: ENDPOINT, from: [first].into(), limit: None, read };
        let mut found = Vec::new();
        for item in Pages::new(self.clone(), source).collect().await?.iter().flatten() {
            let user = User::read(item).map_err(|reason| contract(DOING, reason))?;
            let is_elsewhere = text(item, "tenant_id").is_some_and(|other| !other.eq_ignore_ascii_case(tenant));
            if user.external_id.as_deref() == Some(external_id) && !is_elsewhere {
                found.push((time(item, "created_at"), user));
            }
        }
        Ok(found.into_iter().min_by_key(|(created_at, _)| *created_at).map(|(_, user)| user))
    }

    /// Creates a user, who is not told about it yet. After [`Error::OutcomeUnknown`] look with [`Client::find_user`] before
    /// trying again (rule X2).
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn create_user(&self, user: &NewUser) -> Result<User, Error> {
        const DOING: &str = "creating a user";
        let contact = user.contact.body().filter(|contact| contact.get("email").is_some());
        let no_email = || Error::Unusable { doing: DOING, reason: "there is no e-mail address".to_owned() };
        let mut body = json!({
            "tenant_id": identifier(DOING, user.tenant.as_str())?,
            "login": user.login.trim(),
            "external_id": user.external_id,
            "contact": contact.ok_or_else(no_email)?,
        });
        if let Some(language) = &user.language {
            body["language"] = json!(language);
        }
        let call = Call::write(DOING, ENDPOINT, Method::POST, self.account([ENDPOINT]), body);
        self.change(call, User::read).await
    }

    /// Makes a user the administrator of a customer, and nothing else: other roles are taken away. May be repeated.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn make_administrator(&self, user: &UserId, tenant: &TenantId) -> Result<(), Error> {
        const DOING: &str = "making a user an administrator";
        let user = identifier(DOING, user.as_str())?;
        let policy = json!({
            "id": NOT_YET,
            "issuer_id": NOT_YET,
            "version": 0,
            "trustee_type": "user",
            "trustee_id": user,
            "tenant_id": identifier(DOING, tenant.as_str())?,
            "role_id": ADMINISTRATOR,
        });
        let url = self.account([ENDPOINT, user, "access_policies"]);
        self.call(Call::write(DOING, ENDPOINT, Method::PUT, url, json!({"items": [policy]}))).await?;
        Ok(())
    }

    /// Sends a user the mail with which a password is set. Repeated, it sends another one.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn send_activation(&self, user: &UserId) -> Result<(), Error> {
        const DOING: &str = "sending the activation e-mail";
        let url = self.account([ENDPOINT, identifier(DOING, user.as_str())?, "send-activation-email"]);
        self.call(Call::write(DOING, ENDPOINT, Method::POST, url, json!({}))).await?;
        Ok(())
    }
}

impl User {
    fn read(item: &Value) -> Result<Self, String> {
        let id = text(item, "id").ok_or("a user without an id")?;
        Ok(Self {
            login: text(item, "login").ok_or_else(|| format!("user {}: no login", quote(&id, 64)))?,
            external_id: text(item, "external_id"),
            activated: truth(item, "activated").unwrap_or(false),
            enabled: truth(item, "enabled").unwrap_or(true),
            id: UserId::new(&id),
        })
    }
}

#[cfg(test)]
mod tests;
