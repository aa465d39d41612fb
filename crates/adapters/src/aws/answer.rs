//! AWS's answers in the words of the domain. What is not understood is refused, never taken for harmless.

use std::collections::BTreeMap;

use bucketwatch_exposure::snapshot::{
    Acl, BlockPublicAccess, Grant, Grantee, NetworkOrigin, Ownership, Permission,
};
use bucketwatch_policy::untrusted::Untrusted;

use super::xml::Element;

pub(super) fn ownership(controls: Element<'_>) -> Result<Ownership, &'static str> {
    let rule = controls.child("Rule").ok_or("the answer holds no rule")?;
    match rule.text("ObjectOwnership") {
        Some("BucketOwnerEnforced") => Ok(Ownership::BucketOwnerEnforced),
        Some("BucketOwnerPreferred") => Ok(Ownership::BucketOwnerPreferred),
        Some("ObjectWriter") => Ok(Ownership::ObjectWriter),
        _ => Err("the answer names an ownership that is not known"),
    }
}

/// Gives a Block Public Access; a setting that is not there is off.
pub(super) fn block(block: Element<'_>) -> Result<BlockPublicAccess, &'static str> {
    let setting = |name| block.flag(name).map(Option::unwrap_or_default);
    Ok(BlockPublicAccess {
        block_public_acls: setting("BlockPublicAcls")?,
        ignore_public_acls: setting("IgnorePublicAcls")?,
        block_public_policy: setting("BlockPublicPolicy")?,
        restrict_public_buckets: setting("RestrictPublicBuckets")?,
    })
}

/// Gives the ACL of a bucket or an object.
pub(super) fn acl(policy: Element<'_>) -> Result<Acl, &'static str> {
    let (owner, list) = (policy.child("Owner"), policy.child("AccessControlList"));
    let owner = owner.and_then(|owner| owner.text("ID"));
    if owner.is_none() && list.is_none() {
        return Err("the answer holds neither owner nor grants");
    }
    let grants = list.into_iter().flat_map(|list| list.children("Grant"));
    Ok(Acl { owner: owner.map(Untrusted::from), grants: grants.map(grant).collect::<Result<_, _>>()? })
}

fn grant(grant: Element<'_>) -> Result<Grant, &'static str> {
    let grantee = grant.child("Grantee").ok_or("a grant names nobody")?;
    let text = |name| grantee.text(name).map(Untrusted::from).ok_or("a grantee has no name");
    let grantee = match grantee.attribute("type") {
        Some("Group") => Grantee::Group(text("URI")?),
        Some("CanonicalUser") => Grantee::CanonicalUser(text("ID")?),
        Some("AmazonCustomerByEmail") => Grantee::Email(text("EmailAddress")?),
        _ => return Err("a grantee is of a kind that is not known"),
    };
    let permission = grant.text("Permission").ok_or("a grant permits nothing")?;
    Ok(Grant { grantee, permission: self::permission(permission) })
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

pub(super) fn requester_pays(configuration: Element<'_>) -> Result<bool, &'static str> {
    match configuration.text("Payer") {
        Some("Requester") => Ok(true),
        Some("BucketOwner") => Ok(false),
        _ => Err("the answer names no payer"),
    }
}

pub(super) fn algorithm(configuration: Element<'_>) -> Result<String, &'static str> {
    let default =
        configuration.child("Rule").and_then(|rule| rule.child("ApplyServerSideEncryptionByDefault"));
    let algorithm = default.and_then(|default| default.text("SSEAlgorithm"));
    algorithm.map(str::to_owned).ok_or("the answer names no algorithm")
}

pub(super) fn tags(tagging: Element<'_>) -> Result<BTreeMap<Untrusted, Untrusted>, &'static str> {
    let set = tagging.child("TagSet").ok_or("the answer holds no tags")?;
    let pair = |tag: Element<'_>| Some((tag.text("Key")?.into(), tag.text("Value")?.into()));
    set.children("Tag").map(|tag| pair(tag).ok_or("a tag is not whole")).collect()
}

/// Only an access point that is known to be in a VPC is taken for one: such a point is never public.
pub(super) fn origin(point: Element<'_>) -> NetworkOrigin {
    match point.text("NetworkOrigin") {
        Some("VPC") => {
            let vpc = point.child("VpcConfiguration").and_then(|configuration| configuration.text("VpcId"));
            NetworkOrigin::Vpc(vpc.map(Untrusted::from))
        }
        _ => NetworkOrigin::Internet,
    }
}
