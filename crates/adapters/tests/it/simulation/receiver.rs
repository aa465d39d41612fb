//! Receivers: HTTP and syslog, of which each request may meet another conduct.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{sleep, timeout};
use turmoil::net::{TcpListener, TcpStream};

use super::world::World;
use crate::http::stand_in::read;
use crate::syslog::{grammar, receiver::frame};

/// How long a receiver waits for the rest of a message.
const PATIENCE: Duration = Duration::from_secs(60);

/// What becomes of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Conduct {
    Takes,
    TakesLate(Duration),
    TakesAndHangs,
    TakesAndHangsUp,
    TakesAndFails,
    TakesAndSaysNonsense,
    PromisesAndBreaksOff,
    PromisesNonsense,
    IsBusy,
    Fails,
    HangsUp,
}

impl Conduct {
    /// Gives the conduct of a receiver for the next message.
    fn of(world: &World, receiver: &'static str) -> Self {
        if !world.rude.lock().unwrap().contains(receiver) {
            return Self::Takes;
        }
        let delay = world.chance(|dice| dice.seconds(1, 25));
        match world.chance(|dice| dice.below(12)) {
            0 | 1 => Self::TakesLate(delay),
            2 => Self::TakesAndHangs,
            3 => Self::TakesAndHangsUp,
            4 => Self::TakesAndFails,
            5 => Self::TakesAndSaysNonsense,
            6 => Self::PromisesAndBreaksOff,
            7 => Self::PromisesNonsense,
            8 => Self::IsBusy,
            9 => Self::Fails,
            10 => Self::HangsUp,
            _ => Self::Takes,
        }
    }

    /// Tells whether the receiver has the message for good.
    fn takes(self) -> bool {
        use Conduct::*;
        match self {
            Takes | TakesLate(_) | TakesAndHangs | TakesAndHangsUp | TakesAndFails | TakesAndSaysNonsense => {
                true
            }
            PromisesAndBreaksOff | PromisesNonsense | IsBusy | Fails | HangsUp => false,
        }
    }

    /// Gives what an HTTP server says.
    fn answer(self) -> &'static str {
        match self {
            Self::Takes | Self::TakesLate(_) => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            Self::TakesAndSaysNonsense => "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n\0\u{1b}{\"id\":",
            Self::PromisesAndBreaksOff => "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"status\": \"acc",
            Self::PromisesNonsense => "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n",
            Self::TakesAndFails => "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n",
            Self::IsBusy => "HTTP/1.1 429 Slow down\r\nretry-after: 90\r\ncontent-length: 0\r\n\r\n",
            Self::Fails => "HTTP/1.1 503 Down\r\ncontent-length: 0\r\n\r\n",
            Self::TakesAndHangs | Self::TakesAndHangsUp | Self::HangsUp => "",
        }
    }
}

/// Receives webhooks on port 80.
pub(super) async fn http(receiver: &'static str, world: Arc<World>) -> turmoil::Result {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 80)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(webhook(receiver, Arc::clone(&world), stream));
    }
}

async fn webhook(receiver: &'static str, world: Arc<World>, mut stream: TcpStream) {
    let Ok(Some(request)) = timeout(PATIENCE, read(&mut stream)).await else { return };
    let id = request.header("webhook-id").expect("each webhook bears its notice's id");
    let conduct = Conduct::of(&world, receiver);
    if let Conduct::TakesLate(delay) = conduct {
        sleep(delay).await;
    }
    if conduct.takes() {
        world.take(receiver, id, request.body.as_bytes());
    }
    if conduct != Conduct::Takes {
        world.note(&format!("{receiver}: {conduct:?} {id}"));
    }
    if conduct == Conduct::TakesAndHangs {
        sleep(PATIENCE).await;
    }
    let _ = stream.write_all(conduct.answer().as_bytes()).await;
}

/// Receives syslog with octet counting on port 601.
pub(super) async fn syslog(receiver: &'static str, world: Arc<World>) -> turmoil::Result {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 601)).await?;
    loop {
        let (stream, peer) = listener.accept().await?;
        tokio::spawn(messages(receiver, Arc::clone(&world), stream, peer));
    }
}

async fn messages(receiver: &'static str, world: Arc<World>, mut stream: TcpStream, peer: SocketAddr) {
    let mut unread = Unread { world: Arc::clone(&world), peer, everything: false };
    let conduct = Conduct::of(&world, receiver);
    match conduct {
        Conduct::TakesLate(delay) => sleep(delay).await,
        conduct if !conduct.takes() => {
            let _ = timeout(PATIENCE, stream.read(&mut [0; 40])).await;
            return world.note(&format!("{receiver}: hangs up"));
        }
        _ => {}
    }
    let mut bytes = Vec::new();
    let Ok(Ok(_)) = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await else { return };
    unread.everything = true;
    let mut ids = Vec::new();
    let mut rest = bytes.clone();
    while let Some((message, after)) = frame(&rest) {
        let message = grammar::parse(&message).expect("a message of RFC 5424");
        ids.push(message.param("notice").expect("a message names its notice").to_owned());
        rest = after;
    }
    ids.dedup();
    assert!(rest.is_empty() && ids.len() <= 1, "a connection carries one notice whole: {ids:?}");
    ids.iter().for_each(|id| world.take(receiver, id, &bytes));
    if conduct == Conduct::TakesAndHangs {
        world.note(&format!("{receiver}: {conduct:?}"));
        sleep(PATIENCE).await;
    }
}

/// Tells the sender's kernel, as TCP does, when a connection ends before everything was read; a crash is such an end.
struct Unread {
    world: Arc<World>,
    peer: SocketAddr,
    everything: bool,
}

impl Drop for Unread {
    fn drop(&mut self) {
        if !self.everything {
            self.world.resets.lock().unwrap().insert(self.peer);
        }
    }
}
