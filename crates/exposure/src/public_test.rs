//! AWS's documented IsPublic, asked of a bucket's policy and of an access point's.

use bucketwatch_policy::aws_public::{AttachedTo, aws_public};
use bucketwatch_policy::document::Policy;

/// Gives IsPublic of a bucket policy; `None` where the documented rule leaves it open.
pub(crate) fn of_bucket(policy: &Policy) -> Option<bool> {
    aws_public(policy, AttachedTo::Bucket).decided()
}

/// Gives IsPublic of an access point's policy.
pub(crate) fn of_access_point(policy: &Policy) -> Option<bool> {
    aws_public(policy, AttachedTo::AccessPoint).decided()
}
