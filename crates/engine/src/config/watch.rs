//! The settings of the daemon.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{ConfigError, Period};

/// What `watch` does. The command line wins over it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WatchConfig {
    /// SQS queues that rules put events on, by URL.
    #[serde(default)]
    pub queues: Vec<String>,
    /// The account is scanned at the start and then this often. Default: `24h`.
    pub scan_every: Option<Period>,
    /// Never scan: only what events touch is looked at.
    #[serde(default)]
    pub no_scan: bool,
    /// The address that `/healthz` and `/metrics` are served on. Default: `127.0.0.1:9464`.
    #[schemars(with = "Option<String>")]
    pub listen: Option<SocketAddr>,
    /// Serve neither.
    #[serde(default)]
    pub no_listen: bool,
    /// Names or ARNs of rules, queues and functions of ours, whose changes are told; those with `bucketwatch` in their
    /// name and every trail count anyway.
    #[serde(default)]
    pub own: Vec<String>,
}

impl WatchConfig {
    /// Refuses what contradicts itself, and queues that are no address.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let is_address = |url: &String| {
            url.split_once("://").is_some_and(|(scheme, _)| ["https", "http"].contains(&scheme))
        };
        let fault = if self.no_scan && self.scan_every.is_some() {
            "`scan_every` and `no_scan` contradict each other"
        } else if self.no_listen && self.listen.is_some() {
            "`listen` and `no_listen` contradict each other"
        } else if !self.queues.iter().all(is_address) {
            "`queues` holds the URLs of queues: `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`"
        } else {
            return Ok(());
        };
        Err(ConfigError::named(fault))
    }
}
