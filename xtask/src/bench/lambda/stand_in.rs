//! What stands in for AWS around a function: the Runtime API, and a topic that takes every message.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, bail};

const PREFIX: &str = "/2018-06-01/runtime/invocation/";

const PUBLISHED: &str = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
    <MessageId>m</MessageId></PublishResult></PublishResponse>";

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long an invocation may take.
const TIME: Duration = Duration::from_secs(30);

/// A running stand-in; its threads end with the process.
pub(super) struct StandIn {
    address: SocketAddr,
    invocations: Sender<String>,
    asked: Receiver<Instant>,
    answers: Receiver<(Instant, bool)>,
    published: Arc<AtomicU64>,
}

/// What its connections share.
struct Shared {
    invocations: Mutex<Receiver<String>>,
    asked: Sender<Instant>,
    answers: Sender<(Instant, bool)>,
    published: Arc<AtomicU64>,
}

struct Request {
    method: String,
    path: String,
}

impl StandIn {
    pub(super) fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (invocations, waiting) = channel();
        let (tell_asked, asked) = channel();
        let (tell_answer, answers) = channel();
        let published = Arc::new(AtomicU64::new(0));
        let shared = Arc::new(Shared {
            invocations: Mutex::new(waiting),
            asked: tell_asked,
            answers: tell_answer,
            published: Arc::clone(&published),
        });
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Ok(Self { address, invocations, asked, answers, published })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the function asks for its next invocation, and gives when it did.
    pub(super) fn asked(&self) -> anyhow::Result<Instant> {
        self.asked.recv_timeout(PATIENCE).context("the function does not ask for an invocation")
    }

    /// Hands `payload` over and gives how long the answer took.
    pub(super) fn invoke(&self, payload: &str) -> anyhow::Result<Duration> {
        let handed = Instant::now();
        self.invocations.send(payload.to_owned())?;
        match self.answers.recv_timeout(PATIENCE).context("the function does not answer")? {
            (answered, true) => Ok(answered.duration_since(handed)),
            (_, false) => bail!("the function answers with an error"),
        }
    }

    /// Gives how many messages the topic took.
    pub(super) fn published(&self) -> u64 {
        self.published.load(Ordering::Relaxed)
    }
}

fn serve(stream: TcpStream, shared: &Shared) {
    let _ = stream.set_nodelay(true);
    let Ok(mut answers) = stream.try_clone() else { return };
    let mut requests = BufReader::new(stream);
    while let Some(request) = read(&mut requests) {
        let answer = answer(&request, shared);
        if answers.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(requests: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    requests.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut length = 0;
    loop {
        let mut header = String::new();
        requests.read_line(&mut header).ok()?;
        let header = header.trim_end();
        if header.is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    std::io::copy(&mut requests.take(length), &mut std::io::sink()).ok()?;
    Some(Request { method, path })
}

fn answer(request: &Request, shared: &Shared) -> String {
    let Some(rest) = request.path.strip_prefix(PREFIX) else {
        shared.published.fetch_add(1, Ordering::Relaxed);
        return response("200 OK", "", PUBLISHED);
    };
    if request.method == "GET" {
        let _ = shared.asked.send(Instant::now());
        let next = shared.invocations.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let end = SystemTime::now() + TIME;
        let end = end.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
        let headers = format!(
            "lambda-runtime-aws-request-id: r\r\nlambda-runtime-deadline-ms: {end}\r\n\
             lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:111122223333:function:f\r\n"
        );
        return response("200 OK", &headers, &next.unwrap_or_default());
    }
    let _ = shared.answers.send((Instant::now(), rest.ends_with("/response")));
    response("202 Accepted", "", "{}")
}

fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}
