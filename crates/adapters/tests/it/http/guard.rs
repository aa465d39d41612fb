//! Whom the client does not talk to, however the address is spelled.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bucketwatch_adapters::http::{Endpoint, HttpClient, HttpError, HttpSettings};
use bucketwatch_adapters::network::Network;

use super::stand_in::{Reply, StandIn};
use crate::authority::Authority;

/// Spellings of loopback, private, link-local and metadata addresses. `PORT` is the port of a server that listens on
/// loopback and must not hear of any of them.
const SPELLINGS: [&str; 66] = [
    "127.0.0.1:PORT",
    "127.0.0.2:PORT",
    "127.255.255.254:PORT",
    "localhost:PORT",
    "LOCALHOST:PORT",
    "localhost.:PORT",
    "2130706433:PORT",
    "0x7f000001:PORT",
    "0X7F000001:PORT",
    "017700000001:PORT",
    "0x7f.0.0.1:PORT",
    "0x7f.0x0.0x0.0x1:PORT",
    "0177.0.0.1:PORT",
    "0177.0.0.01:PORT",
    "00177.0.0.1:PORT",
    "127.1:PORT",
    "127.0.1:PORT",
    "0x7f.1:PORT",
    "0177.1:PORT",
    "127.0x1:PORT",
    "0:PORT",
    "0.0.0.0:PORT",
    "0x0:PORT",
    "00000000000:PORT",
    "[::1]:PORT",
    "[::]:PORT",
    "[0:0:0:0:0:0:0:1]:PORT",
    "[0000:0000:0000:0000:0000:0000:0000:0001]:PORT",
    "[::0.0.0.1]:PORT",
    "[::127.0.0.1]:PORT",
    "[::ffff:127.0.0.1]:PORT",
    "[::FFFF:7f00:1]:PORT",
    "[0:0:0:0:0:ffff:127.0.0.1]:PORT",
    "[0:0:0:0:0:ffff:7f00:0001]:PORT",
    "[::ffff:0:127.0.0.1]:PORT",
    "[64:ff9b::127.0.0.1]:PORT",
    "[64:ff9b::7f00:1]:PORT",
    "[64:ff9b:1::7f00:1]:PORT",
    "[2002:7f00:1::]:PORT",
    "[2002:a9fe:a9fe::1]:PORT",
    "[2001::7f00:1]:PORT",
    "[fe80::1]:PORT",
    "[fc00::1]:PORT",
    "[fd00:ec2::254]:PORT",
    "[fec0::1]:PORT",
    "[ff02::1]:PORT",
    "10.0.0.1",
    "10.1",
    "0xa.0.0.1",
    "012.0.0.1",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1",
    "0xc0a80001",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "169.254.43518",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "169.254.170.2",
    "255.255.255.255",
];

fn client(allow_private: bool) -> HttpClient {
    HttpClient::new(&HttpSettings { allow_private, ..HttpSettings::default() }).unwrap()
}

async fn post(client: &HttpClient, url: &str) -> Result<u16, HttpError> {
    let endpoint = Endpoint::parse(url).unwrap();
    client.post(&endpoint, Vec::new(), "{}".to_owned()).await.map(|answer| answer.status.as_u16())
}

/// Gives what it is told, and remembers what it was asked.
struct Script {
    answers: Mutex<Vec<Vec<SocketAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Script {
    fn new(answers: &[&[SocketAddr]]) -> Arc<Self> {
        let answers = Mutex::new(answers.iter().rev().map(|answer| answer.to_vec()).collect());
        Arc::new(Self { answers, asked: Mutex::default() })
    }
}

#[async_trait]
impl Network for Script {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        self.asked.lock().unwrap().push(format!("{host} {port}"));
        self.answers.lock().unwrap().pop().ok_or_else(|| io::Error::other("no such host"))
    }
}

#[tokio::test]
async fn no_spelling_of_a_private_address_is_talked_to() {
    let server = StandIn::start(|_| Reply::status(200)).await;
    let client = client(false);
    for spelling in SPELLINGS {
        let host = spelling.replace("PORT", &server.address.port().to_string());
        let error = post(&client, &format!("https://{host}/")).await.unwrap_err();
        // What the system's resolver does not take is refused as unknown; nothing is ever connected to.
        assert!(
            matches!(error, HttpError::Private { .. } | HttpError::Resolve { .. }),
            "{spelling}: {error}"
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_common_spellings_are_refused_for_what_they_are() {
    let client = client(false);
    for spelling in SPELLINGS.iter().filter(|spelling| !spelling.contains("localhost.")) {
        let host = spelling.replace(":PORT", ":9");
        let error = post(&client, &format!("https://{host}/")).await.unwrap_err().to_string();
        let understood = error.ends_with("has only private addresses; `allow_private = true` allows them");
        assert!(understood || error.starts_with("cannot resolve"), "{spelling}: {error}");
    }
    for host in
        ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.1", "127.1", "[::1]", "[::ffff:7f00:1]"]
    {
        let error = post(&client, &format!("https://{host}:9/")).await.unwrap_err();
        assert!(matches!(error, HttpError::Private { .. }), "{host}: {error}");
    }
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_judged() {
    let server = StandIn::start(|_| Reply::status(200)).await;
    let script = Script::new(&[&[server.address]]);
    let client = client(true).over(Arc::clone(&script) as Arc<dyn Network>);
    assert_eq!(post(&client, "http://hooks.example.com/x").await.unwrap(), 200);
    assert_eq!(*script.asked.lock().unwrap(), ["hooks.example.com 80"], "the name is resolved once");
    assert_eq!(server.received()[0].header("host"), Some("hooks.example.com"));
}

#[tokio::test]
async fn a_name_that_resolves_to_private_addresses_is_refused() {
    let server = StandIn::start(|_| Reply::status(200)).await;
    let script = Script::new(&[&[server.address], &[server.address, "[::1]:1".parse().unwrap()], &[]]);
    let client = client(false).over(Arc::clone(&script) as Arc<dyn Network>);
    for _ in 0..2 {
        let error = post(&client, "https://rebinding.example.com/").await.unwrap_err();
        assert!(matches!(error, HttpError::Private { .. }), "{error}");
    }
    let error = post(&client, "https://rebinding.example.com/").await.unwrap_err();
    assert!(matches!(error, HttpError::Resolve { .. }), "{error}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn plain_text_needs_leave() {
    let server = StandIn::start(|_| Reply::status(200)).await;
    let error = post(&client(false), &server.url("/")).await.unwrap_err();
    assert!(matches!(error, HttpError::PlainText { .. }), "{error}");
    assert_eq!(server.connections(), 0);
    assert_eq!(post(&client(true), &server.url("/")).await.unwrap(), 200);
}

#[tokio::test]
async fn who_cannot_prove_a_name_hears_nothing() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let server = StandIn::tls(authority.acceptor.clone(), |_| Reply::status(200)).await;
    let port = server.address.port();
    let post = async |trusted: &Authority, host: &str| {
        let settings =
            HttpSettings { allow_private: true, ca_file: Some(trusted.pem()), ..HttpSettings::default() };
        post(&HttpClient::new(&settings).unwrap(), &format!("https://{host}:{port}/secret")).await
    };
    assert_eq!(post(&authority, "localhost").await.unwrap(), 200);
    for (trusted, host) in [(&stranger, "localhost"), (&authority, "127.0.0.1")] {
        let error = post(trusted, host).await.unwrap_err().to_string();
        assert!(error.contains("invalid peer certificate") && !error.contains("secret"), "{error}");
    }
    assert_eq!(server.received().len(), 1);
}
