//! An HTTP server on loopback that remembers what it was sent and answers as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// Method, path and version.
    pub(crate) line: String,
    /// Names in lower case, and values.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: String,
}

impl Received {
    /// Gives the value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Gives the body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers with a status, headers (each with its CRLF) and a body.
    Answer(u16, String, String),
    /// Says nothing.
    Nothing,
    /// Closes before it answers.
    Close,
    /// Resets the connection in the middle of a body, after a good status.
    ResetInBody,
    /// Sends a body without end.
    Endless,
    /// Sends headers without end.
    EndlessHeaders,
}

impl Reply {
    /// Answers with a status and nothing else.
    pub(crate) fn status(status: u16) -> Self {
        Self::Answer(status, String::new(), String::new())
    }
}

/// The server; it ends with this value.
pub(crate) struct StandIn {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    connections: Arc<Mutex<usize>>,
    received: Arc<Mutex<Vec<Received>>>,
    server: JoinHandle<()>,
}

type Answerer = Arc<dyn Fn(&Received) -> Reply + Send + Sync>;

impl StandIn {
    /// Starts a server without TLS.
    pub(crate) async fn start(reply: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, Arc::new(reply)).await
    }

    /// Starts a server with TLS.
    pub(crate) async fn tls(
        acceptor: TlsAcceptor,
        reply: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Some(acceptor), Arc::new(reply)).await
    }

    async fn listen(acceptor: Option<TlsAcceptor>, reply: Answerer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, received) = (Arc::<Mutex<usize>>::default(), Arc::<Mutex<Vec<_>>>::default());
        let (counted, kept) = (Arc::clone(&connections), Arc::clone(&received));
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *counted.lock().unwrap() += 1;
                let (acceptor, kept, reply) = (acceptor.clone(), Arc::clone(&kept), Arc::clone(&reply));
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(stream, &kept, &reply, reset).await,
                        Some(acceptor) => {
                            let Ok(stream) = acceptor.accept(stream).await else { return };
                            serve(stream, &kept, &reply, |stream| reset(stream.into_inner().0)).await;
                        }
                    }
                });
            }
        });
        Self { address, connections, received, server }
    }

    /// Gives an address at the server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Gives everything that it was sent, in order.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Gives how many connections were made.
    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    received: &Mutex<Vec<Received>>,
    reply: &Answerer,
    reset: impl FnOnce(S),
) {
    let Some(request) = read(&mut stream).await else { return };
    let reply = reply(&request);
    received.lock().unwrap().push(request);
    match reply {
        Reply::Answer(status, headers, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Reply::Nothing => tokio::time::sleep(Duration::from_secs(60)).await,
        Reply::Close => {}
        Reply::ResetInBody => {
            let _ = stream.write_all(b"HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\nhalf").await;
            let _ = stream.flush().await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            reset(stream);
        }
        Reply::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 x\r\ncontent-length: 99999999999\r\n\r\n").await;
            while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
        }
        Reply::EndlessHeaders => {
            let _ = stream.write_all(b"HTTP/1.1 200 x\r\n").await;
            while stream.write_all(b"x: y\r\n").await.is_ok() {}
        }
    }
}

fn reset(stream: TcpStream) {
    let _ = stream.set_zero_linger();
    drop(stream);
}

/// Reads a request to its end.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Received> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap().to_owned();
    let headers: Vec<_> = lines
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        })
        .collect();
    let mut request = Received { line, headers, body: String::new() };
    let length: usize = request.header("content-length").unwrap_or("0").parse().unwrap();
    let mut body = bytes[head_end + 4..].to_vec();
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    request.body = String::from_utf8(body).unwrap();
    Some(request)
}
