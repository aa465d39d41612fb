//! What every request to AWS passes through: TLS, proxy and pool below; pace, deadline, counts and clock here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bucketwatch_engine::cloud::CallEffort;
use jiff::Timestamp;

use super::clock::Clock;
use super::pace::Pace;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// The largest answer that is read; the largest real one is a page of a listing, well under a megabyte.
const MAX_BODY_BYTES: usize = 8 << 20;

/// Gives the pool of connections that all clients share.
pub(super) fn pool(tls: TlsContext, proxy: ProxyConfig, connections: usize) -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
    let connector = aws_smithy_http_client::Connector::builder()
        .connector_settings(settings)
        .proxy_config(proxy)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .pool_max_idle_per_host(connections)
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls)
        .build();
    SharedHttpConnector::new(connector)
}

/// Gives a client that hands every request to `connector`.
pub(super) fn client(connector: impl HttpConnector + 'static) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(connector);
    http_client_fn(move |_, _| connector.clone())
}

/// What is known of the requests that were sent.
#[derive(Debug)]
pub(super) struct Traffic {
    pace: Pace,
    attempt_timeout: Duration,
    calls: AtomicU64,
    retries: AtomicU64,
    clock: Clock,
    unreachable: Mutex<Option<String>>,
}

impl Traffic {
    pub(super) fn new(most_in_flight: usize, attempt_timeout: Duration) -> Self {
        Self {
            pace: Pace::new(most_in_flight),
            attempt_timeout,
            calls: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            clock: Clock::default(),
            unreachable: Mutex::new(None),
        }
    }

    pub(super) fn effort(&self) -> CallEffort {
        CallEffort {
            calls: self.calls.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            most_in_flight: self.pace.most_in_flight(),
        }
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Gives the address that last failed to answer.
    pub(super) fn unreachable(&self) -> Option<String> {
        self.unreachable.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count(&self, request: &HttpRequest) {
        let attempt = request.headers().get("amz-sdk-request").unwrap_or("attempt=1");
        let first = attempt.split(';').any(|part| part.trim() == "attempt=1");
        let counter = if first { &self.calls } else { &self.retries };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn learn(&self, answer: &HttpResponse, sent: Timestamp) {
        if let Some(date) = answer.headers().get("date") {
            self.clock.learn(date, sent, Timestamp::now());
        }
        if is_refused_for_speed(answer) {
            self.pace.slow_down(Instant::now());
        } else {
            self.pace.speed_up();
        }
    }

    fn note_unreachable(&self, address: String) {
        *self.unreachable.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }
}

/// S3 refuses with 503 and SlowDown, others with 429 or with 400 and one of several codes.
fn is_refused_for_speed(answer: &HttpResponse) -> bool {
    let named = |code: &str| {
        let body = answer.body().bytes().unwrap_or_default();
        body.windows(code.len()).any(|window| window == code.as_bytes())
    };
    match answer.status().as_u16() {
        429 | 503 => true,
        400 => ["Throttl", "RequestLimitExceeded", "TooManyRequests"].into_iter().any(named),
        _ => false,
    }
}

/// A connector that keeps to the pace, gives each attempt a deadline that starts when it is sent, and reads the
/// answer to its end before it gives up its place.
#[derive(Clone, Debug)]
pub(super) struct Paced {
    pub(super) traffic: Arc<Traffic>,
    pub(super) inner: SharedHttpConnector,
}

impl HttpConnector for Paced {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { traffic, inner } = self.clone();
        HttpConnectorFuture::new(async move {
            let place = traffic.pace.enter().await;
            traffic.count(&request);
            let address = origin(request.uri());
            let sent = Timestamp::now();
            let attempt = async {
                let answer = inner.call(request).await?;
                read_to_end(answer).await
            };
            let answer = match tokio::time::timeout(traffic.attempt_timeout, attempt).await {
                Ok(answer) => answer,
                Err(elapsed) => Err(ConnectorError::timeout(elapsed.into())),
            };
            match &answer {
                Ok(answer) => traffic.learn(answer, sent),
                Err(_) => traffic.note_unreachable(address),
            }
            drop(place);
            answer
        })
    }
}

fn origin(uri: &str) -> String {
    let (scheme, rest) = uri.split_once("://").unwrap_or(("https", uri));
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    format!("{scheme}://{authority}")
}

/// Reads an answer to its end, which is near.
pub(super) async fn read_to_end(mut answer: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let mut body = ByteStream::new(answer.take_body());
    let mut bytes = Vec::new();
    while let Some(chunk) = body.try_next().await.map_err(|error| ConnectorError::io(error.into()))? {
        if bytes.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(ConnectorError::user("the answer is larger than any that AWS gives".into()));
        }
        bytes.extend_from_slice(&chunk);
    }
    *answer.body_mut() = SdkBody::from(bytes);
    Ok(answer)
}
