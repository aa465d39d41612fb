//! A stand-in of the Lambda Runtime API on loopback: it hands invocations over, one at a time, and takes their answers.
//!
//! *Source*: AWS Lambda developer guide, "Using the Lambda runtime API" (read 2026-11-23).

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot};

const PREFIX: &str = "/2018-06-01/runtime/invocation/";

/// How much longer than its time an invocation is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running Runtime API. It ends with this value.
pub(super) struct RuntimeApi {
    address: SocketAddr,
    invocations: mpsc::UnboundedSender<Invocation>,
    answers: Receiver<(String, Answer)>,
    made: u64,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

struct Invocation {
    id: String,
    payload: String,
    end: SystemTime,
}

/// What the function answers: `Err` is an error of the invocation.
pub(super) type Answer = Result<Value, Value>;

/// What the requests of the runtime share.
struct Shared {
    invocations: Mutex<mpsc::UnboundedReceiver<Invocation>>,
    answers: Sender<(String, Answer)>,
}

impl RuntimeApi {
    pub(super) fn start() -> Self {
        let (invocations, waiting) = mpsc::unbounded_channel();
        let (answered, answers) = channel();
        let (tell_address, address) = channel();
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::new(Shared { invocations: Mutex::new(waiting), answers: answered });
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
                tell_address.send(listener.local_addr().expect("its address")).expect("somebody waits");
                tokio::select! {
                    () = serve(listener, shared) => {}
                    _ = stopped => {}
                }
            });
        });
        let address = address.recv().expect("the address");
        Self { address, invocations, answers, made: 0, stop: Some(stop), thread: Some(thread) }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Hands `payload` to the function, which may take `time`, and waits for the answer.
    pub(super) fn invoke(&mut self, payload: &Value, time: Duration) -> Answer {
        self.made += 1;
        let id = format!("request-{}", self.made);
        let (payload, end) = (payload.to_string(), SystemTime::now() + time);
        self.invocations.send(Invocation { id: id.clone(), payload, end }).expect("the server runs");
        let (answered, answer) = self.answers.recv_timeout(time + PATIENCE).expect("an answer in time");
        assert_eq!(answered, id, "the answer to another invocation");
        answer
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let Some(rest) = path.strip_prefix(PREFIX) else {
        return Ok(status(StatusCode::NOT_FOUND));
    };
    if rest == "next" {
        let next = shared.invocations.lock().await.recv().await;
        return Ok(next.map_or_else(|| status(StatusCode::GONE), handed_over));
    }
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let taken = match rest.split_once('/') {
        Some((id, "response")) => shared.answers.send((id.to_owned(), Ok(value))).is_ok(),
        Some((id, "error")) => shared.answers.send((id.to_owned(), Err(value))).is_ok(),
        _ => false,
    };
    Ok(status(if taken { StatusCode::ACCEPTED } else { StatusCode::NOT_FOUND }))
}

fn handed_over(invocation: Invocation) -> Response<Full<Bytes>> {
    let end = invocation.end.duration_since(SystemTime::UNIX_EPOCH).expect("an instant of today").as_millis();
    Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", invocation.id)
        .header("lambda-runtime-deadline-ms", end.to_string())
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:111122223333:function:bucketwatch",
        )
        .body(Full::from(invocation.payload))
        .expect("a response")
}

fn status(code: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = code;
    response
}
