//! The settings of notifiers that are services of AWS. They are asked with the ambient credentials.

use schemars::JsonSchema;
use serde::Deserialize;

/// A topic of Amazon SNS.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnsConfig {
    /// The notifier's name. Default: `sns`.
    #[serde(default = "sns")]
    pub name: String,
    /// The topic's ARN; a FIFO topic's ends in `.fifo`.
    pub topic: String,
}

/// An event bus of Amazon EventBridge.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventBridgeConfig {
    /// The notifier's name. Default: `eventbridge`.
    #[serde(default = "eventbridge")]
    pub name: String,
    /// The bus, by name or ARN. Default: `default`.
    #[serde(default = "default_bus")]
    pub bus: String,
    /// The region. Default: that of the bus's ARN, else the ambient one.
    pub region: Option<String>,
}

/// AWS Security Hub.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityHubConfig {
    /// The notifier's name. Default: `security_hub`.
    #[serde(default = "security_hub")]
    pub name: String,
    /// The region whose Security Hub takes the findings.
    pub region: String,
}

fn sns() -> String {
    "sns".to_owned()
}

fn eventbridge() -> String {
    "eventbridge".to_owned()
}

fn default_bus() -> String {
    "default".to_owned()
}

fn security_hub() -> String {
    "security_hub".to_owned()
}
