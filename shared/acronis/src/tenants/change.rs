//! Creating, changing and removing tenants. Every change but a create carries the version just read, so that nobody else's is
//! overwritten; a create carries our marker, so that it can be found again (rule V3).

use bridge_core::id::TenantId;
use runtime::http::Method;
use serde_json::{Value, json};

use super::{ENDPOINT, Tenant};
use crate::client::{Call, Client, identifier};
use crate::contact::Contact;
use crate::error::Error;

/// Longest name; Acronis publishes no limit.
const NAME_MAX: usize = 128;
/// Longest marker, as documented.
const TAG_MAX: usize = 256;

/// A customer to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTenant {
    /// The partner or folder that it will be in.
    pub parent: TenantId,
    /// Its name, unique in its tree. Control characters are left out, and what is beyond 128 characters.
    pub name: String,
    /// Reference shown in reports.
    pub customer_id: String,
    /// Our marker, at most 256 characters.
    pub internal_tag: String,
    /// Code of the language of mails to it; Acronis' own choice when `None`.
    pub language: Option<String>,
    /// Whom to turn to there.
    pub contact: Contact,
}

/// References on a tenant; what is `None` stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct References<'a> {
    /// Reference shown in reports.
    pub customer_id: Option<&'a str>,
    /// Marker of an integration, at most 256 characters.
    pub internal_tag: Option<&'a str>,
}

impl Client {
    /// Creates a customer, in trial and with nothing of its own. After [`Error::OutcomeUnknown`] look for its marker in
    /// [`Client::tenants`] before trying again (rule X2).
    ///
    /// # Errors
    /// Any of [`Error`]; with [`Code::NameTaken`](crate::Code::NameTaken) when another tenant has the name.
    pub async fn create_tenant(&self, tenant: &NewTenant) -> Result<Tenant, Error> {
        const DOING: &str = "creating a tenant";
        let name = fit_name(&tenant.name);
        if name.is_empty() {
            return Err(Error::Unusable { doing: DOING, reason: "it has no name".to_owned() });
        }
        check_tag(DOING, &tenant.internal_tag)?;
        let mut body = json!({
            "name": name,
            "kind": "customer",
            "parent_id": identifier(DOING, tenant.parent.as_str())?,
            "customer_id": tenant.customer_id,
            "internal_tag": tenant.internal_tag,
        });
        if let Some(language) = &tenant.language {
            body["language"] = json!(language);
        }
        if let Some(contact) = tenant.contact.body() {
            body["contact"] = contact;
        }
        let call = Call::write(DOING, ENDPOINT, Method::POST, self.account([ENDPOINT]), body);
        self.change(call, Tenant::read).await
    }

    /// Enables or disables a tenant. A disabled one keeps its data, makes no backups and is billed as before.
    ///
    /// # Errors
    /// Any of [`Error`]; [`Error::Conflict`] when the version is not the current one.
    pub async fn set_enabled(&self, id: &TenantId, version: i64, enabled: bool) -> Result<Tenant, Error> {
        let doing = if enabled { "enabling a tenant" } else { "disabling a tenant" };
        self.put_tenant(doing, id, json!({"enabled": enabled, "version": version})).await
    }

    /// Writes references onto a tenant.
    ///
    /// # Errors
    /// Any of [`Error`]; [`Error::Conflict`] when the version is not the current one.
    pub async fn set_references(
        &self,
        id: &TenantId,
        version: i64,
        references: References<'_>,
    ) -> Result<Tenant, Error> {
        const DOING: &str = "writing references onto a tenant";
        let mut body = json!({"version": version});
        if let Some(customer_id) = references.customer_id {
            body["customer_id"] = json!(customer_id);
        }
        if let Some(tag) = references.internal_tag {
            check_tag(DOING, tag)?;
            body["internal_tag"] = json!(tag);
        }
        self.put_tenant(DOING, id, body).await
    }

    /// Deletes a disabled tenant with everything in it; Acronis keeps it for 30 days, in which it can be restored there. One
    /// that is gone already is as good as deleted.
    ///
    /// # Errors
    /// Any of [`Error`]; with [`Code::NotDisabled`](crate::Code::NotDisabled) when it is not disabled.
    pub async fn delete_tenant(&self, id: &TenantId, version: i64) -> Result<(), Error> {
        const DOING: &str = "deleting a tenant";
        let mut url = self.account([ENDPOINT, identifier(DOING, id.as_str())?]);
        url.query_pairs_mut().append_pair("version", &version.to_string());
        match self.call(Call::write(DOING, ENDPOINT, Method::DELETE, url, None)).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn put_tenant(&self, doing: &'static str, id: &TenantId, body: Value) -> Result<Tenant, Error> {
        let url = self.account([ENDPOINT, identifier(doing, id.as_str())?]);
        self.change(Call::write(doing, ENDPOINT, Method::PUT, url, body), Tenant::read).await
    }
}

fn fit_name(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let clean = words.join(" ");
    let fits: String = clean.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
    fits.trim().to_owned()
}

fn check_tag(doing: &'static str, tag: &str) -> Result<(), Error> {
    if tag.chars().count() <= TAG_MAX {
        return Ok(());
    }
    Err(Error::Unusable { doing, reason: format!("its marker is longer than {TAG_MAX} characters") })
}

#[cfg(test)]
mod tests;
