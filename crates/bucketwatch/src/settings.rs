//! What the configuration file says, under what the command line says.

#[cfg(feature = "cli")]
mod command_line;

use std::path::Path;

use anyhow::{Context, Result};
use bucketwatch_engine::config::{AcceptConfig, Config, ConfigError, LONGEST_DAYS};
use bucketwatch_exposure::exception::Exception;
use jiff::Timestamp;

#[cfg(feature = "cli")]
pub(crate) use self::command_line::{fail_on, folder, load, operator, place};

/// The name of the configuration file.
pub(crate) const FILE_NAME: &str = "bucketwatch.toml";

/// Reads the configuration file at `path`.
pub(crate) fn read(path: &Path) -> Result<Config> {
    let about = || format!("the configuration file `{}`", path.display());
    let text = std::fs::read_to_string(path).with_context(about)?;
    let mut config = of_text(&text).with_context(about)?;
    config.accept_file = config.accept_file.map(|file| path.with_file_name("").join(file));
    Ok(config)
}

/// Reads the text of a configuration file.
pub(crate) fn of_text(text: &str) -> Result<Config> {
    let config = Config::parse(text)?;
    of_entries(&config.accept, &config, Timestamp::now())?;
    Ok(config)
}

/// Gives the exceptions that the configuration and its reviewed file hold at the instant `now`.
///
/// # Errors
/// What is wrong with the first entry that cannot count, with its place.
pub(crate) fn exceptions(config: &Config, now: Timestamp) -> Result<Vec<Exception>> {
    let mut exceptions = of_entries(&config.accept, config, now)?;
    let Some(path) = &config.accept_file else { return Ok(exceptions) };
    let about = || format!("the exceptions in `{}`", path.display());
    let text = std::fs::read_to_string(path).with_context(about)?;
    let entries = AcceptConfig::parse_file(&text).with_context(about)?;
    for exception in of_entries(&entries, config, now).with_context(about)? {
        if exceptions.iter().any(|other| other.id == exception.id) {
            let twice = anyhow::anyhow!("the configuration holds one that is called `{}` too", exception.id);
            return Err(twice).with_context(about);
        }
        exceptions.push(exception);
    }
    Ok(exceptions)
}

fn of_entries(
    entries: &[AcceptConfig],
    config: &Config,
    now: Timestamp,
) -> Result<Vec<Exception>, ConfigError> {
    AcceptConfig::exceptions(entries, config.accept_days.unwrap_or(LONGEST_DAYS), now)
}
