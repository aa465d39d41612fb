//! `bucketwatch.transition/1`.

use std::collections::BTreeMap;

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AssessmentDocument, Exposure, Undetermined, Verdict};
use crate::exception::ExceptionNote;
use crate::notice::{Deed, TransitionCause, TransitionRecord};

/// A change between two assessments of a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "schema", rename = "bucketwatch.transition/1")]
pub struct TransitionDocument {
    /// The same for every delivery.
    pub id: String,
    /// When it was recorded.
    pub at: Timestamp,
    /// The bucket.
    pub bucket: Untrusted,
    /// Its owner.
    pub account: Option<AccountId>,
    /// Its region.
    pub region: Option<String>,
    /// `opened`, `widened`, …
    pub kind: String,
    /// The kind that a `regained_sight` carries.
    pub inner: Option<String>,
    /// Verdict and exposures before; `None`: not known before.
    pub before: Option<Value>,
    /// Verdict and exposures after; `None`: deleted.
    pub after: Option<Value>,
    /// What made bucketwatch see it.
    pub cause: CauseDocument,
    /// Transitions of one cause share it.
    pub group_key: String,
    /// The exceptions that cover what is new, and those that fail to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<ExceptionNote>,
    /// The events that can have brought about what a scan found, as they came to be known afterwards, the latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learned: Vec<DeedDocument>,
}

/// What made bucketwatch see a transition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CauseDocument {
    /// A scan.
    Scan {
        /// The run's id.
        run: String,
    },
    /// A CloudTrail event.
    Event {
        /// The event's id.
        event: String,
        /// Who.
        actor: Option<Untrusted>,
        /// With what.
        agent: Option<Untrusted>,
        /// From where.
        address: Option<Untrusted>,
        /// The event's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<Untrusted>,
        /// When it was done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
        /// Earlier events without which it would not have come to this, the latest first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<DeedDocument>,
    },
    /// Somebody at the command line.
    Operator {
        /// The act's id.
        act: String,
        /// Who.
        by: Untrusted,
    },
    /// Time, or whoever wrote exceptions down: others count than before.
    Review {
        /// The review's id.
        review: String,
    },
}

/// Who did what, by an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeedDocument {
    /// The event's id.
    pub event: String,
    /// Its name.
    pub name: Untrusted,
    /// When it was done.
    pub at: Timestamp,
    /// Who.
    pub actor: Option<Untrusted>,
    /// With what.
    pub agent: Option<Untrusted>,
    /// From where.
    pub address: Option<Untrusted>,
}

/// One side of a transition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// The verdict.
    pub verdict: Verdict,
    /// The exposures.
    pub exposures: Vec<Exposure>,
    /// AWS's documented IsPublic of the bucket policy.
    #[serde(default)]
    pub aws_public: Option<bool>,
    /// What could not be decided.
    #[serde(default)]
    pub undetermined: Vec<Gap>,
    /// The bucket's tags, where they were read.
    #[serde(default)]
    pub tags: BTreeMap<Untrusted, Untrusted>,
}

/// Something that could not be decided, without what hangs on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The missing datum.
    pub what: String,
    /// The IAM action that it needs.
    pub permission: Option<String>,
    /// The error code, `not_asked`, or the reason in words.
    pub why: Untrusted,
}

impl Side {
    /// Gives what a transition keeps of `assessment` and of the bucket's tags.
    pub fn of(assessment: &AssessmentDocument, tags: BTreeMap<Untrusted, Untrusted>) -> Self {
        let gap = |undetermined: &Undetermined| Gap {
            what: undetermined.what.clone(),
            permission: undetermined.permission.clone(),
            why: undetermined.why.clone(),
        };
        Self {
            verdict: assessment.verdict,
            exposures: assessment.exposures.clone(),
            aws_public: assessment.aws_public,
            undetermined: assessment.undetermined.iter().map(gap).collect(),
            tags,
        }
    }

    /// Reads a side back from its document.
    pub fn read(side: Option<&Value>) -> Option<Self> {
        side.and_then(|value| Self::deserialize(value).ok())
    }
}

impl From<&TransitionRecord> for TransitionDocument {
    fn from(record: &TransitionRecord) -> Self {
        Self {
            id: record.id.clone(),
            at: record.at,
            bucket: record.bucket.clone(),
            account: Some(record.account.clone()),
            region: record.region.clone(),
            kind: record.kind.clone(),
            inner: record.inner.clone(),
            before: record.before.clone(),
            after: record.after.clone(),
            cause: (&record.cause).into(),
            group_key: record.group_key.clone(),
            exceptions: record.acceptance.exceptions.clone(),
            learned: Vec::new(),
        }
    }
}

/// Gives a text that is not empty.
fn told(text: &Untrusted) -> Option<Untrusted> {
    (!text.as_raw().is_empty()).then(|| text.clone())
}

impl From<&TransitionCause> for CauseDocument {
    fn from(cause: &TransitionCause) -> Self {
        match cause {
            TransitionCause::Scan { run } => Self::Scan { run: run.clone() },
            TransitionCause::Operator { id, by } => Self::Operator { act: id.clone(), by: by.clone() },
            TransitionCause::Review { id } => Self::Review { review: id.clone() },
            TransitionCause::Event { id, actor, agent, address, name, at, also } => Self::Event {
                event: id.clone(),
                actor: told(actor),
                agent: told(agent),
                address: told(address),
                name: told(name),
                at: *at,
                also: also.iter().map(DeedDocument::from).collect(),
            },
        }
    }
}

impl From<&Deed> for DeedDocument {
    fn from(deed: &Deed) -> Self {
        Self {
            event: deed.event.clone(),
            name: deed.name.clone(),
            at: deed.at,
            actor: told(&deed.actor),
            agent: told(&deed.agent),
            address: told(&deed.address),
        }
    }
}
