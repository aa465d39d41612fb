//! `bucketwatch.scan/1`, whole. Scans stream it: see [`crate::report::json`].

use bucketwatch_policy::name::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AssessmentDocument, TransitionDocument};

/// What `scan --format json` prints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "schema", rename = "bucketwatch.scan/1")]
pub struct ScanDocument {
    /// When the scan began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The accounts.
    pub accounts: Vec<AccountId>,
    /// The judgement of each bucket, in the order of arrival.
    pub assessments: Vec<AssessmentDocument>,
    /// What changed since the last scan.
    pub transitions: Vec<TransitionDocument>,
    /// What was seen, and what it cost.
    pub coverage: Coverage,
}

/// What a scan saw, and what it cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Buckets assessed.
    pub buckets: u64,
    /// Buckets that are undetermined.
    pub undetermined: u64,
    /// Buckets whose object ACLs could matter and were not read.
    pub objects_unchecked: u64,
    /// Calls to AWS, without retries.
    pub calls: u64,
    /// Attempts beyond the first.
    pub retries: u64,
    /// Whether the scan went through to its end.
    pub complete: bool,
}
