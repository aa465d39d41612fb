//! Sorts the SDK's errors once: what is absent, what is denied, what may pass.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bucketwatch_engine::cloud::{Cause, CloudError};
use bucketwatch_engine::operation::Operation;
use bucketwatch_policy::untrusted::Untrusted;

/// What was asked, for the error that may come of it.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) operation: Operation,
    pub(super) subject: Option<Untrusted>,
    pub(super) region: Option<String>,
}

impl Question {
    /// A question about the account.
    pub(super) fn about_account(operation: Operation, region: &str) -> Self {
        Self { operation, subject: None, region: Some(region.to_owned()) }
    }

    /// The failure of an answer that does not say what it should.
    pub(super) fn misunderstood(&self, why: &'static str) -> CloudError {
        self.failed(Cause::Bug, "UnexpectedAnswer".to_owned(), Some(Causes(why.to_owned())))
    }

    /// The failure that the SDK reports.
    pub(super) fn refused<E>(&self, error: &SdkError<E>) -> CloudError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let facts = Facts {
            code: error.as_service_error().and_then(ProvideErrorMetadata::code),
            status: error.raw_response().map(|response| response.status().as_u16()),
            transport: transport_word(error),
            credentials: has_credentials_error(error),
        };
        let (cause, code) = sort(&facts);
        self.failed(cause, code, Some(Causes::of(error)))
    }

    fn failed(&self, cause: Cause, code: String, causes: Option<Causes>) -> CloudError {
        CloudError {
            cause,
            operation: self.operation,
            subject: self.subject.clone(),
            region: self.region.clone(),
            code,
            source: causes.map(|causes| Box::new(causes) as Box<dyn Error + Send + Sync>),
        }
    }
}

/// Tells whether AWS said that there is none, by one of `codes`: an error in form, an answer in substance.
pub(super) fn is_absent<E: ProvideErrorMetadata>(error: &SdkError<E>, codes: &[&str]) -> bool {
    let status = error.raw_response().map(|response| response.status().as_u16());
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    matches!(status, Some(404 | 405)) && code.is_some_and(|code| codes.contains(&code))
}

/// Gives the region that S3 points to when it was asked in a wrong one.
///
/// *Source*: Amazon S3 API reference, "Error responses": PermanentRedirect, AuthorizationHeaderMalformed.
pub(super) fn other_region<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Option<String> {
    let response: &HttpResponse = error.raw_response()?;
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    let points_elsewhere = match response.status().as_u16() {
        301 | 307 => true,
        400 => matches!(code, Some("AuthorizationHeaderMalformed" | "IllegalLocationConstraintException")),
        _ => false,
    };
    let region = response.headers().get("x-amz-bucket-region")?;
    (points_elsewhere && is_region(region)).then(|| region.to_owned())
}

/// A region becomes part of a host name, so nothing else may pass for one.
pub(crate) fn is_region(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len())
        && text.bytes().all(plain)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

struct Facts<'a> {
    code: Option<&'a str>,
    status: Option<u16>,
    transport: Option<&'static str>,
    credentials: bool,
}

fn sort(facts: &Facts<'_>) -> (Cause, String) {
    if facts.credentials {
        return (Cause::Credentials, "CredentialsUnavailable".to_owned());
    }
    if let Some(word) = facts.transport {
        return (Cause::Unavailable, word.to_owned());
    }
    let status = facts.status.unwrap_or_default();
    let code = facts.code.filter(|code| is_code(code)).map_or_else(|| word_for(status), str::to_owned);
    (cause(&code, status), code)
}

fn cause(code: &str, status: u16) -> Cause {
    match code {
        "NoSuchBucket" => Cause::NotFound,
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => Cause::Credentials,
        "SlowDown"
        | "Throttling"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "TooManyRequests"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded" => Cause::Throttled,
        "AccessDenied"
        | "AccessDeniedException"
        | "InvalidAccessKeyId"
        | "InvalidToken"
        | "OptInRequired" => Cause::Denied,
        "RequestTimeout" | "InternalError" => Cause::Unavailable,
        _ => match status {
            401 | 403 | 405 => Cause::Denied,
            429 | 503 => Cause::Throttled,
            500.. => Cause::Unavailable,
            _ => Cause::Bug,
        },
    }
}

/// An answer without a code: an empty 403 is a denial, the rest keep their number.
fn word_for(status: u16) -> String {
    match status {
        0 => "UnexpectedAnswer".to_owned(),
        401 | 403 => "AccessDenied".to_owned(),
        503 => "ServiceUnavailable".to_owned(),
        _ => format!("Http{status}"),
    }
}

/// Codes end up in reports: what does not look like one of AWS's is not repeated.
fn is_code(code: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':');
    (1..=80).contains(&code.len()) && code.bytes().all(plain)
}

fn transport_word<E>(error: &SdkError<E>) -> Option<&'static str> {
    match error {
        SdkError::TimeoutError(_) => Some("Timeout"),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Some("Timeout"),
        SdkError::DispatchFailure(_) => Some("ConnectionFailed"),
        _ => None,
    }
}

fn has_credentials_error(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|cause| cause.is::<CredentialsError>())
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// An error and its causes in one line without control characters.
#[derive(Debug)]
pub(crate) struct Causes(String);

impl Causes {
    /// Gives the texts of `error` and all its causes, without repeats.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut texts: Vec<String> = chain(error).map(ToString::to_string).collect();
        texts.dedup();
        let text = texts.join(": ");
        Self(text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(1_000).collect())
    }
}

impl std::fmt::Display for Causes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Causes {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: Option<&str>, status: u16, expected: (Cause, &str)) {
        let facts = Facts { code, status: Some(status), transport: None, credentials: false };
        let (cause, word) = sort(&facts);
        assert_eq!((cause, word.as_str()), expected, "{code:?} {status}");
    }

    #[test]
    fn codes_and_statuses_are_sorted() {
        check(None, 403, (Cause::Denied, "AccessDenied"));
        check(Some("AccessDenied"), 403, (Cause::Denied, "AccessDenied"));
        check(Some("MethodNotAllowed"), 405, (Cause::Denied, "MethodNotAllowed"));
        check(Some("InvalidToken"), 400, (Cause::Denied, "InvalidToken"));
        check(Some("ExpiredToken"), 400, (Cause::Credentials, "ExpiredToken"));
        check(Some("NoSuchBucket"), 404, (Cause::NotFound, "NoSuchBucket"));
        check(None, 404, (Cause::Bug, "Http404"));
        check(Some("SlowDown"), 503, (Cause::Throttled, "SlowDown"));
        check(Some("ThrottlingException"), 400, (Cause::Throttled, "ThrottlingException"));
        check(None, 503, (Cause::Throttled, "ServiceUnavailable"));
        check(None, 500, (Cause::Unavailable, "Http500"));
        check(Some("InternalError"), 500, (Cause::Unavailable, "InternalError"));
        check(Some("PermanentRedirect"), 301, (Cause::Bug, "PermanentRedirect"));
    }

    #[test]
    fn what_is_no_code_is_not_repeated() {
        check(Some("\u{1b}[31mAccess"), 403, (Cause::Denied, "AccessDenied"));
        check(Some(""), 404, (Cause::Bug, "Http404"));
    }

    #[test]
    fn only_region_names_pass_for_regions() {
        assert!(is_region("eu-west-1"));
        for text in ["", "evil.example.com/", "EU", "a b", "-x", "x-"] {
            assert!(!is_region(text), "{text}");
        }
    }
}
