//! The HTTP client under the AWS SDKs, against a server on loopback.
#![cfg(feature = "table")]
#![expect(clippy::unwrap_used, reason = "a server that does not start has to fail its test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bridge_core::failure::Class;
use bridge_core::id::TicketId;
use runtime::config;
use store::aws::Aws;
use store::record::{Cursor, TicketIndex};
use store::table::{Inserted, Read, Table};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Answers every request with the same status and body, and counts connections and requests.
#[derive(Default)]
struct Counts {
    connections: AtomicU32,
    requests: AtomicU32,
}

async fn serve(status: &'static str, body: &'static str) -> (Table, Arc<Counts>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let table = table(listener.local_addr().unwrap().port());
    let counts = Arc::<Counts>::default();
    let counted = counts.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(answer(stream, counted.clone(), status, body));
        }
    });
    (table, counts)
}

async fn answer(mut stream: TcpStream, counts: Arc<Counts>, status: &str, body: &str) {
    let mut received = Vec::new();
    while let Ok(1..) = stream.read_buf(&mut received).await {
        let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&received[..end]).to_lowercase();
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
        if received.len() < end + 4 + length {
            continue;
        }
        received.clear();
        counts.requests.fetch_add(1, Ordering::SeqCst);
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

fn table(port: u16) -> Table {
    let environment = config::Aws {
        region: "eu-central-1".into(),
        access_key_id: "key".into(),
        secret_access_key: "planted-secret".into(),
        session_token: Some("planted-token".into()),
        endpoint_url: Some(format!("http://127.0.0.1:{port}")),
    };
    let aws = Aws::new(environment);
    assert!(!format!("{aws:?}").contains("planted"), "{aws:?}");
    Table::new(aws.dynamodb(), "bridge")
}

#[tokio::test]
async fn calls_reach_the_endpoint_over_one_connection() {
    let (table, counts) = serve("200 OK", "{}").await;
    for n in 0..3 {
        assert_eq!(table.get::<TicketIndex>(&TicketId(n), Read::Eventual).await.unwrap(), None);
    }
    let cursor = Cursor { name: "alerts".into(), value: 1.into() };
    assert!(matches!(table.insert(cursor).await, Ok(Inserted::New(_))));
    assert_eq!(counts.requests.load(Ordering::SeqCst), 4);
    assert_eq!(counts.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_write_that_found_no_connection_has_certainly_not_happened() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = table(port).insert(Cursor { name: "alerts".into(), value: 1.into() }).await.unwrap_err();
    assert_eq!(error.class(), Class::Transient { after: None }, "{error}");
    assert!(error.to_string().contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn a_server_error_after_a_write_leaves_its_outcome_unknown_and_is_not_repeated() {
    let (table, counts) = serve("503 Service Unavailable", "<html>planted</html>").await;
    let error = table.insert(Cursor { name: "alerts".into(), value: 1.into() }).await.unwrap_err();
    assert_eq!(error.class(), Class::OutcomeUnknown, "{error}");
    assert!(!error.to_string().contains("planted"), "a body is no part of an error: {error}");
    assert_eq!(counts.requests.load(Ordering::SeqCst), 1);
}
