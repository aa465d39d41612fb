//! An endpoint that gives one answer to everything but the caller's identity.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(super) const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/u\
     </Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

/// The endpoint; it ends when this is dropped.
pub(super) struct Stub {
    pub(super) url: String,
    server: JoinHandle<()>,
}

impl Stub {
    /// Starts an endpoint whose answers to everything else have this status, these headers (each with its CRLF) and
    /// this body.
    pub(super) async fn start(status: u16, headers: &str, body: &str) -> Self {
        Self::answering(status, headers, body, Some(IDENTITY)).await
    }

    /// Starts an endpoint that does not even know who calls.
    pub(super) async fn deaf(status: u16, body: &str) -> Self {
        Self::answering(status, "", body, None).await
    }

    async fn answering(status: u16, headers: &str, body: &str, identity: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (headers, body) = (headers.to_owned(), body.to_owned());
        let server = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read_request(&mut stream).await;
                let answer = match identity {
                    Some(identity) if request.starts_with("POST / ") => answer(200, "", identity),
                    _ => answer(status, &headers, &body),
                };
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { url, server }
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Reads a request with its body, which ends the last piece that the SDK sends of small ones.
async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut text = Vec::new();
    let mut piece = [0; 8_192];
    loop {
        let size = stream.read(&mut piece).await.unwrap_or(0);
        text.extend_from_slice(&piece[..size]);
        let seen = String::from_utf8_lossy(&text);
        let whole = seen.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            body.len() >= length.unwrap_or(0)
        });
        if size == 0 || whole {
            return seen.into_owned();
        }
    }
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} Any\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
}
