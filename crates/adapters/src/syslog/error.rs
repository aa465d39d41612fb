//! What can be wrong with a receiver.

use std::io;

use crate::trust::TrustError;

/// Why a receiver cannot be used, or did not take a notice.
#[derive(Debug, thiserror::Error)]
pub enum SyslogError {
    /// `app_name` cannot stand in a message.
    #[error("`app_name` must be 1 to 48 visible ASCII characters")]
    AppName,
    /// `hostname` cannot stand in a message.
    #[error("`hostname` must be 1 to 255 visible ASCII characters")]
    Hostname,
    /// `max_bytes` is out of its range.
    #[error("`max_bytes` must be between 480 and {most} for this target")]
    MaxBytes {
        /// The upper bound.
        most: u32,
    },
    /// There is nobody to trust.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The name that the certificate must bear is none.
    #[error("`{0}` is no server name")]
    ServerName(String),
    /// The receiver cannot be reached.
    #[error("cannot connect to `{to}`: {why}")]
    Connect {
        /// The receiver.
        to: String,
        /// Why.
        why: String,
    },
    /// The connection failed while messages were handed over.
    #[error("cannot send to `{to}`: {why}")]
    Send {
        /// The receiver.
        to: String,
        /// Why.
        why: String,
    },
}

impl SyslogError {
    pub(super) fn connect(to: &impl ToString, why: &io::Error) -> Self {
        Self::Connect { to: to.to_string(), why: why.to_string() }
    }

    pub(super) fn send(to: &impl ToString, why: &io::Error) -> Self {
        Self::Send { to: to.to_string(), why: why.to_string() }
    }
}
