//! From an endpoint to a stream that reaches it and nothing else.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::endpoint::Endpoint;
use super::{CONNECT, HttpClient, HttpError, is_public};

/// A stream with or without TLS.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl HttpClient {
    /// Connects to an address of `endpoint` that may be talked to.
    pub(super) async fn connect(&self, endpoint: &Endpoint) -> Result<Stream, HttpError> {
        if !endpoint.is_tls() && !self.allow_private {
            return Err(HttpError::PlainText { to: endpoint.to_string() });
        }
        let addresses = self.addresses(endpoint).await?;
        let failed = |why: io::Error| HttpError::Connect { to: endpoint.to_string(), why: why.to_string() };
        let stream = timeout(CONNECT, TcpStream::connect(addresses.as_slice()))
            .await
            .map_err(|_| HttpError::TooSlow { to: endpoint.to_string(), after: CONNECT })?
            .map_err(failed)?;
        if !endpoint.is_tls() {
            return Ok(Stream::Plain(stream));
        }
        let name = ServerName::try_from(endpoint.host().to_owned())
            .map_err(|_| HttpError::Request { to: endpoint.to_string() })?;
        let stream = self.tls.connect(name, stream).await.map_err(failed)?;
        Ok(Stream::Tls(Box::new(stream)))
    }

    /// Gives the addresses of `endpoint` that may be talked to.
    async fn addresses(&self, endpoint: &Endpoint) -> Result<Vec<SocketAddr>, HttpError> {
        let resolved = self.resolver.resolve(endpoint.host(), endpoint.port()).await;
        let resolved =
            resolved.map_err(|why| HttpError::Resolve { to: endpoint.to_string(), why: why.to_string() })?;
        let known = !resolved.is_empty();
        let allowed: Vec<_> =
            resolved.into_iter().filter(|address| self.allow_private || is_public(address.ip())).collect();
        match (allowed.is_empty(), known) {
            (false, _) => Ok(allowed),
            (true, true) => Err(HttpError::Private { to: endpoint.to_string() }),
            (true, false) => {
                Err(HttpError::Resolve { to: endpoint.to_string(), why: "it has no address".to_owned() })
            }
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;

    use super::*;
    use crate::http::{HttpSettings, Resolve};

    struct Fixed(Vec<SocketAddr>);

    #[async_trait]
    impl Resolve for Fixed {
        async fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
            Ok(self.0.clone())
        }
    }

    #[tokio::test]
    async fn of_a_name_with_both_only_the_public_addresses_are_left() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (private, public) = (address("127.0.0.1:443"), address("8.8.8.8:443"));
        let resolver = Arc::new(Fixed(vec![private, public]));
        let client = HttpClient::new(&HttpSettings::default()).unwrap().resolving_by(resolver);
        let endpoint = Endpoint::parse("https://hooks.example.com/").unwrap();
        assert_eq!(client.addresses(&endpoint).await.unwrap(), [public]);
    }
}
