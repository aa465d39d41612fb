//! A small server of pages, for whoever supervises a daemon: GET of a few paths, nothing else.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// How many connections are served at once; others wait.
const AT_ONCE: usize = 16;

/// How long a connection may take from its beginning to its end.
const WHOLE: Duration = Duration::from_secs(10);

/// How long to wait after the machine refused a connection, for want of file handles, say.
const PAUSE: Duration = Duration::from_millis(100);

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Whether it is good news: 200, else 503.
    pub good: bool,
    /// Its media type.
    pub media_type: &'static str,
    /// What it says.
    pub body: String,
}

/// Gives the page at a path; `None`: there is none.
pub type Pages = Arc<dyn Fn(&str) -> Option<Page> + Send + Sync>;

/// A server that has its address.
pub struct Server(TcpListener);

impl Server {
    /// Takes `address`; port 0 takes one that is free.
    ///
    /// # Errors
    /// Somebody else has it, or it is none of this machine's.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        TcpListener::bind(address).await.map(Self)
    }

    /// Gives the address.
    ///
    /// # Errors
    /// The system does not say it.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Serves `pages` for ever.
    pub async fn serve(self, pages: Pages) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            let Ok((stream, _)) = self.0.accept().await else {
                sleep(PAUSE).await;
                continue;
            };
            let pages = Arc::clone(&pages);
            tokio::spawn(async move {
                // Whoever takes longer is cut off, and whoever breaks off is not missed.
                let _ = timeout(WHOLE, connection(stream, pages)).await;
                drop(place);
            });
        }
    }
}

async fn connection(stream: TcpStream, pages: Pages) {
    let service = service_fn(move |request| {
        let answer = answer(&request, &pages);
        async move { Ok::<_, Infallible>(answer) }
    });
    let _ = http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service).await;
}

fn answer(request: &Request<Incoming>, pages: &Pages) -> Response<Full<Bytes>> {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let mut refusal = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n");
        refusal.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    let Some(page) = pages(request.uri().path()) else {
        return plain(StatusCode::NOT_FOUND, "nothing is here\n");
    };
    let mut response = Response::new(Full::from(page.body));
    *response.status_mut() = if page.good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(page.media_type));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response
}
