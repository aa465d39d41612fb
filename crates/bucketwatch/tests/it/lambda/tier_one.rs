//! Every event of a bucket that can open or close it, with the bucket configured accordingly in an independent emulator.

use serde_json::{Value, json};

use super::event::{HANDS, Hand, Shape, record};
use super::function::Function;
use crate::emulator::front::Front;
use crate::emulator::ministack::Ministack;
use crate::emulator::{account, calls, environment};
use crate::program::Credentials;
use crate::sandbox::public_policy;

/// An event, and what it is about.
struct Row {
    rule: &'static str,
    event: &'static str,
    /// The request's parameters beside the bucket's name.
    request: fn(&str) -> Value,
    /// How the bucket was before.
    before: fn(&str) -> Vec<Value>,
    /// What was done to it.
    change: fn(&str) -> Vec<Value>,
    /// What is told.
    told: &'static str,
}

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";

const BLOCK: [bool; 4] = [true; 4];

fn delete(operation: &str, bucket: &str) -> Value {
    calls::call("s3", operation, json!({"Bucket": bucket}))
}

/// A bucket whose ACLs count, without any block.
fn with_acls(bucket: &str) -> Vec<Value> {
    vec![
        delete("create_bucket", bucket),
        delete("delete_public_access_block", bucket),
        account::put_ownership(bucket, "ObjectWriter"),
    ]
}

/// A bucket that a policy opens.
fn open(bucket: &str) -> Vec<Value> {
    vec![
        delete("create_bucket", bucket),
        delete("delete_public_access_block", bucket),
        account::put_ownership(bucket, "BucketOwnerEnforced"),
        account::put_policy(bucket, &public_policy(bucket, &["s3:GetObject"])),
    ]
}

fn shut(bucket: &str) -> Vec<Value> {
    open(bucket).into_iter().take(3).collect()
}

fn made_public_by_acl(bucket: &str) -> Vec<Value> {
    vec![account::put_acl(bucket, "public-read")]
}

fn public_acl(bucket: &str) -> Vec<Value> {
    with_acls(bucket).into_iter().chain(made_public_by_acl(bucket)).collect()
}

static ROWS: [Row; 10] = [
    Row {
        rule: "a bucket is made with a canned ACL",
        event: "CreateBucket",
        request: |_| json!({"x-amz-acl": "public-read", "x-amz-object-ownership": "ObjectWriter"}),
        before: |_| Vec::new(),
        change: public_acl,
        told: "opened",
    },
    Row {
        rule: "an open bucket is deleted",
        event: "DeleteBucket",
        request: |_| json!({}),
        before: open,
        change: |bucket| vec![delete("delete_bucket", bucket)],
        told: "deleted",
    },
    Row {
        rule: "a canned ACL is put",
        event: "PutBucketAcl",
        request: |_| json!({"acl": "", "x-amz-acl": "public-read"}),
        before: with_acls,
        change: made_public_by_acl,
        told: "opened",
    },
    Row {
        rule: "a grant is put in a header",
        event: "PutBucketAcl",
        request: |_| json!({"acl": "", "accessControlList": {"x-amz-grant-read": format!("uri={ALL_USERS}")}}),
        before: with_acls,
        change: made_public_by_acl,
        told: "opened",
    },
    Row {
        rule: "an ACL is put as a document with a single grant and no header",
        event: "PutBucketAcl",
        request: |_| {
            json!({"acl": "", "AccessControlPolicy": {"AccessControlList": {"Grant": {
                "Grantee": {"xsi:type": "Group", "URI": ALL_USERS}, "Permission": "READ"}}}})
        },
        before: with_acls,
        change: made_public_by_acl,
        told: "opened",
    },
    Row {
        rule: "a policy is put",
        event: "PutBucketPolicy",
        request: |bucket| {
            let policy = public_policy(bucket, &["s3:GetObject"]);
            json!({"policy": "", "bucketPolicy": serde_json::from_str::<Value>(&policy).expect("JSON")})
        },
        before: shut,
        change: |bucket| vec![account::put_policy(bucket, &public_policy(bucket, &["s3:GetObject"]))],
        told: "opened",
    },
    Row {
        rule: "a policy is put whose record leaves it out",
        event: "PutBucketPolicy",
        request: |_| json!({"policy": ""}),
        before: open,
        change: |bucket| {
            vec![account::put_policy(bucket, &public_policy(bucket, &["s3:GetObject", "s3:PutObject"]))]
        },
        told: "widened",
    },
    Row {
        rule: "a policy is deleted",
        event: "DeleteBucketPolicy",
        request: |_| json!({"policy": ""}),
        before: open,
        change: |bucket| vec![delete("delete_bucket_policy", bucket)],
        told: "closed",
    },
    Row {
        rule: "a block is put",
        event: "PutBucketPublicAccessBlock",
        request: |_| {
            json!({"publicAccessBlock": "", "PublicAccessBlockConfiguration": {"BlockPublicAcls": true,
                "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true}})
        },
        before: open,
        change: |bucket| vec![account::put_block(bucket, BLOCK)],
        told: "closed",
    },
    Row {
        rule: "a block is deleted",
        event: "DeleteBucketPublicAccessBlock",
        request: |_| json!({"publicAccessBlock": ""}),
        before: |bucket| open(bucket).into_iter().chain([account::put_block(bucket, BLOCK)]).collect(),
        change: |bucket| vec![delete("delete_public_access_block", bucket)],
        told: "opened",
    },
];

/// Gives the events that a row has: service and name.
pub(super) fn events() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROWS.iter().map(|row| ("s3.amazonaws.com", row.event))
}

/// A row in one shape, on a bucket of its own.
struct Case {
    row: &'static Row,
    bucket: String,
    shape: Shape,
    hand: &'static Hand,
}

/// Gives every row in two shapes; together they are in all of them.
fn cases() -> Vec<Case> {
    let shaped = |(index, row): (usize, &'static Row)| {
        [0, 1].map(|turn| Case {
            row,
            bucket: format!("b-{index}-{turn}"),
            shape: Shape::ALL[(index * 2 + turn) % Shape::ALL.len()],
            hand: &HANDS[(index + turn) % HANDS.len()],
        })
    };
    ROWS.iter().enumerate().flat_map(shaped).collect()
}

fn all(cases: &[Case], calls: impl Fn(&Case) -> Vec<Value>) -> Vec<Value> {
    cases.iter().flat_map(calls).collect()
}

#[test]
fn every_event_of_a_bucket_is_told_with_who_did_it_in_every_shape() {
    let Some(environment) = environment("every_event_of_a_bucket_is_told_with_who_did_it_in_every_shape")
    else {
        return;
    };
    let emulator = Ministack::start(&environment);
    let front = Front::start(emulator.address());
    let credentials = Credentials { key: calls::ACCOUNT.to_owned(), secret: "any".to_owned(), token: None };
    let cases = cases();
    calls::make(&environment, front.address(), &all(&cases, |case| (case.row.before)(&case.bucket)));
    let mut function = Function::start(&format!("http://{}", front.address()), &credentials);
    let scanned = function.reconcile();
    assert_eq!(scanned["partial"], Value::Null, "{scanned}");
    calls::make(&environment, front.address(), &all(&cases, |case| (case.row.change)(&case.bucket)));
    for case in &cases {
        let Case { row, bucket, shape, hand } = case;
        let mut request = (row.request)(bucket);
        request["bucketName"] = json!(bucket);
        request["Host"] = json!(format!("{bucket}.s3.us-east-1.amazonaws.com"));
        let event = record(&format!("e-{bucket}"), row.event, calls::ACCOUNT, &request, hand);
        function.handle(&shape.payload(&event));
        let told = function.told_of(bucket);
        let context = || format!("{}, {shape:?}: {told:?}: {}", row.rule, function.said());
        let [transition] = &told[..] else { panic!("{}", context()) };
        assert_eq!(transition["kind"], row.told, "{}", context());
        let cause = &transition["cause"];
        assert_eq!(
            (&cause["name"], &cause["actor"], &cause["agent"], &cause["address"]),
            (&json!(row.event), &json!(hand.actor), &json!(hand.agent), &json!("198.51.100.7")),
            "{}",
            context()
        );
    }
    let again =
        record("e-b-5-0", "PutBucketPolicy", calls::ACCOUNT, &json!({"bucketName": "b-5-0"}), &HANDS[0]);
    function.handle(&Shape::Rule.payload(&again));
    assert_eq!(function.told_of("b-5-0").len(), 1, "what comes twice is told once");
}
