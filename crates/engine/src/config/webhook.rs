//! The settings of a webhook.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{DocumentFormat, HttpConfig, SecretSource};

/// An address that each notice is posted to as JSON, signed as Standard Webhooks says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// The notifier's name. Default: `webhook`.
    #[serde(default = "name")]
    pub name: String,
    /// The address: `https://…`.
    pub url: SecretSource,
    /// The key that signs, as Standard Webhooks writes it (`whsec_…`). Default: no signature.
    pub signing_key: Option<SecretSource>,
    /// What is posted. Default: `notice`.
    #[serde(default)]
    pub format: DocumentFormat,
    /// A Jinja template of the JSON to post, in place of `format`: `{"text": {{ message.headline }}}`. Values become
    /// JSON by themselves.
    pub template: Option<String>,
    /// Headers to send along.
    #[serde(default)]
    pub headers: BTreeMap<String, SecretSource>,
    /// How the address is reached.
    #[serde(default)]
    pub http: HttpConfig,
}

fn name() -> String {
    "webhook".to_owned()
}
