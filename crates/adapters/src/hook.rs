//! What every notifier that posts to an address shares: the secret that is the address, and the client.

use std::sync::Arc;

use bucketwatch_engine::config::{HttpConfig, SecretSource};
use bucketwatch_engine::notifier::{DeliveryError, Retry};
use bucketwatch_engine::secret::{Secret, SecretStore};
use http::{HeaderName, HeaderValue};

use crate::http::{Answer, Endpoint, HttpClient, HttpSettings};
use crate::network::Network;
use crate::trust::TrustError;

/// Posts to addresses, with secrets that are looked up for each delivery.
pub(crate) struct Hook {
    client: HttpClient,
    secrets: Arc<dyn SecretStore>,
}

impl Hook {
    pub(crate) fn new(config: &HttpConfig, secrets: Arc<dyn SecretStore>) -> Result<Self, TrustError> {
        let settings = HttpSettings {
            allow_private: config.allow_private,
            ca_file: config.ca_file.clone(),
            timeout: config.timeout.map(|timeout| timeout.duration()),
        };
        Ok(Self { client: HttpClient::new(&settings)?, secrets })
    }

    /// Gives the same on another network.
    pub(crate) fn over(self, network: Arc<dyn Network>) -> Self {
        Self { client: self.client.over(network), ..self }
    }

    /// Gives a secret.
    pub(crate) async fn secret(&self, source: &SecretSource) -> Result<Secret, DeliveryError> {
        Ok(self.secrets.secret(source).await?)
    }

    /// Gives the address that `source` holds.
    pub(crate) async fn endpoint(&self, source: &SecretSource) -> Result<Endpoint, DeliveryError> {
        let secret = self.secret(source).await?;
        Endpoint::parse(secret.expose()).map_err(|error| DeliveryError {
            reason: format!("{source} holds no address to post to: {error}"),
            retry: Retry::Later,
        })
    }

    /// Posts `body`, and fails unless the other side takes it. What it said is told only where that is a single word:
    /// anything longer might repeat a secret.
    pub(crate) async fn post(
        &self,
        endpoint: &Endpoint,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: String,
    ) -> Result<(), DeliveryError> {
        let answer = self.client.post(endpoint, headers, body).await?;
        answer.taken(endpoint).map_err(|mut error| {
            if let Some(word) = word(&answer) {
                error.reason.push_str(&format!(": {word}"));
            }
            error
        })
    }
}

/// Gives what the other side said, where that is one lower-case word such as `invalid_blocks`.
fn word(answer: &Answer) -> Option<&str> {
    let text = std::str::from_utf8(&answer.body).ok()?.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (plain && (1..=40).contains(&text.len())).then_some(text)
}
