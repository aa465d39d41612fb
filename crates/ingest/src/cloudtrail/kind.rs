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
    /// Things that are not judged.
    Elsewhere,
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
            Self::TablePolicy => Scope::Elsewhere,
        }
    }
}

/// Gives what the event `name` of `source` is about; `None` = not about the exposure of buckets.
///
/// *Source*: CloudTrail user guide, "Amazon S3 CloudTrail events", and the API references of the services (read
/// 2026-11-22). S3 Control logs as `s3.amazonaws.com` too.
pub fn kind_of(source: &str, name: &str) -> Option<Kind> {
    match source.strip_suffix(".cn").unwrap_or(source) {
        "s3.amazonaws.com" => {
            bucket_event(name).or_else(|| access_point_event(name)).or_else(|| object_event(name))
        }
        "s3express.amazonaws.com" => match name {
            "CreateBucket" | "DeleteBucket" | "PutBucketPolicy" | "DeleteBucketPolicy" => bucket_event(name),
            _ => None,
        },
        "s3tables.amazonaws.com" => match name {
            "PutTableBucketPolicy" | "DeleteTableBucketPolicy" | "PutTablePolicy" | "DeleteTablePolicy" => {
                Some(Kind::TablePolicy)
            }
            _ => None,
        },
        "organizations.amazonaws.com" => organization_event(name),
        "cloudfront.amazonaws.com" => {
            let undated = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
            matches!(undated, "CreateDistribution" | "UpdateDistribution" | "CreateDistributionWithTags")
                .then_some(Kind::Distribution)
        }
        watcher => watcher_event(watcher, name),
    }
}

fn bucket_event(name: &str) -> Option<Kind> {
    Some(match name {
        "CreateBucket" => Kind::BucketCreated,
        "DeleteBucket" => Kind::BucketDeleted,
        "PutBucketPolicy" | "DeleteBucketPolicy" => Kind::BucketPolicy,
        "PutBucketAcl" => Kind::BucketAcl,
        "PutBucketPublicAccessBlock"
        | "DeleteBucketPublicAccessBlock"
        | "PutPublicAccessBlock"
        | "DeletePublicAccessBlock" => Kind::BucketBlock,
        "PutBucketOwnershipControls" | "DeleteBucketOwnershipControls" => Kind::Ownership,
        "PutAccountPublicAccessBlock" | "DeleteAccountPublicAccessBlock" => Kind::AccountBlock,
        "PutBucketWebsite" | "DeleteBucketWebsite" => Kind::Website,
        "PutBucketEncryption" | "DeleteBucketEncryption" => Kind::Encryption,
        "PutBucketRequestPayment" => Kind::RequestPayment,
        "PutBucketReplication" | "DeleteBucketReplication" => Kind::Replication,
        "PutBucketTagging" | "DeleteBucketTagging" | "PutBucketAbac" => Kind::Tagging,
        _ => return None,
    })
}

fn access_point_event(name: &str) -> Option<Kind> {
    Some(match name {
        "CreateAccessPoint"
        | "DeleteAccessPoint"
        | "CreateAccessPointForObjectLambda"
        | "DeleteAccessPointForObjectLambda" => Kind::AccessPoint,
        "PutAccessPointPolicy"
        | "DeleteAccessPointPolicy"
        | "PutAccessPointPolicyForObjectLambda"
        | "DeleteAccessPointPolicyForObjectLambda" => Kind::AccessPointPolicy,
        "CreateMultiRegionAccessPoint" | "DeleteMultiRegionAccessPoint" => Kind::MultiRegionAccessPoint,
        "PutMultiRegionAccessPointPolicy" => Kind::MultiRegionAccessPointPolicy,
        _ => return None,
    })
}

fn object_event(name: &str) -> Option<Kind> {
    Some(match name {
        "PutObjectAcl" => Kind::ObjectAcl,
        "PutObject" | "CopyObject" | "CreateMultipartUpload" => Kind::ObjectWritten,
        "CompleteMultipartUpload" => Kind::UploadCompleted,
        "DeleteObject" | "DeleteObjects" => Kind::ObjectDeleted,
        "UpdateObjectEncryption" => Kind::ObjectEncryption,
        _ => return None,
    })
}

fn organization_event(name: &str) -> Option<Kind> {
    Some(match name {
        "CreatePolicy" | "UpdatePolicy" | "DeletePolicy" | "AttachPolicy" | "DetachPolicy"
        | "EnablePolicyType" | "DisablePolicyType" => Kind::OrganizationPolicy,
        "MoveAccount" | "RemoveAccountFromOrganization" | "LeaveOrganization" => Kind::OrganizationMembership,
        _ => return None,
    })
}

/// Lambda's events carry the date of their API version: `UpdateFunctionCode20150331v2`.
fn watcher_event(source: &str, name: &str) -> Option<Kind> {
    let undated = name.split(|c: char| c.is_ascii_digit()).next().unwrap_or(name);
    match (source, undated) {
        ("cloudtrail.amazonaws.com", "StopLogging" | "DeleteTrail" | "UpdateTrail" | "PutEventSelectors") => {
            Some(Kind::Trail)
        }
        ("events.amazonaws.com", "DisableRule" | "DeleteRule" | "PutRule" | "RemoveTargets") => {
            Some(Kind::Rule)
        }
        ("sqs.amazonaws.com", "DeleteQueue" | "PurgeQueue" | "SetQueueAttributes") => Some(Kind::Queue),
        (
            "lambda.amazonaws.com",
            "DeleteFunction"
            | "UpdateFunctionCode"
            | "UpdateFunctionConfiguration"
            | "DeleteEventSourceMapping"
            | "PutFunctionConcurrency"
            | "RemovePermission",
        ) => Some(Kind::Function),
        _ => None,
    }
}
