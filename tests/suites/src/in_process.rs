//! The two vendors without a network: requests go straight into the simulators' routers, in the caller's own task. So nothing
//! depends on sockets, ports or real time.

use std::collections::HashMap;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use http_body_util::BodyExt as _;
use runtime::http::{Request, Response, Transport, TransportError};
use simulators::control::DroppedConnection;
use tower::ServiceExt as _;

/// Where the Acronis simulator seems to live.
pub const ACRONIS_URL: &str = "https://eu2-cloud.acronis.test";
/// Where Autotask's zone is asked for.
pub const DISCOVERY_URL: &str = "https://webservices.autotask.net";
/// The zone that the Autotask simulator seems to be.
pub const ZONE_URL: &str = "https://webservices3.autotask.net";

/// Routers by the host that they answer for.
#[derive(Clone, Default)]
pub struct InProcess {
    hosts: HashMap<String, Router>,
}

impl InProcess {
    /// Both simulators at their usual places.
    #[must_use]
    pub fn new(acronis: Router, autotask: Router) -> Self {
        Self::default()
            .host("eu2-cloud.acronis.test", acronis)
            .host("webservices.autotask.net", autotask.clone())
            .host("webservices3.autotask.net", autotask)
    }

    /// One more host.
    #[must_use]
    pub fn host(mut self, name: &str, router: Router) -> Self {
        self.hosts.insert(name.to_owned(), router);
        self
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let host = request.host().to_owned();
        let Some(router) = self.hosts.get(&host).cloned() else {
            return Err(TransportError::NotSent { host, cause: "no such host".into() });
        };
        let lost = |cause: &str| TransportError::Lost { host: host.clone(), cause: cause.to_owned().into() };
        let mut call = http::Request::builder().method(request.method.clone()).uri(request.url.as_str());
        *call.headers_mut().expect("method and URL are valid") = request.headers.clone();
        let body = request.body.clone().map_or_else(Body::empty, Body::from);
        let call = call.body(body).expect("the parts are valid");
        let answer = tokio::time::timeout(request.timeout, router.oneshot(call)).await;
        let answer = answer.map_err(|_| lost("timed out"))?.expect("a router answers everything");
        if answer.extensions().get::<DroppedConnection>().is_some() {
            return Err(lost("connection closed"));
        }
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| lost(&error.to_string()))?.to_bytes();
        if body.len() > request.max_reply_bytes {
            return Err(TransportError::TooLarge { host, limit: request.max_reply_bytes });
        }
        Ok(Response { status: parts.status, headers: parts.headers, body })
    }
}
