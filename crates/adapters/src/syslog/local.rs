//! The socket of this machine: datagrams, or a stream where the socket is one.

use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::net::{UnixDatagram, UnixStream};

use super::stream;

/// A connection to the local socket.
pub(super) enum Local {
    Datagram(UnixDatagram),
    Stream(UnixStream),
}

/// Connects as a datagram socket, and as a stream where that is what listens.
pub(super) async fn connect(path: &Path) -> io::Result<Local> {
    let datagram = UnixDatagram::unbound()?;
    match datagram.connect(path) {
        Ok(()) => Ok(Local::Datagram(datagram)),
        Err(error) if is_other_type(&error) => UnixStream::connect(path).await.map(Local::Stream),
        Err(error) => Err(error),
    }
}

fn is_other_type(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::PROTOTYPE.raw_os_error())
}

/// Sends every message: a datagram each, or on a stream with the NUL that syslog(3) puts after each.
pub(super) async fn send(socket: Local, messages: &[String]) -> io::Result<()> {
    match socket {
        Local::Datagram(socket) => {
            for message in messages {
                socket.send(message.as_bytes()).await?;
            }
            Ok(())
        }
        Local::Stream(socket) => {
            let bytes: String = messages.iter().flat_map(|message| [message.as_str(), "\0"]).collect();
            stream::send(socket, bytes.as_bytes(), Duration::ZERO).await
        }
    }
}
