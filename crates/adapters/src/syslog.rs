//! Syslog: each transition as a message of RFC 5424, over the local socket, UDP, TCP or TLS.
//!
//! Syslog has no acknowledgement. `docs/notifiers/syslog.md` says how near to one each transport comes.

mod error;
mod local;
mod message;
mod severity;
mod stream;
mod tls;
mod transport;
mod udp;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_engine::config::{SyslogConfig, SyslogTarget};
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier, Retry};

pub use self::error::SyslogError;
use self::message::{Sender, is_field, messages};
use self::transport::Transport;
use crate::network::Network;

/// How long connecting, and then sending, may take where nobody says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The most bytes of a message on a stream or a local socket where nobody says otherwise.
const DEFAULT_MAX_BYTES: u32 = 8192;

/// The same for a datagram: it fits an Ethernet frame.
const DEFAULT_DATAGRAM_BYTES: u32 = 1400;

/// The most bytes that a UDP datagram carries over IPv4.
const LARGEST_DATAGRAM: u32 = 65_507;

/// Sends notices to one syslog receiver.
pub struct Syslog {
    name: String,
    sender: Sender,
    transport: Transport,
}

impl Syslog {
    /// Gives the notifier of the receiver that `config` names. Nothing is sent yet.
    ///
    /// # Errors
    /// A field that cannot stand in a message, or certificates that cannot be read.
    pub fn new(config: &SyslogConfig) -> Result<Self, SyslogError> {
        let transport = Transport::new(config, timeout(config))?;
        Ok(Self { name: config.name(), sender: sender(config)?, transport })
    }

    /// Gives the same notifier on another network, as far as it talks TCP.
    pub fn over(self, network: Arc<dyn Network>) -> Self {
        Self { transport: self.transport.over(network), ..self }
    }
}

#[async_trait]
impl Notifier for Syslog {
    fn name(&self) -> &str {
        &self.name
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let messages = messages(&self.sender, notice);
        self.transport
            .send(&messages)
            .await
            .map_err(|error| DeliveryError { reason: error.to_string(), retry: Retry::Later })
    }
}

fn timeout(config: &SyslogConfig) -> Duration {
    config.timeout.map_or(DEFAULT_TIMEOUT, |timeout| timeout.duration())
}

fn sender(config: &SyslogConfig) -> Result<Sender, SyslogError> {
    let app_name = config.app_name.as_deref().unwrap_or("bucketwatch");
    let hostname = config.hostname.clone().unwrap_or_else(own_hostname);
    if !is_field(app_name, 48) {
        return Err(SyslogError::AppName);
    }
    if config.hostname.is_some() && !is_field(&hostname, 255) {
        return Err(SyslogError::Hostname);
    }
    Ok(Sender {
        facility: config.facility,
        hostname,
        app_name: app_name.to_owned(),
        process: std::process::id(),
        max_bytes: max_bytes(config)?,
    })
}

fn own_hostname() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

fn max_bytes(config: &SyslogConfig) -> Result<usize, SyslogError> {
    let (default, most) = match config.target {
        SyslogTarget::Udp(_) => (DEFAULT_DATAGRAM_BYTES, LARGEST_DATAGRAM),
        _ => (DEFAULT_MAX_BYTES, 65_536),
    };
    let bytes = config.max_bytes.unwrap_or(default);
    if !(480..=most).contains(&bytes) {
        return Err(SyslogError::MaxBytes { most });
    }
    usize::try_from(bytes).map_err(|_| SyslogError::MaxBytes { most })
}
