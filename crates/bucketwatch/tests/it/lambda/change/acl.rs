//! Ownership, which decides whether ACLs count, and the ACLs of objects.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{ObjectAcl, Ownership};
use bucketwatch_sandbox::account::{Bucket, Object, canned};
use bucketwatch_sandbox::demo;
use serde_json::{Value, json};

use super::Told::{Nothing, Transition};
use super::{Row, S3, as_it_is, change};
use crate::lambda::event::{HANDS, Shape, record};
use crate::lambda::function::Function;
use crate::lambda::{credentials, sandbox};

const KEY: &str = "a/b.jpg";

/// Gives a bucket a public ACL that counts by its ownership. AWS lets nobody disable ACLs while one is public; what was
/// stored before that rule may count again.
fn with_public_acl(bucket: &mut Bucket, ownership: Ownership) {
    bucket.snapshot.acl =
        Observed::Present(canned(&demo::account_id(), "public-read").expect("a canned ACL"));
    bucket.snapshot.bucket_block = Observed::Absent;
    bucket.snapshot.ownership = Observed::Present(ownership);
}

fn owned(bucket: &mut Bucket) {
    with_public_acl(bucket, Ownership::BucketOwnerEnforced);
}

fn disowned(bucket: &mut Bucket) {
    with_public_acl(bucket, Ownership::ObjectWriter);
}

/// Puts an object with a canned ACL into a bucket whose ACLs count.
fn put(bucket: &mut Bucket, acl: &str) {
    with_acls(bucket);
    let grants = canned(&demo::account_id(), acl).expect("a canned ACL").grants;
    let object =
        ObjectAcl { key: KEY.into(), version_id: None, owner: None, grants: Observed::Present(grants) };
    bucket.snapshot.object_acls = Observed::Present(vec![object]);
    bucket.objects.insert(KEY.to_owned(), Object::default());
}

fn with_acls(bucket: &mut Bucket) {
    bucket.snapshot.ownership = Observed::Present(Ownership::ObjectWriter);
    bucket.snapshot.bucket_block = Observed::Absent;
}

fn shut(bucket: &mut Bucket) {
    put(bucket, "private");
}

fn open(bucket: &mut Bucket) {
    put(bucket, "public-read");
}

fn gone(bucket: &mut Bucket) {
    bucket.snapshot.object_acls = Observed::Present(Vec::new());
    bucket.objects.clear();
}

fn object(bucket: &str) -> Value {
    json!({"bucketName": bucket, "key": KEY})
}

fn object_for_all(bucket: &str) -> Value {
    json!({"bucketName": bucket, "key": KEY, "x-amz-acl": "public-read"})
}

pub(super) static ROWS: [Row; 8] = [
    Row {
        rule: "ACLs are disabled",
        source: S3,
        event: "PutBucketOwnershipControls",
        request: |bucket| {
            json!({"bucketName": bucket, "ownershipControls": "",
                "OwnershipControls": {"Rule": {"ObjectOwnership": "BucketOwnerEnforced"}}})
        },
        before: disowned,
        after: owned,
        told: Transition("closed"),
    },
    Row {
        rule: "nothing disables ACLs any more",
        source: S3,
        event: "DeleteBucketOwnershipControls",
        request: |bucket| json!({"bucketName": bucket, "ownershipControls": ""}),
        before: owned,
        after: disowned,
        told: Transition("opened"),
    },
    Row {
        rule: "an object's ACL is put",
        source: S3,
        event: "PutObjectAcl",
        request: object_for_all,
        before: shut,
        after: open,
        told: Transition("opened"),
    },
    Row {
        rule: "an object is written with an ACL",
        source: S3,
        event: "PutObject",
        request: object_for_all,
        before: with_acls,
        after: open,
        told: Transition("opened"),
    },
    Row {
        rule: "an object is copied with an ACL",
        source: S3,
        event: "CopyObject",
        request: object_for_all,
        before: with_acls,
        after: open,
        told: Transition("opened"),
    },
    Row {
        rule: "an upload in parts begins with an ACL, and is at its end",
        source: S3,
        event: "CreateMultipartUpload",
        request: object_for_all,
        before: with_acls,
        after: open,
        told: Transition("opened"),
    },
    Row {
        rule: "an upload in parts ends, whatever its beginning asked for",
        source: S3,
        event: "CompleteMultipartUpload",
        request: object,
        before: with_acls,
        after: open,
        told: Transition("opened"),
    },
    Row {
        rule: "an object is encrypted otherwise",
        source: S3,
        event: "UpdateObjectEncryption",
        request: object,
        before: shut,
        after: as_it_is,
        told: Nothing,
    },
];

/// The name of an event, and what it does to a bucket.
type End = (&'static str, fn(&mut Bucket));

/// What ends an object that was open.
pub(super) const ENDS: [End; 3] = [("DeleteObject", gone), ("DeleteObjects", gone), ("PutObject", shut)];

#[test]
fn an_open_object_closes_its_bucket_when_it_goes_in_two_shapes() {
    let cases: Vec<_> = (0..ENDS.len() * 2).map(|index| (format!("b-{index}"), ENDS[index / 2])).collect();
    let served = sandbox(&cases.iter().map(|(bucket, _)| bucket.as_str()).collect::<Vec<_>>());
    for (bucket, _) in &cases {
        change(&served, bucket, shut);
    }
    let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
    function.reconcile();
    for (index, (bucket, (name, end))) in cases.iter().enumerate() {
        let (opener, closer) = (&HANDS[index % 4], &HANDS[(index + 1) % 4]);
        let owner = demo::account_id();
        change(&served, bucket, open);
        let opened = record(&format!("o-{index}"), "PutObjectAcl", owner.as_str(), &object(bucket), opener);
        function.handle(&Shape::ALL[index % 5].payload(&opened));
        change(&served, bucket, end);
        let ended = record(&format!("e-{index}"), name, owner.as_str(), &object(bucket), closer);
        function.handle(&Shape::ALL[(index + 3) % 5].payload(&ended));
        let told = function.told_of(bucket);
        let said = |transition: &Value| {
            (
                transition["kind"].clone(),
                transition["cause"]["actor"].clone(),
                transition["cause"]["name"].clone(),
            )
        };
        let expected = [("opened", opener, "PutObjectAcl"), ("closed", closer, name)]
            .map(|(kind, hand, name)| (json!(kind), json!(hand.actor), json!(name)));
        assert_eq!(told.iter().map(said).collect::<Vec<_>>(), expected, "{name}: {}", function.said());
    }
}
