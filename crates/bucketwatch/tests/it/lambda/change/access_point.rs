//! Access points, and those of several regions.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{AccessPoint, BlockPublicAccess, NetworkOrigin};
use bucketwatch_sandbox::account::Bucket;
use bucketwatch_sandbox::demo;
use serde_json::{Value, json};

use super::Told::Transition;
use super::{Row, S3};

/// Gives an access point, with a policy that lets everybody in where it is open.
fn point(name: &str, arn: &str, open: bool) -> AccessPoint {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Sid": "Anybody", "Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": format!("{arn}/object/*")}]});
    AccessPoint {
        name: name.into(),
        account: Some(demo::account_id()),
        origin: NetworkOrigin::Internet,
        policy: if open { Observed::Present(policy.to_string()) } else { Observed::Absent },
        block: Observed::Present(BlockPublicAccess::default()),
    }
}

/// Leaves to access points who gets in.
fn delegate(bucket: &mut Bucket) {
    let arn = format!("arn:aws:s3:::{}", bucket.name());
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*",
        "Resource": [arn, format!("{arn}/*")],
        "Condition": {"StringEquals": {"s3:DataAccessPointAccount": demo::account_id().as_str()}}}]});
    bucket.snapshot.policy = Observed::Present(policy.to_string());
    bucket.snapshot.bucket_block = Observed::Absent;
}

/// Puts an access point that is called as the bucket is.
fn put(bucket: &mut Bucket, open: bool) {
    delegate(bucket);
    let name = bucket.name();
    let arn = format!("arn:aws:s3:us-east-1:{}:accesspoint/{name}", demo::account_id());
    bucket.snapshot.access_points = Observed::Present(vec![point(name, &arn, open)]);
}

/// The same with one of several regions.
fn put_wide(bucket: &mut Bucket, open: bool) {
    delegate(bucket);
    let alias = format!("{}.mrap", bucket.name());
    let arn = format!("arn:aws:s3::{}:accesspoint/{alias}", demo::account_id());
    bucket.snapshot.multi_region_access_points = Observed::Present(vec![point(&alias, &arn, open)]);
}

fn open(bucket: &mut Bucket) {
    put(bucket, true);
}

fn shut(bucket: &mut Bucket) {
    put(bucket, false);
}

fn gone(bucket: &mut Bucket) {
    bucket.snapshot.access_points = Observed::Present(Vec::new());
}

fn named(name: &str) -> Value {
    json!({"name": name, "Host": "111122223333.s3-control.us-east-1.amazonaws.com"})
}

fn created(name: &str) -> Value {
    let mut request = named(name);
    request["CreateAccessPointRequest"] = json!({"Bucket": name});
    request
}

/// One of several regions is asked for by name and client token, and nothing but its making says what is behind it.
fn named_wide(name: &str) -> Value {
    json!({"PutMultiRegionAccessPointPolicyRequest": {"ClientToken": "t", "Details": {"Name": name}}})
}

pub(super) static ROWS: [Row; 11] = [
    Row {
        rule: "an access point is made, and open",
        source: S3,
        event: "CreateAccessPoint",
        request: created,
        before: delegate,
        after: open,
        told: Transition("opened"),
    },
    Row {
        rule: "an open access point is deleted, so that nobody can say whose it was",
        source: S3,
        event: "DeleteAccessPoint",
        request: named,
        before: open,
        after: gone,
        told: Transition("closed"),
    },
    Row {
        rule: "an access point gets a policy",
        source: S3,
        event: "PutAccessPointPolicy",
        request: named,
        before: shut,
        after: open,
        told: Transition("opened"),
    },
    Row {
        rule: "an access point's policy is deleted",
        source: S3,
        event: "DeleteAccessPointPolicy",
        request: named,
        before: open,
        after: shut,
        told: Transition("closed"),
    },
    Row {
        rule: "an access point for object Lambda is made",
        source: S3,
        event: "CreateAccessPointForObjectLambda",
        request: named,
        before: shut,
        after: open,
        told: Transition("opened"),
    },
    Row {
        rule: "an access point for object Lambda is deleted",
        source: S3,
        event: "DeleteAccessPointForObjectLambda",
        request: named,
        before: open,
        after: gone,
        told: Transition("closed"),
    },
    Row {
        rule: "an access point for object Lambda gets a policy",
        source: S3,
        event: "PutAccessPointPolicyForObjectLambda",
        request: named,
        before: shut,
        after: open,
        told: Transition("opened"),
    },
    Row {
        rule: "the policy of an access point for object Lambda is deleted",
        source: S3,
        event: "DeleteAccessPointPolicyForObjectLambda",
        request: named,
        before: open,
        after: shut,
        told: Transition("closed"),
    },
    Row {
        rule: "an access point of several regions is made, and open",
        source: S3,
        event: "CreateMultiRegionAccessPoint",
        request: |name| {
            let regions = json!({"Region": [{"Bucket": name}]});
            json!({"CreateMultiRegionAccessPointRequest":
                {"ClientToken": "t", "Details": {"Name": name, "Regions": regions}}})
        },
        before: delegate,
        after: |bucket| put_wide(bucket, true),
        told: Transition("opened"),
    },
    Row {
        rule: "an access point of several regions is deleted",
        source: S3,
        event: "DeleteMultiRegionAccessPoint",
        request: |name| json!({"DeleteMultiRegionAccessPointRequest": {"ClientToken": "t", "Details": {"Name": name}}}),
        before: |bucket| put_wide(bucket, true),
        after: |bucket| bucket.snapshot.multi_region_access_points = Observed::Present(Vec::new()),
        told: Transition("closed"),
    },
    Row {
        rule: "an access point of several regions gets a policy",
        source: S3,
        event: "PutMultiRegionAccessPointPolicy",
        request: named_wide,
        before: |bucket| put_wide(bucket, false),
        after: |bucket| put_wide(bucket, true),
        told: Transition("opened"),
    },
];
