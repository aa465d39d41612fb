//! Notifiers that post to an address: the contract, against stand-ins that hold every request to what the service
//! documents.

mod contract;
pub(crate) mod limits;
mod published;
mod secrecy;
mod signing;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bucketwatch_adapters::pagerduty::PagerDuty;
use bucketwatch_adapters::slack::Slack;
use bucketwatch_adapters::teams::Teams;
use bucketwatch_adapters::webhook::{Webhook, WebhookError};
use bucketwatch_engine::config::{Config, NotifyConfig, SecretSource};
use bucketwatch_engine::secret::{Secret, SecretError, SecretStore};

/// Keeps secrets in memory, under the names of environment variables.
#[derive(Default)]
pub(crate) struct Vault(Mutex<BTreeMap<String, String>>);

impl Vault {
    /// Gives a vault with these names and secrets.
    pub(crate) fn holding(secrets: &[(&str, &str)]) -> Arc<Self> {
        let held = secrets.iter().map(|(name, secret)| ((*name).to_owned(), (*secret).to_owned()));
        Arc::new(Self(Mutex::new(held.collect())))
    }
}

#[async_trait]
impl SecretStore for Vault {
    async fn secret(&self, source: &SecretSource) -> Result<Secret, SecretError> {
        let refuse = |why: &str| SecretError { place: source.to_string(), why: why.to_owned() };
        let SecretSource::Env(name) = source else { return Err(refuse("it is not here")) };
        let held = self.0.lock().unwrap();
        held.get(name).map(Secret::new).ok_or_else(|| refuse("it is not set"))
    }
}

/// Reads the notifiers of a configuration file.
pub(crate) fn configured(text: &str) -> NotifyConfig {
    Config::parse(text).unwrap().notify
}

const LOOPBACK: &str = "http = { allow_private = true, timeout = \"2s\" }";

fn slack(url: &str) -> Slack {
    let config = configured(&format!("[[notify.slack]]\nurl = {{ env = \"URL\" }}\n{LOOPBACK}\n"));
    Slack::new(&config.slack[0], Vault::holding(&[("URL", url)])).unwrap()
}

fn teams(url: &str) -> Teams {
    let config = configured(&format!("[[notify.teams]]\nurl = {{ env = \"URL\" }}\n{LOOPBACK}\n"));
    Teams::new(&config.teams[0], Vault::holding(&[("URL", url)])).unwrap()
}

fn pagerduty(url: &str) -> PagerDuty {
    let text =
        format!("[[notify.pagerduty]]\nrouting_key = {{ env = \"KEY\" }}\nurl = \"{url}\"\n{LOOPBACK}\n");
    let vault = Vault::holding(&[("KEY", &"k".repeat(32))]);
    PagerDuty::new(&configured(&text).pagerduty[0], vault).unwrap()
}

fn webhook(url: &str, settings: &str, secrets: &[(&str, &str)]) -> Result<Webhook, WebhookError> {
    let text = format!("[[notify.webhook]]\nurl = {{ env = \"URL\" }}\n{settings}\n{LOOPBACK}\n");
    let secrets: Vec<_> = [("URL", url)].iter().chain(secrets).copied().collect();
    Webhook::new(&configured(&text).webhook[0], Vault::holding(&secrets))
}
