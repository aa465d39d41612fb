//! Where the state lies, and opening it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use bucketwatch_adapters::memory::MemoryStore;
use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::config::Config;
use bucketwatch_engine::state::StateStore;

use super::Misuse;
use crate::cli::StateArguments;
use crate::settings;

const FILE_NAME: &str = "state.db";

/// Where a state lies.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// In this process, and nowhere when it ends.
    Memory,
    /// In an SQLite file.
    File(PathBuf),
}

/// Opens the state, or one that is gone afterwards.
pub(crate) async fn open(arguments: &StateArguments, config: &Config) -> Result<Arc<dyn StateStore>> {
    if arguments.no_state {
        return Ok(Arc::new(SqliteStore::temporary().await?));
    }
    Ok(match place(arguments, config)? {
        Place::Memory => Arc::new(MemoryStore::default()),
        Place::File(path) => Arc::new(SqliteStore::open(&path).await?),
    })
}

/// Tells whether a scan left a state.
pub(crate) fn exists(arguments: &StateArguments, config: &Config) -> Result<bool> {
    Ok(!arguments.no_state
        && match place(arguments, config)? {
            Place::Memory => false,
            Place::File(path) => path.exists(),
        })
}

/// Opens the state that a scan left.
pub(crate) async fn open_existing(
    arguments: &StateArguments,
    config: &Config,
) -> Result<Arc<dyn StateStore>> {
    match place(arguments, config)? {
        Place::Memory => bail!("`memory:` remembers nothing from one command to the next"),
        Place::File(path) if arguments.no_state || !path.exists() => {
            bail!("there is no state at `{}` yet; `bucketwatch scan` makes one", path.display())
        }
        Place::File(_) => open(arguments, config).await,
    }
}

fn place(arguments: &StateArguments, config: &Config) -> Result<Place> {
    match arguments.state.as_ref().or(config.state.as_ref()) {
        Some(named) => Ok(Place::parse(named)?),
        None => settings::folder("XDG_STATE_HOME", ".local/state")
            .map(|folder| Place::File(folder.join(FILE_NAME)))
            .context("neither HOME nor XDG_STATE_HOME says where the state lies; name it with `--state`, or remember nothing with `--no-state`"),
    }
}

impl Place {
    fn parse(named: &str) -> Result<Self, Misuse> {
        match named.split_once("://") {
            None if named == "memory:" => Ok(Self::Memory),
            None if !named.is_empty() => Ok(Self::File(PathBuf::from(named))),
            Some(("sqlite" | "file", path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            _ => Err(Misuse(format!(
                "`{named}` is no place for the state; name a file, sqlite://PATH, or memory:"
            ))),
        }
    }
}

/// Gives who holds a lease: host and process.
pub(crate) fn holder() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{} (process {})", host.trim_end(), std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_place_or_is_refused() {
        for (named, expected) in [
            ("memory:", Some(Place::Memory)),
            ("state.db", Some(Place::File("state.db".into()))),
            ("sqlite:///var/lib/state.db", Some(Place::File("/var/lib/state.db".into()))),
            ("file://state.db", Some(Place::File("state.db".into()))),
            ("", None),
            ("sqlite://", None),
            ("memory://x", None),
            ("redis://host", None),
        ] {
            assert_eq!(Place::parse(named).ok(), expected, "{named:?}");
        }
    }
}
