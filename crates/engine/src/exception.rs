//! Exceptions at work: which findings they mark, and what is told of those that no longer cover.

mod choice;
mod note;
mod written;

use std::collections::BTreeMap;

use bucketwatch_exposure::exception::{Exception, Lapse, Subject, Tag, accepting};
use bucketwatch_exposure::snapshot::BucketSnapshot;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub use self::choice::{Choice, ChoiceError};
pub use self::note::{ExceptionNote, ExceptionWord, notes};
pub use self::written::Written;
use crate::report::wire::Exposure;
use crate::state::{BucketRecord, Facet, FacetKind};

/// Marks those of a bucket's open exposures that `exceptions` cover at the instant `at`, and only those.
///
/// *Unknowns*: what hangs on something undetermined is not to be given here, so it is never accepted.
pub fn mark(exposures: &mut [Exposure], exceptions: &[Exception], subject: &Subject<'_>, at: Timestamp) {
    for exposure in exposures {
        let entry = exposure.entry();
        let by = entry.and_then(|entry| accepting(exceptions, subject, &entry, at));
        exposure.accepted_by = by.map(|exception| exception.id.as_str().into());
    }
}

/// Marks what `exceptions` cover of the exposures of a bucket that was judged by `snapshot`, which bears no word on the
/// `incarnation`.
pub fn mark_seen(
    exposures: &mut [Exposure],
    snapshot: &BucketSnapshot,
    incarnation: Option<u32>,
    exceptions: &[Exception],
    at: Timestamp,
) {
    let tags = snapshot.tags.present().map(tags_of).unwrap_or_default();
    let own = subject(snapshot.account.as_ref(), snapshot.bucket.as_ref(), &tags);
    mark(exposures, exceptions, &Subject { incarnation, ..own }, at);
}

/// Gives tags in the form that exceptions compare.
pub fn tags_of(tags: &BTreeMap<Untrusted, Untrusted>) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

/// Gives why `exception` does not count at the instant `at`, by what is known of the bucket of its name; where nothing is,
/// by time and revocation alone.
pub fn lapse(exception: &Exception, bucket: Option<&BucketRecord>, at: Timestamp) -> Option<Lapse> {
    let Some(record) = bucket else {
        return exception.clone().unbound().lapse(&subject(None, None, &[]), at);
    };
    let tags = tags_in(&record.facets);
    let incarnation = Some(record.incarnation).filter(|_| record.deleted_at.is_none());
    exception.lapse(&Subject { incarnation, ..subject(None, None, &tags) }, at)
}

/// Gives the tags among the facts of a bucket; none where they could not be read.
pub fn tags_in(facets: &BTreeMap<FacetKind, Facet>) -> Vec<Tag> {
    let stored = facets.get(&FacetKind::Configuration).and_then(|facet| facet.document.get("tags"));
    let members = stored.and_then(Value::as_object).filter(|tags| !tags.contains_key("unreadable"));
    let tag = |(key, value): (&String, &Value)| {
        Some(Tag { key: key.as_str().into(), value: value.as_str()?.into() })
    };
    members.into_iter().flatten().filter_map(tag).collect()
}

/// Gives a bucket as documents name it: which of the buckets that have borne the name, nobody says.
fn subject<'a>(
    account: Option<&'a AccountId>,
    bucket: Option<&'a Untrusted>,
    tags: &'a [Tag],
) -> Subject<'a> {
    Subject { account, bucket, incarnation: None, tags }
}

/// Gives a name of sixteen characters that the same `parts` always give.
pub fn short_id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    digest.iter().take(7).fold("x-".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}
