//! The catalogue: every action of S3 with what it lets its caller do, and every condition key.
//!
//! The facts are generated (`cargo xtask catalogue`); what they mean is in [`Action`]'s methods.

mod access;
mod fact;
mod generated;
mod index;

pub use fact::{KeyFact, KeyKind, Level};

use crate::action::{Access, Action, ActionSet, ResourceKind};
use crate::glob;
use fact::ActionFact;

/// How many actions there are.
pub(crate) const COUNT: usize = generated::ACTIONS.len();

/// Gives every action, sorted by name.
pub fn all() -> impl Iterator<Item = Action> {
    (0..=u8::MAX).zip(generated::ACTIONS).map(|(index, _)| Action(index))
}

/// Gives the action called `name` (`s3:GetObject`), in whatever case.
pub fn find(name: &str) -> Option<Action> {
    index::action(name).or_else(|| {
        let found = generated::ACTIONS.binary_search_by(|fact| compare_folded(fact.name, name)).ok()?;
        u8::try_from(found).ok().map(Action)
    })
}

/// Gives the actions that `pattern` selects (`s3:Get*`), in whatever case.
///
/// *Source*: IAM user guide, "IAM JSON policy elements: Action": `*` and `?` are wildcards, case does not count.
pub fn matching(pattern: &str) -> ActionSet {
    let Some(wildcard) = pattern.bytes().position(|byte| matches!(byte, b'*' | b'?')) else {
        return find(pattern).into_iter().collect();
    };
    let (stem, rest) = pattern.split_at(wildcard);
    let start = generated::ACTIONS.partition_point(|fact| compare_folded(fact.name, stem).is_lt());
    let rest_of_table = generated::ACTIONS.get(start..).unwrap_or_default();
    let length = rest_of_table.partition_point(|fact| starts_folded(fact.name, stem));
    let candidates = ActionSet::range(start, start + length);
    if rest == "*" {
        return candidates;
    }
    candidates.iter().filter(|action| glob::matches_folded(pattern, action.name())).collect()
}

/// Gives what is known of the condition key `name`, in whatever case; `None` where neither AWS nor S3 has it.
pub fn key(name: &str) -> Option<&'static KeyFact> {
    Some(index::key(family(name))?.fact)
}

/// Gives the actions whose requests may carry the condition key `name`, in whatever case.
///
/// Every request may carry the keys of all of AWS (`aws:SourceIp`); a key of S3 (`s3:prefix`) is part only of
/// the requests of the actions that define it. No request carries a key that the catalogue does not have.
pub fn defining(name: &str) -> ActionSet {
    index::key(family(name)).map_or(ActionSet::EMPTY, |known| known.defining)
}

/// Gives, of each class of access, the actions that people know: a proof by one of these tells most.
pub fn telling() -> ActionSet {
    index::telling()
}

impl Action {
    /// Gives the name with its service: `s3:GetObject`.
    pub fn name(self) -> &'static str {
        self.fact().map_or("", |fact| fact.name)
    }

    /// Gives AWS's own class of the action.
    pub fn level(self) -> Level {
        self.fact().map_or(Level::Read, |fact| fact.level)
    }

    /// Gives what the action lets its caller do.
    pub fn access(self) -> Access {
        access::of(self)
    }

    /// Gives what the action acts on.
    pub fn kind(self) -> ResourceKind {
        index::kind(self)
    }

    /// Tells whether S3 refuses the action to every caller from outside the bucket owner's account, whatever the
    /// policy says.
    pub fn owner_account_only(self) -> bool {
        access::owner_account_only(self)
    }

    /// Tells whether S3 refuses the action to every unsigned caller, whatever the policy says. Only said where it
    /// is true of every API operation that the action stands for; see [`Action::signed_operations`].
    pub fn signed_only(self) -> bool {
        access::signed_only(self)
    }

    /// Gives the API operations under this action that refuse unsigned callers while others accept them.
    pub fn signed_operations(self) -> &'static [&'static str] {
        access::signed_operations(self)
    }

    /// Tells whether a request for the action can go through an access point.
    pub fn through_access_point(self) -> bool {
        access::through_access_point(self)
    }

    /// Tells whether requests for the action may carry the condition key `name`.
    pub fn defines(self, name: &str) -> bool {
        defining(name).contains(self)
    }

    fn fact(self) -> Option<&'static ActionFact> {
        generated::ACTIONS.get(usize::from(self.0))
    }
}

/// Cuts the member off a key of a family: `aws:PrincipalTag/team` gives `aws:PrincipalTag/`.
fn family(name: &str) -> &str {
    name.find('/').and_then(|slash| name.get(..=slash)).unwrap_or(name)
}

fn compare_folded(a: &str, b: &str) -> std::cmp::Ordering {
    for (a, b) in a.bytes().zip(b.bytes()) {
        let order = a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase());
        if a != b && order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

fn starts_folded(text: &str, stem: &str) -> bool {
    text.as_bytes().get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_unique_and_fit_an_action_set() {
        let sorted = |names: Vec<&str>| {
            names.windows(2).all(|pair| compare_folded(pair[0], pair[1]).is_lt()) && !names.is_empty()
        };
        assert!(sorted(generated::ACTIONS.iter().map(|fact| fact.name).collect()));
        assert!(sorted(generated::KEYS.iter().map(|fact| fact.name).collect()));
        const { assert!(COUNT <= 256) };
        assert_eq!(ActionSet::ALL.len(), COUNT);
        assert_eq!(ActionSet::ALL.iter().count(), all().count());
    }

    #[test]
    fn every_key_of_an_action_is_in_the_table_of_keys() {
        for (action, fact) in all().zip(generated::ACTIONS) {
            assert_eq!(find(fact.name), Some(action));
            assert_eq!(matching(&fact.name.to_uppercase()).iter().collect::<Vec<_>>(), [action]);
            for name in fact.keys.split_ascii_whitespace() {
                assert!(key(name).is_some(), "{name} of {}", fact.name);
                assert!(action.defines(name), "{name} of {}", fact.name);
            }
        }
    }

    fn selected(pattern: &str) -> Vec<&'static str> {
        matching(pattern).iter().map(Action::name).collect()
    }

    #[test]
    fn patterns_fold_case_and_read_both_wildcards() {
        assert_eq!(selected("S3:getobject"), ["s3:GetObject"]);
        assert_eq!(selected("s3:*BucketAcl"), ["s3:GetBucketAcl", "s3:PutBucketAcl"]);
        assert_eq!(selected("s3:?etBucketAcl"), ["s3:GetBucketAcl"]);
        assert_eq!(selected("s3:List*Versions"), ["s3:ListBucketVersions"]);
        assert_eq!(matching("*"), ActionSet::ALL);
        assert_eq!(matching("s3:*").and(matching("s3express:*")), ActionSet::EMPTY);
        assert_eq!(matching("s3:*").or(matching("s3express:*")), ActionSet::ALL);
        assert!(selected("s3:Get*").iter().all(|name| name.starts_with("s3:Get")));
        for none in ["", "s3", "s3:", "GetObject", "s3:GetObjec", "ec2:*", "s3:GetObject "] {
            assert!(matching(none).is_empty(), "{none:?}");
        }
    }

    #[test]
    fn each_action_has_the_access_class_that_findings_speak_of() {
        let class = |name: &str| find(name).unwrap().access();
        for (access, names) in [
            (
                Access::List,
                "ListBucket ListBucketVersions ListBucketMultipartUploads ListMultipartUploadParts",
            ),
            (
                Access::Read,
                "GetObject GetObjectVersion GetObjectTagging GetObjectAttributes GetObjectTorrent",
            ),
            (Access::Write, "PutObject PutObjectTagging RestoreObject ReplicateObject PutObjectRetention"),
            (
                Access::Delete,
                "DeleteObject DeleteObjectVersion DeleteBucket AbortMultipartUpload ReplicateDelete",
            ),
            (Access::ReadAcl, "GetBucketAcl GetObjectAcl GetObjectVersionAcl GetBucketPolicy"),
            (
                Access::WriteAcl,
                "PutBucketAcl PutObjectAcl PutObjectVersionAcl PutBucketPolicy DeleteBucketPolicy",
            ),
            (
                Access::Configure,
                "PutLifecycleConfiguration PutReplicationConfiguration PutBucketPublicAccessBlock",
            ),
            (
                Access::Configure,
                "PutBucketWebsite DeleteBucketWebsite PutBucketLogging PutBucketOwnershipControls",
            ),
            (
                Access::Other,
                "GetBucketLocation GetBucketPolicyStatus GetBucketPublicAccessBlock CreateBucket",
            ),
            (
                Access::Other,
                "ListAllMyBuckets PutAccessPointPolicy BypassGovernanceRetention ListTagsForResource",
            ),
        ] {
            for name in names.split(' ') {
                assert_eq!(class(&format!("s3:{name}")), access, "{name}");
            }
        }
        for action in matching("s3:Get*").iter().filter(|action| action.kind() != ResourceKind::Elsewhere) {
            assert!(
                matches!(action.access(), Access::Read | Access::ReadAcl | Access::Other),
                "{}",
                action.name()
            );
        }
    }

    #[test]
    fn kinds_tell_what_an_action_acts_on() {
        for (name, kind) in [
            ("s3:GetObject", ResourceKind::Object),
            ("s3:ListMultipartUploadParts", ResourceKind::Object),
            ("s3:ListBucket", ResourceKind::Bucket),
            ("s3:ListTagsForResource", ResourceKind::Bucket),
            ("s3:GetAccessPoint", ResourceKind::Elsewhere),
            ("s3:ListAllMyBuckets", ResourceKind::Elsewhere),
            ("s3express:CreateSession", ResourceKind::DirectoryBucket),
        ] {
            assert_eq!(find(name).unwrap().kind(), kind, "{name}");
        }
        assert!(find("s3:ListBucketMultipartUploads").unwrap().through_access_point());
        assert!(!find("s3:PutBucketAcl").unwrap().through_access_point());
    }

    #[test]
    fn outsiders_are_refused_what_the_api_reference_says() {
        let refused: Vec<_> = all().filter(|action| action.owner_account_only()).map(Action::name).collect();
        assert_eq!(refused.iter().filter(|name| name.starts_with("s3:")).count(), 4, "{refused:?}");
        assert!(find("s3:ReplicateObject").unwrap().signed_only());
        let put = find("s3:PutObject").unwrap();
        assert!(!put.signed_only() && put.signed_operations().contains(&"CreateMultipartUpload"));
    }

    #[test]
    fn a_key_is_part_of_the_requests_of_the_actions_that_define_it() {
        let defines = |name: &str, key| find(name).unwrap().defines(key);
        assert!(defines("s3:ListBucket", "s3:Prefix"));
        assert!(!defines("s3:GetObject", "s3:prefix"));
        assert!(defines("s3:GetObject", "s3:ExistingObjectTag/team"));
        assert!(defines("s3:GetObject", "AWS:SourceIp"));
        assert!(defines("s3:GetObject", "aws:PrincipalTag/a/b"));
        assert!(!defines("s3:GetObject", "aws:nonsense"));
        assert!(!defines("s3:GetObject", "aws:RequestTag/a"));
        assert!(key("aws:PrincipalOrgPaths").unwrap().many);
        assert_eq!(key("AWS:sourceip").unwrap().kind, KeyKind::Address);
    }
}
