//! Where the state lies, and opening it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::config::Config;
use bucketwatch_engine::state::StateStore;

use super::Misuse;
use crate::cli::StateArguments;
use crate::settings;

const FILE_NAME: &str = "state.db";

/// Opens the state, or one that is gone afterwards.
pub(crate) async fn open(arguments: &StateArguments, config: &Config) -> Result<Arc<dyn StateStore>> {
    if arguments.no_state {
        return Ok(Arc::new(SqliteStore::temporary().await?));
    }
    Ok(Arc::new(SqliteStore::open(&place(arguments, config)?).await?))
}

/// Tells whether a scan left a state.
pub(crate) fn exists(arguments: &StateArguments, config: &Config) -> Result<bool> {
    Ok(!arguments.no_state && place(arguments, config)?.exists())
}

/// Opens the state that a scan left.
pub(crate) async fn open_existing(
    arguments: &StateArguments,
    config: &Config,
) -> Result<Arc<dyn StateStore>> {
    let path = place(arguments, config)?;
    if arguments.no_state || !path.exists() {
        bail!("there is no state at `{}` yet; `bucketwatch scan` makes one", path.display());
    }
    open(arguments, config).await
}

fn place(arguments: &StateArguments, config: &Config) -> Result<PathBuf> {
    match arguments.state.as_ref().or(config.state.as_ref()) {
        Some(named) => path_of(named),
        None => settings::folder("XDG_STATE_HOME", ".local/state")
            .map(|folder| folder.join(FILE_NAME))
            .context("neither HOME nor XDG_STATE_HOME says where the state lies; name it with `--state`, or remember nothing with `--no-state`"),
    }
}

fn path_of(named: &str) -> Result<PathBuf> {
    match named.split_once("://") {
        None if !named.is_empty() => Ok(PathBuf::from(named)),
        Some(("sqlite" | "file", path)) if !path.is_empty() => Ok(PathBuf::from(path)),
        _ => {
            Err(Misuse(format!("`{named}` is no place for the state; name a file, or sqlite://PATH")).into())
        }
    }
}

/// Gives who holds a lease: host and process.
pub(crate) fn holder() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{} (process {})", host.trim_end(), std::process::id())
}
