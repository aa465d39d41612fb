//! The settings of a log file.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::DocumentFormat;

/// A file to which notices are appended, one JSON document a line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// The notifier's name. Default: `log:PATH`.
    name: Option<String>,
    /// The file. It is made with mode 0600; its folder must exist.
    pub path: PathBuf,
    /// What is appended. Default: `notice`.
    #[serde(default)]
    pub format: DocumentFormat,
}

impl LogConfig {
    /// Gives the settings of a file at `path`.
    pub fn new(path: PathBuf) -> Self {
        Self { name: None, path, format: DocumentFormat::default() }
    }

    /// Gives the notifier's name.
    pub fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("log:{}", self.path.display()))
    }
}
