//! A plain HTTP client: one connection a call.

use bucketwatch_sandbox::{Account, Handle, Sandbox, SandboxConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Gives the text of the first XML element called `name`.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        between(&self.body, &format!("<{name}>"), &format!("</{name}>"))
    }

    /// Gives the texts of every XML element called `name`.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        let (start, end) = (format!("<{name}>"), format!("</{name}>"));
        self.body.split(&start).skip(1).filter_map(|rest| rest.split(&end).next()).collect()
    }

    /// Gives status and error code.
    pub(crate) fn outcome(&self) -> (u16, Option<&str>) {
        (self.status, self.text("Code"))
    }

    /// Gives a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

/// Starts a sandbox around `account`.
pub(crate) async fn start(account: Account) -> Handle {
    Sandbox::start(SandboxConfig::new(account)).await.expect("a port on loopback is free")
}

/// Gives a header that signs for `region` with `key`, as far as the sandbox looks.
pub(crate) fn signed_by(key: &str, region: &str) -> String {
    format!(
        "Authorization: AWS4-HMAC-SHA256 Credential={key}/20261122/{region}/s3/aws4_request, \
         SignedHeaders=host, Signature=00\r\n"
    )
}

/// Gives a header that signs for us-east-1 as a user of the sandbox's account.
pub(crate) fn signed() -> String {
    signed_by("AKIAOWNEROWNEROWNER0", "us-east-1")
}

/// Sends a call; `headers` are whole lines.
pub(crate) async fn send(sandbox: &Handle, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    try_send(sandbox, method, path, headers, body).await.expect("the sandbox answers")
}

/// Sends a signed GET.
pub(crate) async fn get(sandbox: &Handle, path: &str) -> Answer {
    send(sandbox, "GET", path, &signed(), "").await
}

/// Sends a call that may get no answer.
pub(crate) async fn try_send(
    sandbox: &Handle,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> std::io::Result<Answer> {
    let host = if headers.contains("Host: ") { "" } else { "Host: 127.0.0.1\r\n" };
    let request = format!(
        "{method} {path} HTTP/1.1\r\n{host}{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(sandbox.address()).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default();
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}
