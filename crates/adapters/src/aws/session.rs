//! The calls of other services than S3 that notices, secrets, queues and the check-up need: signed here, because a client
//! for each service would cost more to build than everything else together.
//!
//! Credentials, region, proxy, trust and endpoint are those of the ambient AWS configuration, as for a scan.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_sigv4::http_request::SigningSettings;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use bucketwatch_engine::notifier::{DeliveryError, Retry};
use tokio::sync::OnceCell;

use super::client::encoded;
use super::connect::{ConnectOptions, ambient, home_region};
use super::endpoint::{named, suffix};
use super::failure::Causes;
use super::json;
use super::keys::Keys;
use super::signature::Signature;
use super::transport::read_to_end;

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A session that is opened when it is first needed.
pub struct AwsSession {
    options: ConnectOptions,
    ambient: OnceCell<Ambient>,
}

struct Ambient {
    pool: SharedHttpConnector,
    config: SdkConfig,
    keys: Keys,
    home: String,
}

/// A call to a service of AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// The service, as endpoints and signatures name it.
    pub(crate) service: &'static str,
    /// The region; `None`: the ambient one.
    pub(crate) region: Option<String>,
    /// The path.
    pub(crate) path: &'static str,
    /// The headers beside those of the signature.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(crate) body: String,
}

impl Call {
    /// Gives a call of the JSON protocol: `operation` is `Prefix.Operation`.
    pub(crate) fn json(service: &'static str, operation: &str, body: &serde_json::Value) -> Self {
        let headers = vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", operation.to_owned()),
        ];
        Self { service, region: None, path: "/", headers, body: body.to_string() }
    }

    /// Sends it to `region`.
    pub(crate) fn to(self, region: Option<String>) -> Self {
        Self { region, ..self }
    }
}

/// An answer: what came with a good status.
pub(crate) type Answer = Vec<u8>;

/// Why a call did not succeed.
#[derive(Debug, thiserror::Error)]
#[error("{service} in {region}: {why}")]
pub(crate) struct CallError {
    /// The service.
    service: &'static str,
    /// The region, or a word in its place.
    region: String,
    /// AWS's code, or what happened.
    why: String,
    /// Whether AWS refuses the request for what it says.
    refused: bool,
    /// AWS's code, where AWS answered.
    code: Option<String>,
}

impl CallError {
    /// Tells whether the caller may not make the call.
    pub(crate) fn is_denied(&self) -> bool {
        self.has_code(&["AccessDenied", "AuthorizationError", "NotAuthorized", "Unauthorized"])
    }

    /// Tells whether AWS says that what the call is about does not exist.
    pub(crate) fn is_absent(&self) -> bool {
        self.has_code(&["DoesNotExist", "NonExistent", "NotFound", "NoSuch"])
    }

    fn coded(self, code: String) -> Self {
        Self { code: Some(code), ..self }
    }

    fn has_code(&self, words: &[&str]) -> bool {
        self.code.as_ref().is_some_and(|code| words.iter().any(|word| code.contains(word)))
    }
}

impl From<CallError> for DeliveryError {
    fn from(error: CallError) -> Self {
        let retry = if error.refused { Retry::Never } else { Retry::Later };
        Self { reason: error.to_string(), retry }
    }
}

/// Gives the body of a call of the query protocol.
pub(crate) fn form(parts: &[(String, String)]) -> String {
    let pairs: Vec<_> =
        parts.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}

impl AwsSession {
    /// Gives a session that connects as `options` say.
    pub fn new(options: ConnectOptions) -> Self {
        Self { options, ambient: OnceCell::new() }
    }

    async fn ambient(&self, service: &'static str) -> Result<&Ambient, CallError> {
        let open = async || {
            let (pool, config) = ambient(&self.options).await?;
            let home = home_region(&config)?;
            let keys = Keys::new(config.credentials_provider());
            Ok::<_, super::ConnectError>(Ambient { pool, config, keys, home })
        };
        let region = "no region yet".to_owned();
        self.ambient.get_or_try_init(open).await.map_err(|error| CallError {
            service,
            region,
            why: error.to_string(),
            refused: false,
            code: None,
        })
    }

    /// Gives the ambient region, to which calls go that name none.
    ///
    /// # Errors
    /// The AWS settings are wrong.
    pub async fn region(&self) -> Result<String, super::ConnectError> {
        home_region(&ambient(&self.options).await?.1)
    }

    /// Makes a call.
    ///
    /// # Errors
    /// Anything but a good status.
    pub(crate) async fn call(&self, call: &Call) -> Result<Answer, CallError> {
        let ambient = self.ambient(call.service).await?;
        let region = call.region.as_deref().unwrap_or(&ambient.home);
        let failed = |why: String| CallError {
            service: call.service,
            region: region.to_owned(),
            why,
            refused: false,
            code: None,
        };
        let request = signed(ambient, call, region).await.map_err(|why| failed(why.to_string()))?;
        let exchange = async { read_to_end(ambient.pool.call(request).await?).await };
        let answer = match tokio::time::timeout(TIMEOUT, exchange).await {
            Ok(answer) => answer.map_err(|error| failed(Causes::of(&error).to_string()))?,
            Err(_) => return Err(failed("no answer in time".to_owned())),
        };
        let body = answer.body().bytes().unwrap_or_default();
        let status = answer.status().as_u16();
        if (200..300).contains(&status) {
            return Ok(body.to_vec());
        }
        let code = code(answer.headers().get("x-amzn-errortype"), body);
        let refused = (400..500).contains(&status) && status != 429 && !may_pass(&code);
        Err(CallError { refused, ..failed(format!("{code} ({status})")) }.coded(code))
    }
}

async fn signed(ambient: &Ambient, call: &Call, region: &str) -> Result<HttpRequest, Causes> {
    let at = SystemTime::now();
    let identity = ambient.keys.identity(at).await.map_err(|error| Causes::of(&error))?;
    let address = format!("{}{}", endpoint(&ambient.config, call.service, region), call.path);
    let settings = SigningSettings::default();
    let signature = Signature { identity: &identity, service: call.service, region, at, settings };
    let headers = call.headers.iter().map(|(name, value)| (*name, value.as_str()));
    signature.of("POST", &address, headers, &call.body)
}

/// Gives where `service` is: what the configuration names for it, or for all services, or AWS.
fn endpoint(config: &SdkConfig, service: &str, region: &str) -> String {
    let fips = if config.use_fips().unwrap_or_default() { "-fips" } else { "" };
    named(config, id(service)).map_or_else(
        || format!("https://{service}{fips}.{region}.{}", suffix(region)),
        |url| url.trim_end_matches('/').to_owned(),
    )
}

/// Gives the id by which a configuration names a service, where that is not the name in its addresses. *Source*: AWS SDKs
/// and Tools Reference Guide, "Service-specific endpoints".
fn id(service: &str) -> &str {
    match service {
        "events" => "EventBridge",
        "monitoring" => "CloudWatch",
        "secretsmanager" => "Secrets Manager",
        other => other,
    }
}

/// Gives AWS's error code: a header or a member in the JSON protocols, an element in the query protocol.
fn code(header: Option<&str>, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let element =
        text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    let named = json::error(header, body).map(|(code, _)| code);
    let code = named.as_deref().or(element).unwrap_or("an error without a code");
    code.chars().filter(|c| c.is_ascii_alphanumeric() || " ._-".contains(*c)).take(80).collect()
}

/// Tells whether time or an administrator can make the same request succeed.
fn may_pass(code: &str) -> bool {
    const WORDS: [&str; 13] = [
        "Throttl",
        "TooMany",
        "Limit",
        "Denied",
        "Auth",
        "Expired",
        "Token",
        "Signature",
        "Credential",
        "NotFound",
        "NoSuch",
        "Unavailable",
        "Internal",
    ];
    WORDS.into_iter().any(|word| code.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_in_every_protocol() {
        for (header, body, expected) in [
            (Some("ThrottlingException:http://internal"), "{}", "ThrottlingException"),
            (None, r#"{"__type": "com.amazonaws#ResourceNotFoundException"}"#, "ResourceNotFoundException"),
            (None, r#"{"Code": "AccessDeniedException"}"#, "AccessDeniedException"),
            (None, "<E><Error><Code>NotFound</Code></Error></E>", "NotFound"),
            (None, "\u{1b}[31m", "an error without a code"),
            (Some("\u{1b}[31mx"), "", "31mx"),
        ] {
            assert_eq!(code(header, body.as_bytes()), expected);
        }
    }

    #[test]
    fn only_what_is_wrong_with_the_request_itself_is_final() {
        for code in
            ["AuthorizationError", "ExpiredTokenException", "NotFound", "ThrottledException", "InternalError"]
        {
            assert!(may_pass(code), "{code}");
        }
        for code in ["InvalidParameter", "ValidationException", "InvalidInputException"] {
            assert!(!may_pass(code), "{code}");
        }
    }
}
