//! A transition as a message reads it.

use bucketwatch_policy::untrusted::Untrusted;

use super::Line;
use crate::report::sentence;
use crate::report::wire::{Audience, Exposure, Severity, Side, TransitionDocument, Verdict};

/// Which way a transition goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Strangers get in where none did.
    Opened,
    /// More than before.
    Widened,
    /// Less than before.
    Narrowed,
    /// Other than before.
    Changed,
    /// Strangers got in and no longer do.
    Closed,
    /// It cannot be determined any more.
    LostSight,
    /// It can be determined again, and nothing changed meanwhile.
    RegainedSight,
    /// The bucket is gone.
    Deleted,
    /// What is open is accepted.
    Accepted,
    /// Somebody took an exception back.
    Revoked,
}

impl Turn {
    /// Reads the word of a transition; a `regained_sight` or `lapsed` is what it carries.
    fn of(transition: &TransitionDocument) -> Self {
        match transition.inner.as_deref().unwrap_or(&transition.kind) {
            "opened" => Self::Opened,
            "widened" => Self::Widened,
            "narrowed" => Self::Narrowed,
            "closed" => Self::Closed,
            "lost_sight" => Self::LostSight,
            "regained_sight" => Self::RegainedSight,
            "deleted" => Self::Deleted,
            "accepted" => Self::Accepted,
            "revoked" => Self::Revoked,
            _ => Self::Changed,
        }
    }

    /// Gives the word for a count: `3 opened`.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::Changed => "changed",
            Self::Closed => "closed",
            Self::LostSight => "out of sight",
            Self::RegainedSight => "back in sight",
            Self::Deleted => "deleted",
            Self::Accepted => "accepted",
            Self::Revoked => "no longer accepted",
        }
    }
}

/// A transition with both its sides read.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    /// The transition.
    pub transition: &'a TransitionDocument,
    /// How it was, as far as that can be read.
    pub before: Option<Side>,
    /// How it is, as far as that can be read.
    pub after: Option<Side>,
}

impl<'a> Reading<'a> {
    /// Reads `transition`.
    pub fn of(transition: &'a TransitionDocument) -> Self {
        Self {
            transition,
            before: Side::read(transition.before.as_ref()),
            after: Side::read(transition.after.as_ref()),
        }
    }

    /// Gives which way it goes.
    pub fn turn(&self) -> Turn {
        Turn::of(self.transition)
    }

    /// Tells whether no stranger gets in any more, for certain.
    pub fn is_shut(&self) -> bool {
        match &self.after {
            Some(side) => side.verdict == Verdict::NotPublic,
            None => self.transition.after.is_none() && self.turn() == Turn::Deleted,
        }
    }

    /// Tells whether no stranger gets in any more but as somebody accepts, for certain.
    pub fn is_settled(&self) -> bool {
        let accepted = |side: &Side| {
            side.verdict == Verdict::Public
                && side.undetermined.is_empty()
                && self.open().iter().all(|exposure| exposure.accepted_by.is_some())
        };
        self.is_shut() || self.after.as_ref().is_some_and(accepted)
    }

    /// Gives the ways in of strangers that are open now: first what nobody accepts, then by how bad they are.
    pub fn open(&self) -> Vec<&Exposure> {
        ways_of_strangers(self.after.as_ref())
    }

    /// Gives the ways in of strangers that were open before, in the same order.
    pub fn were_open(&self) -> Vec<&Exposure> {
        ways_of_strangers(self.before.as_ref())
    }

    /// Gives how urgent it is: what strangers can do, and the loss of sight as the least of what it may hide.
    pub fn severity(&self) -> Severity {
        let opening = self.open().first().map(|exposure| exposure.severity);
        match self.turn() {
            Turn::Opened | Turn::Widened | Turn::Changed => opening.unwrap_or(Severity::Medium),
            Turn::LostSight => Severity::Medium,
            Turn::Narrowed => Severity::Low,
            Turn::Closed | Turn::RegainedSight | Turn::Deleted => Severity::Informational,
            Turn::Accepted | Turn::Revoked => Severity::Informational,
        }
    }

    /// Gives the bucket's name, of bounded length.
    pub fn bucket(&self) -> Line {
        Line::new(crate::escape::terminal_cell(&self.transition.bucket))
    }

    /// Gives what happened in one line.
    pub fn headline(&self) -> Line {
        let bucket = self.bucket();
        let what = match self.turn() {
            Turn::Opened | Turn::Widened | Turn::Changed if self.transition.kind == "lapsed" => {
                "is open, and an exception for it no longer holds"
            }
            Turn::Opened => "is public",
            Turn::Widened => "is open wider than before",
            Turn::Narrowed => "is open less than before",
            Turn::Changed => "is open otherwise than before",
            Turn::Closed => "is no longer public",
            Turn::LostSight => "can no longer be judged",
            Turn::RegainedSight => "can be judged again",
            Turn::Deleted => "is gone",
            Turn::Accepted => "is open as somebody accepts",
            Turn::Revoked => "is accepted no longer: an exception was taken back",
        };
        let worst = match self.turn() {
            Turn::Opened | Turn::Widened | Turn::Narrowed | Turn::Changed => self.open().first().copied(),
            Turn::Accepted => self.open().first().copied(),
            Turn::Closed | Turn::LostSight | Turn::RegainedSight | Turn::Deleted | Turn::Revoked => None,
        };
        let how = worst.map_or_else(String::new, |worst| {
            format!(": {} can {}", sentence::who(worst), sentence::access(&worst.access))
        });
        Line::new(format!("{} {what}{how}", bucket.as_str()))
    }

    /// Gives the partition that the bucket's region lies in.
    pub fn partition(&self) -> &'static str {
        match self.transition.region.as_deref() {
            Some(region) if region.starts_with("cn-") => "aws-cn",
            Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// Gives the bucket's ARN.
    pub fn arn(&self) -> Untrusted {
        Untrusted::new(format!("arn:{}:s3:::{}", self.partition(), self.transition.bucket.as_raw()))
    }
}

fn ways_of_strangers(side: Option<&Side>) -> Vec<&Exposure> {
    let stranger =
        |exposure: &&Exposure| matches!(exposure.audience, Audience::Anyone | Audience::AnyAwsAccount);
    let mut open: Vec<_> = side.iter().flat_map(|side| &side.exposures).filter(stranger).collect();
    open.sort_by_key(|exposure| (exposure.accepted_by.is_some(), exposure.severity, exposure.audience));
    open
}
