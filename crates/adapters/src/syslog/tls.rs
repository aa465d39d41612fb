//! TLS towards a receiver. *Source*: RFC 5425.

use std::io;
use std::path::Path;
use std::sync::Arc;

use bucketwatch_engine::config::SyslogConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::error::SyslogError;

/// Whom to trust, and the name that the receiver must prove to bear.
pub(super) struct Tls {
    connector: TlsConnector,
    server_name: ServerName<'static>,
}

impl Tls {
    pub(super) fn new(config: &SyslogConfig, host: &str) -> Result<Self, SyslogError> {
        let roots = match &config.ca_file {
            Some(path) => read_roots(path)?,
            None => native_roots()?,
        };
        let client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| SyslogError::Tls(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = config.server_name.as_deref().unwrap_or(host);
        let server_name =
            ServerName::try_from(name.to_owned()).map_err(|_| SyslogError::ServerName(name.to_owned()))?;
        Ok(Self { connector: TlsConnector::from(Arc::new(client)), server_name })
    }

    /// Proves who is at the other end of `stream`.
    pub(super) async fn wrap(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.server_name.clone(), stream).await
    }
}

fn native_roots() -> Result<RootCertStore, SyslogError> {
    let mut roots = RootCertStore::empty();
    let (valid, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if valid == 0 { Err(SyslogError::NoRoots) } else { Ok(roots) }
}

fn read_roots(path: &Path) -> Result<RootCertStore, SyslogError> {
    let refuse = |why: String| SyslogError::CaFile { path: path.to_owned(), why };
    let pem = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| refuse(error.to_string()))?;
        roots.add(certificate).map_err(|error| refuse(error.to_string()))?;
    }
    if roots.is_empty() { Err(refuse("it holds no certificate".to_owned())) } else { Ok(roots) }
}
