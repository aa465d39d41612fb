//! Any address that takes JSON, signed as Standard Webhooks says.

mod signature;
mod template;

use std::sync::Arc;

use async_trait::async_trait;
use bucketwatch_engine::config::{DocumentFormat, SecretSource, WebhookConfig};
use bucketwatch_engine::escape::to_json;
use bucketwatch_engine::message::detection_findings;
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier, Retry};
use bucketwatch_engine::report::wire::NoticeDocument;
use bucketwatch_engine::secret::SecretStore;
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;

use self::signature::SigningKey;
use self::template::Template;
use crate::hook::Hook;
use crate::network::Network;
use crate::trust::TrustError;

/// Headers that say how the request itself is written, and whose notice it is.
const OWN_HEADERS: [&str; 8] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
];

/// Posts notices to one address.
pub struct Webhook {
    name: String,
    url: SecretSource,
    signing_key: Option<SecretSource>,
    headers: Vec<(HeaderName, SecretSource)>,
    content: Content,
    hook: Hook,
}

enum Content {
    Format(DocumentFormat),
    Template(Box<Template>),
}

/// Why a webhook cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// A header cannot be sent, or is bucketwatch's own.
    #[error("`headers` may not hold `{0}`")]
    Header(String),
    /// The template is wrong.
    #[error("`template`: {0}")]
    Template(String),
    /// There is nobody to trust.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

impl Webhook {
    /// Gives the notifier of the address that `config` names. Nothing is sent yet.
    ///
    /// # Errors
    /// A header or the template is wrong, or there is nobody to trust.
    pub fn new(config: &WebhookConfig, secrets: Arc<dyn SecretStore>) -> Result<Self, WebhookError> {
        let content = match &config.template {
            Some(text) => Content::Template(Box::new(Template::new(text)?)),
            None => Content::Format(config.format),
        };
        let headers = config.headers.iter().map(|(name, source)| Ok((header(name)?, source.clone())));
        Ok(Self {
            name: config.name.clone(),
            url: config.url.clone(),
            signing_key: config.signing_key.clone(),
            headers: headers.collect::<Result<_, WebhookError>>()?,
            content,
            hook: Hook::new(&config.http, secrets)?,
        })
    }

    /// Gives the same notifier on another network.
    pub fn over(self, network: Arc<dyn Network>) -> Self {
        Self { hook: self.hook.over(network), ..self }
    }

    /// Gives what is posted; `None`: the format has no words for this notice.
    fn body(&self, notice: &Notice) -> Result<Option<String>, DeliveryError> {
        match &self.content {
            Content::Format(DocumentFormat::Notice) => Ok(Some(to_json(&NoticeDocument::from(notice)))),
            Content::Format(DocumentFormat::Ocsf) => {
                let findings = detection_findings(notice);
                Ok((!findings.is_empty()).then(|| to_json(&findings)))
            }
            Content::Template(template) => template.render(notice).map(Some),
        }
    }

    async fn headers(
        &self,
        notice: &Notice,
        body: &str,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, DeliveryError> {
        let now = Timestamp::now().as_second().to_string();
        let mut headers = vec![own_header("webhook-id", &notice.id)?, own_header("webhook-timestamp", &now)?];
        if let Some(source) = &self.signing_key {
            let key = SigningKey::read(&self.hook.secret(source).await?).map_err(|why| DeliveryError {
                reason: format!("{source} holds no signing key: {why}"),
                retry: Retry::Later,
            })?;
            headers.push(own_header("webhook-signature", &key.sign(&notice.id, &now, body))?);
        }
        for (name, source) in &self.headers {
            let value = self.hook.secret(source).await?;
            let mut value = header_value(name.as_str(), value.expose())?;
            value.set_sensitive(true);
            headers.push((name.clone(), value));
        }
        Ok(headers)
    }
}

#[async_trait]
impl Notifier for Webhook {
    fn name(&self) -> &str {
        &self.name
    }

    fn per_minute(&self) -> Option<u32> {
        Some(60)
    }

    fn follows(&self) -> bool {
        matches!(self.content, Content::Format(DocumentFormat::Ocsf))
    }

    fn registers(&self) -> bool {
        self.follows()
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let Some(body) = self.body(notice)? else { return Ok(()) };
        let endpoint = self.hook.endpoint(&self.url).await?;
        let headers = self.headers(notice, &body).await?;
        self.hook.post(&endpoint, headers, body).await
    }
}

fn own_header(name: &'static str, value: &str) -> Result<(HeaderName, HeaderValue), DeliveryError> {
    Ok((HeaderName::from_static(name), header_value(name, value)?))
}

fn header(name: &str) -> Result<HeaderName, WebhookError> {
    let read = HeaderName::try_from(name).ok().filter(|name| !OWN_HEADERS.contains(&name.as_str()));
    read.ok_or_else(|| WebhookError::Header(name.escape_debug().to_string()))
}

fn header_value(name: &str, value: &str) -> Result<HeaderValue, DeliveryError> {
    HeaderValue::try_from(value).map_err(|_| DeliveryError {
        reason: format!("the value of the header `{name}` holds a character that no header may hold"),
        retry: Retry::Later,
    })
}
