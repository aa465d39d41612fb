//! Whom TLS trusts: the platform's roots, or the bundle that `AWS_CA_BUNDLE` names.

use std::path::{Path, PathBuf};

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::connect::ConnectError;

/// Reads the trust store. `AWS_CA_BUNDLE` replaces the platform's roots, as in AWS's other tools; the SDK for Rust
/// does not read it.
pub(super) fn tls_context(bundle: Option<PathBuf>) -> Result<TlsContext, ConnectError> {
    let store = match bundle {
        Some(path) => TrustStore::empty().with_pem_certificate(read_bundle(&path)?),
        None if has_native_roots() => TrustStore::default(),
        None => TrustStore::empty(),
    };
    context(store)
}

/// Gives the trust store for an endpoint that speaks plain HTTP.
pub(super) fn trust_nobody() -> Result<TlsContext, ConnectError> {
    context(TrustStore::empty())
}

fn context(store: TrustStore) -> Result<TlsContext, ConnectError> {
    TlsContext::builder()
        .with_trust_store(store)
        .build()
        .map_err(|error| ConnectError::Settings { why: format!("TLS cannot be set up: {error}") })
}

/// The SDK asserts that there are some, even where only plain HTTP is spoken.
fn has_native_roots() -> bool {
    let mut roots = RootCertStore::empty();
    let (valid, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if valid == 0 {
        tracing::warn!(
            "no root certificates found on this machine; install ca-certificates or set AWS_CA_BUNDLE"
        );
    }
    valid > 0
}

/// Reads and checks a bundle, since the SDK panics on one that is malformed.
fn read_bundle(path: &Path) -> Result<Vec<u8>, ConnectError> {
    let refuse = |why: String| ConnectError::CaBundle { path: path.to_owned(), why };
    let pem = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| refuse(error.to_string()))?;
        roots.add(certificate).map_err(|error| refuse(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(refuse("it holds no certificate".to_owned()));
    }
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn refusal(content: &str) -> String {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        tls_context(Some(file.path().to_owned())).unwrap_err().to_string()
    }

    #[test]
    fn a_bundle_without_certificates_is_refused() {
        assert!(refusal("").contains("it holds no certificate"));
        assert!(refusal("not PEM at all").contains("it holds no certificate"));
    }

    #[test]
    fn a_malformed_certificate_is_refused() {
        let text = refusal("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assert!(text.contains("AWS_CA_BUNDLE"), "{text}");
    }

    #[test]
    fn a_missing_bundle_is_refused() {
        let error = tls_context(Some("/nowhere/ca.pem".into())).unwrap_err();
        assert!(error.to_string().contains("/nowhere/ca.pem"));
    }
}
