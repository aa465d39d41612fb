//! The suite of all notifiers on each transport.

use bucketwatch_adapters::syslog::Syslog;
use bucketwatch_engine::config::SyslogConfig;
use bucketwatch_engine::escape::terminal;

use super::receiver::{self, Receiver};
use crate::notifier_contract::notifier_contract;

/// Gives the notifier of a receiver at `target`.
pub(super) fn notifier(target: &str) -> Syslog {
    Syslog::new(&SyslogConfig::new(target.parse().unwrap())).unwrap()
}

async fn holds(syslog: &Syslog, receiver: &Receiver) {
    notifier_contract(syslog, async || receiver.entries().await, |name| terminal(&name.into())).await;
}

#[tokio::test]
async fn the_contract_holds_over_tcp() {
    let (receiver, port) = receiver::tcp().await;
    holds(&notifier(&format!("tcp://127.0.0.1:{port}")), &receiver).await;
}

#[tokio::test]
async fn the_contract_holds_over_udp() {
    let (receiver, port) = receiver::udp().await;
    holds(&notifier(&format!("udp://127.0.0.1:{port}")), &receiver).await;
}

#[tokio::test]
async fn the_contract_holds_over_a_local_datagram_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let receiver = receiver::unix_datagram(&path);
    holds(&notifier(&format!("unix://{}", path.display())), &receiver).await;
}

#[tokio::test]
async fn the_contract_holds_over_a_local_stream_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let receiver = receiver::unix_stream(&path);
    holds(&notifier(&format!("unix://{}", path.display())), &receiver).await;
}
