//! Secrets: where they come from, and a type that shows nothing of them.

use std::fmt;

use async_trait::async_trait;

use crate::config::SecretSource;
use crate::notifier::{DeliveryError, Retry};

/// A secret. Neither `Debug` nor anything else shows it; it cannot be serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Gives `text` as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Gives the text, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The port to whatever keeps secrets.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// Gives the secret that `source` names, as it is now: a secret may be renewed while bucketwatch runs.
    async fn secret(&self, source: &SecretSource) -> Result<Secret, SecretError>;
}

/// Why there is no secret. It names the place, never the content.
#[derive(Debug, thiserror::Error)]
#[error("the secret in {place} cannot be had: {why}")]
pub struct SecretError {
    /// Where it should be.
    pub place: String,
    /// What is wrong.
    pub why: String,
}

impl From<SecretError> for DeliveryError {
    fn from(error: SecretError) -> Self {
        Self { reason: error.to_string(), retry: Retry::Later }
    }
}
