//! The network as notifiers see it: names, connections, and what a connection tells after its end. The machine's own,
//! or one that is simulated.

use std::io;
use std::net::SocketAddr;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::client::TlsStream;

/// Resolves names and makes connections; what is not said otherwise is done as the system does it.
#[async_trait]
pub trait Network: Send + Sync {
    /// Gives the addresses of `host`: a name, or an address in any spelling that the system takes.
    ///
    /// # Errors
    /// There is no such host, or nobody answers.
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }

    /// Connects to the first of `addresses` that answers.
    ///
    /// # Errors
    /// None does.
    async fn connect(&self, addresses: &[SocketAddr]) -> io::Result<Box<dyn Socket>> {
        let stream = TcpStream::connect(addresses).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }
}

/// The machine's own network.
#[derive(Clone, Copy, Debug)]
pub struct SystemNetwork;

impl Network for SystemNetwork {}

/// A connection that remembers what went wrong after the last call.
pub trait Socket: AsyncRead + AsyncWrite + Send + Unpin {
    /// Gives the error that the socket holds, such as a reset that arrived after the end of the stream.
    ///
    /// # Errors
    /// The socket cannot be asked.
    fn late_error(&self) -> io::Result<Option<io::Error>>;
}

impl Socket for TcpStream {
    fn late_error(&self) -> io::Result<Option<io::Error>> {
        self.take_error()
    }
}

impl Socket for UnixStream {
    fn late_error(&self) -> io::Result<Option<io::Error>> {
        self.take_error()
    }
}

impl Socket for TlsStream<Box<dyn Socket>> {
    fn late_error(&self) -> io::Result<Option<io::Error>> {
        self.get_ref().0.late_error()
    }
}

impl Socket for Box<dyn Socket> {
    fn late_error(&self) -> io::Result<Option<io::Error>> {
        self.as_ref().late_error()
    }
}
