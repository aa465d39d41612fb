//! What an action lets a stranger do, and which strangers S3 refuses whatever a policy says.

use super::Level;
use crate::action::{Access, Action, ResourceKind};

/// Gives the access class of `action`.
///
/// AWS's levels are too coarse for findings: deleting objects, replacing a policy and setting a tag are all kinds
/// of `Write` there. An action that no bucket policy can grant is [`Access::Other`].
pub(super) fn of(action: Action) -> Access {
    let name = action.name().split_once(':').map_or("", |(_, name)| name);
    match action.kind() {
        ResourceKind::Elsewhere => Access::Other,
        ResourceKind::Object => of_object(name, action.level()),
        ResourceKind::Bucket | ResourceKind::DirectoryBucket => of_bucket(name, action.level()),
    }
}

fn of_object(name: &str, level: Level) -> Access {
    match name {
        // Both only qualify other actions: alone they let nobody do anything.
        "BypassGovernanceRetention" | "ObjectOwnerOverrideToBucketOwner" => Access::Other,
        "GetObjectAcl" | "GetObjectVersionAcl" => Access::ReadAcl,
        "PutObjectAcl" | "PutObjectVersionAcl" => Access::WriteAcl,
        "AbortMultipartUpload" | "ReplicateDelete" => Access::Delete,
        _ if name.starts_with("DeleteObject") => Access::Delete,
        _ => match level {
            Level::List => Access::List,
            Level::Read => Access::Read,
            Level::Write | Level::Tagging | Level::Permissions => Access::Write,
        },
    }
}

fn of_bucket(name: &str, level: Level) -> Access {
    match name {
        "ListBucket" | "ListBucketVersions" | "ListBucketMultipartUploads" => Access::List,
        "GetBucketAcl" | "GetBucketPolicy" => Access::ReadAcl,
        "PutBucketAcl" | "PutBucketPolicy" | "DeleteBucketPolicy" => Access::WriteAcl,
        "DeleteBucket" => Access::Delete,
        // A session reads and writes objects of a directory bucket; writing is the worse of the two.
        "CreateSession" => Access::Write,
        // The bucket exists, so nobody can create it.
        "CreateBucket" => Access::Other,
        _ => match level {
            Level::List | Level::Read => Access::Other,
            Level::Write | Level::Permissions | Level::Tagging => Access::Configure,
        },
    }
}

/// *Source*: Amazon S3 API reference, GetBucketPolicy, PutBucketPolicy, DeleteBucketPolicy, read 2026-11-22: a
/// caller with the permission whose identity does not belong to the bucket owner's account gets 405 Method Not
/// Allowed. CreateBucket: a name that is taken gives 409 BucketAlreadyExists to everybody but its owner. Other
/// pages say "you must be the bucket owner" (PutBucketLogging, PutBucketVersioning) and name in the same breath a
/// permission that the owner can grant; they are not counted.
pub(super) fn owner_account_only(action: Action) -> bool {
    matches!(
        action.name(),
        "s3:GetBucketPolicy"
            | "s3:PutBucketPolicy"
            | "s3:DeleteBucketPolicy"
            | "s3:CreateBucket"
            | "s3express:GetBucketPolicy"
            | "s3express:PutBucketPolicy"
            | "s3express:DeleteBucketPolicy"
            | "s3express:CreateBucket"
    )
}

/// The permissions of S3 Replication are used by S3 under the IAM role that the source bucket names, never by a
/// request of their own (a deduction: AWS documents the role, not the refusal); directory buckets and access points
/// of whatever kind take signed requests only.
///
/// *Source*: Amazon S3 user guide, "Setting up permissions for live replication", read 2026-11-22; "Access points
/// restrictions and limitations"; API reference, CreateSession.
pub(super) fn signed_only(action: Action) -> bool {
    let replication = matches!(
        action.name(),
        "s3:ReplicateObject"
            | "s3:ReplicateDelete"
            | "s3:ReplicateTags"
            | "s3:ReplicateObjectAnnotation"
            | "s3:InitiateReplication"
            | "s3:ObjectOwnerOverrideToBucketOwner"
            | "s3:GetObjectVersionForReplication"
            | "s3:GetObjectVersionAnnotationForReplication"
            | "s3:AllowVendedLogDeliveryForResource"
    );
    replication || matches!(action.kind(), ResourceKind::Elsewhere | ResourceKind::DirectoryBucket)
}

/// *Source*: Amazon S3 user guide, "Uploading and copying objects using multipart upload" and API reference,
/// CopyObject; S3 answers "Anonymous users cannot initiate multipart uploads" and "… cannot copy objects", while
/// PutObject under the same permission takes unsigned requests.
pub(super) fn signed_operations(action: Action) -> &'static [&'static str] {
    if action.name() == "s3:PutObject" {
        &["CopyObject", "CreateMultipartUpload", "UploadPartCopy"]
    } else {
        &[]
    }
}

/// The service authorization reference leaves ListBucketMultipartUploads out, which access points support.
///
/// *Source*: Amazon S3 user guide, "Access point compatibility"; the reference itself gives the action the access
/// point's condition keys.
pub(super) fn through_access_point(action: Action) -> bool {
    let Some(fact) = action.fact() else { return false };
    let acts_on = |kind| fact.resources.split(' ').any(|resource| resource == kind);
    let direct = matches!(action.kind(), ResourceKind::Bucket | ResourceKind::Object);
    let tagging = matches!(action.name(), "s3:TagResource" | "s3:UntagResource" | "s3:ListTagsForResource");
    let listed = acts_on("accesspointobject") || acts_on("accesspoint");
    direct && !tagging && (listed || action.name() == "s3:ListBucketMultipartUploads")
}
