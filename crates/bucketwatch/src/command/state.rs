//! The state that the command line or the configuration names.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::config::Config;
use bucketwatch_engine::state::StateStore;

use super::Misuse;
use crate::cli::StateArguments;
use crate::settings;
use crate::store::Place;

const FILE_NAME: &str = "state.db";

/// Opens the state, or one that is gone afterwards.
pub(crate) async fn open(arguments: &StateArguments, config: &Config) -> Result<Arc<dyn StateStore>> {
    if arguments.no_state {
        return Ok(Arc::new(SqliteStore::temporary().await?));
    }
    place(arguments, config)?.open().await
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
        Some(named) => Place::parse(named).map_err(|error| Misuse(error.to_string()).into()),
        None => settings::folder("XDG_STATE_HOME", ".local/state")
            .map(|folder| Place::File(folder.join(FILE_NAME)))
            .context("neither HOME nor XDG_STATE_HOME says where the state lies; name it with `--state`, or remember nothing with `--no-state`"),
    }
}

/// Gives who holds a lease: host and process.
pub(crate) fn holder() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{} (process {})", host.trim_end(), std::process::id())
}
