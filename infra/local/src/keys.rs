//! The keys to the doors: the webhooks' secrets, the console's token and one-time link.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom as _, SystemRandom};
use runtime::config::Environment;
use runtime::webhook::secrets::SigningSecrets;
use secrecy::{ExposeSecret, SecretString};
use store::secrets::{SecretName, Secrets};

const KEY_BYTES: usize = 32;
/// What the secret of a signed alert webhook begins with.
const SIGNING_PREFIX: &str = "whsec_";
/// A shorter key can be guessed.
const SIGNING_BYTES_MIN: usize = 16;
/// Names the secret of alert webhooks in the environment.
const WEBHOOK_SECRET: &str = "LOCAL_WEBHOOK_SECRET";

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
    /// The given secret of alert webhooks can sign nothing, the secrets cannot be read or written, or the system has no
    /// randomness.
    pub async fn new(environment: &Environment, secrets: &dyn Secrets) -> anyhow::Result<Self> {
        let given = |name| environment.text(name).map(SecretString::from);
        let signing = given(WEBHOOK_SECRET);
        anyhow::ensure!(
            signing.as_ref().is_none_or(can_sign),
            "{WEBHOOK_SECRET} is not {SIGNING_PREFIX} followed by base64 of at least {SIGNING_BYTES_MIN} bytes"
        );
        let acronis = || Ok(format!("{SIGNING_PREFIX}{}", STANDARD.encode(random()?)).into());
        Ok(Self {
            acronis_webhook: webhook(secrets, &SecretName::AcronisWebhook, signing, acronis).await?,
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

/// Whether the function that checks alert webhooks can use this secret, and nobody else can guess it.
fn can_sign(secret: &SecretString) -> bool {
    let encoded = secret.expose_secret().strip_prefix(SIGNING_PREFIX);
    encoded.and_then(|encoded| STANDARD.decode(encoded).ok()).is_some_and(|key| key.len() >= SIGNING_BYTES_MIN)
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
        let given = format!("whsec_{}", STANDARD.encode([7; SIGNING_BYTES_MIN]));
        keys(&[("LOCAL_WEBHOOK_SECRET", &given)], &secrets).await;
        assert_eq!(keys(&[], &secrets).await.acronis_webhook.expose_secret(), given);
    }

    #[tokio::test]
    async fn a_given_webhook_secret_that_can_sign_nothing_is_refused_in_one_line_without_the_secret() {
        let short = format!("whsec_{}", STANDARD.encode([7; SIGNING_BYTES_MIN - 1]));
        let bare = STANDARD.encode([7; KEY_BYTES]);
        for unusable in ["hunter2", "whsec_", "whsec_not base64!", &short, &bare] {
            let secrets = MemorySecrets::default();
            let environment = [("LOCAL_WEBHOOK_SECRET", unusable)].into_iter().collect();
            let Err(error) = Keys::new(&environment, &secrets).await else { panic!("{unusable} was taken") };
            let line = format!("{error:#}");
            assert!(line.starts_with("LOCAL_WEBHOOK_SECRET is not whsec_") && !line.contains('\n'), "{line}");
            assert!(unusable == "whsec_" || !line.contains(unusable), "{line}");
            assert!(secrets.get(&SecretName::AcronisWebhook).await.unwrap().is_none());
        }
    }
}
