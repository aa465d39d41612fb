//! The calls that the sandbox answers.

mod access_point;
mod account;
mod acl;
mod answer;
mod bucket;
mod multi_region;
mod object;
mod ownership;
mod policy;
mod token;

pub(crate) use self::answer::{Answer, Ask, answer, shown, shown_or_none};

macro_rules! operations {
    ($($name:ident $action:literal $target:ident,)*) => {
        /// A call by its name in AWS's API. Where S3 and its control service have one of the same name, the
        /// control service's has `Account` in it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each name is AWS's own")]
        pub enum Operation { $($name,)* }

        impl Operation {
            /// Every call.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Gives the call's name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// Gives the IAM action that a caller needs for it.
            ///
            /// *Source*: Service authorization reference, "Actions, resources, and condition keys for Amazon S3".
            pub fn action(self) -> &'static str {
                match self { $(Self::$name => $action,)* }
            }

            pub(crate) fn target(self) -> Target {
                match self { $(Self::$name => Target::$target,)* }
            }
        }
    };
}

/// What a call is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The token service.
    Token,
    /// The account as a whole.
    Account,
    /// A bucket.
    Bucket,
    /// An object.
    Object,
}

operations! {
    GetCallerIdentity "sts:GetCallerIdentity" Token,
    AssumeRole "sts:AssumeRole" Token,
    ListBuckets "s3:ListAllMyBuckets" Account,
    CreateBucket "s3:CreateBucket" Account,
    GetAccountPublicAccessBlock "s3:GetAccountPublicAccessBlock" Account,
    PutAccountPublicAccessBlock "s3:PutAccountPublicAccessBlock" Account,
    DeleteAccountPublicAccessBlock "s3:PutAccountPublicAccessBlock" Account,
    ListAccessPoints "s3:ListAccessPoints" Account,
    GetAccessPoint "s3:GetAccessPoint" Account,
    GetAccessPointPolicy "s3:GetAccessPointPolicy" Account,
    GetAccessPointPolicyStatus "s3:GetAccessPointPolicyStatus" Account,
    ListMultiRegionAccessPoints "s3:ListMultiRegionAccessPoints" Account,
    GetMultiRegionAccessPoint "s3:GetMultiRegionAccessPoint" Account,
    GetMultiRegionAccessPointPolicy "s3:GetMultiRegionAccessPointPolicy" Account,
    GetMultiRegionAccessPointPolicyStatus "s3:GetMultiRegionAccessPointPolicyStatus" Account,
    HeadBucket "s3:ListBucket" Bucket,
    DeleteBucket "s3:DeleteBucket" Bucket,
    GetBucketLocation "s3:GetBucketLocation" Bucket,
    GetBucketOwnershipControls "s3:GetBucketOwnershipControls" Bucket,
    PutBucketOwnershipControls "s3:PutBucketOwnershipControls" Bucket,
    DeleteBucketOwnershipControls "s3:PutBucketOwnershipControls" Bucket,
    GetPublicAccessBlock "s3:GetBucketPublicAccessBlock" Bucket,
    PutPublicAccessBlock "s3:PutBucketPublicAccessBlock" Bucket,
    DeletePublicAccessBlock "s3:PutBucketPublicAccessBlock" Bucket,
    GetBucketPolicy "s3:GetBucketPolicy" Bucket,
    PutBucketPolicy "s3:PutBucketPolicy" Bucket,
    DeleteBucketPolicy "s3:DeleteBucketPolicy" Bucket,
    GetBucketPolicyStatus "s3:GetBucketPolicyStatus" Bucket,
    GetBucketAcl "s3:GetBucketAcl" Bucket,
    PutBucketAcl "s3:PutBucketAcl" Bucket,
    GetBucketWebsite "s3:GetBucketWebsite" Bucket,
    GetBucketRequestPayment "s3:GetBucketRequestPayment" Bucket,
    GetBucketEncryption "s3:GetEncryptionConfiguration" Bucket,
    GetBucketTagging "s3:GetBucketTagging" Bucket,
    GetBucketLogging "s3:GetBucketLogging" Bucket,
    ListObjects "s3:ListBucket" Bucket,
    ListObjectsV2 "s3:ListBucket" Bucket,
    HeadObject "s3:GetObject" Object,
    GetObject "s3:GetObject" Object,
    PutObject "s3:PutObject" Object,
    DeleteObject "s3:DeleteObject" Object,
    GetObjectAcl "s3:GetObjectAcl" Object,
    PutObjectAcl "s3:PutObjectAcl" Object,
}
