//! The state that the command line or the configuration names, and the making of it.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use bucketwatch_adapters::aws::ConnectOptions;
use bucketwatch_adapters::dynamodb::{DynamoAddress, DynamoStore};
use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::config::Config;
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::state::StateStore;

use super::Misuse;
use crate::cli::{StateArguments, StateCommand, StateCreateArguments};
use crate::output::tell;
use crate::settings;
use crate::store::Place;

const FILE_NAME: &str = "state.db";

/// Runs `state`.
pub(crate) fn run(command: &StateCommand) -> Result<Exit> {
    let StateCommand::Create(arguments) = command;
    super::runtime()?.block_on(create(arguments))
}

async fn create(arguments: &StateCreateArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let place = place(&arguments.state, &config)?;
    let (named, is_new) = match &place {
        Place::Memory => bail!("`memory:` is nowhere, so there is nothing to make"),
        Place::File(path) => (path.display().to_string(), !path.exists()),
        Place::Table(address) => {
            let is_new = DynamoStore::create(address, &ConnectOptions::default()).await?;
            (address.to_string(), is_new)
        }
    };
    place.open().await?;
    if !arguments.common.quiet {
        let done = if is_new { "is made" } else { "was there before" };
        tell(&format!("bucketwatch: the state `{named}` {done}"));
    }
    Ok(Exit::Clean)
}

/// Opens the state, or one that is gone afterwards.
pub(crate) async fn open(arguments: &StateArguments, config: &Config) -> Result<Arc<dyn StateStore>> {
    if arguments.no_state {
        return Ok(Arc::new(SqliteStore::temporary().await?));
    }
    place(arguments, config)?.open().await
}

/// Gives the table that holds the state, where it is one.
pub(super) fn table(arguments: &StateArguments, config: &Config) -> Result<Option<DynamoAddress>> {
    let named = arguments.state.is_some() || config.state.is_some();
    match named.then(|| place(arguments, config)).transpose()? {
        Some(Place::Table(address)) => Ok(Some(address)),
        _ => Ok(None),
    }
}

/// Tells whether a scan left a state.
pub(crate) fn exists(arguments: &StateArguments, config: &Config) -> Result<bool> {
    Ok(!arguments.no_state
        && match place(arguments, config)? {
            Place::Memory => false,
            Place::File(path) => path.exists(),
            Place::Table(_) => true,
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
        Place::File(_) | Place::Table(_) => open(arguments, config).await,
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
