//! The settings of Slack, Microsoft Teams and PagerDuty.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{HttpConfig, SecretSource};

/// A Slack channel, by its incoming webhook.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlackConfig {
    /// The notifier's name. Default: `slack`.
    #[serde(default = "slack")]
    pub name: String,
    /// The incoming webhook's address: it is a secret.
    pub url: SecretSource,
    /// How the address is reached.
    #[serde(default)]
    pub http: HttpConfig,
}

/// A Microsoft Teams channel or chat, by a workflow that posts what it gets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamsConfig {
    /// The notifier's name. Default: `teams`.
    #[serde(default = "teams")]
    pub name: String,
    /// The workflow's address: it is a secret.
    pub url: SecretSource,
    /// How the address is reached.
    #[serde(default)]
    pub http: HttpConfig,
}

/// A PagerDuty service, by an integration of the kind Events API v2.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PagerDutyConfig {
    /// The notifier's name. Default: `pagerduty`.
    #[serde(default = "pagerduty")]
    pub name: String,
    /// The integration key.
    pub routing_key: SecretSource,
    /// The address of the Events API. Default: `https://events.pagerduty.com/v2/enqueue`; in the EU service region
    /// `https://events.eu.pagerduty.com/v2/enqueue`.
    #[serde(default = "events_api")]
    pub url: String,
    /// How the address is reached.
    #[serde(default)]
    pub http: HttpConfig,
}

fn slack() -> String {
    "slack".to_owned()
}

fn teams() -> String {
    "teams".to_owned()
}

fn pagerduty() -> String {
    "pagerduty".to_owned()
}

fn events_api() -> String {
    "https://events.pagerduty.com/v2/enqueue".to_owned()
}
