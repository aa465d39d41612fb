//! Which events count, and what each is about: one table.

/// What kind of configuration an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A bucket came to be.
    BucketCreated,
    /// A bucket went.
    BucketDeleted,
    /// A bucket's policy.
    BucketPolicy,
    /// A bucket's ACL.
    BucketAcl,
    /// A bucket's Block Public Access.
    BucketBlock,
    /// A bucket's Object Ownership.
    Ownership,
    /// A bucket's website.
    Website,
    /// A bucket's default encryption.
    Encryption,
    /// Who pays for requests to a bucket.
    RequestPayment,
    /// Where a bucket is replicated to.
    Replication,
    /// A bucket's tags, or whether they count for access.
    Tagging,
    /// The account's Block Public Access.
    AccountBlock,
    /// An access point came or went.
    AccessPoint,
    /// An access point's policy.
    AccessPointPolicy,
    /// A multi-Region access point came or went.
    MultiRegionAccessPoint,
    /// A multi-Region access point's policy.
    MultiRegionAccessPointPolicy,
    /// A policy of the organization, or to whom it applies.
    OrganizationPolicy,
    /// Which organization, or unit, an account is in.
    OrganizationMembership,
    /// A table's or table bucket's policy.
    TablePolicy,
    /// An object's ACL.
    ObjectAcl,
    /// An object that was written, perhaps with an ACL.
    ObjectWritten,
    /// An upload in parts that became an object, with the ACL that its beginning asked for.
    UploadCompleted,
    /// An object that was deleted; which, where the event names it.
    ObjectDeleted,
    /// An object's encryption.
    ObjectEncryption,
    /// A CloudFront distribution, which may publish a bucket.
    Distribution,
    /// A trail, whose events these are.
    Trail,
    /// A rule, which passes events on.
    Rule,
    /// A queue, which holds them.
    Queue,
    /// A function, which handles them.
    Function,
}

/// What has to be looked at after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// A bucket's own configuration.
    Bucket,
    /// A bucket's access points.
    AccessPoints,
    /// One object.
    Object,
    /// The account's Block Public Access, and so every bucket of the account.
    Account,
    /// The same of every account of the organization that bucketwatch knows.
    Organization,
    /// What watches the account.
    Watcher,
    /// The policy of a table, or of a table bucket.
    Table,
}

impl Kind {
    /// Gives what has to be looked at.
    pub fn scope(self) -> Scope {
        match self {
            Self::BucketCreated
            | Self::BucketDeleted
            | Self::BucketPolicy
            | Self::BucketAcl
            | Self::BucketBlock
            | Self::Ownership
            | Self::Website
            | Self::Encryption
            | Self::RequestPayment
            | Self::Replication
            | Self::Tagging
            | Self::Distribution => Scope::Bucket,
            Self::AccessPoint
            | Self::AccessPointPolicy
            | Self::MultiRegionAccessPoint
            | Self::MultiRegionAccessPointPolicy => Scope::AccessPoints,
            Self::ObjectAcl
            | Self::ObjectWritten
            | Self::UploadCompleted
            | Self::ObjectDeleted
            | Self::ObjectEncryption => Scope::Object,
            Self::AccountBlock => Scope::Account,
            Self::OrganizationPolicy | Self::OrganizationMembership => Scope::Organization,
            Self::Trail | Self::Rule | Self::Queue | Self::Function => Scope::Watcher,
            Self::TablePolicy => Scope::Table,
        }
    }
}

/// Gives the table below both forms: a list, and what finds an event in it.
macro_rules! events {
    ($($source:literal { $($kind:ident: $($name:literal)|+;)+ })+) => {
        /// Every event that counts: the service that records it, its name without a date, and what it is about.
        ///
        /// *Source*: CloudTrail user guide, "Amazon S3 CloudTrail events", and the API references of the services (read
        /// 2026-11-22). S3 Control records as `s3.amazonaws.com` too.
        pub const EVENTS: &[(&str, &str, Kind)] = &[$($($(($source, $name, Kind::$kind),)+)+)+];

        fn kind_of_undated(source: &str, name: &str) -> Option<Kind> {
            match source {
                $($source => match name {
                    $($($name)|+ => Some(Kind::$kind),)+
                    _ => None,
                },)+
                _ => None,
            }
        }
    };
}

events! {
    "s3.amazonaws.com" {
        BucketCreated: "CreateBucket";
        BucketDeleted: "DeleteBucket";
        BucketPolicy: "PutBucketPolicy" | "DeleteBucketPolicy";
        BucketAcl: "PutBucketAcl";
        BucketBlock: "PutBucketPublicAccessBlock" | "DeleteBucketPublicAccessBlock"
            | "PutPublicAccessBlock" | "DeletePublicAccessBlock";
        Ownership: "PutBucketOwnershipControls" | "DeleteBucketOwnershipControls";
        AccountBlock: "PutAccountPublicAccessBlock" | "DeleteAccountPublicAccessBlock";
        Website: "PutBucketWebsite" | "DeleteBucketWebsite";
        Encryption: "PutBucketEncryption" | "DeleteBucketEncryption";
        RequestPayment: "PutBucketRequestPayment";
        Replication: "PutBucketReplication" | "DeleteBucketReplication";
        Tagging: "PutBucketTagging" | "DeleteBucketTagging" | "PutBucketAbac";
        AccessPoint: "CreateAccessPoint" | "DeleteAccessPoint"
            | "CreateAccessPointForObjectLambda" | "DeleteAccessPointForObjectLambda";
        AccessPointPolicy: "PutAccessPointPolicy" | "DeleteAccessPointPolicy"
            | "PutAccessPointPolicyForObjectLambda" | "DeleteAccessPointPolicyForObjectLambda";
        MultiRegionAccessPoint: "CreateMultiRegionAccessPoint" | "DeleteMultiRegionAccessPoint";
        MultiRegionAccessPointPolicy: "PutMultiRegionAccessPointPolicy";
        ObjectAcl: "PutObjectAcl";
        ObjectWritten: "PutObject" | "CopyObject" | "CreateMultipartUpload";
        UploadCompleted: "CompleteMultipartUpload";
        ObjectDeleted: "DeleteObject" | "DeleteObjects";
        ObjectEncryption: "UpdateObjectEncryption";
    }
    "s3express.amazonaws.com" {
        BucketCreated: "CreateBucket";
        BucketDeleted: "DeleteBucket";
        BucketPolicy: "PutBucketPolicy" | "DeleteBucketPolicy";
    }
    "s3tables.amazonaws.com" {
        TablePolicy: "PutTableBucketPolicy" | "DeleteTableBucketPolicy" | "PutTablePolicy" | "DeleteTablePolicy";
    }
    "organizations.amazonaws.com" {
        OrganizationPolicy: "CreatePolicy" | "UpdatePolicy" | "DeletePolicy" | "AttachPolicy" | "DetachPolicy"
            | "EnablePolicyType" | "DisablePolicyType";
        OrganizationMembership: "MoveAccount" | "RemoveAccountFromOrganization" | "LeaveOrganization";
    }
    "cloudfront.amazonaws.com" {
        Distribution: "CreateDistribution" | "UpdateDistribution" | "CreateDistributionWithTags";
    }
    "cloudtrail.amazonaws.com" {
        Trail: "StopLogging" | "DeleteTrail" | "UpdateTrail" | "PutEventSelectors";
    }
    "events.amazonaws.com" {
        Rule: "DisableRule" | "DeleteRule" | "PutRule" | "RemoveTargets";
    }
    "sqs.amazonaws.com" {
        Queue: "DeleteQueue" | "PurgeQueue" | "SetQueueAttributes";
    }
    "lambda.amazonaws.com" {
        Function: "DeleteFunction" | "UpdateFunctionCode" | "UpdateFunctionConfiguration"
            | "DeleteEventSourceMapping" | "PutFunctionConcurrency" | "RemovePermission";
    }
}

/// Gives what the event `name` of `source` is about; `None` = it does not count.
pub fn kind_of(source: &str, name: &str) -> Option<Kind> {
    let source = source.strip_suffix(".cn").unwrap_or(source);
    kind_of_undated(source, undated(source, name))
}

/// Gives the name without the date of the API's version that two services put behind it:
/// `CreateDistribution2020_05_31`, `UpdateFunctionCode20150331v2`.
fn undated<'n>(source: &str, name: &'n str) -> &'n str {
    match source {
        "cloudfront.amazonaws.com" | "lambda.amazonaws.com" => {
            name.split(|c: char| c.is_ascii_digit()).next().unwrap_or(name)
        }
        _ => name,
    }
}
