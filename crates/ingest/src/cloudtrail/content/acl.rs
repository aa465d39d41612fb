//! The ACL that a request asks for: by a canned name, by headers, or in its body.

use bucketwatch_exposure::snapshot::{Acl, Grant, Grantee, Permission};
use bucketwatch_policy::untrusted::Untrusted;

use crate::cloudtrail::request::Request;
use crate::cloudtrail::value::Value;

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED_USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

const HEADERS: [(&str, Permission); 5] = [
    ("x-amz-grant-read", Permission::Read),
    ("x-amz-grant-write", Permission::Write),
    ("x-amz-grant-read-acp", Permission::ReadAcp),
    ("x-amz-grant-write-acp", Permission::WriteAcp),
    ("x-amz-grant-full-control", Permission::FullControl),
];

/// Gives the ACL; `None` where the request asks for none, or for one that is not understood.
pub(super) fn read(request: Request<'_>) -> Option<Acl> {
    canned(request).or_else(|| by_headers(request)).or_else(|| by_body(request))
}

/// *Source*: S3 user guide, "Canned ACL" (read 2026-11-22). The owner's own grant lets no stranger in and is left out.
fn canned(request: Request<'_>) -> Option<Acl> {
    let name = request.text("x-amz-acl").or_else(|| request.object("accessControlList").text("x-amz-acl"))?;
    let group = |uri: &str, permission| Grant { grantee: Grantee::Group(uri.into()), permission };
    let grants = match name {
        "private" | "bucket-owner-read" | "bucket-owner-full-control" | "aws-exec-read" => Vec::new(),
        "public-read" => vec![group(ALL_USERS, Permission::Read)],
        "public-read-write" => vec![group(ALL_USERS, Permission::Read), group(ALL_USERS, Permission::Write)],
        "authenticated-read" => vec![group(AUTHENTICATED_USERS, Permission::Read)],
        "log-delivery-write" => {
            vec![group(LOG_DELIVERY, Permission::Write), group(LOG_DELIVERY, Permission::ReadAcp)]
        }
        _ => return None,
    };
    Some(Acl { owner: None, grants })
}

/// Reads `x-amz-grant-read: uri="…", id="…"`, which stand in `accessControlList` or beside it.
fn by_headers(request: Request<'_>) -> Option<Acl> {
    let mut grants = Vec::new();
    let mut any = false;
    for place in [request.object("accessControlList"), request] {
        for (header, permission) in HEADERS {
            let Some(value) = place.get(header) else { continue };
            any = true;
            for text in texts(value).into_iter().flat_map(|text| text.split(',')) {
                grants.push(Grant { grantee: header_grantee(text)?, permission: permission.clone() });
            }
        }
    }
    any.then_some(Acl { owner: None, grants })
}

fn texts<'a>(value: &'a Value<'a>) -> Vec<&'a str> {
    match value {
        Value::List(list) => list.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    }
}

fn header_grantee(text: &str) -> Option<Grantee> {
    let (kind, value) = text.trim().split_once('=')?;
    let value = value.trim().trim_matches(['"', '\'']);
    match kind.trim().to_ascii_lowercase().as_str() {
        "uri" => Some(Grantee::Group(value.into())),
        "id" => Some(Grantee::CanonicalUser(value.into())),
        "emailaddress" => Some(Grantee::Email(value.into())),
        _ => None,
    }
}

fn by_body(request: Request<'_>) -> Option<Acl> {
    let body = request.object("AccessControlPolicy");
    let list = body.object("AccessControlList");
    if !list.is_there() {
        return None;
    }
    let grants = list.list("Grant").into_iter().map(|grant| {
        let word = grant.text("Permission")?;
        Some(Grant { grantee: body_grantee(grant.object("Grantee"))?, permission: permission(word) })
    });
    Some(Acl { owner: body.object("Owner").untrusted("ID"), grants: grants.collect::<Option<_>>()? })
}

fn body_grantee(grantee: Request<'_>) -> Option<Grantee> {
    let group = grantee.untrusted("URI").map(Grantee::Group);
    let user = || grantee.untrusted("ID").map(Grantee::CanonicalUser);
    let email = || grantee.untrusted("EmailAddress").map(Grantee::Email);
    group.or_else(user).or_else(email)
}

/// Reads a permission; records spell it in either letter case.
fn permission(word: &str) -> Permission {
    match word.to_ascii_uppercase().as_str() {
        "READ" => Permission::Read,
        "WRITE" => Permission::Write,
        "READ_ACP" => Permission::ReadAcp,
        "WRITE_ACP" => Permission::WriteAcp,
        "FULL_CONTROL" => Permission::FullControl,
        _ => Permission::Unknown(Untrusted::new(word)),
    }
}
