//! What requests ask for, in the shapes that real records have.

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{
    Acl, BlockPublicAccess, BucketSnapshot, Grant, Grantee, Ownership, Permission,
};
use serde_json::{Value, json};

use super::{change, record};
use crate::cloudtrail::Content;

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";

fn content(name: &str, mut request: Value) -> Content {
    request["bucketName"] = json!("photos");
    change(&record(name, request)).content
}

fn to_all(permission: Permission) -> Grant {
    Grant { grantee: Grantee::Group(ALL_USERS.into()), permission }
}

fn acl(grants: Vec<Grant>) -> Content {
    Content::Acl(Acl { owner: None, grants })
}

#[test]
fn a_policy_is_an_object_or_a_string_or_absent() {
    let text = r#"{"Statement":[],"Version":"2012-10-17"}"#;
    for (rule, request, expected) in [
        ("an object", json!({"bucketPolicy": {"Version": "2012-10-17", "Statement": []}}), Some(text)),
        (
            "an object whose version is shown as a time",
            json!({"bucketPolicy": {"Version": "2012-10-17T00:00:00Z", "Statement": []}, "policy": ""}),
            Some(text),
        ),
        ("a string", json!({"bucketPolicy": text, "policy": [""]}), Some(text)),
        ("only the marker", json!({"policy": ""}), None),
        ("only the marker of old records", json!({"policy": [""]}), None),
        ("null", json!({"bucketPolicy": null}), None),
    ] {
        let expected = expected.map_or(Content::Unstated, |text| Content::Policy(Some(text.to_owned())));
        assert_eq!(content("PutBucketPolicy", request), expected, "{rule}");
    }
    assert_eq!(content("DeleteBucketPolicy", json!({"policy": ""})), Content::Policy(None));
    let nested = json!({"name": "ap", "PutAccessPointPolicyRequest": {"Policy": text}});
    assert_eq!(content("PutAccessPointPolicy", nested), Content::Policy(Some(text.to_owned())));
}

#[test]
fn flags_are_booleans_or_strings_and_one_left_out_is_off() {
    let on = BlockPublicAccess { block_public_acls: true, ..BlockPublicAccess::default() };
    for flags in
        [json!({"BlockPublicAcls": true, "IgnorePublicAcls": false}), json!({"BlockPublicAcls": "true"})]
    {
        let request = json!({"publicAccessBlock": "", "PublicAccessBlockConfiguration": flags});
        assert_eq!(content("PutBucketPublicAccessBlock", request.clone()), Content::Block(Some(on)));
        assert_eq!(content("PutAccountPublicAccessBlock", request), Content::Block(Some(on)));
    }
    assert_eq!(content("DeleteAccountPublicAccessBlock", json!({})), Content::Block(None));
    assert_eq!(content("PutBucketPublicAccessBlock", json!({"publicAccessBlock": ""})), Content::Unstated);
}

#[test]
fn ownership_is_a_rule_or_a_header() {
    let rule = json!({"ObjectOwnership": "ObjectWriter"});
    let stated = Content::Ownership(Some(Ownership::ObjectWriter));
    for request in [
        json!({"OwnershipControls": {"Rule": rule}}),
        json!({"OwnershipControls": {"Rule": [rule]}}),
        json!({"OwnershipControls": {"Rule": rule}, "ownershipControls": ""}),
    ] {
        assert_eq!(content("PutBucketOwnershipControls", request), stated);
    }
    assert_eq!(content("DeleteBucketOwnershipControls", json!({})), Content::Ownership(None));
    let bucket = json!({"x-amz-object-ownership": "ObjectWriter", "x-amz-acl": ["public-read"]});
    let acl = Acl { owner: None, grants: vec![to_all(Permission::Read)] };
    let expected = Content::Bucket { acl: Some(acl), ownership: Some(Ownership::ObjectWriter) };
    assert_eq!(content("CreateBucket", bucket), expected);
    assert_eq!(content("CreateBucket", json!({})), Content::Bucket { acl: None, ownership: None });
}

#[test]
fn an_acl_is_canned_or_headers_or_a_body() {
    let grantee = json!({"xsi:type": "Group", "xmlns:xsi": "x", "URI": ALL_USERS});
    let grant = json!({"Grantee": grantee, "Permission": "read"});
    let owner = json!({"Grantee": {"xsi:type": "CanonicalUser", "ID": "own"}, "Permission": "FULL_CONTROL"});
    let body = |grants: Value| json!({"AccessControlPolicy": {"Owner": {"ID": "own"}, "AccessControlList": {"Grant": grants}}});
    let owned = |grants| Content::Acl(Acl { owner: Some("own".into()), grants });
    let full = Grant { grantee: Grantee::CanonicalUser("own".into()), permission: Permission::FullControl };
    let header = format!("uri=\"{ALL_USERS}\", id=own");
    for (rule, request, expected) in [
        ("canned", json!({"x-amz-acl": "public-read"}), acl(vec![to_all(Permission::Read)])),
        ("canned, in a list", json!({"x-amz-acl": ["private"]}), acl(vec![])),
        (
            "canned, two grants",
            json!({"x-amz-acl": "public-read-write"}),
            acl(vec![to_all(Permission::Read), to_all(Permission::Write)]),
        ),
        ("canned, of a name to come", json!({"x-amz-acl": "public-everything"}), Content::Unstated),
        (
            "headers, quoted, in a list of two",
            json!({"accessControlList": {"x-amz-grant-full-control": header}}),
            acl(vec![to_all(Permission::FullControl), full.clone()]),
        ),
        (
            "headers, bare",
            json!({"x-amz-grant-write-acp": [format!("uri={ALL_USERS}")], "acl": ""}),
            acl(vec![to_all(Permission::WriteAcp)]),
        ),
        ("headers that are not understood", json!({"x-amz-grant-read": "moon=full"}), Content::Unstated),
        ("a body with one grant", body(grant.clone()), owned(vec![to_all(Permission::Read)])),
        ("a body with several", body(json!([owner, grant])), owned(vec![full, to_all(Permission::Read)])),
        ("a body with none", body(json!([])), owned(vec![])),
        (
            "a body with a permission to come",
            body(json!([{"Grantee": {"URI": ALL_USERS}, "Permission": "GAZE"}])),
            owned(vec![to_all(Permission::Unknown("GAZE".into()))]),
        ),
        (
            "a body with a grantee to come",
            body(json!([{"Grantee": {}, "Permission": "READ"}])),
            Content::Unstated,
        ),
        ("nothing but the marker", json!({"acl": ""}), Content::Unstated),
    ] {
        assert_eq!(content("PutBucketAcl", request), expected, "{rule}");
    }
}

#[test]
fn payment_and_website_are_read() {
    let pays = json!({"RequestPaymentConfiguration": {"Payer": "Requester"}});
    assert_eq!(content("PutBucketRequestPayment", pays), Content::RequesterPays(true));
    assert_eq!(content("PutBucketRequestPayment", json!({})), Content::Unstated);
    assert_eq!(content("PutBucketWebsite", json!({"website": ""})), Content::Website(true));
    assert_eq!(content("DeleteBucketWebsite", json!({"website": ""})), Content::Website(false));
}

#[test]
fn content_stands_in_for_what_could_not_be_read() {
    let mut snapshot =
        BucketSnapshot { policy: Observed::Unreadable(Unreadable::denied()), ..BucketSnapshot::unseen(None) };
    let asked = Content::Policy(Some("{}".to_owned()));
    assert_eq!(asked.why_unread(&snapshot), Some(&Unreadable::denied()));
    assert_eq!(Content::Ownership(None).why_unread(&snapshot), None, "nobody tried");
    asked.impose(&mut snapshot);
    assert_eq!((&snapshot.policy, asked.why_unread(&snapshot)), (&Observed::Present("{}".to_owned()), None));
    Content::Ownership(None).impose(&mut snapshot);
    assert_eq!(snapshot.ownership, Observed::Absent);
    Content::Bucket { acl: None, ownership: None }.impose(&mut snapshot);
    assert_eq!((&snapshot.acl, &snapshot.ownership), (&Observed::NotAsked, &Observed::NotAsked));
    let before = snapshot.clone();
    Content::Unstated.impose(&mut snapshot);
    assert_eq!(snapshot, before);
}

#[test]
fn an_answer_that_is_older_than_the_request_is_noticed() {
    let read = |policy| BucketSnapshot { policy, ..BucketSnapshot::unseen(None) };
    let asked = Content::Policy(Some(r#"{"Version":"2012-10-17T00:00:00Z","Id":"i"}"#.to_owned()));
    for (rule, policy, expected) in [
        (
            "the same in other words",
            Observed::Present(r#"{ "Id": "i", "Version": "2012-10-17" }"#.into()),
            Some(true),
        ),
        ("another one", Observed::Present("{}".to_owned()), Some(false)),
        ("none yet", Observed::Absent, Some(false)),
        ("not readable", Observed::Unreadable(Unreadable::denied()), None),
        ("not asked", Observed::NotAsked, None),
    ] {
        assert_eq!(asked.is_seen_in(&read(policy)), expected, "{rule}");
    }
    assert_eq!(Content::Policy(None).is_seen_in(&read(Observed::Absent)), Some(true));
    assert_eq!(Content::Block(None).is_seen_in(&read(Observed::Absent)), None);
}
