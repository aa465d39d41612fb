//! Syslog: RFC 5424 messages over the local socket, UDP, TCP (octet counting) and TLS (RFC 5425).

mod message;
mod transport;
mod trust;

use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_engine::config::{SyslogConfig, SyslogTarget};
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier, Retry};

use self::message::Envelope;
use self::transport::Transport;

const APP_NAME: &str = "bucketwatch";
const TIMEOUT: Duration = Duration::from_secs(10);
/// What fits into a datagram on every usual path.
const MAX_BYTES_UDP: u32 = 1400;
const MAX_BYTES: u32 = 8192;

/// Hands each transition to a syslog receiver. A connection lives for one notice: it is made, used, and closed in
/// order, so that a receiver that went away is noticed.
pub struct Syslog {
    name: String,
    envelope: Envelope,
    transport: Transport,
    timeout: Duration,
}

/// Why a syslog notifier cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// APP-NAME does not fit RFC 5424.
    #[error("syslog app_name `{0}` must have 1 to 48 visible ASCII characters")]
    AppName(String),
    /// The size is out of range.
    #[error("syslog max_bytes {0} must be between 480 and 65536")]
    MaxBytes(u32),
    /// The certificates cannot be used.
    #[error("the syslog certificates `{place}` cannot be used: {why}")]
    Certificates {
        /// Where they should come from.
        place: String,
        /// Why.
        why: String,
    },
    /// The name that the receiver must bear is none.
    #[error("syslog server_name `{0}` is neither a host name nor an address")]
    ServerName(String),
}

impl Syslog {
    /// Gives the notifier that `config` describes.
    ///
    /// # Errors
    /// Where a setting can never work.
    pub fn new(config: &SyslogConfig) -> Result<Self, SetupError> {
        let app_name = config.app_name.as_deref().unwrap_or(APP_NAME);
        let fits = (1..=48).contains(&app_name.len()) && app_name.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            return Err(SetupError::AppName(app_name.to_owned()));
        }
        let usual = if matches!(config.target, SyslogTarget::Udp(_)) { MAX_BYTES_UDP } else { MAX_BYTES };
        let max_bytes = config.max_bytes.unwrap_or(usual);
        if !(480..=65536).contains(&max_bytes) {
            return Err(SetupError::MaxBytes(max_bytes));
        }
        let envelope = Envelope {
            facility: config.facility.code(),
            hostname: message::hostname(config.hostname.as_deref()),
            app_name: app_name.to_owned(),
            process: std::process::id(),
            max_bytes: max_bytes as usize,
        };
        let timeout = config.timeout.map_or(TIMEOUT, |timeout| timeout.duration());
        Ok(Self { name: config.name(), envelope, transport: Transport::of(config)?, timeout })
    }
}

#[async_trait]
impl Notifier for Syslog {
    fn name(&self) -> &str {
        &self.name
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let messages = self.envelope.messages(notice);
        let sent = tokio::time::timeout(self.timeout, self.transport.send(&messages)).await;
        let reason = match sent {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no success within {} s", self.timeout.as_secs_f32()),
        };
        Err(DeliveryError { reason: format!("{}: {reason}", self.name), retry: Retry::Later })
    }
}
