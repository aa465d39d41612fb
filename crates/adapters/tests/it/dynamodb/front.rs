//! A small front before the emulator that refuses some calls for their number, passes the others on unchanged, and
//! counts what DynamoDB would charge for them.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What DynamoDB says to a call too many.
const TOO_MANY: &str =
    r#"{"__type":"com.amazon.coral.availability#ThrottlingException","message":"Rate exceeded"}"#;

/// A running front. It ends with this value.
pub(crate) struct Front {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    calls: Arc<AtomicU32>,
    units: Arc<Mutex<Units>>,
    every: u32,
    serving: JoinHandle<()>,
}

impl Front {
    /// Starts a front before `upstream` that refuses one call of `every`.
    pub(crate) async fn start(upstream: SocketAddr, every: u32) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&calls);
        let units = Arc::<Mutex<Units>>::default();
        let charged = Arc::clone(&units);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (counted, charged) = (Arc::clone(&counted), Arc::clone(&charged));
                let service = service_fn(move |request| {
                    let number = counted.fetch_add(1, Ordering::Relaxed) + 1;
                    let charged = Arc::clone(&charged);
                    async move {
                        if number.is_multiple_of(every) {
                            Ok(refusal())
                        } else {
                            pass_on(request, upstream, &charged).await
                        }
                    }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        Self { address, calls, units, every, serving }
    }

    /// Gives what was charged since it was asked before.
    pub(crate) fn units(&self) -> Units {
        std::mem::take(&mut *self.units.lock().unwrap())
    }

    /// Gives how many calls it refused.
    pub(crate) fn refused(&self) -> u32 {
        self.calls.load(Ordering::Relaxed) / self.every
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn refusal() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(TOO_MANY));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

async fn pass_on(
    request: Request<Incoming>,
    upstream: SocketAddr,
    charged: &Mutex<Units>,
) -> Result<Response<Full<Bytes>>, Failure> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let operation =
        parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()?.split('.').nth(1));
    let operation = operation.unwrap_or_default().to_owned();
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let stream = TcpStream::connect(upstream).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let response = sender.send_request(Request::from_parts(parts, Full::<Bytes>::from(body))).await?;
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    driver.abort();
    charged.lock().unwrap().add(&operation, &asked, &serde_json::from_slice(&body).unwrap_or_default());
    parts.headers.remove("transfer-encoding");
    Ok(Response::from_parts(parts, Full::from(body)))
}

/// What DynamoDB charges on demand.
///
/// *Source*: Amazon DynamoDB Developer Guide, "Read and write operations": a write unit for each KB, two in a transaction,
/// and those of the index; a read unit for each 4 KB, half of one where the answer may lag (read 2026-11-23).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Units {
    pub(crate) calls: u32,
    pub(crate) written: usize,
    pub(crate) read: f64,
}

impl Units {
    fn add(&mut self, operation: &str, asked: &Value, answer: &Value) {
        self.calls += 1;
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        match operation {
            "TransactWriteItems" => {
                for write in list(&asked["TransactItems"]) {
                    let item = &write["Put"]["Item"];
                    self.written += 2 * kilobytes(item) + of_index(item);
                }
            }
            "PutItem" => self.written += kilobytes(&asked["Item"]) + of_index(&asked["Item"]),
            "UpdateItem" | "DeleteItem" => self.written += 1,
            "GetItem" => self.read += read(size(&answer["Item"])),
            "BatchGetItem" => {
                let tables = answer["Responses"].as_object().cloned().unwrap_or_default();
                let asked = asked["RequestItems"].as_object().cloned().unwrap_or_default();
                let found: Vec<Value> = tables.values().flat_map(list).collect();
                let keys: usize = asked.values().map(|table| list(&table["Keys"]).len()).sum();
                self.read += found.iter().map(|item| read(size(item))).sum::<f64>();
                self.read += keys.saturating_sub(found.len()) as f64;
            }
            "Query" => {
                let all = list(&answer["Items"]).iter().map(size).sum();
                let share = if asked["ConsistentRead"] == true { 1.0 } else { 0.5 };
                self.read += read(all) * share;
            }
            other => panic!("nobody knows what {other} costs"),
        }
    }
}

fn read(bytes: usize) -> f64 {
    bytes.div_ceil(4096).max(1) as f64
}

fn kilobytes(item: &Value) -> usize {
    size(item).div_ceil(1024).max(1)
}

fn of_index(item: &Value) -> usize {
    if item["gsi1pk"].is_null() { 0 } else { kilobytes(item) }
}

fn size(item: &Value) -> usize {
    let attributes = item.as_object().cloned().unwrap_or_default();
    let value = |value: &Value| match value["B"].as_str() {
        Some(encoded) => encoded.len() * 3 / 4,
        None => value["S"].as_str().or(value["N"].as_str()).map_or(1, str::len),
    };
    attributes.iter().map(|(name, attribute)| name.len() + value(attribute)).sum()
}
