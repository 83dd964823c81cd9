//! Secrets without a secret store: a file that only its owner can read, or memory for tests and demonstrations.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex as PlainMutex;
use std::sync::PoisonError;

use ::store::secrets::{SecretName, Secrets, SecretsError};
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use tempfile::NamedTempFile;
use tokio::sync::Mutex;

/// Only the owner may read and write.
const MODE: u32 = 0o600;

/// Secrets in one JSON file.
pub struct FileSecrets {
    path: PathBuf,
    /// Held from reading to replacing, or two writers would lose one of their secrets.
    writing: Mutex<()>,
}

impl fmt::Debug for FileSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSecrets").field("path", &self.path).finish_non_exhaustive()
    }
}

impl FileSecrets {
    /// Secrets in the file at `path`, made at the first write.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), writing: Mutex::default() }
    }

    fn read(&self, name: &SecretName) -> Result<BTreeMap<String, String>, SecretsError> {
        match fs::read(&self.path) {
            // The parser's message could quote the file, so only its place is told.
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| SecretsError::Unreadable {
                name: name.clone(),
                reason: format!(
                    "{} is damaged at line {}, column {}",
                    self.path.display(),
                    error.line(),
                    error.column()
                ),
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(self.failed(name, &error)),
        }
    }

    /// Replaces the file as a whole: a process killed at any moment leaves the old or the new one.
    fn replace(&self, all: &BTreeMap<String, String>) -> std::io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = NamedTempFile::new_in(folder)?;
        file.as_file().set_permissions(Permissions::from_mode(MODE))?;
        file.write_all(&serde_json::to_vec_pretty(all)?)?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        // The name in the folder has to be durable too.
        File::open(folder)?.sync_all()
    }

    fn failed(&self, name: &SecretName, error: &std::io::Error) -> SecretsError {
        let reason = format!("{}: {error}", self.path.display());
        match error.kind() {
            ErrorKind::PermissionDenied => SecretsError::Denied { name: name.clone(), reason },
            _ => SecretsError::Unreachable { name: name.clone(), reason },
        }
    }
}

#[async_trait]
impl Secrets for FileSecrets {
    async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretsError> {
        Ok(self.read(name)?.remove(&name.to_string()).map(SecretString::from))
    }

    async fn put(&self, name: &SecretName, secret: SecretString) -> Result<(), SecretsError> {
        let _writing = self.writing.lock().await;
        let mut all = self.read(name)?;
        all.insert(name.to_string(), secret.expose_secret().to_owned());
        self.replace(&all).map_err(|error| self.failed(name, &error))
    }
}

/// Secrets that end with the process.
#[derive(Default)]
pub struct MemorySecrets(PlainMutex<BTreeMap<SecretName, SecretString>>);

impl fmt::Debug for MemorySecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemorySecrets")
    }
}

#[async_trait]
impl Secrets for MemorySecrets {
    async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretsError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }

    async fn put(&self, name: &SecretName, secret: SecretString) -> Result<(), SecretsError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), secret);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(secrets: &dyn Secrets, name: &SecretName) -> Option<String> {
        secrets.get(name).await.unwrap().map(|secret| secret.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn l2_secrets_survive_in_a_file_that_only_its_owner_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.json");
        let acronis = SecretName::Acronis("T-1".into());
        let secrets = FileSecrets::new(&path);
        assert_eq!(read(&secrets, &acronis).await, None);
        secrets.put(&acronis, "first".into()).await.unwrap();
        secrets.put(&SecretName::Autotask, "other".into()).await.unwrap();
        secrets.put(&acronis, "second".into()).await.unwrap();

        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
        let reopened = FileSecrets::new(&path);
        assert_eq!(read(&reopened, &acronis).await.as_deref(), Some("second"));
        assert_eq!(read(&reopened, &SecretName::Autotask).await.as_deref(), Some("other"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays behind");
    }

    #[tokio::test]
    async fn l2_a_damaged_file_is_reported_without_what_it_says_and_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.json");
        fs::write(&path, r#"{"autotask": "hunter2" oops"#).unwrap();
        let secrets = FileSecrets::new(&path);
        let refused = secrets.put(&SecretName::ConsoleToken, "new".into()).await.unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("hunter2"), "{refused}");
        assert!(fs::read_to_string(&path).unwrap().contains("hunter2"));
    }
}
