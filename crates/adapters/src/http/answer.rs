//! What comes back, and what it means for the notice.

use std::time::Duration;

use bucketwatch_engine::escape::terminal_cell;
use bucketwatch_engine::notifier::{DeliveryError, Retry};
use http::{HeaderMap, Response, StatusCode, header::RETRY_AFTER};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::endpoint::Endpoint;
use super::{HttpError, in_words};

/// The most bytes of an answer that are read; what comes after them is of no interest.
const MOST_BYTES: usize = 64 * 1024;

/// The longest pause that another side may ask for: it can delay, not silence.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// How long the other side asks to wait.
    pub retry_after: Option<Duration>,
    /// Its beginning.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads the answer to its end or to the bound.
    pub(super) async fn read(response: Response<Incoming>, endpoint: &Endpoint) -> Result<Self, HttpError> {
        let (head, mut rest) = response.into_parts();
        let mut body = Vec::new();
        while body.len() < MOST_BYTES {
            let Some(frame) = rest.frame().await else { break };
            let frame =
                frame.map_err(|why| HttpError::Exchange { to: endpoint.to_string(), why: in_words(&why) })?;
            if let Ok(data) = frame.into_data() {
                let room = MOST_BYTES - body.len();
                body.extend_from_slice(&data[..data.len().min(room)]);
            }
        }
        Ok(Self { status: head.status, retry_after: retry_after(&head.headers, Timestamp::now()), body })
    }

    /// Gives nothing where the other side has taken the notice, and otherwise whether to try again: later where it is
    /// overloaded or broken, never where it refuses the notice for what it is.
    ///
    /// # Errors
    /// The status is not 2xx.
    pub fn taken(&self, endpoint: &Endpoint) -> Result<(), DeliveryError> {
        if self.status.is_success() {
            return Ok(());
        }
        let retry = match (self.status.as_u16(), self.retry_after) {
            (429 | 503, Some(pause)) => Retry::After(pause),
            (408 | 425 | 429, _) => Retry::Later,
            (400..=499, _) => Retry::Never,
            _ => Retry::Later,
        };
        let redirect = if self.status.is_redirection() { "; redirects are not followed" } else { "" };
        Err(DeliveryError { reason: format!("`{endpoint}` answered {}{redirect}", self.status), retry })
    }

    /// Gives the beginning of the body as one line that is safe to show.
    pub fn said(&self) -> String {
        terminal_cell(&String::from_utf8_lossy(&self.body).into_owned().into())
    }
}

/// Reads Retry-After: seconds, or a date. *Source*: RFC 9110, section 10.2.3.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = rfc2822::parse(text).ok()?.timestamp();
            Duration::try_from(at.duration_since(now)).unwrap_or_default()
        }
    };
    Some(pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_read_as_seconds_or_as_a_date_and_bounded() {
        let now: Timestamp = "2026-11-22T06:00:00Z".parse().unwrap();
        for (text, seconds) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("99999999999", Some(3600)),
            ("Sun, 22 Nov 2026 06:02:00 GMT", Some(120)),
            ("Sun, 22 Nov 2026 05:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now).map(|pause| pause.as_secs()), seconds, "{text}");
        }
    }

    #[test]
    fn a_status_says_whether_to_try_again() {
        let endpoint = Endpoint::parse("https://example.com/secret").unwrap();
        let pause = Duration::from_secs(9);
        for (status, retry_after, retry) in [
            (200, None, None),
            (204, Some(pause), None),
            (301, None, Some(Retry::Later)),
            (400, Some(pause), Some(Retry::Never)),
            (403, None, Some(Retry::Never)),
            (404, None, Some(Retry::Never)),
            (408, None, Some(Retry::Later)),
            (425, None, Some(Retry::Later)),
            (429, None, Some(Retry::Later)),
            (429, Some(pause), Some(Retry::After(pause))),
            (500, None, Some(Retry::Later)),
            (503, Some(pause), Some(Retry::After(pause))),
            (599, None, Some(Retry::Later)),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let answer = Answer { status, retry_after, body: Vec::new() };
            let refusal = answer.taken(&endpoint).err();
            assert_eq!(refusal.as_ref().map(|refusal| refusal.retry), retry, "{status}");
            assert!(refusal.is_none_or(|refusal| !refusal.reason.contains("secret")));
        }
    }
}
