//! The stable name of a finding.

use std::fmt::Write as _;

use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::reach::Audience;
use bucketwatch_policy::untrusted::Untrusted;
use sha2::{Digest, Sha256};

use crate::assessment::Exposure;

/// Which bucket a finding is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) partition: Partition,
    pub(crate) account: Option<&'a AccountId>,
    pub(crate) bucket: Option<&'a Untrusted>,
}

/// Gives the fingerprint of `exposure`: 32 hexadecimal digits.
///
/// It depends on the bucket, the path, the access point or object, the audience, the access and the resources, in
/// whatever order they stand; never on Sids, positions in the document or texts. A finding that means the same
/// keeps its name when a policy is reordered or its statements are renamed.
pub(crate) fn of(subject: Subject<'_>, exposure: &Exposure) -> String {
    let mut hash = Fields(Sha256::new());
    hash.field(subject.partition.as_str());
    hash.field(subject.account.map_or("", AccountId::as_str));
    hash.optional(subject.bucket);
    hash.field(crate::words::path(exposure.path));
    hash.optional(exposure.via.as_ref());
    hash.audience(&exposure.audience);
    let mut access = exposure.access.clone();
    access.sort_unstable();
    hash.list(access.iter().map(|access| crate::words::access(*access)));
    hash.sorted(&exposure.resources);
    hash.finish()
}

/// A hash over fields, each preceded by its length: no two different lists of fields run into the same bytes.
struct Fields(Sha256);

impl Fields {
    fn field(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
    }

    fn optional(&mut self, text: Option<&Untrusted>) {
        self.list(text.map(Untrusted::as_raw).into_iter());
    }

    fn list<'a>(&mut self, items: impl ExactSizeIterator<Item = &'a str>) {
        self.0.update((items.len() as u64).to_be_bytes());
        for item in items {
            self.field(item);
        }
    }

    fn sorted(&mut self, items: &[Untrusted]) {
        self.sorted_texts(items.iter().map(Untrusted::as_raw).collect());
    }

    fn sorted_texts(&mut self, mut items: Vec<&str>) {
        items.sort_unstable();
        items.dedup();
        self.list(items.into_iter());
    }

    fn ranges(&mut self, ranges: &[String]) {
        self.sorted_texts(ranges.iter().map(String::as_str).collect());
    }

    fn audience(&mut self, audience: &Audience) {
        self.field(crate::words::audience(audience));
        match audience {
            Audience::Anyone { ranges } | Audience::AnyAwsAccount { ranges } => self.ranges(ranges),
            Audience::Network { ranges, vpcs, endpoints } => {
                self.ranges(ranges);
                self.sorted(vpcs);
                self.sorted(endpoints);
            }
            Audience::Account { ids, principals } => {
                self.sorted_texts(ids.iter().map(AccountId::as_str).collect());
                self.sorted(principals);
            }
            Audience::Organization { ids } => self.sorted(ids),
            Audience::Service { names, unscoped } => {
                self.sorted(names);
                self.field(if *unscoped { "unscoped" } else { "scoped" });
            }
        }
    }

    fn finish(self) -> String {
        let digest = self.0.finalize();
        let mut text = String::with_capacity(32);
        for byte in digest.iter().take(16) {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use bucketwatch_policy::action::{Access, ActionSet};

    use super::*;
    use crate::assessment::{Path, Severity};

    fn exposure() -> Exposure {
        Exposure {
            fingerprint: String::new(),
            audience: Audience::Anyone { ranges: Vec::new() },
            path: Path::BucketPolicy,
            via: None,
            access: vec![Access::Read, Access::List],
            actions: ActionSet::EMPTY,
            resources: vec!["arn:aws:s3:::b/*".into(), "arn:aws:s3:::b".into()],
            resources_except: Vec::new(),
            pointers: vec!["/policy/Statement/0".to_owned()],
            statement: Some("One".into()),
            severity: Severity::High,
            validity: None,
            witnesses: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn name(exposure: &Exposure) -> String {
        let bucket = Untrusted::new("b");
        of(Subject { partition: Partition::Aws, account: None, bucket: Some(&bucket) }, exposure)
    }

    #[test]
    fn renaming_and_reordering_keep_the_fingerprint() {
        let moved = Exposure {
            access: vec![Access::List, Access::Read],
            resources: vec!["arn:aws:s3:::b".into(), "arn:aws:s3:::b/*".into()],
            pointers: vec!["/policy/Statement/7".to_owned()],
            statement: None,
            ..exposure()
        };
        assert_eq!(name(&moved), name(&exposure()));
        assert_eq!(name(&moved).len(), 32);
    }

    #[test]
    fn whatever_the_finding_means_changes_the_fingerprint() {
        let ranged = Audience::Anyone { ranges: vec!["0.0.0.0/1".to_owned()] };
        let others = [
            Exposure { audience: Audience::AnyAwsAccount { ranges: Vec::new() }, ..exposure() },
            Exposure { audience: ranged, ..exposure() },
            Exposure { path: Path::BucketAcl, ..exposure() },
            Exposure { via: Some("".into()), ..exposure() },
            Exposure { access: vec![Access::Read], ..exposure() },
            Exposure { resources: vec!["arn:aws:s3:::b/*arn:aws:s3:::b".into()], ..exposure() },
        ];
        for other in others {
            assert_ne!(name(&other), name(&exposure()), "{other:?}");
        }
    }

    /// Exceptions and the state hold fingerprints: they must not change between versions.
    #[test]
    fn the_fingerprint_is_the_same_in_every_version() {
        assert_eq!(name(&exposure()), "dafb8c21c4cd01697681f5ebbdd4ea66");
    }
}
