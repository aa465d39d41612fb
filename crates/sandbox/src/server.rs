//! The HTTP server: connections, delays and faults.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::account::Account;
use crate::conduct::Conduct;
use crate::counters::Counts;
use crate::fault::Fault;
use crate::operation::{Ask, answer};
use crate::route;
use crate::wire::call::{Call, Service};
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::world::World;

/// The longest body that is taken.
const LONGEST_BODY: usize = 5 * 1024 * 1024;

/// How late tokio's timer is on average: it rounds up to whole milliseconds, and so does the wait beneath it.
const TIMER_LAG: Duration = Duration::from_millis(1);

/// How long to wait after the machine refused a connection, for want of file handles, say.
const PAUSE: Duration = Duration::from_millis(10);

/// What a sandbox is started with.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// What it holds.
    pub account: Account,
    /// Where it listens: a loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How it behaves.
    pub conduct: Conduct,
}

impl SandboxConfig {
    /// Gives the configuration of a well-behaved sandbox on a free port.
    pub fn new(account: Account) -> Self {
        Self { account, listen: SocketAddr::from(([127, 0, 0, 1], 0)), conduct: Conduct::default() }
    }
}

/// Why a sandbox could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can be reached from outside.
    #[error("the sandbox listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The address could not be taken.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// An S3 account on loopback.
#[derive(Debug)]
pub struct Sandbox;

impl Sandbox {
    /// Starts a sandbox on the current tokio runtime; it answers when this returns.
    ///
    /// # Errors
    /// Where the address is no loopback address or cannot be taken.
    pub async fn start(config: SandboxConfig) -> Result<Handle, StartError> {
        let SandboxConfig { account, listen: address, conduct } = config;
        if !address.ip().is_loopback() {
            return Err(StartError::NotLoopback(address));
        }
        let failed = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let world = Arc::new(World::new(account, conduct));
        let server = tokio::spawn(accept(listener, Arc::clone(&world)));
        Ok(Handle { address, world, server })
    }
}

/// A running sandbox. It stops when this is dropped.
#[derive(Debug)]
pub struct Handle {
    address: SocketAddr,
    world: Arc<World>,
    server: JoinHandle<()>,
}

impl Handle {
    /// Gives the address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gives the URL for `AWS_ENDPOINT_URL`.
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Gives what came in and went out so far.
    pub fn counts(&self) -> Counts {
        self.world.counters.read()
    }

    /// Looks at the account.
    pub fn read<T>(&self, read: impl FnOnce(&Account) -> T) -> T {
        read(&self.world.account())
    }

    /// Changes the account; calls that come in later see the change whole.
    pub fn change<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        self.world.change(change)
    }

    /// Changes how the sandbox behaves from the next call on.
    pub fn change_conduct(&self, change: impl FnOnce(&mut Conduct)) {
        self.world.change_conduct(change);
    }

    /// Stops the sandbox and closes every connection.
    pub async fn stop(mut self) {
        self.server.abort();
        // An aborted task ends with an error that says nothing more.
        let _ = (&mut self.server).await;
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, world: Arc<World>) {
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(connection(stream, Arc::clone(&world)));
        } else {
            tokio::time::sleep(PAUSE).await;
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Serves one connection until the caller or a fault ends it.
async fn connection(stream: TcpStream, world: Arc<World>) {
    // Without it answers would wait for acknowledgements; an old stream is as good a stream.
    let _ = stream.set_nodelay(true);
    let reset = AtomicBool::new(false);
    let service = service_fn(|request| serve(request, &world, &reset));
    let mut connection =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    let ended = (&mut connection).await;
    if ended.is_err() && reset.load(Relaxed) {
        // A close with zero linger is what makes it a reset instead of an end.
        let _ = connection.into_parts().io.inner().set_zero_linger();
    }
}

/// A connection is to be reset: hyper knows only errors for that.
#[derive(Debug, thiserror::Error)]
#[error("the connection is reset by a fault")]
struct Reset;

async fn serve(
    request: Request<Incoming>,
    world: &World,
    reset: &AtomicBool,
) -> Result<Response<Full<Bytes>>, Reset> {
    let arrival = Instant::now();
    let waiting = world.counters.arrive();
    let conduct = world.conduct();
    let (head, body) = request.into_parts();
    let identity = identity(&head);
    let body = Limited::new(body, LONGEST_BODY).collect().await.map(|body| body.to_bytes());
    let too_large = body.is_err();
    let call = Call::new(head.method, &head.uri, head.headers, body.unwrap_or_default());
    let operation = route::operation(&call);
    world.counters.count(operation.as_ref().ok().copied());
    let fault = world.faults.draw(&conduct.faults, &identity);
    fault.inspect(|_| world.counters.count_fault());
    if !conduct.latency.is_zero() {
        tokio::time::sleep_until(arrival + conduct.latency.saturating_sub(TIMER_LAG)).await;
    }
    let answer = match (fault, operation) {
        (Some(Fault::Stall), _) => match pending::<Infallible>().await {},
        (Some(Fault::Reset), _) => {
            reset.store(true, Relaxed);
            return Err(Reset);
        }
        (Some(Fault::SlowDown), _) => Err(Refusal::new("SlowDown", "Please reduce your request rate.")),
        (Some(Fault::InternalError), _) => {
            Err(Refusal::new("InternalError", "We encountered an internal error. Please try again."))
        }
        (None, _) if too_large => {
            let message = "Your proposed upload exceeds the maximum allowed size";
            Err(Refusal::new("EntityTooLarge", message))
        }
        (None, Ok(operation)) => {
            answer(Ask { world, conduct: &conduct, operation, call: &call, endpoint: None })
        }
        (None, Err(refusal)) => Err(refusal),
    };
    waiting.answered();
    Ok(response(answer, call.service, world, &conduct))
}

/// Gives what a call is recognised by when it comes again: its address and, for control calls, its account.
fn identity(head: &hyper::http::request::Parts) -> String {
    let host = head.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
    format!("{} {name} {}", head.method, head.uri)
}

fn response(
    answer: Result<Reply, Refusal>,
    service: Service,
    world: &World,
    conduct: &Conduct,
) -> Response<Full<Bytes>> {
    let request_id = world.request_id();
    let reply = answer.unwrap_or_else(|refusal| Reply::refusal(refusal, service, &request_id));
    let mut response = Response::new(Full::new(reply.body));
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status).unwrap_or_default();
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&world.now(conduct)).ok();
    let id_header = if service == Service::Token { "x-amzn-requestid" } else { "x-amz-request-id" };
    let fixed = [
        (id_header, Some(request_id)),
        ("date", date),
        ("server", Some("AmazonS3".to_owned())),
        ("content-type", Some(reply.kind.to_owned()).filter(|kind| !kind.is_empty())),
    ];
    let fixed = fixed.into_iter().filter_map(|(name, value)| Some((name, value?)));
    for (name, value) in fixed.chain(reply.headers) {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
