//! PagerDuty, by its Events API v2: an incident for each bucket, resolved when the bucket is shut.

use std::sync::Arc;

use async_trait::async_trait;
use bucketwatch_engine::config::{PagerDutyConfig, SecretSource};
use bucketwatch_engine::escape::to_json;
use bucketwatch_engine::message::{Incident, incidents};
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier};
use bucketwatch_engine::secret::{Secret, SecretStore};
use serde_json::Value;

use crate::hook::Hook;
use crate::http::{Endpoint, EndpointError};
use crate::trust::TrustError;

/// Sends notices to one PagerDuty service.
pub struct PagerDuty {
    name: String,
    routing_key: SecretSource,
    endpoint: Endpoint,
    hook: Hook,
}

/// Why PagerDuty cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum PagerDutyError {
    /// The address is none.
    #[error("`url` cannot be posted to: {0}")]
    Url(#[from] EndpointError),
    /// There is nobody to trust.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

impl PagerDuty {
    /// Gives the notifier of the service that `config` names. Nothing is sent yet.
    ///
    /// # Errors
    /// The address is none, or there is nobody to trust.
    pub fn new(config: &PagerDutyConfig, secrets: Arc<dyn SecretStore>) -> Result<Self, PagerDutyError> {
        Ok(Self {
            name: config.name.clone(),
            routing_key: config.routing_key.clone(),
            endpoint: Endpoint::parse(&config.url)?,
            hook: Hook::new(&config.http, secrets)?,
        })
    }

    async fn send(&self, incident: Incident, key: &Secret) -> Result<(), DeliveryError> {
        let mut event = incident.event;
        event.insert("routing_key".to_owned(), key.expose().into());
        self.hook.post(&self.endpoint, Vec::new(), to_json(&Value::Object(event))).await
    }
}

#[async_trait]
impl Notifier for PagerDuty {
    fn name(&self) -> &str {
        &self.name
    }

    fn per_minute(&self) -> Option<u32> {
        Some(60)
    }

    fn follows(&self) -> bool {
        true
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let key = self.hook.secret(&self.routing_key).await?;
        for incident in incidents(notice) {
            // A repeat after a failure half way changes nothing: events with the same key are one incident.
            self.send(incident, &key).await?;
        }
        Ok(())
    }
}
