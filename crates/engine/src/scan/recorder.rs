//! The port to whoever records what a scan sees.

use async_trait::async_trait;
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{Acl, BlockPublicAccess};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use crate::cloud::{Identity, ObjectName};
use crate::judgement::Judged;
use crate::state::{Coverage, RunId, StateError};

/// Records one run.
#[async_trait]
pub trait Recorder: Send + Sync {
    /// Opens the run over the account of `identity`.
    async fn begin(&self, identity: &Identity) -> Result<RunId, StateError>;

    /// Records what was seen of the account itself.
    async fn account(&self, sight: AccountSight) -> Result<(), StateError>;

    /// Records what was seen of buckets.
    async fn buckets(&self, sights: Vec<BucketSight>) -> Result<Recorded, StateError>;

    /// Closes the run. `partial` says why it did not see everything; only without it are buckets that were not seen
    /// taken for deleted.
    async fn finish(&self, partial: Option<String>, coverage: Coverage) -> Result<(), StateError>;
}

/// What was seen of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountSight {
    /// The instant before the read, by the local clock corrected to AWS's.
    pub observed_at: Timestamp,
    /// Its Block Public Access.
    pub block: Observed<BlockPublicAccess>,
}

/// What was seen of a bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct BucketSight {
    /// Its name.
    pub name: Untrusted,
    /// The instant before the first read, by the local clock corrected to AWS's.
    pub observed_at: Timestamp,
    /// What it was.
    pub seen: Seen,
    /// Its objects that were looked at with it.
    pub objects: Vec<ObjectSight>,
}

/// What was seen of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectSight {
    /// Which.
    pub object: ObjectName,
    /// Its ACL; absent = there is no such object.
    pub acl: Observed<Acl>,
}

/// A bucket as it was seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// It answered: what was asked of it, what could not be read, and what that means.
    There(Box<Judged>),
    /// It was listed and then did not exist.
    Gone,
}

/// What came of recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Buckets whose assessment is undetermined.
    pub undetermined: u64,
    /// Buckets with object ACLs that can matter and that nobody checked.
    pub objects_unchecked: u64,
    /// Buckets of which something else is recorded for the very same instant: nobody can tell which is the later fact,
    /// so they must be read again.
    pub read_again: Vec<Untrusted>,
}
