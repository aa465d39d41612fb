//! What somebody has accepted: which exposures of which bucket, until when, and why it no longer counts.

mod coverage;

use bucketwatch_policy::action::Access;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::reach::Audience;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::coverage::{Beyond, Failing, failing};
use crate::glob;
use crate::standing::{AudienceForm, Entry};

/// What somebody has accepted of a bucket, or of every bucket that a pattern names.
///
/// Its JSON form is stored by the state and stays readable: fields are only added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Its name, which findings carry.
    pub id: String,
    /// The account that the bucket is in.
    pub account: AccountId,
    /// The bucket's name; `*` is any run of characters and `?` any one.
    pub bucket: Untrusted,
    /// What is accepted. An exposure is covered where these together contain it.
    pub accepted: Vec<Accepted>,
    /// Who answers for it.
    pub owner: Untrusted,
    /// Why.
    pub reason: Untrusted,
    /// The first instant at which it counts no longer.
    pub until: Timestamp,
    /// Only this one of the buckets that have borne the name, counted from 1; `None` = whichever bears it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incarnation: Option<u32>,
    /// Only as long as the bucket bears this tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub while_tag: Option<Tag>,
    /// Who accepted it by the command; `None` = it is written in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Act>,
    /// Who took it back by the command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Act>,
}

/// A set of (audience × access × resource) that is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Who may get in.
    #[serde(with = "AudienceForm")]
    pub audience: Audience,
    /// What they may do.
    pub access: Vec<Access>,
    /// On what: ARN patterns.
    pub resources: Vec<Untrusted>,
    /// What is cut out of `resources`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources_except: Vec<Untrusted>,
}

impl Accepted {
    /// Gives exactly what `entry` lets in.
    pub fn of(entry: &Entry) -> Self {
        Self {
            audience: entry.audience.clone(),
            access: entry.access.clone(),
            resources: entry.resources.clone(),
            resources_except: entry.resources_except.clone(),
        }
    }
}

/// A tag of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Its key, compared exactly.
    pub key: Untrusted,
    /// Its value, compared exactly.
    pub value: Untrusted,
}

/// Who did something by the command, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Who.
    pub by: Untrusted,
    /// When.
    pub at: Timestamp,
}

/// A bucket as exceptions see it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its account; `None` = not known, and then no exception concerns it.
    pub account: Option<&'a AccountId>,
    /// Its name.
    pub bucket: Option<&'a Untrusted>,
    /// Which of the buckets that have borne the name; `None` = not known.
    pub incarnation: Option<u32>,
    /// Its tags; none where they could not be read.
    pub tags: &'a [Tag],
}

/// Why an exception that concerns a bucket does not count for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// Somebody took it back.
    Revoked(Act),
    /// Its time is over.
    Expired,
    /// The bucket is another one of the same name.
    CreatedAnew,
    /// The bucket's tag is another, is gone, or cannot be read: `None`.
    TagChanged(Option<Untrusted>),
}

impl Exception {
    /// Tells whether it is about the bucket at all.
    pub fn concerns(&self, subject: &Subject<'_>) -> bool {
        subject.account == Some(&self.account)
            && subject.bucket.is_some_and(|name| glob::contains(self.bucket.as_raw(), name.as_raw()))
    }

    /// Gives why it does not count at the instant `at`, for a bucket that it concerns; `None` = it counts.
    ///
    /// *Unknowns*: where the tag or the incarnation that it is bound to is not known, it does not count.
    pub fn lapse(&self, subject: &Subject<'_>, at: Timestamp) -> Option<Lapse> {
        if let Some(act) = &self.revoked {
            return Some(Lapse::Revoked(act.clone()));
        }
        if at >= self.until {
            return Some(Lapse::Expired);
        }
        if self.incarnation.is_some() && self.incarnation != subject.incarnation {
            return Some(Lapse::CreatedAnew);
        }
        let bound = self.while_tag.as_ref()?;
        let found = subject.tags.iter().find(|tag| tag.key == bound.key);
        (found != Some(bound)).then(|| Lapse::TagChanged(found.map(|tag| tag.value.clone())))
    }

    /// Gives the same, bound to no incarnation and no tag.
    #[must_use]
    pub fn unbound(self) -> Self {
        Self { incarnation: None, while_tag: None, ..self }
    }

    /// Tells whether it counts for the bucket at the instant `at`.
    pub fn counts(&self, subject: &Subject<'_>, at: Timestamp) -> bool {
        self.concerns(subject) && self.lapse(subject, at).is_none()
    }
}

/// Gives the exception that covers `entry` of `subject` at the instant `at`: of several the one that lasts longest.
pub fn accepting<'a>(
    exceptions: &'a [Exception],
    subject: &Subject<'_>,
    entry: &Entry,
    at: Timestamp,
) -> Option<&'a Exception> {
    let covering =
        exceptions.iter().filter(|exception| exception.counts(subject, at) && exception.covers(entry));
    covering.max_by(|a, b| (a.until, &b.id).cmp(&(b.until, &a.id)))
}

#[cfg(test)]
mod tests;
