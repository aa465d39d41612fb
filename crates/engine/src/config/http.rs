//! How a notifier's address is reached.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Period;

/// How an address is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Talk to private, loopback and link-local addresses too, and to `http://` ones. Default: false.
    #[serde(default)]
    pub allow_private: bool,
    /// Certificates (PEM) to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// How long an exchange may take. Default: `10s`.
    pub timeout: Option<Period>,
}
