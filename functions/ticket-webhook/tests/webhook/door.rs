//! The function with its surroundings, and Autotask, which calls it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bridge_core::hint::{Hint, Message};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderValue;
use jiff::Timestamp;
use runtime::clock::Clock;
use runtime::webhook::{Request, Response};
use secrecy::SecretString;
use serde_json::json;
use sha1::Sha1;
use store::queue::{Queue, QueueName, SendError};
use store::secrets::{Cached, SecretName, Secrets, SecretsError};
use ticket_webhook::{Deps, handle};

/// Secret of the sample events (`events/ticket-webhook/README.md`).
pub const SECRET: &str = "test-key-of-ticket-webhook";

/// The function, warm for as long as the value lives.
pub struct Door {
    pub clock: Clock,
    pub queue: Arc<Recorder>,
    pub secrets: Arc<Keeper>,
    deps: Deps,
}

impl Door {
    /// With the secret of the sample events.
    pub fn open() -> Self {
        Self::with(json!({"current": SECRET}).to_string())
    }

    pub fn with(record: impl Into<String>) -> Self {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let (queue, secrets) = (Arc::new(Recorder::default()), Arc::new(Keeper::default()));
        secrets.set(record);
        let cached = Cached::new(secrets.clone(), clock.clone());
        let deps = Deps { queue: queue.clone(), secrets: cached };
        Self { clock, queue, secrets, deps }
    }

    pub async fn post(&self, request: Request) -> Response {
        handle(&self.deps, request).await
    }

    /// Posts and answers with the status alone.
    pub async fn status(&self, request: Request) -> i64 {
        self.post(request).await.status_code
    }
}

/// A queue in memory.
#[derive(Default)]
pub struct Recorder {
    messages: Mutex<Vec<Message>>,
    pub calls: AtomicUsize,
    pub is_broken: AtomicBool,
}

impl Recorder {
    pub fn messages(&self) -> Vec<Message> {
        self.messages.lock().unwrap().clone()
    }

    /// The messages in words: `ticket 7318`, `unreadable: <reason>`.
    pub fn in_words(&self) -> Vec<String> {
        self.messages().iter().map(in_words).collect()
    }
}

fn in_words(message: &Message) -> String {
    match &message.hint {
        Hint::Tickets { tickets } => {
            tickets.iter().fold("ticket".to_owned(), |words, ticket| format!("{words} {ticket}"))
        }
        Hint::Unreadable { source, reason, .. } if source == "ticket-webhook" => format!("unreadable: {reason}"),
        other => panic!("the ticket webhook never sends {other:?}"),
    }
}

#[async_trait]
impl Queue for Recorder {
    async fn send(&self, queue: QueueName, messages: &[Message]) -> Result<(), SendError> {
        assert_eq!(queue, QueueName::Alerts);
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.is_broken.load(Ordering::SeqCst) {
            return Err(SendError::Unreachable { queue, reason: "connection reset".into() });
        }
        self.messages.lock().unwrap().extend_from_slice(messages);
        Ok(())
    }
}

/// A secret store in memory with one secret.
#[derive(Default)]
pub struct Keeper {
    record: Mutex<Option<String>>,
    pub reads: AtomicUsize,
    pub is_broken: AtomicBool,
}

impl Keeper {
    pub fn set(&self, record: impl Into<String>) {
        *self.record.lock().unwrap() = Some(record.into());
    }

    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Secrets for Keeper {
    async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretsError> {
        assert_eq!(*name, SecretName::AutotaskWebhook);
        self.reads.fetch_add(1, Ordering::SeqCst);
        if self.is_broken.load(Ordering::SeqCst) {
            return Err(SecretsError::Unreachable { name: name.clone(), reason: "time-out".into() });
        }
        Ok(self.record.lock().unwrap().as_deref().map(SecretString::from))
    }

    async fn put(&self, _: &SecretName, _: SecretString) -> Result<(), SecretsError> {
        panic!("the webhook never writes a secret")
    }
}

/// A callout that nobody has signed.
pub fn unsigned(body: &[u8]) -> Request {
    let mut request = Request::default();
    request.body = Some(STANDARD.encode(body));
    request.is_base64_encoded = true;
    request
}

/// A callout signed as Autotask signs it.
pub fn signed(secret: &str, body: &[u8]) -> Request {
    let mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body).finalize();
    let signature = format!("sha1={}", STANDARD.encode(mac.into_bytes()));
    let mut request = unsigned(body);
    request.headers.insert("x-hook-signature", HeaderValue::from_str(&signature).unwrap());
    request
}

/// The folder of this function's sample events.
pub fn events() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events/ticket-webhook")
}

/// A sample event.
pub fn event(name: &str) -> Request {
    let text = std::fs::read_to_string(events().join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}
