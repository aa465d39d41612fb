//! One call as it came in.

use hyper::body::Bytes;
use hyper::{HeaderMap, Method, Uri};

use super::credential::{self, Signing};
use super::query::{Query, decode};

/// The service that a call addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// The buckets and objects.
    S3,
    /// The account's settings and access points.
    Control,
    /// The token service.
    Token,
}

/// A call with its address taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) service: Service,
    /// The bucket, of path or host; or an access point's `name-account`.
    pub(crate) bucket: Option<String>,
    /// The object's key; for the control service the path behind its version.
    pub(crate) key: Option<String>,
    /// The account that a control call names.
    pub(crate) account: Option<String>,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) signing: Signing,
    pub(crate) body: Bytes,
}

const CONTROL_PREFIX: &str = "/v20180820/";

impl Call {
    /// Takes the address of a call apart.
    pub(crate) fn new(method: Method, uri: &Uri, headers: HeaderMap, body: Bytes) -> Self {
        let query = Query::parse(uri.query().unwrap_or_default());
        let signing = credential::read(&headers, &query);
        let host = host(uri, &headers).to_owned();
        let prefix = host_prefix(&host);
        let service = service(&method, uri.path(), &headers, prefix);
        let mut call =
            Self { method, service, bucket: None, key: None, account: None, query, headers, signing, body };
        match service {
            Service::S3 => call.address(prefix, uri.path()),
            Service::Control => {
                call.account = call.header("x-amz-account-id").or(prefix).map(str::to_owned);
                call.key = uri.path().strip_prefix(CONTROL_PREFIX).map(|path| decode(path, false));
            }
            Service::Token => call.query = Query::parse(&String::from_utf8_lossy(&call.body)),
        }
        call
    }

    /// Gives a header where it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Gives the region that the call was signed for.
    pub(crate) fn region(&self) -> Option<&str> {
        match &self.signing {
            Signing::Signed(credential) => credential.region.as_deref(),
            Signing::Unsigned | Signing::Unsupported => None,
        }
    }

    fn address(&mut self, prefix: Option<&str>, path: &str) {
        let path = path.trim_start_matches('/');
        let (bucket, key) = match prefix {
            Some(bucket) => (bucket.to_owned(), path),
            None => {
                let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
                (decode(bucket, false), key)
            }
        };
        self.bucket = Some(bucket).filter(|bucket| !bucket.is_empty());
        self.key = Some(decode(key, false)).filter(|key| !key.is_empty());
    }
}

fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> &'a str {
    let header = headers.get("host").and_then(|host| host.to_str().ok());
    let host = uri.host().or(header).unwrap_or_default();
    host.rsplit_once(':')
        .map_or(host, |(name, port)| if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host })
}

/// Gives what stands before the server's own name: a bucket, an access point, or an account.
fn host_prefix(host: &str) -> Option<&str> {
    let name =
        host.strip_suffix("localhost").or_else(|| host.strip_suffix("127.0.0.1"))?.strip_suffix('.')?;
    let name = name.strip_suffix(".s3").or_else(|| name.strip_suffix(".s3-control")).unwrap_or(name);
    Some(name).filter(|name| !["s3", "s3-control", "sts"].contains(name))
}

fn service(method: &Method, path: &str, headers: &HeaderMap, prefix: Option<&str>) -> Service {
    let form = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if path.starts_with(CONTROL_PREFIX) {
        Service::Control
    } else if method == Method::POST
        && path == "/"
        && prefix.is_none()
        && form.starts_with("application/x-www-form-urlencoded")
    {
        Service::Token
    } else {
        Service::S3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_stand_in_the_path_or_in_the_host() {
        let check = |host: &str, path: &str, bucket: Option<&str>, key: Option<&str>| {
            let headers = [(hyper::header::HOST, host.parse().unwrap())].into_iter().collect();
            let call = Call::new(Method::GET, &path.parse().unwrap(), headers, Bytes::new());
            assert_eq!((call.bucket.as_deref(), call.key.as_deref()), (bucket, key), "{host} {path}");
        };
        check("127.0.0.1:9", "/", None, None);
        check("127.0.0.1:9", "/photos", Some("photos"), None);
        check("127.0.0.1:9", "/photos/a%20b/c?acl", Some("photos"), Some("a b/c"));
        check("photos.localhost:9", "/a/b", Some("photos"), Some("a/b"));
        check("my.dotted.name.s3.localhost", "/", Some("my.dotted.name"), None);
        check("s3.localhost", "/photos/a", Some("photos"), Some("a"));
    }

    #[test]
    fn the_account_of_a_control_call_stands_in_header_or_host() {
        let headers = [(hyper::header::HOST, "123456789012.localhost:9".parse().unwrap())];
        let uri = "/v20180820/configuration/publicAccessBlock".parse().unwrap();
        let call = Call::new(Method::GET, &uri, headers.into_iter().collect(), Bytes::new());
        assert_eq!(call.service, Service::Control);
        assert_eq!(call.account.as_deref(), Some("123456789012"));
        assert_eq!(call.key.as_deref(), Some("configuration/publicAccessBlock"));
    }
}
