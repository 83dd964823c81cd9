//! The end of the process, asked for by SIGTERM or Ctrl-C.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// A flag that everything which runs looks at.
#[derive(Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A flag that rises with SIGTERM or Ctrl-C.
    ///
    /// # Errors
    /// The system does not tell of signals.
    pub fn on_signal() -> anyhow::Result<Self> {
        let (raise, flag) = watch::channel(false);
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            raise.send_replace(true);
        });
        Ok(Self(flag))
    }

    /// Whether it has risen.
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it rises.
    pub async fn raised(mut self) {
        // An error means that nobody is left who could raise it, which is as good a reason to stop.
        let _ = self.0.wait_for(|is_raised| *is_raised).await;
    }
}
