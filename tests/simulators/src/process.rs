//! What a program that runs simulators needs of the machine: ports on loopback, and to be told when to end.

use std::net::Ipv4Addr;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// A listener on a port of 127.0.0.1 and the URL of what it serves. Port 0 is any free one.
///
/// # Errors
/// The port is taken.
pub async fn listen(port: u16) -> anyhow::Result<(TcpListener, String)> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.with_context(|| format!("port {port} cannot be used"))?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

/// A flag that rises with SIGTERM or Ctrl-C.
///
/// # Errors
/// The signals cannot be listened to.
pub fn stop_signal() -> anyhow::Result<watch::Receiver<bool>> {
    let (raise, flag) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        raise.send_replace(true);
    });
    Ok(flag)
}

/// Ready when the flag has risen.
pub async fn stopped(mut flag: watch::Receiver<bool>) {
    // An error means that the flag's owner is gone, which is as good a reason to stop.
    let _ = flag.wait_for(|raised| *raised).await;
}
