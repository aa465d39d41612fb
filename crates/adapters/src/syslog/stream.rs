//! Messages on a stream, and the nearest thing to an acknowledgement that syslog has.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::network::Socket;

/// How long a reset is waited for, at least and at most.
const GRACE: Duration = Duration::from_millis(200);
const LONGEST_GRACE: Duration = Duration::from_secs(1);

/// How long a look whether the receiver has hung up already may take.
const GLANCE: Duration = Duration::from_millis(1);

/// The most bytes that a receiver may say; syslog receivers say nothing.
const CHATTER_LIMIT: usize = 4096;

/// Gives `messages` with octet counting. *Source*: RFC 6587, section 3.4.1; RFC 5425, section 4.3.
pub(super) fn counted(messages: &[String]) -> Vec<u8> {
    let framed: String = messages.iter().map(|message| format!("{} {message}", message.len())).collect();
    framed.into_bytes()
}

/// Writes `bytes`, says that this is all, and returns once the receiver has closed its side without complaint.
///
/// A receiver that closes before it has read everything answers with a reset: that is an error here, even where the
/// reset comes after the end of the stream: it is waited for as long as `round_trip`, the time to the receiver and back,
/// makes it likely. One that never closes runs into the caller's time limit.
pub(super) async fn send(mut stream: impl Socket, bytes: &[u8], round_trip: Duration) -> io::Result<()> {
    let grace = (round_trip * 2).clamp(GRACE, LONGEST_GRACE);
    if ends_within(&mut stream, GLANCE).await? {
        return Err(closed_early());
    }
    stream.write_all(bytes).await?;
    stream.flush().await?;
    if ends_within(&mut stream, grace).await? {
        tokio::time::sleep(grace).await;
    } else {
        stream.shutdown().await?;
        read_to_end(&mut stream).await?;
    }
    stream.late_error()?.map_or(Ok(()), Err)
}

/// Tells whether the receiver closes its side within `time`.
async fn ends_within(stream: &mut impl Socket, time: Duration) -> io::Result<bool> {
    timeout(time, read_to_end(stream)).await.map_or(Ok(false), |end| end.map(|()| true))
}

/// Reads until the receiver has closed its side. Many leave out the close of TLS; the end of TCP is taken for it.
async fn read_to_end(stream: &mut impl Socket) -> io::Result<()> {
    let mut heard = 0;
    let mut buffer = [0; 256];
    while heard <= CHATTER_LIMIT {
        match stream.read(&mut buffer).await {
            Ok(0) => return Ok(()),
            Ok(count) => heard += count,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "the receiver talks as no syslog receiver does"))
}

fn closed_early() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the receiver closed the connection")
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
    use tokio::time::{Instant, Sleep, sleep};

    use super::*;

    /// A receiver half a second away that closes as it accepts: its end of the stream comes first, then the reset that
    /// answers what was sent.
    struct ClosesAtOnce {
        sent: Instant,
        end: Pin<Box<Sleep>>,
    }

    const ROUND_TRIP: Duration = Duration::from_millis(500);

    impl Socket for ClosesAtOnce {
        fn late_error(&self) -> io::Result<Option<io::Error>> {
            let is_reset = self.sent.elapsed() >= ROUND_TRIP;
            Ok(is_reset.then(|| io::ErrorKind::ConnectionReset.into()))
        }
    }

    impl AsyncRead for ClosesAtOnce {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            _: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.end.as_mut().poll(cx).map(Ok)
        }
    }

    impl AsyncWrite for ClosesAtOnce {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_the_stream_from_afar_is_no_delivery_before_a_reset_can_follow_it() {
        let end = Box::pin(sleep(ROUND_TRIP - Duration::from_millis(20)));
        let receiver = ClosesAtOnce { sent: Instant::now(), end };
        let error = send(receiver, b"4 text", ROUND_TRIP).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }
}
