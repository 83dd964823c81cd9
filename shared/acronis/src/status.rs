//! Reporting to Acronis that the integration is in use (rule L4).

use runtime::http::Method;
use serde_json::json;

use crate::client::{Call, Client};
use crate::error::Error;

impl Client {
    /// Reports that the integration was switched on or off for this connection. `false` when nothing was reported, because
    /// no code of a registered integration is configured, and without one there is nothing to report for.
    ///
    /// # Errors
    /// Any of [`Error`]; a report that is lost may be repeated.
    pub async fn report_activation(&self, active: bool) -> Result<bool, Error> {
        let settings = self.settings();
        let Some(code) = settings.application_code.as_deref().map(str::trim).filter(|code| !code.is_empty()) else {
            return Ok(false);
        };
        let (action, mark) = if active {
            ("activated integration", "activation_event")
        } else {
            ("deactivated integration", "deactivation_event")
        };
        let body = json!({
            "application_code": code,
            "module": {"name": "Autotask integration", "version": env!("CARGO_PKG_VERSION")},
            "vendor_system": {"name": "Autotask PSA"},
            "events": [{"category": "activation", "action": action, mark: true}],
        });
        let url = settings.base_url.join(["api", "integration_management", "v2", "status"]);
        let doing = "reporting that the integration is in use";
        self.call(Call::write(doing, "status", Method::POST, url, body)).await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use runtime::http::scripted::Answer;
    use serde_json::json;

    use crate::fixture::{client, client_of, granted, settings};

    #[tokio::test]
    async fn l4_activation_is_reported_under_the_configured_code() {
        let with_code = || crate::Settings { application_code: Some("vendor.app".to_owned()), ..settings() };
        let script = [granted("t"), Answer::text(204, ""), Answer::text(204, "")];
        let (client, acronis) = client_of(with_code(), script);
        assert!(client.report_activation(true).await.expect("accepted"));
        assert!(client.report_activation(false).await.expect("accepted"));
        assert_eq!(acronis.calls()[1], "POST /api/integration_management/v2/status");
        assert_eq!(acronis.sent(1)["application_code"], json!("vendor.app"));
        assert_eq!(acronis.sent(1)["events"][0]["activation_event"], json!(true));
        assert_eq!(acronis.sent(2)["events"][0]["deactivation_event"], json!(true));
    }

    #[tokio::test]
    async fn l4_without_a_code_nothing_is_reported() {
        let (client, acronis) = client([]);
        assert!(!client.report_activation(true).await.expect("nothing to do"));
        assert_eq!(acronis.calls(), [""; 0]);
    }
}
