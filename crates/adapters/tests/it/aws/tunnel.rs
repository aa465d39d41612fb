//! A proxy that knows nothing but CONNECT, and leads everywhere to the same place.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The proxy; it ends when this is dropped.
pub(super) struct Tunnel {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Tunnel {
    pub(super) async fn start(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let server = tokio::spawn({
            let asked = Arc::clone(&asked);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(tunnel(stream, to, Arc::clone(&asked)));
                }
            }
        });
        Self { url, asked, server }
    }

    /// Gives the hosts that were asked for.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn tunnel(stream: TcpStream, to: SocketAddr, asked: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut outside = BufReader::new(stream);
    let mut line = String::new();
    outside.read_line(&mut line).await.ok()?;
    let host = line.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
    asked.lock().unwrap().push(host);
    while line != "\r\n" {
        line.clear();
        outside.read_line(&mut line).await.ok()?;
    }
    outside.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.ok()?;
    let mut inside = TcpStream::connect(to).await.ok()?;
    tokio::io::copy_bidirectional(&mut outside, &mut inside).await.ok()?;
    Some(())
}
