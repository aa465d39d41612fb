//! How S3 and its kin are read: signed questions, made again where that may help.
//!
//! Made of the parts of AWS's SDK (signatures, credentials, connections) and not of its clients of S3 and s3control: what
//! these do around a call takes as long again as the call, and a function asks eleven times for each event.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SigningSettings, UriPathNormalizationMode,
};
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use bucketwatch_policy::name::AccountId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::endpoint::{Endpoints, Service};
use super::failure::{Causes, Failure};
use super::keys::Keys;
use super::retry::{MOST_ATTEMPTS, Retries};
use super::signature::Signature;
use super::transport::Paced;

/// What stands for itself in an address. *Source*: IAM user guide, "Create a signed AWS API request", on UriEncode.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same in the key of an object, whose slashes stay.
const ENCODED_IN_KEY: &AsciiSet = &ENCODED.remove(b'/');

/// A question: what is to be read.
#[derive(Clone, Debug)]
pub(super) struct Question<'a> {
    service: Service,
    /// The account that is asked about.
    account: &'a AccountId,
    path: String,
    query: String,
    headers: Vec<(&'static str, &'a str)>,
    /// Whether a name is empty or leads elsewhere in the path: it would be another question.
    is_bent: bool,
}

impl<'a> Question<'a> {
    /// Asks for the sub-resource `what` of a bucket, which has to be of `owner` where S3 may be told.
    pub(super) fn of_bucket(service: Service, name: &str, owner: &'a AccountId, what: &str) -> Self {
        let headers = match service {
            Service::S3 => vec![("x-amz-expected-bucket-owner", owner.as_str())],
            _ => Vec::new(),
        };
        let (path, is_bent) = path(&[name]);
        Self { service, account: owner, path, query: what.to_owned(), headers, is_bent }
    }

    /// Asks for the buckets of `account`.
    pub(super) fn of_listing(account: &'a AccountId) -> Self {
        let (path, query) = ("/".to_owned(), String::new());
        Self { service: Service::S3, account, path, query, headers: Vec::new(), is_bent: false }
    }

    /// Asks s3control for what is at the path that `parts` make.
    pub(super) fn of_account(account: &'a AccountId, parts: &[&str]) -> Self {
        let (path, is_bent) = path(parts);
        let path = format!("/v20180820{path}");
        let headers = vec![("x-amz-account-id", account.as_str())];
        Self { service: Service::S3Control, account, path, query: String::new(), headers, is_bent }
    }

    /// Asks S3 Tables for what is at the path that `parts` make.
    pub(super) fn of_tables(account: &'a AccountId, parts: &[&str]) -> Self {
        let (path, is_bent) = path(parts);
        let (service, query, headers) = (Service::S3Tables, String::new(), Vec::new());
        Self { service, account, path, query, headers, is_bent }
    }

    /// Asks the same of an object.
    pub(super) fn object(mut self, key: &str) -> Self {
        self.path.push('/');
        self.path.extend(utf8_percent_encode(key, ENCODED_IN_KEY));
        self
    }

    /// Adds a parameter, where it has a value.
    pub(super) fn with(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            let separator = if self.query.is_empty() { "" } else { "&" };
            self.query.push_str(&format!("{separator}{name}={}", encoded(value)));
        }
        self
    }

    fn address(&self, origin: &str) -> String {
        let separator = if self.query.is_empty() { "" } else { "?" };
        format!("{origin}{}{separator}{}", self.path, self.query)
    }
}

/// Gives the path that `names` make, and whether one of them is no name.
fn path(names: &[&str]) -> (String, bool) {
    let path = names.iter().map(|name| format!("/{}", encoded(name))).collect();
    (path, names.iter().any(|name| matches!(*name, "" | "." | "..")))
}

/// Gives `text` as a part of an address or a form.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Asks an account, in every region.
#[derive(Debug)]
pub(super) struct Client {
    config: SdkConfig,
    endpoints: Endpoints,
    keys: Keys,
    wire: Paced,
    retries: Arc<Retries>,
    deadline: Duration,
}

impl Client {
    /// Gives a client of the account that `config` opens, whose calls go over `wire` and are given up after `deadline`.
    pub(super) fn new(config: SdkConfig, wire: Paced, deadline: Duration) -> Self {
        let endpoints = Endpoints::of(&config);
        let keys = Keys::new(config.credentials_provider());
        Self { config, endpoints, keys, wire, retries: Arc::default(), deadline }
    }

    /// Gives one that does the same with other credentials.
    pub(super) fn with(&self, credentials: SharedCredentialsProvider) -> Self {
        Self {
            config: self.config.to_builder().credentials_provider(credentials.clone()).build(),
            endpoints: self.endpoints.clone(),
            keys: Keys::new(Some(credentials)),
            wire: self.wire.clone(),
            retries: Arc::clone(&self.retries),
            deadline: self.deadline,
        }
    }

    /// Gives the configuration that its calls follow.
    pub(super) fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Asks in `region` and gives the body of the answer.
    pub(super) async fn ask(&self, region: &str, question: &Question<'_>) -> Result<Vec<u8>, Failure> {
        let attempts = async {
            let mut attempt = 1;
            loop {
                let failure = match self.attempt(region, question, attempt).await {
                    Ok(body) => {
                        self.retries.answered(attempt);
                        return Ok(body);
                    }
                    Err(failure) => failure,
                };
                match self.retries.pause(&failure, attempt) {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(failure),
                }
                attempt += 1;
            }
        };
        tokio::time::timeout(self.deadline, attempts).await.unwrap_or_else(|_| Err(Failure::timeout()))
    }

    async fn attempt(&self, region: &str, question: &Question<'_>, attempt: u32) -> Result<Vec<u8>, Failure> {
        let now = self.wire.traffic.clock().aws_now();
        let identity = self.keys.identity(now).await.map_err(Failure::keyless)?;
        let request = self.signed(region, question, attempt, &identity, now).map_err(Failure::unsent)?;
        let answer = self.wire.call(request).await.map_err(Failure::unanswered)?;
        let body = answer.body().bytes().unwrap_or_default();
        match answer.status().is_success() {
            true => Ok(body.to_vec()),
            false => Err(Failure::answered(&answer, question.service)),
        }
    }

    fn signed(
        &self,
        region: &str,
        question: &Question<'_>,
        attempt: u32,
        identity: &Identity,
        now: SystemTime,
    ) -> Result<HttpRequest, Causes> {
        let origin = self.endpoints.origin(question.service, region, question.account);
        let origin =
            origin.filter(|_| !question.is_bent).ok_or_else(|| Causes::of_text("it names nothing"))?;
        let address = question.address(&origin);
        let signature = Signature {
            identity,
            service: question.service.signing_name(),
            region,
            at: now,
            settings: settings(question.service),
        };
        let mut request = signature.of("GET", &address, question.headers.iter().copied(), "")?;
        let attempts = format!("attempt={attempt}; max={MOST_ATTEMPTS}");
        request.headers_mut().insert("amz-sdk-request", attempts);
        Ok(request)
    }
}

/// Gives how a service wants to be signed for: S3 and its kin by the path as it is sent, and with the checksum of the body
/// beside it; others by the path once more encoded.
///
/// *Source*: IAM user guide, "Create a signed AWS API request" (read 2026-11-23), on S3.
fn settings(service: Service) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if service.is_like_s3() {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    settings
}
