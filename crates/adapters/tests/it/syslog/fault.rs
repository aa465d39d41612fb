//! Receivers that are not there, hang up, hang or do not close.

use std::time::{Duration, Instant};

use bucketwatch_adapters::syslog::Syslog;
use bucketwatch_engine::config::Config;
use bucketwatch_engine::notifier::{DeliveryError, Notifier as _, Retry};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream, UnixDatagram};
use tokio::task::JoinHandle;

use super::contract::notifier;
use crate::notifier_contract::sample;

/// Gives a notifier that waits half a second.
fn impatient(target: &str) -> Syslog {
    let text = format!("[[notify.syslog]]\ntarget = \"{target}\"\ntimeout = \"500ms\"\n");
    Syslog::new(&Config::parse(&text).unwrap().notify.syslog[0]).unwrap()
}

/// Gives a receiver that treats each connection as `conduct` does.
async fn receiver<F>(conduct: impl Fn(TcpStream) -> F + Send + 'static) -> (u16, JoinHandle<()>)
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            conduct(stream).await;
        }
    });
    (port, server)
}

async fn refused(syslog: &Syslog) -> DeliveryError {
    let error = syslog.deliver(&sample::opened("n1", &["photos"])).await.unwrap_err();
    assert_eq!(error.retry, Retry::Later, "{error}");
    error
}

async fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn a_refused_connection_is_no_delivery() {
    let port = closed_port().await;
    let error = refused(&notifier(&format!("tcp://127.0.0.1:{port}"))).await.to_string();
    assert!(error.starts_with(&format!("cannot connect to `tcp://127.0.0.1:{port}`: ")), "{error}");
    refused(&notifier(&format!("udp://127.0.0.1:{port}"))).await;
    refused(&notifier("unix:///nowhere/log")).await;
}

#[tokio::test]
async fn a_receiver_that_hangs_up_at_once_has_not_got_it() {
    let (port, server) = receiver(|stream| async { drop(stream) }).await;
    for _ in 0..20 {
        refused(&notifier(&format!("tcp://127.0.0.1:{port}"))).await;
    }
    server.abort();
}

#[tokio::test]
async fn a_receiver_that_hangs_up_half_way_has_not_got_it() {
    let (port, server) = receiver(|mut stream| async move {
        stream.read_exact(&mut [0; 40]).await.unwrap();
    })
    .await;
    for _ in 0..5 {
        refused(&notifier(&format!("tcp://127.0.0.1:{port}"))).await;
    }
    server.abort();
}

#[tokio::test]
async fn a_receiver_that_reads_everything_and_closes_first_has_got_it() {
    let (port, server) = receiver(|mut stream| async move {
        assert!(stream.read(&mut [0; 65_536]).await.unwrap() > 0);
    })
    .await;
    notifier(&format!("tcp://127.0.0.1:{port}")).deliver(&sample::opened("n1", &["photos"])).await.unwrap();
    server.abort();
}

#[tokio::test]
async fn a_receiver_that_never_reads_runs_into_the_time_limit() {
    let (port, server) = receiver(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    })
    .await;
    let begin = Instant::now();
    let error = refused(&impatient(&format!("tcp://127.0.0.1:{port}"))).await.to_string();
    assert!(error.ends_with("no answer within 500ms"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(5));
    server.abort();
}

#[tokio::test]
async fn a_local_socket_that_is_full_runs_into_the_time_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let _unread = UnixDatagram::bind(&path).unwrap();
    let many = vec!["photos"; 2000];
    let syslog = impatient(&format!("unix://{}", path.display()));
    let error = syslog.deliver(&sample::opened("n1", &many)).await.unwrap_err();
    assert!(error.to_string().ends_with("no answer within 500ms"), "{error}");
}
