//! The SDK's types in the words of the domain. What is not understood is refused, never taken for harmless.

use aws_sdk_s3::operation::get_bucket_encryption::GetBucketEncryptionOutput;
use aws_sdk_s3::operation::get_bucket_ownership_controls::GetBucketOwnershipControlsOutput;
use aws_sdk_s3::types::{ObjectOwnership, Type};
use bucketwatch_exposure::snapshot::{
    Acl, BlockPublicAccess, Grant, Grantee, NetworkOrigin, Ownership, Permission,
};
use bucketwatch_policy::untrusted::Untrusted;

pub(super) fn ownership(answer: &GetBucketOwnershipControlsOutput) -> Result<Ownership, &'static str> {
    let rules = answer.ownership_controls().map(|controls| controls.rules()).unwrap_or_default();
    match rules.first().map(|rule| &rule.object_ownership) {
        Some(ObjectOwnership::BucketOwnerEnforced) => Ok(Ownership::BucketOwnerEnforced),
        Some(ObjectOwnership::BucketOwnerPreferred) => Ok(Ownership::BucketOwnerPreferred),
        Some(ObjectOwnership::ObjectWriter) => Ok(Ownership::ObjectWriter),
        Some(_) => Err("the answer names an ownership that is not known"),
        None => Err("the answer holds no rule"),
    }
}

pub(super) fn s3_block(block: &aws_sdk_s3::types::PublicAccessBlockConfiguration) -> BlockPublicAccess {
    BlockPublicAccess {
        block_public_acls: block.block_public_acls.unwrap_or_default(),
        ignore_public_acls: block.ignore_public_acls.unwrap_or_default(),
        block_public_policy: block.block_public_policy.unwrap_or_default(),
        restrict_public_buckets: block.restrict_public_buckets.unwrap_or_default(),
    }
}

pub(super) fn control_block(
    block: &aws_sdk_s3control::types::PublicAccessBlockConfiguration,
) -> BlockPublicAccess {
    BlockPublicAccess {
        block_public_acls: block.block_public_acls.unwrap_or_default(),
        ignore_public_acls: block.ignore_public_acls.unwrap_or_default(),
        block_public_policy: block.block_public_policy.unwrap_or_default(),
        restrict_public_buckets: block.restrict_public_buckets.unwrap_or_default(),
    }
}

/// Gives the ACL of a bucket or an object.
pub(super) fn acl(
    owner: Option<&str>,
    grants: Option<&[aws_sdk_s3::types::Grant]>,
) -> Result<Acl, &'static str> {
    if owner.is_none() && grants.is_none() {
        return Err("the answer holds neither owner nor grants");
    }
    let grants = grants.unwrap_or_default().iter().map(grant).collect::<Result<_, _>>()?;
    Ok(Acl { owner: owner.map(Untrusted::from), grants })
}

fn grant(grant: &aws_sdk_s3::types::Grant) -> Result<Grant, &'static str> {
    let grantee = grant.grantee().ok_or("a grant names nobody")?;
    let text = |text: Option<&str>| text.map(Untrusted::from).ok_or("a grantee has no name");
    let grantee = match grantee.r#type() {
        Type::Group => Grantee::Group(text(grantee.uri())?),
        Type::CanonicalUser => Grantee::CanonicalUser(text(grantee.id())?),
        Type::AmazonCustomerByEmail => Grantee::Email(text(grantee.email_address())?),
        _ => return Err("a grantee is of a kind that is not known"),
    };
    let permission = grant.permission().ok_or("a grant permits nothing")?;
    Ok(Grant { grantee, permission: self::permission(permission.as_str()) })
}

fn permission(text: &str) -> Permission {
    match text {
        "READ" => Permission::Read,
        "WRITE" => Permission::Write,
        "READ_ACP" => Permission::ReadAcp,
        "WRITE_ACP" => Permission::WriteAcp,
        "FULL_CONTROL" => Permission::FullControl,
        other => Permission::Unknown(other.into()),
    }
}

pub(super) fn algorithm(answer: &GetBucketEncryptionOutput) -> Option<String> {
    let rules = answer.server_side_encryption_configuration()?.rules();
    let default = rules.first()?.apply_server_side_encryption_by_default()?;
    Some(default.sse_algorithm().as_str().to_owned())
}

/// Only an access point that is known to be in a VPC is taken for one: such a point is never public.
pub(super) fn origin(point: &aws_sdk_s3control::types::AccessPoint) -> NetworkOrigin {
    match point.network_origin() {
        aws_sdk_s3control::types::NetworkOrigin::Vpc => {
            let vpc = point.vpc_configuration().map(|configuration| configuration.vpc_id());
            NetworkOrigin::Vpc(vpc.map(Untrusted::from))
        }
        _ => NetworkOrigin::Internet,
    }
}
