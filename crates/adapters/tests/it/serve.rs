//! The server of pages: what it shows, what it refuses, and that slow readers hold up nobody.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use bucketwatch_adapters::serve::{Page, Pages, Server};

fn pages() -> Pages {
    let page = |good| Page { good, media_type: "text/plain", body: format!("good: {good}\n") };
    Arc::new(move |path| match path {
        "/good" => Some(page(true)),
        "/bad" => Some(page(false)),
        _ => None,
    })
}

async fn served() -> SocketAddr {
    let server = Server::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.expect("a free port");
    let address = server.address().expect("its address");
    tokio::spawn(server.serve(pages()));
    address
}

/// Sends `request` and gives all of the answer.
async fn answer(address: SocketAddr, request: &'static [u8]) -> String {
    let exchange = move || {
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        stream.write_all(request).expect("the request goes out");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    };
    tokio::task::spawn_blocking(exchange).await.expect("an exchange")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_shown_and_everything_else_is_refused() {
    let address = served().await;
    for (request, status, body) in [
        (&b"GET /good HTTP/1.1\r\nHost: x\r\n\r\n"[..], "200 OK", "good: true\n"),
        (b"GET /good?a=b HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK", "good: true\n"),
        (b"HEAD /good HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK", ""),
        (b"GET /bad HTTP/1.1\r\nHost: x\r\n\r\n", "503 Service Unavailable", "good: false\n"),
        (b"GET /../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", "404 Not Found", "nothing is here\n"),
        (
            b"POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
            "405 Method Not Allowed",
            "only GET\n",
        ),
        (b"no HTTP\r\n\r\n", "400 Bad Request", ""),
    ] {
        let answer = answer(address, request).await;
        let (head, found) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{request:?}: {head}");
        assert_eq!(found, body, "{request:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_is_cut_off_and_the_next_is_served() {
    let address = served().await;
    let silent: Vec<TcpStream> = (0..16).map(|_| TcpStream::connect(address).expect("it listens")).collect();
    let answer = answer(address, b"GET /good HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    drop(silent);
}
