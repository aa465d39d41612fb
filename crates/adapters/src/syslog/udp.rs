//! UDP: one datagram a message. *Source*: RFC 5426, section 3.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bucketwatch_engine::config::Address;
use tokio::net::{UdpSocket, lookup_host};

/// How long a refusal of the other machine is waited for.
const GRACE: Duration = Duration::from_millis(50);

/// Gives a socket towards the first address of the receiver that has a route.
pub(super) async fn connect(address: &Address) -> io::Result<UdpSocket> {
    let mut refusal = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in lookup_host((address.host.as_str(), address.port)).await? {
        match connect_to(address).await {
            Ok(socket) => return Ok(socket),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

async fn connect_to(address: SocketAddr) -> io::Result<UdpSocket> {
    let own: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(own).await?;
    socket.connect(address).await?;
    Ok(socket)
}

/// Sends every message and waits a moment for the word that nobody listens.
pub(super) async fn send(socket: &UdpSocket, messages: &[String]) -> io::Result<()> {
    for message in messages {
        socket.send(message.as_bytes()).await?;
    }
    match tokio::time::timeout(GRACE, socket.recv(&mut [0])).await {
        Ok(Err(refused)) => Err(refused),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}
