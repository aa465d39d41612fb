//! TLS: the contract, and whom the notifier does not talk to.

use bucketwatch_adapters::syslog::Syslog;
use bucketwatch_engine::config::{Config, SyslogConfig};
use bucketwatch_engine::escape::terminal;
use bucketwatch_engine::notifier::Notifier as _;

use super::receiver;
use crate::authority::Authority;
use crate::notifier_contract::{notifier_contract, sample};

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
