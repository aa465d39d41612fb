//! Questions to the state, answered page by page.

use std::collections::BTreeMap;

use bucketwatch_exposure::assessment::{Objects, Verdict};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::Deserialize as _;

use super::{AssessmentRecord, BucketKey, BucketRecord, Look, RunId};
use crate::notice::{TransitionCause, TransitionRecord};

/// How many rows a page has if nobody says: each carries a document, and a page of them is in memory at once.
const PAGE: usize = 64;

/// One page of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Cursor>,
}

/// Where a page begins. Only the store that gave it understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// Wraps a store's own text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Gives the store's own text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which buckets to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusQuery {
    /// Of this account only.
    pub account: Option<AccountId>,
    /// With these verdicts only; empty = all.
    pub verdicts: Vec<Verdict>,
    /// Last looked at in this run only.
    pub run: Option<RunId>,
    /// From here on.
    pub after: Option<Cursor>,
    /// How many rows a page has at most.
    pub limit: usize,
}

impl Default for StatusQuery {
    fn default() -> Self {
        Self { account: None, verdicts: Vec::new(), run: None, after: None, limit: PAGE }
    }
}

impl StatusQuery {
    /// Tells whether it asks for buckets of `account` with `verdict` that were last looked at in `run`.
    pub fn shows(&self, account: &AccountId, verdict: Verdict, run: Option<&RunId>) -> bool {
        self.account.as_ref().is_none_or(|wanted| wanted == account)
            && (self.verdicts.is_empty() || self.verdicts.contains(&verdict))
            && self.run.as_ref().is_none_or(|wanted| Some(wanted) == run)
    }
}

/// A bucket as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusRow {
    /// Which bucket.
    pub key: BucketKey,
    /// Its region.
    pub region: Option<String>,
    /// Which of the buckets that have borne its name.
    pub incarnation: u32,
    /// Its tags at the last look that determined it; none where they could not be read.
    pub tags: BTreeMap<Untrusted, Untrusted>,
    /// When this incarnation of it was first seen.
    pub first_seen_at: Timestamp,
    /// The last look at it.
    pub last_look: Look,
    /// What the last look gave.
    pub assessment: AssessmentRecord,
    /// The last determined verdict and since when, which differs from the assessment's where that is undetermined.
    pub last_determined: Option<(Verdict, Timestamp)>,
    /// Since when it cannot be judged.
    pub sight_lost_at: Option<Timestamp>,
}

impl StatusRow {
    /// Gives the row of `record`; `None` = it is deleted.
    pub fn of(record: BucketRecord) -> Option<Self> {
        let side = record.standing.as_ref().map(|standing| &standing.side);
        let tags = side.and_then(|side| BTreeMap::deserialize(side.get("tags")?).ok());
        Some(Self {
            assessment: record.assessment?,
            key: record.key,
            region: record.region,
            incarnation: record.incarnation,
            tags: tags.unwrap_or_default(),
            first_seen_at: record.first_seen_at,
            last_look: record.last_look,
            last_determined: record.standing.map(|standing| (standing.verdict, standing.since)),
            sight_lost_at: record.sight_lost_at,
        })
    }
}

/// How many buckets there are of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Public ones.
    pub public: u64,
    /// Undetermined ones.
    pub undetermined: u64,
    /// Ones that are not public.
    pub not_public: u64,
    /// Ones of any verdict with object ACLs that can matter and that nobody checked.
    pub objects_unchecked: u64,
}

impl Summary {
    /// Counts one bucket.
    pub fn add(&mut self, verdict: Verdict, objects: Objects) {
        match verdict {
            Verdict::Public => self.public += 1,
            Verdict::Undetermined => self.undetermined += 1,
            Verdict::NotPublic => self.not_public += 1,
        }
        self.objects_unchecked += u64::from(objects == Objects::Unchecked);
    }

    /// Gives the number of all buckets.
    pub fn buckets(&self) -> u64 {
        self.public + self.undetermined + self.not_public
    }
}

/// Which transitions to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Of this account only.
    pub account: Option<AccountId>,
    /// Of this bucket only.
    pub bucket: Option<Untrusted>,
    /// Found by this run only.
    pub run: Option<RunId>,
    /// With this group key only.
    pub group_key: Option<String>,
    /// From here on.
    pub after: Option<Cursor>,
    /// How many rows a page has at most.
    pub limit: usize,
}

impl Default for HistoryQuery {
    fn default() -> Self {
        Self { account: None, bucket: None, run: None, group_key: None, after: None, limit: PAGE }
    }
}

impl HistoryQuery {
    /// Tells whether it asks for `transition`.
    pub fn shows(&self, transition: &TransitionRecord) -> bool {
        let run = match &transition.cause {
            TransitionCause::Scan { run } => Some(run.as_str()),
            TransitionCause::Event { .. }
            | TransitionCause::Operator { .. }
            | TransitionCause::Review { .. } => None,
        };
        self.account.as_ref().is_none_or(|wanted| *wanted == transition.account)
            && self.bucket.as_ref().is_none_or(|wanted| *wanted == transition.bucket)
            && self.run.as_ref().is_none_or(|wanted| Some(wanted.as_str()) == run)
            && self.group_key.as_ref().is_none_or(|wanted| *wanted == transition.group_key)
    }
}
