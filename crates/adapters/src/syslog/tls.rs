//! TLS towards a receiver. *Source*: RFC 5425.

use std::io;

use bucketwatch_engine::config::SyslogConfig;
use rustls_pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::error::SyslogError;
use crate::network::Socket;
use crate::trust;

/// Whom to trust, and the name that the receiver must prove to bear.
pub(super) struct Tls {
    connector: TlsConnector,
    server_name: ServerName<'static>,
}

impl Tls {
    pub(super) fn new(config: &SyslogConfig, host: &str) -> Result<Self, SyslogError> {
        let client = trust::client(config.ca_file.as_deref())?;
        let name = config.server_name.as_deref().unwrap_or(host);
        let server_name =
            ServerName::try_from(name.to_owned()).map_err(|_| SyslogError::ServerName(name.to_owned()))?;
        Ok(Self { connector: TlsConnector::from(client), server_name })
    }

    /// Proves who is at the other end of `stream`.
    pub(super) async fn wrap(&self, stream: Box<dyn Socket>) -> io::Result<TlsStream<Box<dyn Socket>>> {
        self.connector.connect(self.server_name.clone(), stream).await
    }
}
