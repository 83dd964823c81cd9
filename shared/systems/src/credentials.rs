use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use store::secrets::SecretName;

use crate::{Error, Systems};

/// What Autotask's API user logs in with. Kept in the secret store and nowhere else (rule L2).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AutotaskCredentials {
    /// The API user's name.
    pub user_name: String,
    /// Its secret.
    #[serde(serialize_with = "exposed")]
    pub secret: SecretString,
    /// Tracking identifier of the integration.
    #[serde(serialize_with = "exposed")]
    pub integration_code: SecretString,
}

/// What one connection's API client logs in with. Kept in the secret store and nowhere else (rule L2).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AcronisCredentials {
    /// The API client.
    pub client_id: String,
    /// Its secret.
    #[serde(serialize_with = "exposed")]
    pub client_secret: SecretString,
}

/// Only for the way into the secret store.
fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

impl Systems {
    /// Keeps credentials in the secret store.
    ///
    /// # Errors
    /// The secret store cannot be written.
    pub async fn keep(&self, name: &SecretName, credentials: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string(credentials).expect("credentials are texts");
        Ok(self.secrets.put(name, SecretString::from(text)).await?)
    }

    pub(crate) async fn credentials<C: for<'a> Deserialize<'a>>(
        &self,
        name: &SecretName,
        system: &str,
    ) -> Result<C, Error> {
        let secret = self.secrets.get(name).await?.ok_or_else(|| Error::NotConfigured(system.to_owned()))?;
        // serde's own message may quote what it read.
        serde_json::from_str(secret.expose_secret()).map_err(|_| Error::Unusable {
            system: system.to_owned(),
            reason: "they are not of a known form".to_owned(),
        })
    }
}
