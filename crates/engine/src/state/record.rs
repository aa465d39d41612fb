//! What is kept of accounts and buckets, and how it is written.

use std::collections::BTreeMap;

use bucketwatch_exposure::assessment::{Objects, Severity, Verdict};
use bucketwatch_exposure::exception::Exception;
use bucketwatch_exposure::standing::Standing;
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde_json::Value;

use super::{ChangeRecord, Facet, FacetKind, Revisit, RunId};
use crate::notice::{Notice, TransitionRecord};

/// Which bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BucketKey {
    /// Its owner.
    pub account: AccountId,
    /// Its name.
    pub name: Untrusted,
}

/// What is known of a bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct BucketRecord {
    /// Which bucket.
    pub key: BucketKey,
    /// The version that was loaded; 0 = never stored. A commit raises it by one.
    pub version: u64,
    /// Its region.
    pub region: Option<String>,
    /// Counts the buckets that have borne this name: a deletion followed by a creation begins the next.
    pub incarnation: u32,
    /// When this incarnation was first seen.
    pub first_seen_at: Timestamp,
    /// The last look at it.
    pub last_look: Look,
    /// How many runs in a row failed to read it for passing reasons.
    pub failed_runs: u32,
    /// The facts.
    pub facets: BTreeMap<FacetKind, Facet>,
    /// What the last look gave; `None` once it is deleted.
    pub assessment: Option<AssessmentRecord>,
    /// The last determined assessment, which the next one is compared with.
    pub standing: Option<StandingRecord>,
    /// Since when it cannot be judged.
    pub sight_lost_at: Option<Timestamp>,
    /// When it was found deleted.
    pub deleted_at: Option<Timestamp>,
    /// The revision of the account's facts that the assessment was made with.
    pub account_revision: u64,
}

/// A look at a bucket, whether or not it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// In which run; `None` = outside of any.
    pub run: Option<RunId>,
}

/// An assessment as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct AssessmentRecord {
    /// The answer.
    pub verdict: Verdict,
    /// The severity of its worst exposure.
    pub severity: Option<Severity>,
    /// What is known of object ACLs.
    pub objects: Objects,
    /// When its facts were observed.
    pub observed_at: Timestamp,
    /// The `bucketwatch.assessment/1` document.
    pub document: Value,
}

/// What the next assessment is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct StandingRecord {
    /// The last determined verdict.
    pub verdict: Verdict,
    /// Since when that is the verdict.
    pub since: Timestamp,
    /// The standing in the form that comparison needs.
    pub standing: Standing,
    /// Its verdict and exposures in the words of the assessment document, for the transition that ends it.
    pub side: Value,
}

/// What is known of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountRecord {
    /// Which account.
    pub account: AccountId,
    /// The version that was loaded; 0 = never stored. A commit raises it by one.
    pub version: u64,
    /// The account's partition.
    pub partition: Partition,
    /// The account's Block Public Access.
    pub block: Option<Facet>,
    /// Raised whenever the facts change, so that assessments made with older ones are found.
    pub revision: u64,
    /// How many runs in a row failed to read it for passing reasons.
    pub failed_runs: u32,
    /// The last look at it.
    pub last_look: Look,
    /// The first complete run over the account; until then, buckets seen for the first time are no transitions.
    pub baseline: Option<RunId>,
}

/// What is written in one transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Commit {
    /// The run that must hold the lease; `None` = outside of any.
    pub run: Option<RunId>,
    /// Accounts.
    pub accounts: Vec<AccountRecord>,
    /// Buckets.
    pub buckets: Vec<BucketRecord>,
    /// Transitions.
    pub transitions: Vec<TransitionRecord>,
    /// Notices.
    pub notices: Vec<OutgoingNotice>,
    /// That somebody was reminded.
    pub reminded: Option<Reminded>,
    /// Events that were handled.
    pub changes: Vec<ChangeRecord>,
    /// Looks to come; each takes the place of the one that is planned for the same bucket or account.
    pub revisits: Vec<Revisit>,
    /// Looks that are done, as they were loaded: one that was planned anew meanwhile stays.
    pub revisited: Vec<Revisit>,
    /// Exceptions; each takes the place of the one of the same name.
    pub exceptions: Vec<Exception>,
}

/// That somebody was reminded of what is still open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminded {
    /// In which account.
    pub account: AccountId,
    /// When that was before, as it was loaded; where somebody reminded meanwhile, the commit is refused.
    pub before: Option<Timestamp>,
    /// When.
    pub at: Timestamp,
}

/// A notice and to whom it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct OutgoingNotice {
    /// The notice.
    pub notice: Notice,
    /// The names of the notifiers, each of which gets a delivery.
    pub notifiers: Vec<String>,
}
