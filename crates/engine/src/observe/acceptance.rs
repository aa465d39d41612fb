//! What exceptions make of what was found: which entries they cover, what that alerts as, and what is told of them. Pure.

use bucketwatch_exposure::exception::{Exception, Subject, Tag, failing};
use bucketwatch_exposure::standing::Standing;
use bucketwatch_exposure::transition::{TransitionKind, regard};
use jiff::Timestamp;

use crate::exception::{ExceptionNote, ExceptionWord, notes};
use crate::notice::Acceptance;
use crate::state::BucketRecord;

/// The exceptions at an instant.
#[derive(Clone, Copy)]
pub(super) struct Exceptions<'a> {
    /// All of them, those that count no longer too.
    pub(super) all: &'a [Exception],
    /// When they are judged.
    pub(super) at: Timestamp,
}

/// Gives a stored bucket as exceptions see it.
pub(super) fn subject<'a>(record: &'a BucketRecord, tags: &'a [Tag]) -> Subject<'a> {
    let (account, bucket) = (Some(&record.key.account), Some(&record.key.name));
    Subject { account, bucket, incarnation: Some(record.incarnation), tags }
}

/// Gives what happened from `before` to `after`, both marked, when `seen` is what happened regardless of exceptions; and
/// what is said of exceptions.
pub(super) fn regarded(
    seen: Option<TransitionKind>,
    (before, after): (&Standing, &Standing),
    subject: &Subject<'_>,
    exceptions: Exceptions<'_>,
) -> Option<(TransitionKind, Acceptance)> {
    let regarded = regard(seen, before, after)?;
    let mut said: Vec<ExceptionNote> = covering_anew(before, after)
        .filter_map(|id| exceptions.all.iter().find(|exception| exception.id == id))
        .map(|exception| ExceptionNote::of(exception, ExceptionWord::Accepted, None))
        .collect();
    if ["opened", "widened", "changed"].contains(&regarded.alerts_as) {
        said.extend(notes(&failing(exceptions.all, subject, Some(before), after, exceptions.at)));
    }
    let by_kind = regarded.alerts_as == regarded.kind.alerts_as();
    let alerts_as = (!by_kind).then(|| regarded.alerts_as.to_owned());
    Some((regarded.kind, Acceptance { alerts_as, exceptions: said }))
}

/// Gives the exceptions that cover something in `after` and covered nothing `before`, each once.
fn covering_anew<'a>(before: &'a Standing, after: &'a Standing) -> impl Iterator<Item = &'a str> {
    let marks =
        |standing: &'a Standing| standing.entries.iter().filter_map(|entry| entry.accepted_by.as_deref());
    let mut ids: Vec<&str> = marks(after).filter(|id| marks(before).all(|old| old != *id)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter()
}
