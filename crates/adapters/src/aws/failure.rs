//! Sorts failures once: what is absent, what is denied, what may pass.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bucketwatch_engine::cloud::Cause;

use super::endpoint::{Service, is_region};
use super::{json, xml};

/// How a call failed.
#[derive(Debug)]
pub(super) struct Failure {
    status: Option<u16>,
    code: Option<String>,
    /// The region that the answer points to.
    region: Option<String>,
    kind: Kind,
    causes: Causes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// There was an answer.
    Answered,
    /// There was none in time.
    Late,
    /// The connection failed; the same may succeed.
    Lost,
    /// The call could not be made.
    Unsent,
    /// There are no credentials to make it with.
    Keyless,
}

impl Failure {
    /// Gives what `answer` of `service`, which is no success, says.
    pub(super) fn answered(answer: &HttpResponse, service: Service) -> Self {
        let body = answer.body().bytes().unwrap_or_default();
        let said = match service.is_like_s3() {
            true => xml::error(body),
            false => json::error(answer.headers().get("x-amzn-errortype"), body),
        };
        let (code, message) = said.unzip();
        let status = answer.status().as_u16();
        let word = code.clone().unwrap_or_else(|| format!("status {status}"));
        let text = message.flatten().map_or_else(|| word.clone(), |message| format!("{word}: {message}"));
        let region = answer.headers().get("x-amz-bucket-region").map(str::to_owned);
        Self { status: Some(status), code, region, kind: Kind::Answered, causes: Causes::of_text(&text) }
    }

    /// Gives that the connector got no answer.
    pub(super) fn unanswered(error: ConnectorError) -> Self {
        let kind = match (error.is_timeout(), error.is_user()) {
            (true, _) => Kind::Late,
            (false, true) => Kind::Unsent,
            (false, false) => Kind::Lost,
        };
        Self::without_answer(kind, Causes::of(&error))
    }

    /// Gives that there was no answer before the deadline of all attempts.
    pub(super) fn timeout() -> Self {
        Self::without_answer(Kind::Late, Causes::of_text("there was no answer in time"))
    }

    /// Gives that the call could not be made, for `causes`.
    pub(super) fn unsent(causes: Causes) -> Self {
        Self::without_answer(Kind::Unsent, causes)
    }

    /// Gives that there are no credentials.
    pub(super) fn keyless(error: CredentialsError) -> Self {
        Self::without_answer(Kind::Keyless, Causes::of(&error))
    }

    fn without_answer(kind: Kind, causes: Causes) -> Self {
        Self { status: None, code: None, region: None, kind, causes }
    }

    /// Tells whether attempt number `attempt` may be followed by one that succeeds.
    pub(super) fn may_pass(&self, attempt: u32) -> bool {
        match self.kind {
            Kind::Late | Kind::Lost => true,
            Kind::Unsent | Kind::Keyless => false,
            Kind::Answered => match self.code.as_deref() {
                // The answer's date has set our clock right.
                Some("RequestTimeTooSkewed" | "RequestExpired") => attempt == 1,
                Some("RequestTimeout" | "RequestTimeoutException") => true,
                Some(code) if is_throttling(code) => true,
                _ => matches!(self.status, Some(429 | 500 | 502 | 503 | 504)),
            },
        }
    }

    /// Tells whether nobody answered.
    pub(super) fn is_silence(&self) -> bool {
        self.kind == Kind::Late
    }

    /// Tells whether AWS said that there is none, by one of `codes`: an error in form, an answer in substance.
    pub(super) fn is_absent(&self, codes: &[&str]) -> bool {
        let code = self.code.as_deref();
        matches!(self.status, Some(404 | 405)) && code.is_some_and(|code| codes.contains(&code))
    }

    /// Gives the cause as far as it decides what happens next, AWS's code or a word of ours, and what happened.
    pub(super) fn sorted(self) -> (Cause, String, Causes) {
        let (cause, code) = sort(self.kind, self.status, self.code.as_deref());
        (cause, code, self.causes)
    }

    /// Gives the region that S3 points to when it was asked in a wrong one.
    ///
    /// *Source*: Amazon S3 API reference, "Error responses": PermanentRedirect, AuthorizationHeaderMalformed.
    pub(super) fn other_region(&self) -> Option<&str> {
        let points_elsewhere = match self.status {
            Some(301 | 307) => true,
            Some(400) => matches!(
                self.code.as_deref(),
                Some("AuthorizationHeaderMalformed" | "IllegalLocationConstraintException")
            ),
            _ => false,
        };
        self.region.as_deref().filter(|region| points_elsewhere && is_region(region))
    }
}

impl<E> From<&SdkError<E, HttpResponse>> for Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    fn from(error: &SdkError<E, HttpResponse>) -> Self {
        let kind = match error {
            _ if chain(error).any(|cause| cause.is::<CredentialsError>()) => Kind::Keyless,
            SdkError::TimeoutError(_) => Kind::Late,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Kind::Late,
            SdkError::DispatchFailure(_) => Kind::Lost,
            _ => Kind::Answered,
        };
        Self {
            status: error.raw_response().map(|response| response.status().as_u16()),
            code: error.as_service_error().and_then(ProvideErrorMetadata::code).map(str::to_owned),
            region: None,
            kind,
            causes: Causes::of(error),
        }
    }
}

fn sort(kind: Kind, status: Option<u16>, code: Option<&str>) -> (Cause, String) {
    match kind {
        Kind::Keyless => (Cause::Credentials, "CredentialsUnavailable".to_owned()),
        Kind::Late => (Cause::Unavailable, "Timeout".to_owned()),
        Kind::Lost => (Cause::Unavailable, "ConnectionFailed".to_owned()),
        Kind::Unsent | Kind::Answered => {
            let status = status.unwrap_or_default();
            let code = code.filter(|code| is_code(code)).map_or_else(|| word_for(status), str::to_owned);
            (cause(&code, status), code)
        }
    }
}

fn cause(code: &str, status: u16) -> Cause {
    match code {
        "NoSuchBucket" => Cause::NotFound,
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => Cause::Credentials,
        code if is_throttling(code) => Cause::Throttled,
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

/// Tells whether AWS says by `code` that there were too many calls.
fn is_throttling(code: &str) -> bool {
    const CODES: [&str; 12] = [
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "LimitExceededException",
        "TooManyRequests",
        "TooManyRequestsException",
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
    ];
    CODES.contains(&code)
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

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// An error and its causes in one line without control characters.
#[derive(Debug)]
pub(crate) struct Causes(String);

impl Causes {
    /// Gives `text` as the only one.
    pub(crate) fn of_text(text: &str) -> Self {
        Self(text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(1_000).collect())
    }

    /// Gives the texts of `error` and all its causes, without repeats.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut texts: Vec<String> = chain(error).map(ToString::to_string).collect();
        texts.dedup();
        Self::of_text(&texts.join(": "))
    }
}

impl std::fmt::Display for Causes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Causes {}

#[cfg(test)]
impl Failure {
    /// Gives an answer of that status and code.
    pub(super) fn refused(status: u16, code: Option<String>) -> Self {
        let causes = Causes::of_text("refused");
        Self { status: Some(status), code, region: None, kind: Kind::Answered, causes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: Option<&str>, status: u16, expected: (Cause, &str)) {
        let (cause, word) = sort(Kind::Answered, Some(status), code);
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
}
