//! Mail, as text and HTML, over a server that is reached by STARTTLS or TLS.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_engine::config::{SecretSource, SmtpConfig, SmtpTls};
use bucketwatch_engine::message::{Message, html, plain_text};
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier, Retry};
use bucketwatch_engine::secret::SecretStore;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use sha2::{Digest as _, Sha256};

use crate::trust::{self, TrustError};

const TIMEOUT: Duration = Duration::from_secs(10);

/// The most characters of a subject.
const SUBJECT: usize = 200;

/// Hands notices to one mail server.
pub struct Smtp {
    name: String,
    host: String,
    port: u16,
    tls: SmtpTls,
    parameters: Option<TlsParameters>,
    login: Option<(String, SecretSource)>,
    from: Mailbox,
    to: Vec<Mailbox>,
    timeout: Duration,
    secrets: Arc<dyn SecretStore>,
}

/// Why mail cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// An address is none.
    #[error("`{key}` holds `{address}`, which is no mail address")]
    Address {
        /// `from` or `to`.
        key: &'static str,
        /// What it holds, safe to show.
        address: String,
    },
    /// There is nobody to send to.
    #[error("`to` names nobody")]
    Nobody,
    /// Only one of the two is there, or there is no protection for them.
    #[error("`username` and `password` belong together, and need `tls` to be `starttls` or `tls`")]
    Login,
    /// The certificates cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The host's name cannot stand in a certificate.
    #[error("`host` cannot be verified: {0}")]
    Host(String),
}

impl Smtp {
    /// Gives the notifier of the server that `config` names. Nothing is sent yet.
    ///
    /// # Errors
    /// An address is none, or the connection cannot be protected.
    pub fn new(config: &SmtpConfig, secrets: Arc<dyn SecretStore>) -> Result<Self, SmtpError> {
        let to = config.to.iter().map(|address| mailbox("to", address)).collect::<Result<Vec<_>, _>>()?;
        if to.is_empty() {
            return Err(SmtpError::Nobody);
        }
        let login = match (&config.username, &config.password, config.tls) {
            (None, None, _) => None,
            (Some(user), Some(password), SmtpTls::Starttls | SmtpTls::Tls) => {
                Some((user.clone(), password.clone()))
            }
            _ => return Err(SmtpError::Login),
        };
        let parameters = match config.tls {
            SmtpTls::None => None,
            SmtpTls::Starttls | SmtpTls::Tls => Some(parameters(&config.host, config.ca_file.as_deref())?),
        };
        let usual_port = match config.tls {
            SmtpTls::Starttls => 587,
            SmtpTls::Tls => 465,
            SmtpTls::None => 25,
        };
        Ok(Self {
            name: config.name.clone(),
            host: config.host.clone(),
            port: config.port.unwrap_or(usual_port),
            tls: config.tls,
            parameters,
            login,
            from: mailbox("from", &config.from)?,
            to,
            timeout: config.timeout.map_or(TIMEOUT, |timeout| timeout.duration()),
            secrets,
        })
    }

    async fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, DeliveryError> {
        let tls = match (self.tls, &self.parameters) {
            (SmtpTls::Starttls, Some(parameters)) => Tls::Required(parameters.clone()),
            (SmtpTls::Tls, Some(parameters)) => Tls::Wrapper(parameters.clone()),
            _ => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port)
            .tls(tls)
            .timeout(Some(self.timeout));
        if let Some((user, password)) = &self.login {
            let password = self.secrets.secret(password).await?;
            transport = transport.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        Ok(transport.build())
    }

    fn mail(&self, notice: &Notice) -> Result<lettre::Message, lettre::error::Error> {
        let message = Message::of(notice);
        let subject = format!(
            "[bucketwatch] {}: {}",
            message.severity.as_str(),
            message.headline.cut(SUBJECT).as_str()
        );
        let mut mail = lettre::Message::builder()
            .from(self.from.clone())
            .subject(subject)
            .date(notice.at.into())
            .message_id(Some(message_id(&notice.id)))
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Bucketwatch-Severity", message.severity.as_str()));
        for receiver in &self.to {
            mail = mail.to(receiver.clone());
        }
        mail.multipart(MultiPart::alternative_plain_html(plain_text(&message), html(&message)))
    }

    /// Says why the server did not take it, without its words: they might repeat a secret.
    fn refusal(&self, error: &lettre::transport::smtp::Error) -> DeliveryError {
        let place = format!("`{}:{}`", self.host, self.port);
        let Some(code) = error.status() else {
            let why = if error.is_timeout() { "no answer in time".to_owned() } else { causes(error) };
            return DeliveryError { reason: format!("cannot send over {place}: {why}"), retry: Retry::Later };
        };
        // 53x: the sign-in is refused. Somebody can correct it, so the notice waits.
        let code = u16::from(code);
        let retry =
            if error.is_permanent() && !(530..=539).contains(&code) { Retry::Never } else { Retry::Later };
        DeliveryError { reason: format!("{place} answered {code}"), retry }
    }
}

#[async_trait]
impl Notifier for Smtp {
    fn name(&self) -> &str {
        &self.name
    }

    fn groups(&self) -> bool {
        true
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let mail = self.mail(notice).map_err(|error| DeliveryError {
            reason: format!("the mail cannot be written: {error}"),
            retry: Retry::Never,
        })?;
        let transport = self.transport().await?;
        transport.send(mail).await.map_err(|error| self.refusal(&error))?;
        Ok(())
    }
}

fn mailbox(key: &'static str, text: &str) -> Result<Mailbox, SmtpError> {
    let refuse = || SmtpError::Address { key, address: text.escape_debug().to_string() };
    if text.chars().any(char::is_control) {
        return Err(refuse());
    }
    text.parse().map_err(|_| refuse())
}

fn parameters(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, SmtpError> {
    // Reading them first gives the same errors as everywhere else.
    trust::client(ca_file)?;
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca_file {
        let refuse = |why: String| TrustError::CaFile { path: path.to_owned(), why };
        let pem = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
        parameters = parameters.certificate_store(CertificateStore::None);
        for certificate in trust::certificates(&pem).map_err(refuse)? {
            let certificate =
                Certificate::from_der(certificate).map_err(|error| refuse(error.to_string()))?;
            parameters = parameters.add_root_certificate(certificate);
        }
    }
    parameters.build_rustls().map_err(|error| SmtpError::Host(error.to_string()))
}

/// Gives an id that a repeat shares, of characters that an id may hold.
fn message_id(notice: &str) -> String {
    let plain = notice.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain && (1..=100).contains(&notice.len()) {
        return format!("<{notice}@bucketwatch.invalid>");
    }
    let digest: [u8; 32] = Sha256::digest(notice.as_bytes()).into();
    let digits = digest.iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
    format!("<{digits}@bucketwatch.invalid>")
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut words = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        words.push(inner.to_string());
        cause = inner.source();
    }
    if words.is_empty() { error.to_string() } else { words.join(": ") }
}
