//! How messages reach a receiver.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bucketwatch_engine::config::{Address, SyslogConfig, SyslogTarget};
use tokio::time::Instant;

use super::error::SyslogError;
use super::tls::Tls;
use super::{local, stream, udp};
use crate::network::{Network, Socket, SystemNetwork};

/// The socket of this machine's syslog.
const LOCAL_SOCKET: &str = if cfg!(target_vendor = "apple") { "/var/run/syslog" } else { "/dev/log" };

/// The way to one receiver; each delivery opens it anew.
pub(super) struct Transport {
    target: SyslogTarget,
    way: Way,
    network: Arc<dyn Network>,
    /// How long connecting may take, and then sending.
    timeout: Duration,
}

enum Way {
    Local(PathBuf),
    Udp(Address),
    Tcp(Address),
    Tls(Address, Tls),
}

impl Transport {
    pub(super) fn new(config: &SyslogConfig, timeout: Duration) -> Result<Self, SyslogError> {
        let way = match config.target.clone() {
            SyslogTarget::Local(path) => Way::Local(path.unwrap_or_else(|| LOCAL_SOCKET.into())),
            SyslogTarget::Udp(address) => Way::Udp(address),
            SyslogTarget::Tcp(address) => Way::Tcp(address),
            SyslogTarget::Tls(address) => {
                let tls = Tls::new(config, &address.host)?;
                Way::Tls(address, tls)
            }
        };
        Ok(Self { target: config.target.clone(), way, network: Arc::new(SystemNetwork), timeout })
    }

    /// Gives the same way on another network.
    pub(super) fn over(self, network: Arc<dyn Network>) -> Self {
        Self { network, ..self }
    }

    /// Hands all of `messages` over; after an error some of them may have arrived.
    pub(super) async fn send(&self, messages: &[String]) -> Result<(), SyslogError> {
        match &self.way {
            Way::Local(path) => {
                let socket = self.connect(local::connect(path)).await?;
                self.hand_over(local::send(socket, messages)).await
            }
            Way::Udp(address) => {
                let socket = self.connect(udp::connect(address)).await?;
                self.hand_over(udp::send(&socket, messages)).await
            }
            Way::Tcp(address) => {
                let (stream, round_trip) = self.connect(self.connect_tcp(address)).await?;
                self.hand_over(stream::send(stream, &stream::counted(messages), round_trip)).await
            }
            Way::Tls(address, tls) => {
                let secured = async {
                    let (stream, round_trip) = self.connect_tcp(address).await?;
                    Ok((tls.wrap(stream).await?, round_trip))
                };
                let (stream, round_trip) = self.connect(secured).await?;
                self.hand_over(stream::send(stream, &stream::counted(messages), round_trip)).await
            }
        }
    }

    /// Connects, and gives how long that took: a round trip at least.
    async fn connect_tcp(&self, address: &Address) -> io::Result<(Box<dyn Socket>, Duration)> {
        let addresses = self.network.resolve(&address.host, address.port).await?;
        let begun = Instant::now();
        let stream = self.network.connect(&addresses).await?;
        Ok((stream, begun.elapsed()))
    }

    async fn connect<T>(&self, connecting: impl Future<Output = io::Result<T>>) -> Result<T, SyslogError> {
        self.bounded(connecting).await.map_err(|error| SyslogError::connect(&self.target, &error))
    }

    async fn hand_over(&self, sending: impl Future<Output = io::Result<()>>) -> Result<(), SyslogError> {
        self.bounded(sending).await.map_err(|error| SyslogError::send(&self.target, &error))
    }

    async fn bounded<T>(&self, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        match tokio::time::timeout(self.timeout, work).await {
            Ok(done) => done,
            Err(_) => {
                Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {:?}", self.timeout)))
            }
        }
    }
}
