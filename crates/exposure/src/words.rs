//! The words by which documents, fingerprints and the stored form call things.

use bucketwatch_policy::action::Access;
use bucketwatch_policy::reach::{Audience, Note};
use bucketwatch_policy::untrusted::Untrusted;

use crate::assessment::{ExposureNote, Objects, Path, Severity, Verdict};

/// Gives the word of an access class.
pub fn access(access: Access) -> &'static str {
    match access {
        Access::List => "list",
        Access::Read => "read",
        Access::Write => "write",
        Access::Delete => "delete",
        Access::ReadAcl => "read_acl",
        Access::WriteAcl => "write_acl",
        Access::Configure => "configure",
        Access::Other => "other",
    }
}

/// Gives the word of a path.
pub fn path(path: Path) -> &'static str {
    match path {
        Path::BucketAcl => "bucket_acl",
        Path::BucketPolicy => "bucket_policy",
        Path::AccessPoint => "access_point",
        Path::MultiRegionAccessPoint => "multi_region_access_point",
        Path::ObjectAcl => "object_acl",
    }
}

/// Gives the word of an audience, without its detail.
pub fn audience(audience: &Audience) -> &'static str {
    match audience {
        Audience::Anyone { .. } => "anyone",
        Audience::AnyAwsAccount { .. } => "any_aws_account",
        Audience::Network { .. } => "network",
        Audience::Account { .. } => "account",
        Audience::Organization { .. } => "organization",
        Audience::Service { .. } => "service",
    }
}

/// Gives the word of a verdict.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Public => "public",
        Verdict::Undetermined => "undetermined",
        Verdict::NotPublic => "not_public",
    }
}

/// Gives the word of a severity.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Informational => "informational",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// Gives the word of what is known of object ACLs.
pub fn objects(objects: Objects) -> &'static str {
    match objects {
        Objects::CannotMatter => "cannot_matter",
        Objects::Unchecked => "unchecked",
        Objects::Sampled => "sampled",
        Objects::Checked => "checked",
    }
}

/// Gives a note as `word` or `word:detail`. The detail may be a stranger's text.
pub fn note(note: &ExposureNote) -> Untrusted {
    let word = match note {
        ExposureNote::WebsiteEndpoint => "website_endpoint",
        ExposureNote::KmsDefaultEncryption => "kms_default_encryption",
        ExposureNote::ResourceControlPoliciesUnread => "resource_control_policies_unread",
        ExposureNote::TakeOver => "take_over",
        ExposureNote::Policy(note) => return policy_note(note),
    };
    Untrusted::new(word)
}

fn policy_note(note: &Note) -> Untrusted {
    let with = |word: &str, detail: &str| Untrusted::new(format!("{word}:{detail}"));
    match note {
        Note::OnlyTaggedObjects => Untrusted::new("only_tagged_objects"),
        Note::OnlyOwnedObjects => Untrusted::new("only_owned_objects"),
        Note::Federated(provider) => with("federated", provider.as_raw()),
        Note::DelegatesToAccessPoints => Untrusted::new("delegates_to_access_points"),
        Note::OwnOrganization => Untrusted::new("own_organization"),
        Note::CallerChosenKey(key) => with("caller_chosen_key", key),
        Note::Unverified(what) => with("unverified", what),
        other => with("unverified", &format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    fn stored(value: impl Serialize) -> String {
        serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn words_are_those_of_the_stored_form() {
        for word in [Access::List, Access::ReadAcl, Access::Configure, Access::Other] {
            assert_eq!(access(word), stored(word));
        }
        for word in [Path::BucketAcl, Path::BucketPolicy, Path::AccessPoint, Path::ObjectAcl] {
            assert_eq!(path(word), stored(word));
        }
        for word in [Verdict::Public, Verdict::NotPublic, Verdict::Undetermined] {
            assert_eq!(verdict(word), stored(word));
        }
        for word in [Severity::Informational, Severity::Critical] {
            assert_eq!(severity(word), stored(word));
        }
        for word in [Objects::CannotMatter, Objects::Sampled] {
            assert_eq!(objects(word), stored(word));
        }
    }

    #[test]
    fn a_note_carries_its_detail_behind_a_colon() {
        let federated = ExposureNote::Policy(Note::Federated("graph.facebook.com".into()));
        assert_eq!(note(&federated).as_raw(), "federated:graph.facebook.com");
        assert_eq!(note(&ExposureNote::TakeOver).as_raw(), "take_over");
    }
}
