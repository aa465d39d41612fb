//! Ways to a receiver.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bucketwatch_engine::config::{Address, SyslogConfig, SyslogTarget};
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket, UnixDatagram, UnixStream, lookup_host};
use tokio_rustls::TlsConnector;

use super::SetupError;
use super::trust;

/// How long to wait for the receiver to close its side; one that does not is none the worse.
const FAREWELL: Duration = Duration::from_millis(500);

/// A way to a receiver.
pub(super) enum Transport {
    Local(PathBuf),
    Udp(Address),
    Tcp(Address),
    Tls { address: Address, name: ServerName<'static>, config: Arc<ClientConfig> },
}

impl Transport {
    pub(super) fn of(config: &SyslogConfig) -> Result<Self, SetupError> {
        Ok(match &config.target {
            SyslogTarget::Local(path) => Self::Local(path.clone().unwrap_or_else(|| "/dev/log".into())),
            SyslogTarget::Udp(address) => Self::Udp(address.clone()),
            SyslogTarget::Tcp(address) => Self::Tcp(address.clone()),
            SyslogTarget::Tls(address) => {
                let name = config.server_name.as_ref().unwrap_or(&address.host).clone();
                let parsed = ServerName::try_from(name.clone()).map_err(|_| SetupError::ServerName(name))?;
                let config = trust::client_config(config.ca_file.as_deref())?;
                Self::Tls { address: address.clone(), name: parsed, config }
            }
        })
    }

    /// Sends every message.
    pub(super) async fn send(&self, messages: &[Vec<u8>]) -> io::Result<()> {
        match self {
            Self::Local(path) => send_local(path, messages).await,
            Self::Udp(address) => send_datagrams(address, messages).await,
            Self::Tcp(address) => counted(connect(address).await?, messages).await,
            Self::Tls { address, name, config } => {
                let connector = TlsConnector::from(Arc::clone(config));
                let stream = connector.connect(name.clone(), connect(address).await?).await?;
                counted(stream, messages).await
            }
        }
    }
}

async fn connect(address: &Address) -> io::Result<TcpStream> {
    TcpStream::connect((address.host.as_str(), address.port)).await
}

/// Sends messages with octet counting and closes in order.
///
/// *Source*: RFC 6587, section 3.4.1; RFC 5425, section 4.3.
async fn counted(mut stream: impl AsyncRead + AsyncWrite + Unpin, messages: &[Vec<u8>]) -> io::Result<()> {
    for message in messages {
        let mut frame = format!("{} ", message.len()).into_bytes();
        frame.extend(message);
        stream.write_all(&frame).await?;
    }
    stream.flush().await?;
    stream.shutdown().await?;
    match tokio::time::timeout(FAREWELL, stream.read(&mut [0; 64])).await {
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionReset => Err(error),
        _ => Ok(()),
    }
}

async fn send_datagrams(address: &Address, messages: &[Vec<u8>]) -> io::Result<()> {
    let found = lookup_host((address.host.as_str(), address.port)).await?.next();
    let to = found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the host has no address"))?;
    let any: SocketAddr = match to {
        SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
        SocketAddr::V6(_) => ([0u16; 8], 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(to).await?;
    for message in messages {
        socket.send(message).await?;
    }
    Ok(())
}

/// Sends to a datagram socket, or to a stream socket with a line feed behind each message.
async fn send_local(path: &Path, messages: &[Vec<u8>]) -> io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    if socket.connect(path).is_ok() {
        for message in messages {
            socket.send(message).await?;
        }
        return Ok(());
    }
    let mut stream = UnixStream::connect(path).await?;
    for message in messages {
        stream.write_all(&[message, b"\n".as_slice()].concat()).await?;
    }
    stream.shutdown().await
}
