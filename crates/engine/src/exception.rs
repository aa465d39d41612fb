//! Exceptions at work: which findings they mark, and what is told of those that no longer cover.

mod note;

use std::collections::BTreeMap;

use bucketwatch_exposure::exception::{Exception, Subject, Tag, accepting};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

pub use self::note::{ExceptionNote, ExceptionWord, notes};
use crate::report::wire::{AssessmentDocument, Exposure};

/// Marks the open exposures of `document` that `exceptions` cover at the instant `at`, and only those.
///
/// *Unknowns*: nothing of what is undetermined is ever accepted.
pub fn mark(
    document: &mut AssessmentDocument,
    exceptions: &[Exception],
    subject: &Subject<'_>,
    at: Timestamp,
) {
    for exposure in &mut document.exposures {
        let accepted = |exposure: &Exposure| {
            let exception = accepting(exceptions, subject, &exposure.entry()?, at)?;
            Some(exception.id.as_str().into())
        };
        exposure.accepted_by = accepted(exposure);
    }
}

/// Gives tags in the form that exceptions compare.
pub fn tags_of(tags: &BTreeMap<Untrusted, Untrusted>) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

/// Gives a bucket as documents name it: which of the buckets that have borne the name, nobody says.
pub fn subject<'a>(
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
