//! Random small buckets, as documents, and requests to try on them.

use bucketwatch_exposure::snapshot::BucketSnapshot;
use bucketwatch_ingest::document::{Options, parse_input};
use bucketwatch_policy::catalogue;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::request::{Caller, Context, Signed};
use bucketwatch_policy::witness::Witness;
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

pub(crate) const OWNER: &str = "111122223333";
pub(crate) const POINT: &str = "arn:aws:s3:eu-west-1:111122223333:accesspoint/ap";

pub(crate) fn now() -> Timestamp {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

/// Reads a document that must be readable.
pub(crate) fn read(document: &Map<String, Value>) -> BucketSnapshot {
    let text = Value::Object(document.clone()).to_string();
    parse_input(&text, &Options::default())
        .unwrap_or_else(|error| panic!("{error}: {text}"))
        .remove(0)
        .snapshot
}

fn condition() -> impl Strategy<Value = Value> {
    select(vec![
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        json!({"StringNotEquals": {"aws:PrincipalAccount": OWNER}}),
        json!({"StringEquals": {"aws:PrincipalAccount": "444455556666"}}),
        json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}),
        json!({"Bool": {"aws:SecureTransport": "false"}}),
        json!({"Bool": {"aws:SecureTransport": "true"}}),
        json!({"Null": {"aws:PrincipalArn": "true"}}),
        json!({"StringLike": {"aws:Referer": "https://example.com/*"}}),
        json!({"StringEquals": {"s3:DataAccessPointAccount": OWNER}}),
        json!({"StringNotEquals": {"s3:DataAccessPointAccount": OWNER}}),
        json!({"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:*:*:accesspoint/*"}}),
        json!({"StringEquals": {"s3:ExistingObjectTag/public": "yes"}}),
        json!({"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}),
        json!({"StringEquals": {"s3:x-amz-acl": "public-read"}}),
    ])
}

fn statement(place: &'static str) -> impl Strategy<Value = Value> {
    let (root, keys) = match place {
        "bucket" => ("arn:aws:s3:::b".to_owned(), "arn:aws:s3:::b/*".to_owned()),
        _ => (POINT.to_owned(), format!("{POINT}/object/*")),
    };
    let principal = select(vec![
        json!("*"),
        json!({"AWS": "arn:aws:iam::444455556666:root"}),
        json!({"AWS": ["444455556666", "arn:aws:iam::111122223333:root"]}),
        json!({"Service": "cloudtrail.amazonaws.com"}),
        json!({"Federated": "graph.facebook.com"}),
    ]);
    let actions = subsequence(
        vec![
            "s3:GetObject",
            "s3:PutObject",
            "s3:ListBucket",
            "s3:PutBucketAcl",
            "s3:PutBucketPolicy",
            "s3:Delete*",
            "s3:*",
        ],
        1..3,
    );
    let resources = subsequence(vec![json!(root), json!(keys), json!("*")], 1..3);
    let effect = prop_oneof![3 => Just("Allow"), 1 => Just("Deny")];
    (effect, principal, actions, resources, option::weighted(0.4, condition())).prop_map(
        |(effect, principal, actions, resources, condition)| {
            let mut statement =
                json!({"Effect": effect, "Principal": principal, "Action": actions, "Resource": resources});
            if let Some(condition) = condition {
                statement["Condition"] = condition;
            }
            statement
        },
    )
}

fn policy(place: &'static str) -> impl Strategy<Value = Value> {
    vec(statement(place), 1..4)
        .prop_map(|statements| json!({"Version": "2012-10-17", "Statement": statements}))
}

fn block() -> impl Strategy<Value = Value> {
    let flags = any::<[bool; 2]>().prop_map(|[ignore, restrict]| {
        json!({"BlockPublicAcls": false, "IgnorePublicAcls": ignore, "BlockPublicPolicy": false, "RestrictPublicBuckets": restrict})
    });
    prop_oneof![3 => Just(Value::Null), 1 => flags]
}

fn grants() -> impl Strategy<Value = Value> {
    let grantee = select(vec![
        json!({"type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AllUsers"}),
        json!({"type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}),
        json!({"type": "Group", "uri": "http://acs.amazonaws.com/groups/s3/LogDelivery"}),
        json!({"type": "CanonicalUser", "id": "me"}),
        json!({"type": "CanonicalUser", "id": "somebody"}),
    ]);
    let permission = select(vec!["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"]);
    let grant = (grantee, permission)
        .prop_map(|(grantee, permission)| json!({"grantee": grantee, "permission": permission}));
    vec(grant, 0..3).prop_map(Value::from)
}

fn point() -> impl Strategy<Value = Value> {
    let origin = prop_oneof![3 => Just("Internet"), 1 => Just("VPC")];
    (option::weighted(0.8, policy("point")), block(), origin).prop_map(|(policy, block, origin)| {
        json!({"name": "ap", "account": OWNER, "origin": origin, "vpc": null, "policy": policy, "block_public_access": block})
    })
}

/// Gives a bucket of which everything is known.
pub(crate) fn document() -> impl Strategy<Value = Map<String, Value>> {
    let ownership = select(vec![json!("BucketOwnerEnforced"), json!("ObjectWriter"), Value::Null]);
    let object_acls = grants().prop_map(|grants| json!([{"key": "k", "grants": grants}]));
    let rest = (ownership, any::<bool>(), any::<bool>(), select(vec!["AES256", "aws:kms"]));
    let opened = (option::weighted(0.8, policy("bucket")), grants(), object_acls, vec(point(), 0..2));
    (opened, block(), block(), rest).prop_map(
        |((policy, grants, object_acls, points), bucket, account, (ownership, website, pays, encryption))| {
            let document = json!({
                "schema": "bucketwatch.snapshot/1", "bucket": "b", "account": OWNER, "region": "eu-west-1",
                "policy": policy, "acl": {"owner": "me", "grants": grants}, "ownership": ownership,
                "block_public_access": {"bucket": bucket, "account": account}, "requester_pays": pays,
                "website": website, "default_encryption": encryption, "tags": {}, "access_points": points,
                "multi_region_access_points": [], "resource_control_policies": [], "object_acls": object_acls,
            });
            serde_json::from_value(document).unwrap()
        },
    )
}

fn signed(account: &str) -> Caller {
    Caller::Signed(Signed {
        account: AccountId::parse(account).unwrap(),
        arn: format!("arn:aws:iam::{account}:user/u").as_str().into(),
        session_arn: None,
        canonical_id: Some("nobody-named".into()),
        provider: None,
    })
}

/// Gives requests of strangers: each caller, action, network and endpoint, in every combination.
pub(crate) fn strangers() -> Vec<Witness> {
    let mut all = Vec::new();
    let targets = [
        ("s3:GetObject", "arn:aws:s3:::b/k"),
        ("s3:PutObject", "arn:aws:s3:::b/k"),
        ("s3:DeleteObject", "arn:aws:s3:::b/k"),
        ("s3:GetObjectAcl", "arn:aws:s3:::b/k"),
        ("s3:ListBucket", "arn:aws:s3:::b"),
        ("s3:PutBucketAcl", "arn:aws:s3:::b"),
        ("s3:GetBucketAcl", "arn:aws:s3:::b"),
        ("s3:DeleteBucket", "arn:aws:s3:::b"),
    ];
    let foreign_point = "arn:aws:s3:eu-west-1:999988887777:accesspoint/theirs";
    for (action, resource) in targets {
        for caller in [Caller::Anonymous, signed("999988887777")] {
            for endpoint in [None, Some(POINT), Some(foreign_point)] {
                for (address, tls) in [("198.51.100.1", "true"), ("8.8.8.8", "false")] {
                    let mut context = Context::default();
                    context.set("aws:SourceIp", address);
                    context.set("aws:SecureTransport", tls);
                    all.push(Witness {
                        caller: caller.clone(),
                        action: catalogue::find(action).unwrap(),
                        resource: resource.into(),
                        context,
                        absent: Vec::new(),
                        endpoint: endpoint.map(Into::into),
                    });
                }
            }
        }
    }
    all
}
