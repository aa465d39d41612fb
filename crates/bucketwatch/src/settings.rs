//! What the configuration file says, under what the command line says.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use bucketwatch_engine::config::{Config, FailOnWord};
use bucketwatch_engine::report::threshold::FailOn;

use crate::cli::FailWord;

const FILE_NAME: &str = "bucketwatch.toml";

/// Reads the configuration file that `named` or the environment names, or that lies where one is looked for; the
/// defaults where there is none.
pub(crate) fn load(named: Option<&Path>) -> Result<Config> {
    let path = match named {
        Some(path) => Some(path.to_owned()),
        None => usual_places().into_iter().find(|path| path.exists()),
    };
    let Some(path) = path else { return Ok(Config::default()) };
    let about = || format!("the configuration file `{}`", path.display());
    let text = std::fs::read_to_string(&path).with_context(about)?;
    Config::parse(&text).with_context(about)
}

fn usual_places() -> Vec<PathBuf> {
    let folder = folder("XDG_CONFIG_HOME", ".config");
    [Some(PathBuf::from(FILE_NAME)), folder.map(|folder| folder.join(FILE_NAME))]
        .into_iter()
        .flatten()
        .collect()
}

/// Gives bucketwatch's folder under an XDG base folder, or under its usual place at home.
pub(crate) fn folder(variable: &str, at_home: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = set(variable).or_else(|| set("HOME").map(|home| home.join(at_home)))?;
    Some(base.join("bucketwatch"))
}

/// Gives what counts, by the command line, else the file, else the default.
pub(crate) fn fail_on(words: &[FailWord], config: &Config) -> FailOn {
    if !words.is_empty() {
        return FailOn {
            public: words.contains(&FailWord::Public),
            undetermined: words.contains(&FailWord::Undetermined),
        };
    }
    config.fail_on.as_ref().map_or_else(FailOn::default, |words| FailOn {
        public: words.contains(&FailOnWord::Public),
        undetermined: words.contains(&FailOnWord::Undetermined),
    })
}
