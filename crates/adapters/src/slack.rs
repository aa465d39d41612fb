//! Slack, by an incoming webhook.

use std::sync::Arc;

use async_trait::async_trait;
use bucketwatch_engine::config::{SecretSource, SlackConfig};
use bucketwatch_engine::escape::to_json;
use bucketwatch_engine::message::{Message, slack_message};
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier};
use bucketwatch_engine::secret::SecretStore;

use crate::hook::Hook;
use crate::trust::TrustError;

/// Posts notices to one Slack channel.
pub struct Slack {
    name: String,
    url: SecretSource,
    hook: Hook,
}

impl Slack {
    /// Gives the notifier of the channel that `config` names. Nothing is sent yet.
    ///
    /// # Errors
    /// There is nobody to trust.
    pub fn new(config: &SlackConfig, secrets: Arc<dyn SecretStore>) -> Result<Self, TrustError> {
        let hook = Hook::new(&config.http, secrets)?;
        Ok(Self { name: config.name.clone(), url: config.url.clone(), hook })
    }
}

#[async_trait]
impl Notifier for Slack {
    fn name(&self) -> &str {
        &self.name
    }

    fn per_minute(&self) -> Option<u32> {
        Some(60)
    }

    fn groups(&self) -> bool {
        true
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let endpoint = self.hook.endpoint(&self.url).await?;
        let body = to_json(&slack_message(&Message::of(notice)));
        self.hook.post(&endpoint, Vec::new(), body).await
    }
}
