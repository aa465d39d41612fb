//! The HTTP client of all notifiers that post to an address of the user's: no redirect, no private address, no answer
//! without end, no secret in an error.
//!
//! Addresses are judged after resolving and before connecting, and the connection goes to the address that was judged:
//! odd spellings and names that resolve otherwise the second time do not get past it. There is no proxy: a proxy
//! would resolve the name where nobody looks.

mod address;
mod answer;
mod connect;
mod endpoint;
mod error;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use tokio_rustls::TlsConnector;

pub use self::address::is_public;
pub use self::answer::Answer;
pub use self::endpoint::{Endpoint, EndpointError};
pub use self::error::HttpError;

use crate::network::{Network, SystemNetwork};
use crate::trust::{self, TrustError};

/// How long connecting may take, all addresses of a name together.
const CONNECT: Duration = Duration::from_secs(4);

/// How long an exchange may take where nobody says otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How to reach what is posted to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpSettings {
    /// Whether private addresses and plain HTTP are allowed.
    pub allow_private: bool,
    /// Certificates (PEM) to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// How long an exchange may take, from resolving to the last byte of the answer.
    pub timeout: Option<Duration>,
}

/// Posts, and gives what comes back.
pub struct HttpClient {
    allow_private: bool,
    timeout: Duration,
    tls: TlsConnector,
    network: Arc<dyn Network>,
}

impl HttpClient {
    /// Gives a client on the machine's own network.
    ///
    /// # Errors
    /// There is nobody to trust.
    pub fn new(settings: &HttpSettings) -> Result<Self, TrustError> {
        Ok(Self {
            allow_private: settings.allow_private,
            timeout: settings.timeout.unwrap_or(TIMEOUT),
            tls: TlsConnector::from(trust::client(settings.ca_file.as_deref())?),
            network: Arc::new(SystemNetwork),
        })
    }

    /// Gives the same client on another network.
    pub fn over(self, network: Arc<dyn Network>) -> Self {
        Self { network, ..self }
    }

    /// Posts `body` as JSON with `headers` to `endpoint`. Any answer is an `Ok`; [`Answer::taken`] tells whether it is a
    /// good one.
    ///
    /// # Errors
    /// No answer came, or the endpoint is one that must not be talked to.
    pub async fn post(
        &self,
        endpoint: &Endpoint,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: String,
    ) -> Result<Answer, HttpError> {
        match tokio::time::timeout(self.timeout, self.exchange(endpoint, headers, body)).await {
            Ok(answer) => answer,
            Err(_) => Err(HttpError::TooSlow { to: endpoint.to_string(), after: self.timeout }),
        }
    }

    async fn exchange(
        &self,
        endpoint: &Endpoint,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: String,
    ) -> Result<Answer, HttpError> {
        let failed =
            |why: hyper::Error| HttpError::Exchange { to: endpoint.to_string(), why: in_words(&why) };
        let request = request(endpoint, headers, body)?;
        let stream = self.connect(endpoint).await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
        let connection = AbortOnDrop(tokio::spawn(connection));
        let response = sender.send_request(request).await.map_err(failed)?;
        let answer = Answer::read(response, endpoint).await;
        drop(connection);
        answer
    }
}

/// Ends the task that drives a connection when nobody waits for its answer any more.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn request(
    endpoint: &Endpoint,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: String,
) -> Result<Request<Full<Bytes>>, HttpError> {
    let refused = |_| HttpError::Request { to: endpoint.to_string() };
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(endpoint.path())
        .header(HOST, endpoint.authority())
        .header(USER_AGENT, concat!("bucketwatch/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/json")
        .body(Full::from(body))
        .map_err(refused)?;
    for (name, value) in headers {
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// Gives an error with its causes, which hyper leaves out of its own words.
fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !words.contains(&text) {
            words = format!("{words}: {text}");
        }
        cause = inner.source();
    }
    words
}
