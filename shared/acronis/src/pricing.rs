//! Trial or production, and two-factor log-in: what a new customer starts with (rule V2).

use bridge_core::id::TenantId;
use runtime::http::Method;
use runtime::http::lenient::{field, integer, text};
use serde_json::{Value, json};

use crate::client::{Call, Client, contract, identifier};
use crate::error::Error;

const ENDPOINT: &str = "tenants";
/// What is sent back as it was read.
const KEPT: [&str; 3] = ["currency", "production_start_date", "version"];

/// How a tenant is billed.
#[derive(Debug, Clone, PartialEq)]
pub struct Pricing {
    /// Trial or production.
    pub mode: Mode,
    read: Value,
}

/// Whether a tenant is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Not yet; ends by itself after a full calendar month.
    Trial,
    /// Yes, for good.
    Production,
    /// No longer.
    Suspended,
    /// Not named by the API's document.
    Other,
}

impl Client {
    /// How a tenant is billed.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn pricing(&self, tenant: &TenantId) -> Result<Pricing, Error> {
        const DOING: &str = "reading a tenant's pricing mode";
        let url = self.account([ENDPOINT, identifier(DOING, tenant.as_str())?, "pricing"]);
        let read = self.read(Call::get(DOING, ENDPOINT, url)).await?;
        let mode = text(&read, "mode").ok_or_else(|| contract(DOING, "no mode"))?;
        integer(&read, "version").ok_or_else(|| contract(DOING, "no version"))?;
        Ok(Pricing { mode: Mode::parse(&mode), read })
    }

    /// Ends a tenant's trial. This cannot be taken back, and the whole month is billed. Does nothing where it is in production.
    ///
    /// # Errors
    /// Any of [`Error`]; [`Error::Conflict`] when the pricing changed since it was read, [`Error::Unusable`] when it is neither
    /// trial nor production.
    pub async fn set_production(&self, tenant: &TenantId, pricing: &Pricing) -> Result<(), Error> {
        const DOING: &str = "ending a tenant's trial";
        match pricing.mode {
            Mode::Production => return Ok(()),
            Mode::Suspended | Mode::Other => {
                return Err(Error::Unusable { doing: DOING, reason: "the tenant is not in trial".to_owned() });
            }
            Mode::Trial => {}
        }
        let mut body = json!({"mode": "production"});
        for name in KEPT {
            body[name] = field(&pricing.read, name).cloned().unwrap_or_default();
        }
        let url = self.account([ENDPOINT, identifier(DOING, tenant.as_str())?, "pricing"]);
        self.call(Call::write(DOING, ENDPOINT, Method::PUT, url, body)).await?;
        Ok(())
    }

    /// Switches two-factor log-in on or off for all users of a tenant.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn set_mfa(&self, tenant: &TenantId, enabled: bool) -> Result<(), Error> {
        const DOING: &str = "switching a tenant's two-factor log-in";
        let url = self.account([ENDPOINT, identifier(DOING, tenant.as_str())?, "mfa", "status"]);
        self.call(Call::write(DOING, ENDPOINT, Method::PUT, url, json!({"enabled": enabled}))).await?;
        Ok(())
    }
}

impl Mode {
    fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "trial" => Self::Trial,
            "production" => Self::Production,
            "suspended" => Self::Suspended,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use bridge_core::failure::Class;
    use runtime::http::scripted::Answer;

    use super::*;
    use crate::fixture::{client, granted};

    fn pricing(mode: &str) -> Answer {
        let body =
            json!({"mode": mode, "currency": null, "production_start_date": "2026-02-01T00:00:00", "version": 17});
        Answer::json(200, &body)
    }

    #[tokio::test]
    async fn v2_a_trial_is_ended_once_with_what_was_read() {
        let (client, acronis) = client([granted("t"), pricing("trial"), pricing("production"), pricing("production")]);
        let tenant = TenantId::new("C-1");
        let trial = client.pricing(&tenant).await.expect("read");
        client.set_production(&tenant, &trial).await.expect("ended");
        let production = client.pricing(&tenant).await.expect("read");
        assert_eq!(production.mode, Mode::Production);
        client.set_production(&tenant, &production).await.expect("nothing to do");
        let path = "/api/2/tenants/c-1/pricing";
        assert_eq!(acronis.calls()[1..], [format!("GET {path}"), format!("PUT {path}"), format!("GET {path}")]);
        assert_eq!(
            acronis.sent(2),
            json!({"mode": "production", "currency": null, "production_start_date": "2026-02-01T00:00:00", "version": 17})
        );
    }

    #[tokio::test]
    async fn v2_what_is_not_in_trial_is_left_alone() {
        let (client, acronis) = client([granted("t"), pricing("suspended"), pricing("odd")]);
        for _ in 0..2 {
            let read = client.pricing(&"c".into()).await.expect("read");
            let error = client.set_production(&"c".into(), &read).await.expect_err("not in trial");
            assert_eq!(error.class(), Class::Permanent, "{error}");
        }
        assert_eq!(acronis.calls().len(), 3);
    }

    #[tokio::test]
    async fn pricing_without_a_version_could_not_be_changed_and_is_an_error() {
        let (client, _) = client([granted("t"), Answer::json(200, &json!({"mode": "trial", "version": null}))]);
        assert_eq!(client.pricing(&"c".into()).await.expect_err("no version").class(), Class::Bug);
    }

    #[tokio::test]
    async fn two_factor_log_in_is_switched() {
        let status = json!({"mfa_status": "disabled", "users_count": 0, "update_allowed": true});
        let (client, acronis) = client([granted("t"), Answer::json(200, &status)]);
        client.set_mfa(&"C-1".into(), false).await.expect("switched");
        assert_eq!(acronis.calls()[1], "PUT /api/2/tenants/c-1/mfa/status");
        assert_eq!(acronis.sent(1), json!({"enabled": false}));
    }
}
