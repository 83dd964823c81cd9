//! The transport to the real network.
//!
//! TLS is rustls with ring and the roots bundled in the program: reading the system's certificates would cost more than all
//! the rest of a cold start, and a function's image need not have any.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use rustls::{ClientConfig, RootCertStore};

use super::{Request, Response, Transport, TransportError};

/// How long a connection may take to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Idle connections are dropped before load balancers drop them without a word.
const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// Sends requests over the network: no redirects, no proxy of the environment, no cookies, nothing repeated.
#[derive(Debug, Clone)]
pub struct Outbound {
    client: reqwest::Client,
}

/// The HTTP client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be made")]
pub struct BuildError(#[source] super::Cause);

impl Outbound {
    /// A transport with its own connections; make one per process.
    ///
    /// # Errors
    /// When the TLS library refuses its configuration, which is a defect of the build.
    #[expect(clippy::disallowed_methods, reason = "the one place that makes an HTTP client")]
    pub fn new() -> Result<Self, BuildError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build()
            .map_err(|error| BuildError(error.into()))?;
        Ok(Self { client })
    }
}

fn tls() -> Result<ClientConfig, BuildError> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| BuildError(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

#[async_trait]
impl Transport for Outbound {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let host = request.host().to_owned();
        let limit = request.max_reply_bytes;
        let mut call =
            self.client.request(request.method, request.url).headers(request.headers).timeout(request.timeout);
        if let Some(body) = request.body {
            call = call.body(body);
        }
        let reply = call.send().await.map_err(|error| failure(&host, error))?;
        let (status, headers) = (reply.status(), reply.headers().clone());
        let body = read(reply, &host, limit).await?;
        Ok(Response { status, headers, body })
    }
}

/// Reads the body in pieces, so that a reply without end costs no more than the limit.
async fn read(mut reply: reqwest::Response, host: &str, limit: usize) -> Result<Bytes, TransportError> {
    let too_large = || TransportError::TooLarge { host: host.to_owned(), limit };
    if reply.content_length().is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    while let Some(piece) = reply.chunk().await.map_err(|error| lost(host, error))? {
        if body.len() + piece.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

/// Only a connection that never stood is certain to have had no effect.
fn failure(host: &str, error: reqwest::Error) -> TransportError {
    if error.is_connect() || error.is_builder() {
        TransportError::NotSent { host: host.to_owned(), cause: error.without_url().into() }
    } else {
        lost(host, error)
    }
}

fn lost(host: &str, error: reqwest::Error) -> TransportError {
    TransportError::Lost { host: host.to_owned(), cause: error.without_url().into() }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{SocketAddr, TcpListener};

    use http::{Method, StatusCode};
    use url::Url;

    use super::*;

    /// A server that takes one connection, waits for a request and answers with `reply`, byte for byte.
    fn server(reply: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let read = stream.read(&mut [0; 4096]).expect("a request");
            assert!(read > 0, "a request was sent");
            stream.write_all(reply.as_bytes()).expect("the client listens");
        });
        address
    }

    async fn ask(scheme: &str, address: SocketAddr, limit: usize) -> Result<Response, TransportError> {
        let url = Url::parse(&format!("{scheme}://{address}/path")).expect("valid");
        let mut request = Request::new(Method::GET, url);
        request.max_reply_bytes = limit;
        Outbound::new().expect("a client").send(request).await
    }

    #[tokio::test]
    async fn a_redirect_is_a_reply_and_is_not_followed() {
        let address = server("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\nhi");
        let reply = ask("http", address, 100).await.expect("a reply");
        assert_eq!((reply.status, reply.body.as_ref()), (StatusCode::FOUND, b"hi".as_slice()));
    }

    #[tokio::test]
    async fn a_reply_longer_than_allowed_is_not_read() {
        let announced = server("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world");
        let endless = server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n");
        for address in [announced, endless] {
            let error = ask("http", address, 10).await.expect_err("too large");
            assert!(matches!(error, TransportError::TooLarge { limit: 10, .. }), "{error:?}");
        }
        let allowed = server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n");
        assert_eq!(ask("http", allowed, 11).await.expect("fits").body.as_ref(), b"hello world");
    }

    #[tokio::test]
    async fn only_a_connection_that_never_stood_counts_as_not_sent() {
        let nobody = {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            listener.local_addr().expect("bound")
        };
        let error = ask("http", nobody, 10).await.expect_err("nobody there");
        assert!(matches!(error, TransportError::NotSent { .. }), "{error:?}");

        let error = ask("https", server("this is no TLS\r\n"), 10).await.expect_err("no TLS");
        assert!(matches!(error, TransportError::NotSent { .. }), "{error:?}");

        for cut_off in ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"] {
            let error = ask("http", server(cut_off), 100).await.expect_err("cut off");
            assert!(matches!(error, TransportError::Lost { .. }), "{error:?}");
        }
    }

    #[tokio::test]
    async fn a_reply_that_does_not_come_is_lost_after_the_time_allowed() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("bound"))).expect("valid");
        let mut request = Request::new(Method::GET, url);
        request.timeout = Duration::from_millis(50);
        let error = Outbound::new().expect("a client").send(request).await.expect_err("nobody answers");
        assert!(matches!(error, TransportError::Lost { .. }), "{error:?}");
    }
}
