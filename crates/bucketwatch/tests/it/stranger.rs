//! A stranger on the network: turns witnesses into unsigned HTTP requests and tries doors.

use std::net::SocketAddr;

use serde_json::Value;

use crate::emulator::http;

/// An unsigned HTTP request.
pub(crate) struct Attempt {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: &'static str,
}

/// A grant to everybody, as the body of a PutBucketAcl or PutObjectAcl.
const OPEN_ACL: &str = "<AccessControlPolicy xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>any</ID></Owner>\
     <AccessControlList><Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\">\
     <URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant>\
     </AccessControlList></AccessControlPolicy>";

impl Attempt {
    /// Sends the request and gives the status.
    pub(crate) fn send(&self, to: SocketAddr) -> u16 {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        http::send(to, self.method, &self.target, &headers, self.body.as_bytes()).0
    }

    fn new(method: &'static str, target: String) -> Self {
        Self { method, target, headers: Vec::new(), body: "" }
    }
}

/// Gives the requests that every private bucket must refuse: list, GET, PUT, GET acl.
pub(crate) fn doors(bucket: &str) -> Vec<(&'static str, Attempt)> {
    let mut put = Attempt::new("PUT", format!("/{bucket}/left-by-a-stranger"));
    put.body = "hello";
    vec![
        ("list", Attempt::new("GET", format!("/{bucket}?list-type=2"))),
        ("GET", Attempt::new("GET", format!("/{bucket}/present"))),
        ("PUT", put),
        ("GET acl", Attempt::new("GET", format!("/{bucket}?acl"))),
        ("GET object acl", Attempt::new("GET", format!("/{bucket}/present?acl"))),
    ]
}

/// Gives the key of the object that a witness speaks of, where it speaks of one.
pub(crate) fn key(witness: &Value) -> Option<&str> {
    let resource = witness["resource"].as_str()?;
    resource.split_once(":::")?.1.split_once('/').map(|(_, key)| key)
}

/// Turns an unsigned witness into the HTTP request that it describes.
///
/// # Errors
/// Says what loopback or the emulator cannot produce.
pub(crate) fn replay(bucket: &str, witness: &Value) -> Result<Attempt, String> {
    let path = match key(witness) {
        Some(key) => format!("/{bucket}/{}", escape(key)),
        None => format!("/{bucket}"),
    };
    let action = witness["action"].as_str().unwrap_or_default();
    let mut attempt = request_for(action, path)?;
    let context = witness["context"].as_object().cloned().unwrap_or_default();
    for (name, value) in &context {
        let text = value.as_str().map(str::to_owned).unwrap_or_else(|| value.to_string());
        produce(&mut attempt, &name.to_ascii_lowercase(), text)?;
    }
    Ok(attempt)
}

fn request_for(action: &str, path: String) -> Result<Attempt, String> {
    let of = |method, query: &str| Attempt::new(method, format!("{path}{query}"));
    let with_body = |method, query: &str, body| Attempt { body, ..of(method, query) };
    Ok(match action {
        "s3:GetObject" => of("GET", ""),
        "s3:ListBucket" => of("GET", "?list-type=2"),
        "s3:ListBucketVersions" => of("GET", "?versions"),
        "s3:ListBucketMultipartUploads" => of("GET", "?uploads"),
        "s3:PutObject" => with_body("PUT", "", "written by a stranger"),
        "s3:DeleteObject" => of("DELETE", ""),
        "s3:GetBucketAcl" | "s3:GetObjectAcl" => of("GET", "?acl"),
        "s3:PutBucketAcl" | "s3:PutObjectAcl" => with_body("PUT", "?acl", OPEN_ACL),
        "s3:GetBucketLocation" => of("GET", "?location"),
        "s3:GetBucketTagging" | "s3:GetObjectTagging" => of("GET", "?tagging"),
        "s3:GetBucketVersioning" => of("GET", "?versioning"),
        "s3:GetBucketRequestPayment" => of("GET", "?requestPayment"),
        "s3:GetBucketLogging" => of("GET", "?logging"),
        "s3:GetBucketCORS" => of("GET", "?cors"),
        "s3:PutBucketVersioning" => with_body(
            "PUT",
            "?versioning",
            "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
        ),
        other => return Err(format!("no unsigned request is written for {other}")),
    })
}

fn produce(attempt: &mut Attempt, key: &str, value: String) -> Result<(), String> {
    match key {
        "aws:referer" | "aws:useragent" => return Err(format!("the emulator's policies never see {key}")),
        "s3:prefix" | "s3:max-keys" | "s3:delimiter" => {
            let name = key.trim_start_matches("s3:");
            attempt.target.push_str(&format!("&{name}={}", escape(&value)));
        }
        "s3:x-amz-server-side-encryption" => attempt.headers.push(("x-amz-server-side-encryption", value)),
        "aws:securetransport" if value == "false" => {}
        "aws:currenttime" | "aws:epochtime" => {}
        other => return Err(format!("loopback cannot produce {other} = {value}")),
    }
    Ok(())
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
