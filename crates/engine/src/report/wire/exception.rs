//! `bucketwatch.exception/1`.

use bucketwatch_exposure::exception::{self as domain, Exception, Lapse};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Access, Audience, AudienceDetail};
use crate::exception::lapse;
use crate::report::sentence;
use crate::state::BucketRecord;

/// How long before its end an exception is said to expire.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What somebody has accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "schema", rename = "bucketwatch.exception/1")]
pub struct ExceptionDocument {
    /// Its name, which findings carry.
    pub id: String,
    /// Whether and why it counts.
    pub state: ExceptionState,
    /// Where it is kept.
    pub source: ExceptionSource,
    /// The account.
    pub account: AccountId,
    /// The bucket's name, or a pattern.
    pub bucket: Untrusted,
    /// What is accepted.
    pub accepted: Vec<AcceptedDocument>,
    /// Who answers for it.
    pub owner: Untrusted,
    /// Why.
    pub reason: Untrusted,
    /// The first instant at which it counts no longer.
    pub until: Timestamp,
    /// The tag that it is bound to.
    pub while_tag: Option<TagDocument>,
    /// Who accepted it by the command.
    pub made: Option<ActDocument>,
    /// Who took it back.
    pub revoked: Option<ActDocument>,
}

/// A set of (audience × access × resource) that is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedDocument {
    /// Who.
    pub audience: Audience,
    /// Who exactly.
    pub audience_detail: AudienceDetail,
    /// What they may do.
    pub access: Vec<Access>,
    /// On what: ARN patterns.
    pub resources: Vec<Untrusted>,
    /// What is cut out of `resources`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources_except: Vec<Untrusted>,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagDocument {
    /// Its key.
    pub key: Untrusted,
    /// Its value.
    pub value: Untrusted,
}

/// Who did something by the command, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActDocument {
    /// Who.
    pub by: Untrusted,
    /// When.
    pub at: Timestamp,
}

/// Where an exception is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionSource {
    /// In the state, by the command.
    State,
    /// In the configuration, or the reviewed file that it names.
    Configuration,
}

/// Whether and why an exception counts, in the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionState {
    /// It counts, and ends within 30 days.
    Expiring,
    /// It counts.
    Holds,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
    /// The bucket is gone, or another one of the same name.
    CreatedAnew,
    /// The tag that it is bound to has changed, is gone, or cannot be read.
    TagChanged,
}

impl ExceptionState {
    /// Gives the word as documents spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expiring => "expiring",
            Self::Holds => "holds",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::CreatedAnew => "created_anew",
            Self::TagChanged => "tag_changed",
        }
    }

    /// Tells whether it counts.
    pub fn counts(self) -> bool {
        matches!(self, Self::Expiring | Self::Holds)
    }
}

impl ExceptionSource {
    /// Gives the word as documents spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Configuration => "configuration",
        }
    }
}

impl ExceptionDocument {
    /// Gives the document of `exception` as it is at the instant `now`, by what is known of the bucket that it names.
    pub fn of(exception: &Exception, bucket: Option<&BucketRecord>, now: Timestamp) -> Self {
        let act = |act: &domain::Act| ActDocument { by: act.by.clone(), at: act.at };
        let soon = now.checked_add(SOON).unwrap_or(Timestamp::MAX);
        let state = match lapse(exception, bucket, now) {
            Some(Lapse::Expired) => ExceptionState::Expired,
            Some(Lapse::Revoked(_)) => ExceptionState::Revoked,
            Some(Lapse::CreatedAnew) => ExceptionState::CreatedAnew,
            Some(Lapse::TagChanged(_)) => ExceptionState::TagChanged,
            None if exception.until <= soon => ExceptionState::Expiring,
            None => ExceptionState::Holds,
        };
        let tag = |tag: &domain::Tag| TagDocument { key: tag.key.clone(), value: tag.value.clone() };
        Self {
            id: exception.id.clone(),
            state,
            source: match exception.made {
                Some(_) => ExceptionSource::State,
                None => ExceptionSource::Configuration,
            },
            account: exception.account.clone(),
            bucket: exception.bucket.clone(),
            accepted: exception.accepted.iter().map(AcceptedDocument::from).collect(),
            owner: exception.owner.clone(),
            reason: exception.reason.clone(),
            until: exception.until,
            while_tag: exception.while_tag.as_ref().map(tag),
            made: exception.made.as_ref().map(act),
            revoked: exception.revoked.as_ref().map(act),
        }
    }

    /// Gives what is accepted, a line for each set of it: `anyone: read on arn:aws:s3:::photos/*`.
    pub fn in_words(&self) -> Vec<String> {
        let line = |accepted: &AcceptedDocument| {
            let who = sentence::audience(accepted.audience, &accepted.audience_detail);
            let on = |list: &[Untrusted]| {
                sentence::few(&list.iter().map(crate::escape::terminal_cell).collect::<Vec<_>>(), 3)
            };
            let except = match accepted.resources_except.as_slice() {
                [] => String::new(),
                except => format!(", except {}", on(except)),
            };
            format!("{who}: {} on {}{except}", sentence::access(&accepted.access), on(&accepted.resources))
        };
        self.accepted.iter().map(line).collect()
    }
}

impl From<&domain::Accepted> for AcceptedDocument {
    fn from(accepted: &domain::Accepted) -> Self {
        Self {
            audience: (&accepted.audience).into(),
            audience_detail: (&accepted.audience).into(),
            access: accepted.access.iter().map(|access| (*access).into()).collect(),
            resources: accepted.resources.clone(),
            resources_except: accepted.resources_except.clone(),
        }
    }
}
