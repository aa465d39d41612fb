//! From a host's name to its addresses.

use std::io;
use std::net::SocketAddr;

use async_trait::async_trait;

/// Gives the addresses of a host.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// Gives the addresses of `host`: a name, or an address in any spelling that the system takes.
    ///
    /// # Errors
    /// There is no such host, or nobody answers.
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// Resolves as the system does.
#[derive(Clone, Copy, Debug)]
pub struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}
