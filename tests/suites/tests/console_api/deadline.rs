//! A foreign system that never answers.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use async_trait::async_trait;
use console::auth::Auth;
use runtime::http::{Request, Response, Transport, TransportError};
use suites::console::{Console, ONE_TIME, TOKEN, autotask_log_in, connection_log_in};

/// A network in which nothing comes back.
struct Hanging;

#[async_trait]
impl Transport for Hanging {
    async fn send(&self, _: Request) -> Result<Response, TransportError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn x4_a_request_ends_with_a_reason_before_the_gateway_gives_up() -> Result<()> {
    let mut console = Console::fresh().await?;
    let mut systems = console.systems.clone();
    systems.transport = Arc::new(Hanging);
    let auth = Auth::Local { token: Some(TOKEN.into()), one_time: ONE_TIME.into() };
    console.router = console.router_with(auth, systems, None);
    for (path, body) in [("/api/v1/autotask", autotask_log_in()), ("/api/v1/connections", connection_log_in())] {
        let began = tokio::time::Instant::now();
        let answer = console.put(path, &body).await?.expect(503)?;
        assert_eq!(answer.code()?, "unavailable", "{path}");
        assert!(answer.text.contains("not finished within 25 s"), "{answer:?}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        let took = began.elapsed();
        assert!(took >= Duration::from_secs(25) && took < Duration::from_secs(30), "{path}: {took:?}");
    }
    console.get("/api/v1/settings").await?.expect(200)?;
    Ok(())
}
