//! Whom TLS trusts: the system's certificates, or those of a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The certificates to trust cannot be read.
    #[error("`ca_file` `{}`: {why}", .path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The machine has no certificates to trust.
    #[error("no root certificates found on this machine; install ca-certificates or set `ca_file`")]
    NoRoots,
    /// The library refuses.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// Gives what a client needs to verify a server: always the whole chain and the name. `ca_file` takes the place of the
/// system's certificates.
///
/// # Errors
/// There is nobody to trust.
pub(crate) fn client(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, TrustError> {
    let roots = match ca_file {
        Some(path) => read_roots(path)?,
        None => native_roots()?,
    };
    let client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TrustError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(client))
}

fn native_roots() -> Result<RootCertStore, TrustError> {
    let mut roots = RootCertStore::empty();
    let (valid, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if valid == 0 { Err(TrustError::NoRoots) } else { Ok(roots) }
}

fn read_roots(path: &Path) -> Result<RootCertStore, TrustError> {
    let refuse = |why: String| TrustError::CaFile { path: path.to_owned(), why };
    let pem = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&pem).map_err(refuse)? {
        roots.add(certificate.into()).map_err(|error| refuse(error.to_string()))?;
    }
    Ok(roots)
}

/// Gives the certificates of a PEM file, at least one, each in DER.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let read = CertificateDer::pem_slice_iter(pem).map(|certificate| {
        certificate.map(|certificate| certificate.to_vec()).map_err(|error| error.to_string())
    });
    let certificates = read.collect::<Result<Vec<_>, _>>()?;
    if certificates.is_empty() { Err("it holds no certificate".to_owned()) } else { Ok(certificates) }
}
