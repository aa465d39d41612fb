//! `bucketwatch.error/1`.

use bucketwatch_policy::untrusted::Untrusted;
use serde::{Deserialize, Serialize};

/// An input that could not be judged, in the place of its assessments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "schema", rename = "bucketwatch.error/1")]
pub struct ErrorDocument {
    /// The input's file name, or `-`.
    pub source: Untrusted,
    /// What is wrong, in words.
    pub error: Untrusted,
    /// From 1.
    pub line: Option<usize>,
    /// From 1, in characters.
    pub column: Option<usize>,
}
