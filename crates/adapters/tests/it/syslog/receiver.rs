//! Receivers on loopback: they take whole, well-formed messages and close when the sender does.

use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::{TcpListener, UdpSocket, UnixDatagram, UnixListener};
use tokio::task::JoinHandle;

use super::grammar::{Message, parse};
use crate::notifier_contract::Entry;

/// A receiver; it ends when this is dropped.
pub(super) struct Receiver {
    messages: Arc<Mutex<Vec<Message>>>,
    server: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Receiver {
    /// Gives what has arrived, after a moment for datagrams that are on their way.
    pub(super) async fn messages(&self) -> Vec<Message> {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        assert!(!self.server.is_finished(), "the receiver met something malformed");
        self.messages.lock().unwrap().clone()
    }

    pub(super) async fn entries(&self) -> Vec<Entry> {
        let entry = |message: &Message| Entry {
            notice: message.param("notice").unwrap().to_owned(),
            kind: message.id.clone(),
            bucket: message.param("bucket").map(str::to_owned),
        };
        self.messages().await.iter().map(entry).collect()
    }

    fn start<F: Future<Output = ()> + Send + 'static>(
        serve: impl FnOnce(Box<dyn Fn(&[u8]) + Send + Sync>) -> F,
    ) -> Self {
        let messages = Arc::new(Mutex::new(Vec::new()));
        let kept = messages.clone();
        let take = move |bytes: &[u8]| match parse(bytes) {
            Ok(message) => kept.lock().unwrap().push(message),
            Err(error) => panic!("{error}: {}", String::from_utf8_lossy(bytes)),
        };
        let server = tokio::spawn(serve(Box::new(take)));
        Self { messages, server }
    }
}

pub(super) async fn tcp() -> (Receiver, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let receiver = Receiver::start(|take| async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted(stream, &take).await;
        }
    });
    (receiver, port)
}

pub(super) async fn tls(acceptor: tokio_rustls::TlsAcceptor) -> (Receiver, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let receiver = Receiver::start(|take| async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                counted(stream, &take).await;
            }
        }
    });
    (receiver, port)
}

pub(super) async fn udp() -> (Receiver, u16) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let receiver = Receiver::start(|take| async move {
        let mut buffer = vec![0; 65_536];
        while let Ok(count) = socket.recv(&mut buffer).await {
            assert!(count <= 1400, "{count} bytes do not fit a frame");
            take(&buffer[..count]);
        }
    });
    (receiver, port)
}

pub(super) fn unix_datagram(path: &Path) -> Receiver {
    let socket = UnixDatagram::bind(path).unwrap();
    Receiver::start(|take| async move {
        let mut buffer = vec![0; 65_536];
        while let Ok(count) = socket.recv(&mut buffer).await {
            take(&buffer[..count]);
        }
    })
}

pub(super) fn unix_stream(path: &Path) -> Receiver {
    let listener = UnixListener::bind(path).unwrap();
    Receiver::start(|take| async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await.unwrap();
            let records = bytes.strip_suffix(b"\0").expect("each record ends with a NUL");
            records.split(|byte| *byte == 0).for_each(&take);
        }
    })
}

/// Reads `MSG-LEN SP SYSLOG-MSG` in pieces of odd sizes, up to the end of the stream.
async fn counted(mut stream: impl AsyncRead + Unpin, take: &(dyn Fn(&[u8]) + Send + Sync)) {
    let mut pending = Vec::new();
    let mut piece = [0; 7];
    for size in [1, 3, 7, 2, 5].into_iter().cycle() {
        match stream.read(&mut piece[..size]).await.unwrap() {
            0 => break,
            count => pending.extend_from_slice(&piece[..count]),
        }
        while let Some((message, rest)) = frame(&pending) {
            take(&message);
            pending = rest;
        }
    }
    assert!(pending.is_empty(), "half a frame: {}", String::from_utf8_lossy(&pending));
}

/// Splits off the first frame if it is whole.
pub(crate) fn frame(bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let space = bytes.iter().position(|byte| *byte == b' ')?;
    let digits = std::str::from_utf8(&bytes[..space]).unwrap();
    assert!(digits.starts_with(|c: char| ('1'..='9').contains(&c)), "MSG-LEN {digits}");
    let end = space + 1 + digits.parse::<usize>().unwrap();
    (bytes.len() >= end).then(|| (bytes[space + 1..end].to_vec(), bytes[end..].to_vec()))
}
