//! The settings of a program that takes notices.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Period, SecretSource};

/// A program that is run for each notice, with the document on its standard input.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandConfig {
    /// The notifier's name. Default: `command`.
    #[serde(default = "name")]
    pub name: String,
    /// The program, by its path, and its arguments. No shell reads them.
    #[schemars(length(min = 1))]
    pub program: Vec<String>,
    /// Environment variables for it, beside PATH, HOME, LANG, TZ and `BUCKETWATCH_NOTICE`, the notice's id.
    #[serde(default)]
    pub env: BTreeMap<String, SecretSource>,
    /// How long it may take; then it and what it started are killed. Default: `10s`.
    pub timeout: Option<Period>,
}

fn name() -> String {
    "command".to_owned()
}
