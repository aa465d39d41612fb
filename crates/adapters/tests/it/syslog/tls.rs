//! TLS: the contract, and whom the notifier does not talk to.

use std::path::PathBuf;
use std::sync::Arc;

use bucketwatch_adapters::syslog::Syslog;
use bucketwatch_engine::config::{Config, SyslogConfig};
use bucketwatch_engine::escape::terminal;
use bucketwatch_engine::notifier::Notifier as _;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto::aws_lc_rs};

use super::receiver;
use crate::notifier_contract::{notifier_contract, sample};

/// A certificate authority, and a server for `localhost` that it vouches for.
struct Authority {
    folder: TempDir,
    acceptor: TlsAcceptor,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(server(&Issuer::new(params, key))));
        Self { folder, acceptor }
    }

    fn pem(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

fn server(issuer: &Issuer<'_, KeyPair>) -> ServerConfig {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap().der().clone();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

fn config(port: u16, trusted: &Authority, server_name: &str) -> SyslogConfig {
    let text = format!(
        "[[notify.syslog]]\ntarget = \"tls://127.0.0.1:{port}\"\nca_file = {:?}\nserver_name = \"{server_name}\"\n",
        trusted.pem()
    );
    Config::parse(&text).unwrap().notify.syslog.remove(0)
}

#[tokio::test]
async fn the_contract_holds_over_tls() {
    let authority = Authority::new();
    let (receiver, port) = receiver::tls(authority.acceptor.clone()).await;
    let syslog = Syslog::new(&config(port, &authority, "localhost")).unwrap();
    notifier_contract(&syslog, async || receiver.entries().await, |name| terminal(&name.into())).await;
}

#[tokio::test]
async fn a_wrong_name_and_an_unknown_authority_hear_nothing() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let (receiver, port) = receiver::tls(authority.acceptor.clone()).await;
    for config in [config(port, &authority, "example.com"), config(port, &stranger, "localhost")] {
        let syslog = Syslog::new(&config).unwrap();
        let error = syslog.deliver(&sample::opened("n1", &["photos"])).await.unwrap_err().to_string();
        assert!(error.starts_with("cannot connect to `tls://127.0.0.1:"), "{error}");
        assert!(error.contains("invalid peer certificate"), "{error}");
    }
    assert!(receiver.entries().await.is_empty());
}

#[test]
fn certificates_that_cannot_be_read_are_named() {
    let authority = Authority::new();
    std::fs::write(authority.pem(), "no certificate").unwrap();
    let error = Syslog::new(&config(1, &authority, "localhost")).err().unwrap().to_string();
    assert!(error.ends_with("it holds no certificate") && error.contains("ca.pem"), "{error}");
    std::fs::remove_file(authority.pem()).unwrap();
    assert!(Syslog::new(&config(1, &authority, "localhost")).is_err());
}
