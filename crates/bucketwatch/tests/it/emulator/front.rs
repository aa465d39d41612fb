//! A small front before the emulator: it answers what the emulator lacks, the account's Block Public Access and who pays
//! for requests (GetBucketRequestPayment gets a listing there), and passes everything else on unchanged, the Host header
//! too, so that signatures hold.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// The four flags in the order of AWS's document, or `None` for an account without a configuration.
pub(crate) type AccountBlock = Option<[bool; 4]>;

/// A text of requests that another takes the place of.
type Replaced = Option<(&'static str, &'static str)>;

/// A running front. It ends with this value.
pub(crate) struct Front {
    address: SocketAddr,
    block: Arc<Mutex<AccountBlock>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Front {
    /// Starts a front before `upstream`; the account has no Block Public Access.
    pub(crate) fn start(upstream: SocketAddr) -> Self {
        Self::with(upstream, None)
    }

    /// Starts one that puts `new` in the place of `old` in what is asked. The emulator does not look at signatures of bodies.
    pub(crate) fn replacing(upstream: SocketAddr, old: &'static str, new: &'static str) -> Self {
        Self::with(upstream, Some((old, new)))
    }

    fn with(upstream: SocketAddr, replaced: Replaced) -> Self {
        let block = Arc::new(Mutex::new(None));
        let (tell_address, address) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&block);
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
                tell_address.send(listener.local_addr().expect("its address")).expect("somebody waits");
                tokio::select! {
                    () = serve(listener, (upstream, replaced), shared) => {}
                    _ = stopped => {}
                }
            });
        });
        let address = address.recv().expect("the front's address");
        Self { address, block, stop: Some(stop), thread: Some(thread) }
    }

    /// Gives the address that it listens on.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets what GetPublicAccessBlock of the account answers from now on.
    pub(crate) fn set_account_block(&self, block: AccountBlock) {
        *self.block.lock().expect("no panic before") = block;
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, upstream: (SocketAddr, Replaced), block: Arc<Mutex<AccountBlock>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let block = Arc::clone(&block);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, upstream, Arc::clone(&block)));
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    upstream: (SocketAddr, Replaced),
    block: Arc<Mutex<AccountBlock>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let asks_block = request.uri().path() == "/v20180820/configuration/publicAccessBlock";
    if asks_block && request.method() == Method::GET {
        let block = *block.lock().expect("no panic before");
        return Ok(account_block(block));
    }
    if request.uri().query() == Some("requestPayment") && request.method() == Method::GET {
        return Ok(document(
            StatusCode::OK,
            "<RequestPaymentConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <Payer>BucketOwner</Payer></RequestPaymentConfiguration>"
                .to_owned(),
        ));
    }
    Ok(pass_on(request, upstream).await.unwrap_or_else(|error| {
        let mut response = Response::new(Full::from(error.to_string()));
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        response
    }))
}

async fn pass_on(
    request: Request<Incoming>,
    (upstream, replaced): (SocketAddr, Replaced),
) -> Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let (mut parts, body) = request.into_parts();
    let mut body = body.collect().await?.to_bytes();
    if let Some((old, new)) = replaced {
        body = Bytes::from(String::from_utf8_lossy(&body).replace(old, new));
        parts.headers.remove("content-length");
    }
    let stream = TcpStream::connect(upstream).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let response = sender.send_request(Request::from_parts(parts, Full::<Bytes>::from(body))).await?;
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    drop(sender);
    driver.abort();
    parts.headers.remove("transfer-encoding");
    Ok(Response::from_parts(parts, Full::from(body)))
}

fn account_block(block: AccountBlock) -> Response<Full<Bytes>> {
    let (status, body) = match block {
        None => (
            StatusCode::NOT_FOUND,
            "<ErrorResponse><Error><Code>NoSuchPublicAccessBlockConfiguration</Code><Message>The public access \
             block configuration was not found</Message></Error></ErrorResponse>"
                .to_owned(),
        ),
        Some([acls, ignore, policy, restrict]) => (
            StatusCode::OK,
            format!(
                "<PublicAccessBlockConfiguration><BlockPublicAcls>{acls}</BlockPublicAcls>\
                 <IgnorePublicAcls>{ignore}</IgnorePublicAcls><BlockPublicPolicy>{policy}</BlockPublicPolicy>\
                 <RestrictPublicBuckets>{restrict}</RestrictPublicBuckets></PublicAccessBlockConfiguration>"
            ),
        ),
    };
    document(status, body)
}

fn document(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response
}
