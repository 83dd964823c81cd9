//! The same over a real socket, where a lost connection must be lost.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use simulators::control::{Fault, Kind};
use simulators::serve_until;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::client::Session;

const CATEGORIES: &str = "/api/alert_manager/v1/categories";

async fn listening(session: &Session) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let server = tokio::spawn(serve_until(session.router.clone(), listener, async {
        let _ = stopped.await;
    }));
    (address, stop, server)
}

/// What a client reads until the connection ends; empty when it ends without a reply.
async fn fetch(address: SocketAddr, token: String) -> String {
    let exchange = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let request = format!(
            "GET {CATEGORIES} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = Vec::new();
        // A reset connection is an error here, and just as much the end of it.
        let _ = stream.read_to_end(&mut reply);
        String::from_utf8(reply).unwrap()
    };
    spawn_blocking(exchange).await.unwrap()
}

#[tokio::test]
async fn a_dropped_connection_ends_without_a_reply_and_the_next_one_works() {
    let session = Session::demo().await;
    let (address, _stop, _server) = listening(&session).await;
    for kind in [Kind::DropBefore, Kind::EffectThenDrop] {
        session.world.control().add_fault(Fault::new(kind, CATEGORIES));
        assert_eq!(fetch(address, session.token.clone()).await, "");
        assert!(fetch(address, session.token.clone()).await.starts_with("HTTP/1.1 200 OK"));
    }
}

#[tokio::test]
async fn the_server_returns_when_it_is_told_to_stop() {
    let session = Session::demo().await;
    let (address, stop, server) = listening(&session).await;
    assert!(fetch(address, session.token.clone()).await.starts_with("HTTP/1.1 200 OK"));
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
