//! The server layer: HTTP/1.1 on a listener, with connections that can really be lost.

use std::convert::Infallible;
use std::future::{Future, pending};
use std::io;
use std::pin::pin;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::control::DroppedConnection;

/// Serves `router` on `listener` for ever.
///
/// A response marked [`DroppedConnection`] is not sent: its connection is closed without a reply. A request that has begun is
/// carried through even when its client has gone away, as a real server would.
///
/// # Errors
/// When the listener fails.
pub async fn serve(router: Router, listener: TcpListener) -> io::Result<()> {
    serve_until(router, listener, pending()).await
}

/// Serves like [`serve`] until `stop` is ready, then answers what is in flight and returns.
///
/// # Errors
/// When the listener fails.
pub async fn serve_until(router: Router, listener: TcpListener, stop: impl Future<Output = ()>) -> io::Result<()> {
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            () = &mut stop => break,
        };
        // Small replies must not wait for the client's acknowledgement of the one before.
        stream.set_nodelay(true)?;
        let router = router.clone();
        let service = service_fn(move |request| answer(router.clone(), request));
        let connection = graceful.watch(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // An error here is a client that went away or a connection lost on purpose: both are part of the simulation.
            let _ = connection.await;
        });
    }
    graceful.shutdown().await;
    Ok(())
}

async fn answer(router: Router, request: Request<Incoming>) -> Result<Response, Lost> {
    let handled: Result<Response, Infallible> =
        tokio::spawn(router.oneshot(request.map(Body::new))).await.map_err(|_| Lost)?;
    let response = handled.unwrap_or_else(|never| match never {});
    if response.extensions().get::<DroppedConnection>().is_some() { Err(Lost) } else { Ok(response) }
}

/// Tells the HTTP layer to close the connection without a reply.
#[derive(Debug)]
struct Lost;

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is lost on purpose")
    }
}

impl std::error::Error for Lost {}
