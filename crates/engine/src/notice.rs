//! What is told: one or more transitions, or the baseline of a first run.

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A message of the outbox. The document form is `bucketwatch.notice/1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Stable over repeats.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    pub body: NoticeBody,
    /// Notices of one cause share it: the event's id, or the run's.
    pub group_key: String,
}

/// What a notice says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NoticeBody {
    /// Transitions, worst first.
    Transitions {
        /// The transitions.
        transitions: Vec<TransitionRecord>,
    },
    /// The first complete run over an account.
    Baseline {
        /// The account.
        account: AccountId,
        /// How many buckets there are.
        buckets: u64,
        /// How many are public.
        public: u64,
        /// How many are undetermined.
        undetermined: u64,
        /// The names of the worst, at most ten.
        worst: Vec<Untrusted>,
    },
}

/// A recorded transition. The document form is `bucketwatch.transition/1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransitionRecord {
    /// Its id.
    pub id: String,
    /// When it was recorded.
    pub at: Timestamp,
    /// The bucket.
    pub bucket: Untrusted,
    /// Its owner.
    pub account: AccountId,
    /// Its region.
    pub region: Option<String>,
    /// `opened`, `widened`, …
    pub kind: String,
    /// The kind that a `regained_sight` carries.
    pub inner: Option<String>,
    /// The assessment document before, as far as a reader needs it: verdict and exposures.
    pub before: Option<serde_json::Value>,
    /// The same after.
    pub after: Option<serde_json::Value>,
    /// What caused it.
    pub cause: TransitionCause,
    /// Transitions of one cause share it.
    pub group_key: String,
}

/// What made bucketwatch see a transition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TransitionCause {
    /// A scan.
    Scan {
        /// The run's id.
        run: String,
    },
    /// A CloudTrail event.
    Event {
        /// The event's id.
        id: String,
        /// Who.
        actor: Untrusted,
        /// With what.
        agent: Untrusted,
        /// From where.
        address: Untrusted,
    },
}
