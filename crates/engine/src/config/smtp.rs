//! The settings of a mail server.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Period, SecretSource};

/// A mail server that each notice is handed to, as text and HTML.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// The notifier's name. Default: `smtp`.
    #[serde(default = "name")]
    pub name: String,
    /// The server.
    pub host: String,
    /// Its port. Default: 587 with `starttls`, 465 with `tls`, 25 with `none`.
    pub port: Option<u16>,
    /// How the connection is protected. Default: `starttls`.
    #[serde(default)]
    pub tls: SmtpTls,
    /// The user to sign in as. Default: no sign-in.
    pub username: Option<String>,
    /// The user's password.
    pub password: Option<SecretSource>,
    /// The sender: `bucketwatch <alerts@example.com>`.
    pub from: String,
    /// The receivers.
    pub to: Vec<String>,
    /// Certificates (PEM) to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// How long each step may take. Default: `10s`.
    pub timeout: Option<Period>,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SmtpTls {
    /// By STARTTLS, without which nothing is sent.
    #[default]
    Starttls,
    /// From the first byte.
    Tls,
    /// Not at all: for a relay on this machine. Nobody signs in then.
    None,
}

fn name() -> String {
    "smtp".to_owned()
}
