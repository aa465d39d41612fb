//! What ACLs let in, for one request.
//!
//! *Source*: Amazon S3 user guide, "Access control list overview", docs/semantics.md C1 to C4.

use bucketwatch_policy::request::{Caller, Request};

use super::{Answer, Authorizer};
use crate::observed::Observed;
use crate::snapshot::{Grant, Grantee, Ownership, Permission};

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED_USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

impl Authorizer<'_> {
    /// Tells whether the bucket's ACL lets the request in.
    pub(super) fn bucket_acl_admits(&self, request: &Request) -> Answer {
        let Some(wanted) = bucket_permission(request.action.name()) else { return Ok(false) };
        match &self.snapshot.acl {
            Observed::Present(acl) => self.grants_admit(&acl.grants, wanted, &request.caller),
            Observed::Absent => Ok(false),
            _ if self.ignores_everything() => Ok(false),
            _ => Err("acl".to_owned()),
        }
    }

    /// Tells whether the ACL of the object lets the request in; an object that was not looked at grants nothing.
    pub(super) fn object_acl_admits(&self, request: &Request) -> Answer {
        let Some(wanted) = object_permission(request.action.name()) else { return Ok(false) };
        let resource = request.resource.as_raw();
        let Some((_, key)) = resource.split_once(":::").and_then(|(_, rest)| rest.split_once('/')) else {
            return Ok(false);
        };
        let mut answer = Ok(false);
        for object in self.snapshot.object_acls.present().into_iter().flatten() {
            if object.key.as_raw() != key {
                continue;
            }
            if let Observed::Present(grants) = &object.grants {
                match self.grants_admit(grants, wanted, &request.caller) {
                    Ok(false) => {}
                    Ok(true) => return Ok(true),
                    unknown => answer = unknown,
                }
            }
        }
        answer
    }

    fn grants_admit(&self, grants: &[Grant], wanted: Wanted, caller: &Caller) -> Answer {
        let mut answer = Ok(false);
        for grant in
            grants.iter().filter(|grant| wanted.is_in(&grant.permission) && names(&grant.grantee, caller))
        {
            match self.counts(grant) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                unknown => answer = unknown,
            }
        }
        answer
    }

    /// Tells whether S3 looks at the grant: ACLs are enabled, and it is not public while public ones are ignored.
    fn counts(&self, grant: &Grant) -> Answer {
        match &self.snapshot.ownership {
            Observed::Present(Ownership::BucketOwnerEnforced) => return Ok(false),
            Observed::Present(_) | Observed::Absent => {}
            _ if is_public(&grant.grantee) && self.ignores_public() == Ok(true) => return Ok(false),
            _ => return Err("ownership".to_owned()),
        }
        if is_public(&grant.grantee) { self.ignores_public().map(|ignored| !ignored) } else { Ok(true) }
    }

    fn ignores_public(&self) -> Answer {
        let (bucket, account) = (&self.snapshot.bucket_block, &self.snapshot.account_block);
        let on = [bucket, account]
            .iter()
            .any(|flags| flags.present().is_some_and(|flags| flags.ignore_public_acls));
        match (on, bucket.is_known(), account.is_known()) {
            (true, _, _) => Ok(true),
            (false, true, true) => Ok(false),
            (false, false, _) => Err("block_public_access.bucket".to_owned()),
            (false, true, false) => Err("block_public_access.account".to_owned()),
        }
    }

    fn ignores_everything(&self) -> bool {
        self.snapshot.ownership == Observed::Present(Ownership::BucketOwnerEnforced)
    }
}

/// The permission that an action needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Read,
    Write,
    ReadAcp,
    WriteAcp,
}

impl Wanted {
    fn is_in(self, permission: &Permission) -> bool {
        match permission {
            Permission::FullControl => true,
            Permission::Read => self == Self::Read,
            Permission::Write => self == Self::Write,
            Permission::ReadAcp => self == Self::ReadAcp,
            Permission::WriteAcp => self == Self::WriteAcp,
            Permission::Unknown(_) => false,
        }
    }
}

fn bucket_permission(action: &str) -> Option<Wanted> {
    match action {
        "s3:ListBucket" | "s3:ListBucketVersions" | "s3:ListBucketMultipartUploads" => Some(Wanted::Read),
        "s3:PutObject" => Some(Wanted::Write),
        "s3:GetBucketAcl" => Some(Wanted::ReadAcp),
        "s3:PutBucketAcl" => Some(Wanted::WriteAcp),
        _ => None,
    }
}

fn object_permission(action: &str) -> Option<Wanted> {
    match action {
        "s3:GetObject" | "s3:GetObjectVersion" => Some(Wanted::Read),
        "s3:GetObjectAcl" | "s3:GetObjectVersionAcl" => Some(Wanted::ReadAcp),
        "s3:PutObjectAcl" | "s3:PutObjectVersionAcl" => Some(Wanted::WriteAcp),
        _ => None,
    }
}

fn names(grantee: &Grantee, caller: &Caller) -> bool {
    match (grantee, caller) {
        (Grantee::Group(uri), caller) => match uri.as_raw() {
            ALL_USERS => true,
            AUTHENTICATED_USERS => matches!(caller, Caller::Signed(_)),
            LOG_DELIVERY => matches!(caller, Caller::Service { .. }),
            _ => false,
        },
        (Grantee::CanonicalUser(id) | Grantee::Email(id), Caller::Signed(signed)) => {
            signed.canonical_id.as_ref() == Some(id)
        }
        _ => false,
    }
}

fn is_public(grantee: &Grantee) -> bool {
    matches!(grantee, Grantee::Group(uri) if matches!(uri.as_raw(), ALL_USERS | AUTHENTICATED_USERS))
}
