//! The keys to the doors: the webhooks' secrets, the console's token and one-time link.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom as _, SystemRandom};
use runtime::config::Environment;
use runtime::webhook::secrets::SigningSecrets;
use secrecy::{ExposeSecret, SecretString};
use store::secrets::{SecretName, Secrets};

const KEY_BYTES: usize = 32;

/// The keys.
pub struct Keys {
    /// Signs alert webhooks: `whsec_` and base64.
    pub acronis_webhook: SecretString,
    /// Signs ticket webhooks.
    pub autotask_webhook: SecretString,
    /// Opens the console to programs.
    pub console_token: SecretString,
    /// Opens the console to a browser, once.
    pub one_time: SecretString,
}

impl Keys {
    /// The keys that the environment gives; webhook secrets otherwise as kept, or new and from now on kept. The console's keys
    /// end with the process.
    ///
    /// # Errors
    /// The secrets cannot be read or written, or the system has no randomness.
    pub async fn new(environment: &Environment, secrets: &dyn Secrets) -> anyhow::Result<Self> {
        let given = |name| environment.text(name).map(SecretString::from);
        let acronis = || Ok(format!("whsec_{}", STANDARD.encode(random()?)).into());
        Ok(Self {
            acronis_webhook: webhook(secrets, &SecretName::AcronisWebhook, given("LOCAL_WEBHOOK_SECRET"), acronis)
                .await?,
            autotask_webhook: webhook(
                secrets,
                &SecretName::AutotaskWebhook,
                given("LOCAL_AUTOTASK_WEBHOOK_SECRET"),
                text,
            )
            .await?,
            console_token: given("LOCAL_CONSOLE_TOKEN").map_or_else(text, Ok)?,
            one_time: text()?,
        })
    }
}

/// A webhook's secret, which the function finds in the secret store. One that is given takes the place of what is kept.
async fn webhook(
    secrets: &dyn Secrets,
    name: &SecretName,
    given: Option<SecretString>,
    make: impl FnOnce() -> anyhow::Result<SecretString>,
) -> anyhow::Result<SecretString> {
    let kept = match secrets.get(name).await? {
        Some(stored) => Some(SigningSecrets::parse(&stored)?.current),
        None => None,
    };
    let current = match (given, kept) {
        (None, Some(kept)) => return Ok(kept),
        (Some(given), Some(kept)) if given.expose_secret() == kept.expose_secret() => return Ok(kept),
        (Some(given), _) => given,
        (None, None) => make()?,
    };
    secrets.put(name, SigningSecrets::only(current.clone()).to_stored()).await?;
    Ok(current)
}

fn text() -> anyhow::Result<SecretString> {
    Ok(URL_SAFE_NO_PAD.encode(random()?).into())
}

fn random() -> anyhow::Result<[u8; KEY_BYTES]> {
    let mut bytes = [0; KEY_BYTES];
    SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow::anyhow!("the system gives no randomness for keys"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use local::secrets::MemorySecrets;

    use super::*;

    async fn keys(environment: &[(&str, &str)], secrets: &MemorySecrets) -> Keys {
        Keys::new(&environment.iter().copied().collect(), secrets).await.unwrap()
    }

    #[tokio::test]
    async fn a_generated_webhook_secret_is_kept_and_the_console_s_keys_are_new_each_time() {
        let secrets = MemorySecrets::default();
        let (first, second) = (keys(&[], &secrets).await, keys(&[], &secrets).await);
        assert_eq!(first.acronis_webhook.expose_secret(), second.acronis_webhook.expose_secret());
        assert_eq!(first.autotask_webhook.expose_secret(), second.autotask_webhook.expose_secret());
        assert_ne!(first.one_time.expose_secret(), second.one_time.expose_secret());
        assert_ne!(first.console_token.expose_secret(), second.console_token.expose_secret());
    }

    #[tokio::test]
    async fn a_given_webhook_secret_takes_the_kept_one_s_place() {
        let secrets = MemorySecrets::default();
        keys(&[], &secrets).await;
        keys(&[("LOCAL_WEBHOOK_SECRET", "whsec_Z2l2ZW4=")], &secrets).await;
        assert_eq!(keys(&[], &secrets).await.acronis_webhook.expose_secret(), "whsec_Z2l2ZW4=");
    }
}
