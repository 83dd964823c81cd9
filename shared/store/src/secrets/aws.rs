use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use secrecy::{ExposeSecret, SecretString};

use super::{SecretName, Secrets, SecretsError};
use crate::aws::with_causes;

/// Secrets in AWS Secrets Manager, under names that begin with the stack's prefix.
#[derive(Debug, Clone)]
pub struct SecretsManager {
    client: Client,
    prefix: String,
}

impl SecretsManager {
    /// Secrets named `prefix/…`.
    #[must_use]
    pub fn new(client: Client, prefix: &str) -> Self {
        Self { client, prefix: prefix.to_owned() }
    }

    fn id(&self, name: &SecretName) -> String {
        format!("{}/{name}", self.prefix)
    }
}

#[async_trait]
impl Secrets for SecretsManager {
    async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretsError> {
        let answer = self.client.get_secret_value().secret_id(self.id(name)).send().await;
        match answer {
            Ok(answer) if answer.secret_binary.is_some() => {
                Err(SecretsError::Unreadable { name: name.clone(), reason: "it is binary".to_owned() })
            }
            Ok(answer) => Ok(answer.secret_string.filter(|secret| !secret.is_empty()).map(SecretString::from)),
            // Also for a secret that the template made and nobody has filled yet.
            Err(SdkError::ServiceError(service)) if service.err().is_resource_not_found_exception() => Ok(None),
            Err(error) => Err(sort(name, &error)),
        }
    }

    async fn put(&self, name: &SecretName, secret: SecretString) -> Result<(), SecretsError> {
        let id = self.id(name);
        let write = self.client.put_secret_value().secret_id(&id).secret_string(secret.expose_secret()).send().await;
        match write {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(service)) if service.err().is_resource_not_found_exception() => {
                let create = self.client.create_secret().name(&id).secret_string(secret.expose_secret());
                create.send().await.map(drop).map_err(|error| sort(name, &error))
            }
            Err(error) => Err(sort(name, &error)),
        }
    }
}

fn sort<E, R>(name: &SecretName, error: &SdkError<E, R>) -> SecretsError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let (name, reason) = (name.clone(), with_causes(error));
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    match code {
        "AccessDeniedException"
        | "ExpiredTokenException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "DecryptionFailure"
        | "EncryptionFailure"
        | "InvalidRequestException" => SecretsError::Denied { name, reason },
        _ => SecretsError::Unreachable { name, reason },
    }
}
