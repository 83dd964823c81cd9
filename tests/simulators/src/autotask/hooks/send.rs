//! Making a callout over plain HTTP.
//!
//! Webhooks of a simulation are on the same machine, so there is no TLS here, and the client has no settings beyond the time limit.

use std::time::Duration;

use axum::body::Body;
use http::Request;
use http::header::HOST;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

use super::Delivery;

const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Makes the callout and answers the status, or why there is none.
pub(in super::super) async fn post(delivery: &Delivery) -> Result<u16, String> {
    match tokio::time::timeout(TIME_LIMIT, send(delivery)).await {
        Ok(Ok(status)) => Ok(status),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("The webhook did not answer within {} seconds.", TIME_LIMIT.as_secs())),
    }
}

async fn send(delivery: &Delivery) -> anyhow::Result<u16> {
    let url = Url::parse(&delivery.url)?;
    anyhow::ensure!(url.scheme() == "http", "the simulator cannot make callouts by {}", url.scheme());
    let authority = url.authority().to_owned();
    let addresses = url.socket_addrs(|| None)?;
    let stream = TcpStream::connect(addresses.as_slice()).await?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut request = Request::post(path).header(HOST, authority);
    for (name, value) in &delivery.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Body::from(delivery.body.clone()))?;
    // The connection only lives while it is driven; it ends with the sender.
    let driven = tokio::spawn(connection);
    let response = sender.send_request(request).await;
    driven.abort();
    Ok(response?.status().as_u16())
}
