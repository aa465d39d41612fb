//! The simulated network, as the notifiers use it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use bucketwatch_adapters::network::{Network, Socket};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turmoil::net::TcpStream;

use super::world::World;

/// Turmoil's names and connections.
pub(super) struct Simulated(pub(super) Arc<World>);

#[async_trait]
impl Network for Simulated {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(vec![SocketAddr::new(turmoil::lookup(host), port)])
    }

    async fn connect(&self, addresses: &[SocketAddr]) -> io::Result<Box<dyn Socket>> {
        let stream = TcpStream::connect(addresses[0]).await?;
        let own = stream.local_addr()?;
        self.0.resets.lock().unwrap().remove(&own);
        Ok(Box::new(Connection { stream, own, world: Arc::clone(&self.0) }))
    }
}

/// A connection. Turmoil shows no reset after the end of the stream, which a kernel does; so receivers put it on
/// record.
struct Connection {
    stream: TcpStream,
    own: SocketAddr,
    world: Arc<World>,
}

impl Socket for Connection {
    fn late_error(&self) -> io::Result<Option<io::Error>> {
        let reset = self.world.resets.lock().unwrap().contains(&self.own);
        Ok(reset.then(|| io::ErrorKind::ConnectionReset.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
