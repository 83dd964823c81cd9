//! What happens in the world outside, through the two vendors' documented APIs: something goes wrong on a workload, and somebody
//! looks at the tickets.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bridge_core::alert::Key;
use runtime::http::{BaseUrl, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Transport, Url, header};
use serde_json::{Value, json};
use simulators::{acronis, autotask};

/// Both simulators, logged in.
pub(super) struct Outside {
    transport: Arc<dyn Transport>,
    acronis: BaseUrl,
    autotask: BaseUrl,
    /// Opens Acronis.
    bearer: HeaderValue,
}

impl Outside {
    pub(super) async fn log_in(
        transport: Arc<dyn Transport>,
        acronis: &BaseUrl,
        autotask: &BaseUrl,
    ) -> anyhow::Result<Self> {
        let (id, secret) = (acronis::seed::CLIENT_ID, acronis::seed::CLIENT_SECRET);
        let basic = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))?;
        let request = Request::new(Method::POST, acronis.join(["api", "2", "idp", "token"]))
            .header(header::AUTHORIZATION, basic)
            .body("application/x-www-form-urlencoded", "grant_type=client_credentials");
        let reply = transport.send(request).await.context("Acronis does not answer")?;
        let token = reply.json().unwrap_or_default();
        let token = token["access_token"].as_str().context("Acronis gave no token")?;
        let bearer = HeaderValue::try_from(format!("Bearer {token}"))?;
        Ok(Self { transport, acronis: acronis.clone(), autotask: autotask.clone(), bearer })
    }

    /// Raises an alert with an id of our own, unless it was raised before.
    pub(super) async fn raise(&self, alert: &Value) -> anyhow::Result<()> {
        let id = alert["id"].as_str().context("an alert without an id")?;
        if self.read(id).await?.status == StatusCode::OK {
            return Ok(());
        }
        let reply = self.alerts(Method::POST, self.alerts_url(), Some(alert)).await?;
        ensure!(reply.status.is_success(), "Acronis refused an alert with {}", reply.status);
        Ok(())
    }

    /// Lets an alert end, unless it has.
    pub(super) async fn clear(&self, id: &str) -> anyhow::Result<()> {
        let reply = self.read(id).await?;
        if reply.json().is_some_and(|alert| alert["deletedAt"].is_string()) {
            return Ok(());
        }
        let reply = self.alerts(Method::DELETE, self.alert_url(id), None).await?;
        ensure!(reply.status.is_success(), "Acronis did not clear an alert: {}", reply.status);
        Ok(())
    }

    /// The tickets that carry a reference of ours.
    pub(super) async fn tickets(&self) -> anyhow::Result<Vec<Value>> {
        let ours = json!({ "op": "beginsWith", "field": "externalID", "value": Key::prefix() });
        let fields = ["id", "ticketNumber", "companyID", "title", "status"];
        let user = autotask::seed::API_USER;
        let url = self.autotask.join(["atservicesrest", "v1.0", "Tickets", "query"]);
        let request = Request::new(Method::POST, url)
            .header(HeaderName::from_static("username"), HeaderValue::from_static(user.user))
            .header(HeaderName::from_static("secret"), HeaderValue::from_static(user.secret))
            .header(HeaderName::from_static("apiintegrationcode"), HeaderValue::from_static(user.code))
            .json(&json!({ "MaxRecords": 500, "IncludeFields": fields, "filter": [ours] }));
        let reply = self.transport.send(request).await?;
        let body = reply.json().with_context(|| format!("Autotask answered {}", reply.status))?;
        Ok(body["items"].as_array().cloned().unwrap_or_default())
    }

    /// Lets time pass for both systems.
    pub(super) async fn pass(&self, seconds: u32) -> anyhow::Result<()> {
        let url = self.acronis.join(["_simulator", "clock"]);
        let reply = self.transport.send(Request::new(Method::POST, url).json(&json!({ "advance_s": seconds }))).await?;
        ensure!(reply.status.is_success(), "the simulators' clock was not moved: {}", reply.status);
        Ok(())
    }

    async fn read(&self, id: &str) -> anyhow::Result<Response> {
        let mut url = self.alert_url(id);
        url.set_query(Some("show_deleted=true"));
        self.alerts(Method::GET, url, None).await
    }

    async fn alerts(&self, method: Method, url: Url, body: Option<&Value>) -> anyhow::Result<Response> {
        let request = Request::new(method, url).header(header::AUTHORIZATION, self.bearer.clone());
        let request = body.into_iter().fold(request, Request::json);
        Ok(self.transport.send(request).await?)
    }

    fn alerts_url(&self) -> Url {
        self.acronis.join(["api", "alert_manager", "v1", "alerts"])
    }

    fn alert_url(&self, id: &str) -> Url {
        self.acronis.join(["api", "alert_manager", "v1", "alerts", id])
    }
}
