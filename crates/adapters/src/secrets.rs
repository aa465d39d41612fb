//! Secrets from the environment, from files and from AWS. They are read anew each time, so that a renewed one counts at
//! once; those of AWS are remembered for a few minutes.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bucketwatch_engine::config::SecretSource;
use bucketwatch_engine::secret::{Secret, SecretError, SecretStore};

use crate::aws::AwsSession;

/// The most bytes of a secret.
const MOST_BYTES: u64 = 64 * 1024;

/// How long a secret of AWS is remembered.
const REMEMBERED: Duration = Duration::from_secs(5 * 60);

/// Where this machine finds secrets.
pub struct Secrets {
    aws: Arc<AwsSession>,
    remembered: Mutex<HashMap<String, (Instant, Secret)>>,
}

impl Secrets {
    /// Gives the secrets of this machine, and those that `aws` may read.
    pub fn new(aws: Arc<AwsSession>) -> Self {
        Self { aws, remembered: Mutex::default() }
    }

    async fn ask_aws(&self, source: &SecretSource) -> Result<String, String> {
        let place = format!("{source:?}");
        if let Some(secret) = self.recall(&place) {
            return Ok(secret.expose().to_owned());
        }
        let text = match source {
            SecretSource::SecretsManager { id, key } => self.aws.stored_secret(id, key.as_deref()).await,
            SecretSource::Ssm(name) => self.aws.parameter(name).await,
            SecretSource::Env(_) | SecretSource::File(_) => Err("it is not in AWS".to_owned()),
        }?;
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.insert(place, (Instant::now(), Secret::new(text.clone())));
        Ok(text)
    }

    fn recall(&self, place: &str) -> Option<Secret> {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, secret) = remembered.get(place)?;
        (since.elapsed() < REMEMBERED).then(|| secret.clone())
    }
}

#[async_trait]
impl SecretStore for Secrets {
    async fn secret(&self, source: &SecretSource) -> Result<Secret, SecretError> {
        let text = match source {
            SecretSource::Env(name) => from_environment(name),
            SecretSource::File(path) => from_file(path),
            SecretSource::SecretsManager { .. } | SecretSource::Ssm(_) => self.ask_aws(source).await,
        };
        let refuse = |why: String| SecretError { place: source.to_string(), why };
        let text = text.map_err(refuse)?;
        match text.trim_end_matches(['\r', '\n']) {
            "" => Err(refuse("it is empty".to_owned())),
            text => Ok(Secret::new(text)),
        }
    }
}

fn from_environment(name: &str) -> Result<String, String> {
    match std::env::var(name) {
        Ok(text) => Ok(text),
        Err(std::env::VarError::NotPresent) => Err("it is not set".to_owned()),
        Err(std::env::VarError::NotUnicode(_)) => Err("it is not UTF-8".to_owned()),
    }
}

fn from_file(path: &Path) -> Result<String, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("it is longer than {MOST_BYTES} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}
