//! What could not be read, and why.

use bucketwatch_policy::untrusted::Untrusted;

/// How many bytes of a record a dead letter shows.
const EXCERPT_BYTES: usize = 1024;

/// A record that cannot be read: kept for people instead of lost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct DeadLetter {
    /// Why.
    pub reason: Reason,
    /// The beginning of the record.
    pub excerpt: Untrusted,
}

/// Why a record cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The text is no JSON.
    #[error("this is no JSON: {0}")]
    Syntax(String),
    /// JSON of a shape that no AWS service sends.
    #[error("neither a CloudTrail record nor a message that holds one")]
    UnknownShape,
    /// Messages in messages without end.
    #[error("messages are wrapped more than {0} times")]
    TooDeep(u8),
    /// A record larger than is read.
    #[error("the record has more than the {0} bytes that are read")]
    TooLong(usize),
    /// The file ends inside a record.
    #[error("the file ends inside a record")]
    CutOff,
    /// A file that has no list of records.
    #[error("the file has no `Records`")]
    NoRecords,
    /// A member without which the event is of no use.
    #[error("the record has no `{0}`")]
    Missing(&'static str),
    /// A member that cannot be understood.
    #[error("the record's `{0}` cannot be understood")]
    Malformed(&'static str),
    /// An event about a bucket that names none.
    #[error("the record names no bucket")]
    NoBucket,
    /// The file cannot be read on.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
}

impl DeadLetter {
    /// Gives the dead letter of `record`.
    pub(super) fn new(reason: Reason, record: &[u8]) -> Self {
        let shown = record.get(..EXCERPT_BYTES).unwrap_or(record);
        Self { reason, excerpt: Untrusted::new(String::from_utf8_lossy(shown)) }
    }
}
