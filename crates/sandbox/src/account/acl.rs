//! Access control lists: canned ones, and what S3 shows of a stored one.

use bucketwatch_exposure::snapshot::{Acl, Grant, Grantee, Permission};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;

use crate::random;

/// The group of everybody, signed or not.
pub const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
/// The group of every signed AWS principal.
pub const AUTHENTICATED_USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
/// The group of the log delivery service.
pub const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

/// Gives the canonical id that the sandbox has for an account: 64 hexadecimal digits, derived from its number.
pub fn canonical_id(account: &AccountId) -> String {
    (0..4).map(|part| format!("{:016x}", random::of(&(account.as_str(), part)))).collect()
}

/// Gives an ACL that lets only the account in that owns it.
pub(crate) fn private(owner: &AccountId) -> Acl {
    of_owner_alone(&Acl { owner: Some(canonical_id(owner).into()), grants: Vec::new() })
}

/// Gives the ACL that is shown where ACLs are disabled: the owner's full control and nothing else.
pub(super) fn of_owner_alone(acl: &Acl) -> Acl {
    let grantee = Grantee::CanonicalUser(acl.owner.clone().unwrap_or_default());
    Acl { owner: acl.owner.clone(), grants: vec![Grant { grantee, permission: Permission::FullControl }] }
}

/// Gives the ACL that a canned name stands for, or `None` where there is no such name.
///
/// *Source*: S3 user guide, "Access control list (ACL) overview", "Canned ACL".
pub fn canned(owner: &AccountId, name: &str) -> Option<Acl> {
    let grants: &[(&str, Permission)] = match name {
        "private" | "bucket-owner-read" | "bucket-owner-full-control" | "aws-exec-read" => &[],
        "public-read" => &[(ALL_USERS, Permission::Read)],
        "public-read-write" => &[(ALL_USERS, Permission::Read), (ALL_USERS, Permission::Write)],
        "authenticated-read" => &[(AUTHENTICATED_USERS, Permission::Read)],
        "log-delivery-write" => &[(LOG_DELIVERY, Permission::Write), (LOG_DELIVERY, Permission::ReadAcp)],
        _ => return None,
    };
    let mut acl = private(owner);
    acl.grants.extend(grants.iter().map(|(uri, permission)| to_group(uri, permission.clone())));
    Some(acl)
}

/// Gives a grant to the group at `uri`.
pub fn to_group(uri: &str, permission: Permission) -> Grant {
    Grant { grantee: Grantee::Group(Untrusted::from(uri)), permission }
}

/// Says whether any grant of the list is public.
pub(crate) fn is_public(acl: &Acl) -> bool {
    acl.grants.iter().any(is_public_grant)
}

/// Gives the ACL without its public grants, as IgnorePublicAcls shows it.
pub(super) fn without_public_grants(acl: &Acl) -> Acl {
    let grants = acl.grants.iter().filter(|grant| !is_public_grant(grant)).cloned().collect();
    Acl { owner: acl.owner.clone(), grants }
}

/// Gives a permission as AWS spells it.
pub(crate) fn permission_name(permission: &Permission) -> &str {
    match permission {
        Permission::Read => "READ",
        Permission::Write => "WRITE",
        Permission::ReadAcp => "READ_ACP",
        Permission::WriteAcp => "WRITE_ACP",
        Permission::FullControl => "FULL_CONTROL",
        Permission::Unknown(text) => text.as_raw(),
    }
}

/// Reads a permission as AWS spells it.
pub(crate) fn parse_permission(text: &str) -> Option<Permission> {
    Some(match text {
        "READ" => Permission::Read,
        "WRITE" => Permission::Write,
        "READ_ACP" => Permission::ReadAcp,
        "WRITE_ACP" => Permission::WriteAcp,
        "FULL_CONTROL" => Permission::FullControl,
        _ => return None,
    })
}

/// *Source*: S3 user guide, "Blocking public access to your Amazon S3 storage", "The meaning of public".
fn is_public_grant(grant: &Grant) -> bool {
    let Grantee::Group(uri) = &grant.grantee else { return false };
    [ALL_USERS, AUTHENTICATED_USERS].contains(&uri.as_raw())
}
