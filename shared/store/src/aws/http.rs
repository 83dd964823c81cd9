//! The HTTP client under the AWS SDKs.
//!
//! The SDK's own client takes its trust anchors as certificates, from the system's store or as PEM text, and parses every one of
//! them at the first call: most of what a cold start would cost. The anchors of `webpki-roots` are compiled in ready to use, so
//! this small connector over hyper and rustls opens no certificate file and parses nothing.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as Tcp;
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// Establishing a connection within a region takes a few milliseconds.
const CONNECT: Duration = Duration::from_secs(2);
/// AWS closes idle connections after about a minute; ours go first, so that no call meets a closing one.
const IDLE: Duration = Duration::from_secs(45);

type Hyper = Client<HttpsConnector<Tcp>, SdkBody>;

/// One pool of connections for all clients of a process, made at the first call.
#[derive(Default)]
pub(super) struct Https {
    client: OnceLock<Hyper>,
}

impl fmt::Debug for Https {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Https")
    }
}

impl HttpClient for Https {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector(self.client.get_or_init(connect).clone()))
    }
}

fn connect() -> Hyper {
    let mut tcp = Tcp::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT));
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
        .expect("ring offers the cipher suites of TLS 1.2 and 1.3")
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).build(https)
}

struct Connector(Hyper);

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let response = client.request(request).await.map_err(failure)?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn failure(error: hyper_util::client::legacy::Error) -> ConnectorError {
    if error.is_connect() {
        ConnectorError::io(error.into()).never_connected()
    } else {
        ConnectorError::io(error.into())
    }
}

/// Whether the call cannot have had an effect, as no connection came about.
#[cfg(feature = "table")]
pub(crate) fn never_connected(error: &ConnectorError) -> bool {
    std::error::Error::source(error)
        .and_then(|source| source.downcast_ref::<hyper_util::client::legacy::Error>())
        .is_some_and(hyper_util::client::legacy::Error::is_connect)
}
