//! Access control lists of buckets and objects.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{Acl, Grant, Grantee, Ownership, Permission};
use bucketwatch_policy::untrusted::Untrusted;

use super::{Answer, Ask, shown_or_none};
use crate::account::{Bucket, canned, is_public, parse_permission, permission_name, private};
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::xml::{Element, Xml};

pub(super) fn get(ask: Ask<'_>, bucket: &Bucket) -> Answer {
    shown_or_none(&bucket.snapshot.acl)?;
    Ok(written(&bucket.effective_acl(ask.world.account().id())))
}

pub(super) fn put(ask: Ask<'_>, bucket: &Bucket) -> Answer {
    let acl = asked_for(ask)?.ok_or_else(Refusal::malformed)?;
    check(&acl, bucket)?;
    ask.change(bucket, |bucket| bucket.snapshot.acl = Observed::Present(acl))?;
    Ok(Reply::done())
}

/// Refuses an ACL that the bucket takes none of, or none so public.
///
/// *Source*: docs/semantics.md A3, B11.
pub(super) fn check(acl: &Acl, bucket: &Bucket) -> Result<(), Refusal> {
    let others = acl.grants.iter().any(|grant| !is_owners(grant, acl));
    if bucket.ownership() == Ownership::BucketOwnerEnforced && others {
        return Err(Refusal::new("AccessControlListNotSupported", "The bucket does not allow ACLs"));
    }
    if bucket.block().block_public_acls && is_public(acl) {
        return Err(public_acls_are_blocked());
    }
    Ok(())
}

/// Refuses a public ACL.
pub(super) fn public_acls_are_blocked() -> Refusal {
    let message =
        "public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting.";
    Refusal::new("AccessDenied", message)
}

fn is_owners(grant: &Grant, acl: &Acl) -> bool {
    matches!(&grant.grantee, Grantee::CanonicalUser(id) if Some(id) == acl.owner.as_ref())
}

/// Gives an ACL as S3 shows it.
pub(super) fn written(acl: &Acl) -> Reply {
    let owner = acl.owner.as_ref().map_or("", Untrusted::as_raw);
    Reply::s3("AccessControlPolicy", |xml| {
        xml.nest("Owner", |xml| xml.leaf("ID", owner));
        xml.nest("AccessControlList", |xml| acl.grants.iter().for_each(|grant| write_grant(xml, grant)));
    })
}

fn write_grant(xml: &mut Xml, grant: &Grant) {
    let (kind, field, value) = match &grant.grantee {
        Grantee::Group(uri) => ("Group", "URI", uri),
        Grantee::CanonicalUser(id) => ("CanonicalUser", "ID", id),
        Grantee::Email(address) => ("AmazonCustomerByEmail", "EmailAddress", address),
    };
    let attributes = format!(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{kind}\"");
    xml.nest("Grant", |xml| {
        xml.nest_with("Grantee", &attributes, |xml| xml.leaf(field, value.as_raw()));
        xml.leaf("Permission", permission_name(&grant.permission));
    });
}

/// Gives the ACL that a call asks for: by a canned name, by grant headers, or in its body.
pub(super) fn asked_for(ask: Ask<'_>) -> Result<Option<Acl>, Refusal> {
    let owner = ask.world.account().id().clone();
    if let Some(name) = ask.call.header("x-amz-acl") {
        let unknown = || Refusal::new("InvalidArgument", "Unknown canned ACL");
        return canned(&owner, name).ok_or_else(unknown).map(Some);
    }
    let from_headers = header_grants(ask)?;
    if !from_headers.is_empty() {
        return Ok(Some(Acl { grants: from_headers, ..private(&owner) }));
    }
    let has_acl_body = ask.operation.name().ends_with("Acl");
    if has_acl_body { from_body(&ask.call.body).map(Some) } else { Ok(None) }
}

const GRANT_HEADERS: [(&str, Permission); 5] = [
    ("x-amz-grant-read", Permission::Read),
    ("x-amz-grant-write", Permission::Write),
    ("x-amz-grant-read-acp", Permission::ReadAcp),
    ("x-amz-grant-write-acp", Permission::WriteAcp),
    ("x-amz-grant-full-control", Permission::FullControl),
];

fn header_grants(ask: Ask<'_>) -> Result<Vec<Grant>, Refusal> {
    let mut grants = Vec::new();
    for (header, permission) in GRANT_HEADERS {
        for entry in ask.call.header(header).unwrap_or_default().split(',').filter(|entry| !entry.is_empty())
        {
            let (kind, value) = entry.split_once('=').ok_or_else(Refusal::malformed)?;
            let value = Untrusted::from(value.trim().trim_matches('"'));
            let grantee = match kind.trim() {
                "uri" => Grantee::Group(value),
                "id" => Grantee::CanonicalUser(value),
                "emailAddress" => Grantee::Email(value),
                _ => return Err(Refusal::malformed()),
            };
            grants.push(Grant { grantee, permission: permission.clone() });
        }
    }
    Ok(grants)
}

fn from_body(body: &[u8]) -> Result<Acl, Refusal> {
    let read = || {
        let root = Element::parse(body).filter(|root| root.name == "AccessControlPolicy")?;
        let owner = root.child("Owner").and_then(|owner| owner.text_of("ID")).map(Untrusted::from);
        let list = root.child("AccessControlList")?;
        let grants = list.children.iter().map(grant_from).collect::<Option<Vec<Grant>>>()?;
        Some(Acl { owner, grants })
    };
    read().ok_or_else(|| {
        let message =
            "The XML you provided was not well-formed or did not validate against our published schema";
        Refusal::new("MalformedACLError", message)
    })
}

fn grant_from(element: &Element) -> Option<Grant> {
    let grantee = element.child("Grantee")?;
    let value = |field| grantee.text_of(field).map(Untrusted::from);
    let grantee = match grantee.kind.as_deref()? {
        "Group" => Grantee::Group(value("URI")?),
        "CanonicalUser" => Grantee::CanonicalUser(value("ID")?),
        "AmazonCustomerByEmail" => Grantee::Email(value("EmailAddress")?),
        _ => return None,
    };
    Some(Grant { grantee, permission: parse_permission(element.text_of("Permission")?)? })
}
