//! Where the commands find the configuration file, and what they put over it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use bucketwatch_engine::config::{Config, FailOnWord};
use bucketwatch_engine::report::threshold::FailOn;

use super::{FILE_NAME, read};
use crate::cli::FailWord;

/// Reads the configuration file that `named` or the environment names, or that lies where one is looked for; the
/// defaults where there is none.
pub(crate) fn load(named: Option<&Path>) -> Result<Config> {
    place(named).map_or_else(|| Ok(Config::default()), |path| read(&path))
}

/// Gives where the configuration file lies that [`load`] reads; `None`: there is none.
pub(crate) fn place(named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(|| usual_places().into_iter().find(|path| path.exists()))
}

/// Gives who runs the command, as far as the environment says it: `jane on bastion`.
pub(crate) fn operator() -> String {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let who = set("SUDO_USER").or_else(|| set("USER")).or_else(|| set("LOGNAME"));
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let who = who.unwrap_or_else(nameless);
    match host.trim_end() {
        "" => who,
        host => format!("{who} on {host}"),
    }
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

/// Gives the number of the user where the environment has no name.
fn nameless() -> String {
    #[cfg(unix)]
    if let Ok(own) = std::fs::metadata("/proc/self") {
        return format!("uid {}", std::os::unix::fs::MetadataExt::uid(&own));
    }
    "somebody".to_owned()
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
