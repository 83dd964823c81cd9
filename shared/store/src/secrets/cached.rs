use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use runtime::clock::Clock;
use secrecy::SecretString;
use tokio::sync::Mutex;

use super::{SecretName, Secrets, SecretsError};

/// How long a secret is used before it is read again: the time that a rotated secret needs to arrive everywhere.
const KEPT: SignedDuration = SignedDuration::from_mins(5);
/// How often a refused secret makes a process read it again: somebody who sends wrong signatures must not cause more calls.
const REFRESHED: SignedDuration = SignedDuration::from_mins(1);

/// Secrets in memory, one cache for each process, so that a warm invocation reads none.
pub struct Cached {
    secrets: Arc<dyn Secrets>,
    clock: Clock,
    read: Mutex<HashMap<SecretName, Entry>>,
}

#[derive(Clone)]
struct Entry {
    secret: Option<SecretString>,
    read_at: Timestamp,
}

impl Cached {
    /// A cache over `secrets`.
    pub fn new(secrets: Arc<dyn Secrets>, clock: Clock) -> Self {
        Self { secrets, clock, read: Mutex::new(HashMap::new()) }
    }

    /// Reads a secret again although it is in memory, at most once a minute: for when it was refused, as it may have been
    /// changed since.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn refresh(&self, name: &SecretName) -> Result<Option<SecretString>, SecretsError> {
        self.no_older_than(name, REFRESHED).await
    }

    async fn no_older_than(
        &self,
        name: &SecretName,
        age: SignedDuration,
    ) -> Result<Option<SecretString>, SecretsError> {
        let now = self.clock.now();
        // Held while reading, so that several requests at once cause one read.
        let mut read = self.read.lock().await;
        if let Some(entry) = read.get(name).filter(|entry| now.duration_since(entry.read_at) < age) {
            return Ok(entry.secret.clone());
        }
        let secret = self.secrets.get(name).await?;
        read.insert(name.clone(), Entry { secret: secret.clone(), read_at: now });
        Ok(secret)
    }
}

#[async_trait]
impl Secrets for Cached {
    async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretsError> {
        self.no_older_than(name, KEPT).await
    }

    async fn put(&self, name: &SecretName, secret: SecretString) -> Result<(), SecretsError> {
        self.secrets.put(name, secret).await?;
        self.read.lock().await.remove(name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use secrecy::ExposeSecret;

    use super::*;

    /// Answers with the number of the read.
    #[derive(Default)]
    struct Counting(AtomicU32);

    #[async_trait]
    impl Secrets for Counting {
        async fn get(&self, _: &SecretName) -> Result<Option<SecretString>, SecretsError> {
            let n = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            Ok(Some(SecretString::from(n.to_string())))
        }

        async fn put(&self, _: &SecretName, _: SecretString) -> Result<(), SecretsError> {
            Ok(())
        }
    }

    fn text(secret: Result<Option<SecretString>, SecretsError>) -> String {
        secret.unwrap().unwrap().expose_secret().to_owned()
    }

    #[tokio::test]
    async fn a_secret_is_read_again_after_five_minutes() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let cached = Cached::new(Arc::new(Counting::default()), clock.clone());
        assert_eq!(text(cached.get(&SecretName::Autotask).await), "1");
        clock.advance(SignedDuration::from_secs(299));
        assert_eq!(text(cached.get(&SecretName::Autotask).await), "1");
        assert_eq!(text(cached.get(&SecretName::ConsoleToken).await), "2", "each name by itself");
        clock.advance(SignedDuration::from_secs(1));
        assert_eq!(text(cached.get(&SecretName::Autotask).await), "3");
    }

    #[tokio::test]
    async fn a_refused_secret_is_read_again_at_most_once_a_minute() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let cached = Cached::new(Arc::new(Counting::default()), clock.clone());
        assert_eq!(text(cached.get(&SecretName::Autotask).await), "1");
        clock.advance(SignedDuration::from_secs(61));
        assert_eq!(text(cached.refresh(&SecretName::Autotask).await), "2");
        for _ in 0..100 {
            assert_eq!(text(cached.refresh(&SecretName::Autotask).await), "2");
        }
    }

    #[tokio::test]
    async fn a_written_secret_is_read_back_at_once() {
        let cached = Cached::new(Arc::new(Counting::default()), Clock::manual(Timestamp::UNIX_EPOCH));
        assert_eq!(text(cached.get(&SecretName::Autotask).await), "1");
        cached.put(&SecretName::Autotask, SecretString::from("new")).await.unwrap();
        assert_eq!(text(cached.get(&SecretName::Autotask).await), "2");
    }
}
