//! What can go wrong on the way to an answer.

use std::time::Duration;

use bucketwatch_engine::notifier::{DeliveryError, Retry};

/// Why there is no answer. Of the address, only scheme and host are told.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The name cannot be resolved.
    #[error("cannot resolve the host of `{to}`: {why}")]
    Resolve {
        /// Scheme and host.
        to: String,
        /// Why.
        why: String,
    },
    /// Every address is one of this machine, this network or nobody.
    #[error("`{to}` has only private addresses; `allow_private = true` allows them")]
    Private {
        /// Scheme and host.
        to: String,
    },
    /// It is not encrypted.
    #[error(
        "`{to}` is not encrypted; use https://, or allow it on a private network with `allow_private = true`"
    )]
    PlainText {
        /// Scheme and host.
        to: String,
    },
    /// It cannot be reached, or does not prove to be who it should be.
    #[error("cannot connect to `{to}`: {why}")]
    Connect {
        /// Scheme and host.
        to: String,
        /// Why.
        why: String,
    },
    /// The connection failed before the end of the answer.
    #[error("the exchange with `{to}` broke off: {why}")]
    Exchange {
        /// Scheme and host.
        to: String,
        /// Why.
        why: String,
    },
    /// It took too long.
    #[error("`{to}` did not answer within {} s", .after.as_secs_f64())]
    TooSlow {
        /// Scheme and host.
        to: String,
        /// How long it had.
        after: Duration,
    },
    /// The address cannot stand in a request.
    #[error("the request to `{to}` cannot be written")]
    Request {
        /// Scheme and host.
        to: String,
    },
}

impl From<HttpError> for DeliveryError {
    fn from(error: HttpError) -> Self {
        Self { reason: error.to_string(), retry: Retry::Later }
    }
}
