//! The API operations that bucketwatch calls, and the IAM action that each needs: one table for errors and `iam-policy`.

/// An API operation of AWS.
///
/// *Source*: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3" (read 2026-11-22) and
/// "… for Amazon S3 Tables" (read 2026-11-23).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Who the caller is.
    GetCallerIdentity,
    /// The account's buckets.
    ListBuckets,
    /// The account's effective Block Public Access.
    GetAccountPublicAccessBlock,
    /// A bucket's Object Ownership.
    GetBucketOwnershipControls,
    /// A bucket's own Block Public Access.
    GetBucketPublicAccessBlock,
    /// A bucket's policy.
    GetBucketPolicy,
    /// A directory bucket's policy.
    GetDirectoryBucketPolicy,
    /// A directory bucket's default encryption.
    GetDirectoryBucketEncryption,
    /// AWS's IsPublic of a bucket's policy.
    GetBucketPolicyStatus,
    /// A bucket's ACL.
    GetBucketAcl,
    /// An object's ACL.
    GetObjectAcl,
    /// The ACL of a version of an object.
    GetObjectVersionAcl,
    /// A bucket's static website.
    GetBucketWebsite,
    /// Who pays for requests.
    GetBucketRequestPayment,
    /// A bucket's default encryption.
    GetBucketEncryption,
    /// A bucket's tags.
    GetBucketTagging,
    /// The account's access points in a region.
    ListAccessPoints,
    /// One access point with its Block Public Access.
    GetAccessPoint,
    /// An access point's policy.
    GetAccessPointPolicy,
    /// The account's multi-Region access points.
    ListMultiRegionAccessPoints,
    /// A multi-Region access point's policy.
    GetMultiRegionAccessPointPolicy,
    /// A table bucket's policy.
    GetTableBucketPolicy,
    /// A table's policy.
    GetTablePolicy,
}

impl Operation {
    /// Every operation that a scan may call.
    pub const SCAN: [Self; 17] = [
        Self::GetCallerIdentity,
        Self::ListBuckets,
        Self::GetAccountPublicAccessBlock,
        Self::GetBucketOwnershipControls,
        Self::GetBucketPublicAccessBlock,
        Self::GetBucketPolicy,
        Self::GetBucketPolicyStatus,
        Self::GetBucketAcl,
        Self::GetBucketWebsite,
        Self::GetBucketRequestPayment,
        Self::GetBucketEncryption,
        Self::GetBucketTagging,
        Self::ListAccessPoints,
        Self::GetAccessPoint,
        Self::GetAccessPointPolicy,
        Self::ListMultiRegionAccessPoints,
        Self::GetMultiRegionAccessPointPolicy,
    ];

    /// Every operation that events may call for, beside those of a scan, whose listing has neither directory buckets nor
    /// table buckets.
    pub const EVENTS: [Self; 6] = [
        Self::GetObjectAcl,
        Self::GetObjectVersionAcl,
        Self::GetDirectoryBucketPolicy,
        Self::GetDirectoryBucketEncryption,
        Self::GetTableBucketPolicy,
        Self::GetTablePolicy,
    ];

    /// Gives the operation's name in the API reference.
    pub fn name(self) -> &'static str {
        match self {
            Self::GetCallerIdentity => "GetCallerIdentity",
            Self::ListBuckets => "ListBuckets",
            Self::GetAccountPublicAccessBlock | Self::GetBucketPublicAccessBlock => "GetPublicAccessBlock",
            Self::GetBucketOwnershipControls => "GetBucketOwnershipControls",
            Self::GetBucketPolicy | Self::GetDirectoryBucketPolicy => "GetBucketPolicy",
            Self::GetBucketPolicyStatus => "GetBucketPolicyStatus",
            Self::GetBucketAcl => "GetBucketAcl",
            Self::GetObjectAcl | Self::GetObjectVersionAcl => "GetObjectAcl",
            Self::GetBucketWebsite => "GetBucketWebsite",
            Self::GetBucketRequestPayment => "GetBucketRequestPayment",
            Self::GetBucketEncryption | Self::GetDirectoryBucketEncryption => "GetBucketEncryption",
            Self::GetBucketTagging => "GetBucketTagging",
            Self::ListAccessPoints => "ListAccessPoints",
            Self::GetAccessPoint => "GetAccessPoint",
            Self::GetAccessPointPolicy => "GetAccessPointPolicy",
            Self::ListMultiRegionAccessPoints => "ListMultiRegionAccessPoints",
            Self::GetMultiRegionAccessPointPolicy => "GetMultiRegionAccessPointPolicy",
            Self::GetTableBucketPolicy => "GetTableBucketPolicy",
            Self::GetTablePolicy => "GetTablePolicy",
        }
    }

    /// Gives the IAM action that the operation needs; `None` = every caller may.
    pub fn permission(self) -> Option<&'static str> {
        Some(match self {
            Self::GetCallerIdentity => return None,
            Self::ListBuckets => "s3:ListAllMyBuckets",
            Self::GetAccountPublicAccessBlock => "s3:GetAccountPublicAccessBlock",
            Self::GetBucketOwnershipControls => "s3:GetBucketOwnershipControls",
            Self::GetBucketPublicAccessBlock => "s3:GetBucketPublicAccessBlock",
            Self::GetBucketPolicy => "s3:GetBucketPolicy",
            Self::GetDirectoryBucketPolicy => "s3express:GetBucketPolicy",
            Self::GetDirectoryBucketEncryption => "s3express:GetEncryptionConfiguration",
            Self::GetBucketPolicyStatus => "s3:GetBucketPolicyStatus",
            Self::GetBucketAcl => "s3:GetBucketAcl",
            Self::GetObjectAcl => "s3:GetObjectAcl",
            Self::GetObjectVersionAcl => "s3:GetObjectVersionAcl",
            Self::GetBucketWebsite => "s3:GetBucketWebsite",
            Self::GetBucketRequestPayment => "s3:GetBucketRequestPayment",
            Self::GetBucketEncryption => "s3:GetEncryptionConfiguration",
            Self::GetBucketTagging => "s3:GetBucketTagging",
            Self::ListAccessPoints => "s3:ListAccessPoints",
            Self::GetAccessPoint => "s3:GetAccessPoint",
            Self::GetAccessPointPolicy => "s3:GetAccessPointPolicy",
            Self::ListMultiRegionAccessPoints => "s3:ListMultiRegionAccessPoints",
            Self::GetMultiRegionAccessPointPolicy => "s3:GetMultiRegionAccessPointPolicy",
            Self::GetTableBucketPolicy => "s3tables:GetTableBucketPolicy",
            Self::GetTablePolicy => "s3tables:GetTablePolicy",
        })
    }

    /// Gives the resource that a least-privilege policy names for it, as an ARN without its partition; `*` where the
    /// action takes no resource.
    pub fn resource(self) -> &'static str {
        match self {
            Self::GetBucketOwnershipControls
            | Self::GetBucketPublicAccessBlock
            | Self::GetBucketPolicy
            | Self::GetBucketPolicyStatus
            | Self::GetBucketAcl
            | Self::GetBucketWebsite
            | Self::GetBucketRequestPayment
            | Self::GetBucketEncryption
            | Self::GetBucketTagging => "s3:::*",
            Self::GetObjectAcl | Self::GetObjectVersionAcl => "s3:::*/*",
            Self::GetDirectoryBucketPolicy | Self::GetDirectoryBucketEncryption => "s3express:*:*:bucket/*",
            Self::GetAccessPointPolicy => "s3:*:*:accesspoint/*",
            Self::GetMultiRegionAccessPointPolicy => "s3::*:accesspoint/*",
            Self::GetTableBucketPolicy => "s3tables:*:*:bucket/*",
            Self::GetTablePolicy => "s3tables:*:*:bucket/*/table/*",
            Self::GetCallerIdentity
            | Self::ListBuckets
            | Self::GetAccountPublicAccessBlock
            | Self::ListAccessPoints
            | Self::GetAccessPoint
            | Self::ListMultiRegionAccessPoints => "*",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Operation;

    #[test]
    fn each_operation_has_an_action_of_its_own() {
        let all = || Operation::SCAN.into_iter().chain(Operation::EVENTS);
        let actions: Vec<&str> = all().filter_map(Operation::permission).collect();
        let distinct: BTreeSet<&str> = actions.iter().copied().collect();
        assert_eq!(actions.len(), all().count() - 1);
        assert_eq!(distinct.len(), actions.len());
    }

    #[test]
    fn names_of_operations_that_are_no_actions_stay_out() {
        for foreign in
            ["s3:GetPublicAccessBlock", "s3:ListBuckets", "s3:HeadBucket", "s3:GetBucketEncryption"]
        {
            assert!(Operation::SCAN.into_iter().all(|operation| operation.permission() != Some(foreign)));
        }
    }
}
