//! What an exception covers, what has outgrown it, and why it fails to cover what is open.

use bucketwatch_policy::action::Access;
use bucketwatch_policy::reach::Audience;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::{Exception, Lapse, Subject};
use crate::containment::{covers_audience, covers_resource, within};
use crate::standing::{Entry, Standing};

/// By what an exposure goes beyond an exception.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    /// Whom it lets in, where they are not within the accepted audiences.
    pub audience: Option<Audience>,
    /// What it lets them do that is accepted of nobody.
    pub access: Vec<Access>,
    /// What it reaches that is accepted of nobody.
    pub resources: Vec<Untrusted>,
}

/// Why an exception fails to cover something that is open.
#[derive(Clone, Debug, PartialEq)]
pub enum Failing<'a> {
    /// It counts no longer.
    Lapsed(&'a Exception, Lapse),
    /// It counts, and something is open beyond it.
    Outgrown(&'a Exception, Beyond),
    /// It covered something at the last look, and is not there any more.
    Withdrawn(&'a str),
}

impl Exception {
    /// Tells whether everything that `entry` lets in is accepted.
    pub fn covers(&self, entry: &Entry) -> bool {
        within(entry, &self.accepted)
    }

    /// Gives by what `entry` goes beyond what is accepted. Empty where each part of it is accepted, only not together.
    pub fn beyond(&self, entry: &Entry) -> Beyond {
        let audiences: Vec<&Audience> = self.accepted.iter().map(|accepted| &accepted.audience).collect();
        let access =
            |access: &&Access| !self.accepted.iter().any(|accepted| accepted.access.contains(access));
        let resource = |resource: &&Untrusted| {
            !self.accepted.iter().any(|accepted| {
                covers_resource((&accepted.resources, &accepted.resources_except), resource, entry)
            })
        };
        Beyond {
            audience: (!covers_audience(&audiences, &entry.audience)).then(|| entry.audience.clone()),
            access: entry.access.iter().filter(access).copied().collect(),
            resources: entry.resources.iter().filter(resource).cloned().collect(),
        }
    }
}

/// Gives why what is open in `after` and nobody accepts is not covered by the exceptions that concern the bucket, or
/// that covered something `before`.
pub fn failing<'a>(
    exceptions: &'a [Exception],
    subject: &Subject<'_>,
    before: Option<&'a Standing>,
    after: &Standing,
    at: Timestamp,
) -> Vec<Failing<'a>> {
    let outside: Vec<&Entry> = after.entries.iter().filter(|entry| entry.accepted_by.is_none()).collect();
    let Some(worst) = outside.iter().find(|entry| entry.is_to_strangers()).or(outside.first()) else {
        return Vec::new();
    };
    let mut marks: Vec<&str> = before
        .into_iter()
        .flat_map(|standing| &standing.entries)
        .filter_map(|entry| entry.accepted_by.as_deref())
        .collect();
    marks.sort_unstable();
    marks.dedup();
    let why = |exception: &'a Exception| match exception.lapse(subject, at) {
        None => Some(Failing::Outgrown(exception, exception.beyond(worst))),
        Some(lapse) if marks.contains(&exception.id.as_str()) => Some(Failing::Lapsed(exception, lapse)),
        Some(Lapse::Revoked(_) | Lapse::Expired) => None,
        Some(lapse) => {
            let missed = outside.iter().any(|entry| exception.covers(entry));
            missed.then_some(Failing::Lapsed(exception, lapse))
        }
    };
    let concerned = exceptions.iter().filter(|exception| exception.concerns(subject));
    let known = |id: &&str| exceptions.iter().any(|exception| exception.id == *id);
    let withdrawn = marks.iter().filter(|id| !known(id)).map(|id| Failing::Withdrawn(id));
    concerned.filter_map(why).chain(withdrawn).collect()
}
