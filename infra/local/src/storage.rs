//! Where everything is kept: a folder, or memory.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use local::engine::Engine;
use local::secrets::{FileSecrets, MemorySecrets};
use runtime::clock::Clock;
use serde::{Deserialize, Serialize};
use store::secrets::Secrets;
use store::table::{Key, Read, Record, Table};

/// Name of the integration's table.
const TABLE: &str = "bridge";
/// The folder belongs to its owner alone.
const FOLDER_MODE: u32 = 0o700;

/// What is kept, opened.
pub struct Storage {
    /// The engine below the table and the queues.
    pub engine: Engine,
    /// The integration's table.
    pub table: Table,
    /// The secrets.
    pub secrets: Arc<dyn Secrets>,
    /// Held for as long as the process lives: all that is kept relies on being this process's alone.
    _lock: Option<File>,
}

impl Storage {
    /// Opens the folder, which is made when it is missing, or begins with nothing in memory.
    ///
    /// # Errors
    /// Another process works on the folder, or it cannot be written.
    pub async fn open(folder: Option<&Path>, clock: &Clock) -> anyhow::Result<Self> {
        let (engine, secrets, lock): (_, Arc<dyn Secrets>, _) = match folder {
            None => (Engine::memory(clock.clone())?, Arc::new(MemorySecrets::default()), None),
            Some(folder) => {
                let lock = lock(folder).with_context(|| format!("the folder {} cannot be used", folder.display()))?;
                let engine = Engine::file(&folder.join("bridge.sqlite"))?;
                (engine, Arc::new(FileSecrets::new(&folder.join("secrets.json"))), Some(lock))
            }
        };
        engine.create_table(TABLE).await?;
        let table = Table::new(engine.client(), TABLE);
        Ok(Self { engine, table, secrets, _lock: lock })
    }
}

fn lock(folder: &Path) -> anyhow::Result<File> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
    let file = fs::OpenOptions::new().create(true).append(true).open(folder.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("another process works on it"),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// What this process keeps about itself, beside what the functions keep.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Myself {
    /// How far the demo has come.
    pub demo: Demo,
    /// How far the functions' clock was moved, so that it does not go back at a restart.
    pub clock_ahead_s: i64,
}

/// How far the demo has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demo {
    /// Nobody has decided yet whether there is to be one.
    #[default]
    Undecided,
    /// This is somebody's own installation.
    Unwanted,
    /// It has begun; what is missing is made up for.
    Begun,
    /// It is over.
    Done,
}

impl Record for Myself {
    const KIND: &'static str = "LOCAL";
    type Id = ();

    fn key((): &()) -> Key {
        Key::alone(Self::KIND, "-")
    }

    fn id(&self) {}
}

impl Myself {
    /// What was kept, or the beginning.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn read(table: &Table) -> anyhow::Result<Self> {
        let stored = table.get::<Self>(&(), Read::Strong).await?;
        Ok(stored.map(|stored| stored.value).unwrap_or_default())
    }

    /// Changes what is kept.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn change(table: &Table, mut change: impl FnMut(&mut Self)) -> anyhow::Result<()> {
        let changed = |kept: Option<Self>| {
            let mut kept = kept.unwrap_or_default();
            change(&mut kept);
            Some(kept)
        };
        table.modify(&(), changed).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn a_folder_belongs_to_one_process_and_to_its_owner() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("deep/data");
        let clock = Clock::system();
        let first = Storage::open(Some(&folder), &clock).await.unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, FOLDER_MODE);
        let refused = Storage::open(Some(&folder), &clock).await.err().unwrap();
        assert!(format!("{refused:#}").contains("another process works on it"), "{refused:#}");

        Myself::change(&first.table, |myself| myself.clock_ahead_s += 90).await.unwrap();
        drop(first);
        let again = Storage::open(Some(&folder), &clock).await.unwrap();
        assert_eq!(Myself::read(&again.table).await.unwrap().clock_ahead_s, 90);
    }
}
