//! Microsoft Teams, by a workflow that posts the card it gets.

use std::sync::Arc;

use async_trait::async_trait;
use bucketwatch_engine::config::{SecretSource, TeamsConfig};
use bucketwatch_engine::escape::to_json;
use bucketwatch_engine::message::{Message, teams_card};
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier};
use bucketwatch_engine::secret::SecretStore;

use crate::hook::Hook;
use crate::trust::TrustError;

/// Posts notices to one Teams channel or chat.
pub struct Teams {
    name: String,
    url: SecretSource,
    hook: Hook,
}

impl Teams {
    /// Gives the notifier of the channel that `config` names. Nothing is sent yet.
    ///
    /// # Errors
    /// There is nobody to trust.
    pub fn new(config: &TeamsConfig, secrets: Arc<dyn SecretStore>) -> Result<Self, TrustError> {
        let hook = Hook::new(&config.http, secrets)?;
        Ok(Self { name: config.name.clone(), url: config.url.clone(), hook })
    }
}

#[async_trait]
impl Notifier for Teams {
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
        let body = to_json(&teams_card(&Message::of(notice)));
        self.hook.post(&endpoint, Vec::new(), body).await
    }
}
