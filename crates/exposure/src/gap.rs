//! What is missing, and what would tell it.

use crate::assessment::{Exposure, Undetermined};
use crate::observed::Observed;

/// A fact or an answer that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) datum: Datum,
    pub(crate) why: String,
}

/// What can be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Datum {
    Policy,
    Acl,
    Ownership,
    BucketBlock,
    AccountBlock,
    RequesterPays,
    Tags,
    AccessPoints,
    AccessPointPolicy,
    AccessPointOrigin,
    AccessPointBlock,
    MultiRegionAccessPoints,
    MultiRegionAccessPointPolicy,
    MultiRegionAccessPointBlock,
    /// The gate of RestrictPublicBuckets is open to question.
    AwsPublic,
    /// The engine cannot decide.
    Reasoning,
}

impl Gap {
    /// Gives the gap that `why` explains.
    pub(crate) fn new(datum: Datum, why: impl Into<String>) -> Self {
        Self { datum, why: why.into() }
    }

    /// Gives the gap that a fact leaves; `None` where the fact is known.
    pub(crate) fn in_fact<T>(datum: Datum, fact: &Observed<T>) -> Option<Self> {
        match fact {
            Observed::Present(_) | Observed::Absent => None,
            Observed::NotAsked => Some(Self::new(datum, "not_asked")),
            Observed::Unreadable(why) => Some(Self::new(datum, why.code.clone())),
        }
    }

    /// Gives the element of the assessment, without exposures yet.
    pub(crate) fn element(&self, exposures: Vec<Exposure>) -> Undetermined {
        let (what, operation, permission) = self.datum.words();
        Undetermined { what, operation, permission, why: self.why.clone(), exposures }
    }
}

impl Datum {
    /// Gives the member of the snapshot, the operation that would tell it and the IAM action that it needs.
    ///
    /// *Source*: service authorization reference, "Actions, resources, and condition keys for Amazon S3".
    fn words(self) -> (&'static str, Option<&'static str>, Option<&'static str>) {
        let (what, operation, permission) = match self {
            Self::Policy => ("policy", "GetBucketPolicy", "s3:GetBucketPolicy"),
            Self::Acl => ("acl", "GetBucketAcl", "s3:GetBucketAcl"),
            Self::Ownership => ("ownership", "GetBucketOwnershipControls", "s3:GetBucketOwnershipControls"),
            Self::BucketBlock => {
                ("block_public_access.bucket", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock")
            }
            Self::AccountBlock => {
                ("block_public_access.account", "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock")
            }
            Self::RequesterPays => {
                ("requester_pays", "GetBucketRequestPayment", "s3:GetBucketRequestPayment")
            }
            Self::Tags => ("tags", "GetBucketTagging", "s3:GetBucketTagging"),
            Self::AccessPoints => ("access_points", "ListAccessPoints", "s3:ListAccessPoints"),
            Self::AccessPointPolicy => {
                ("access_points.policy", "GetAccessPointPolicy", "s3:GetAccessPointPolicy")
            }
            Self::AccessPointOrigin => ("access_points.origin", "GetAccessPoint", "s3:GetAccessPoint"),
            Self::AccessPointBlock => {
                ("access_points.block_public_access", "GetAccessPoint", "s3:GetAccessPoint")
            }
            Self::MultiRegionAccessPoints => (
                "multi_region_access_points",
                "ListMultiRegionAccessPoints",
                "s3:ListMultiRegionAccessPoints",
            ),
            Self::MultiRegionAccessPointPolicy => (
                "multi_region_access_points.policy",
                "GetMultiRegionAccessPointPolicy",
                "s3:GetMultiRegionAccessPointPolicy",
            ),
            Self::MultiRegionAccessPointBlock => (
                "multi_region_access_points.block_public_access",
                "GetMultiRegionAccessPoint",
                "s3:GetMultiRegionAccessPoint",
            ),
            Self::AwsPublic => return ("aws_public", None, None),
            Self::Reasoning => return ("reasoning", None, None),
        };
        (what, Some(operation), Some(permission))
    }
}
