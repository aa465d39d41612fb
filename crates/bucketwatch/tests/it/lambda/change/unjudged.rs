//! Directory buckets, which no policy makes public, and tables, of which what a policy lets others do is not judged, and
//! never taken for nothing.

use serde_json::{Value, json};

use super::Told::{Nothing, Unverified};
use super::{Row, Told, as_it_is};

const EXPRESS: &str = "s3express.amazonaws.com";
const TABLES: &str = "s3tables.amazonaws.com";

/// A policy that lets another account in.
fn policy() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "444455556666"},
        "Action": "*", "Resource": "*"}]})
}

const fn row(source: &'static str, event: &'static str, request: fn(&str) -> Value, told: Told) -> Row {
    Row { rule: event, source, event, request, before: as_it_is, after: as_it_is, told }
}

fn bucket(name: &str) -> Value {
    json!({"bucketName": name})
}

fn table_bucket(name: &str) -> Value {
    json!({"tableBucketARN": format!("arn:aws:s3tables:us-east-1:111122223333:bucket/{name}")})
}

fn with_policy(mut request: Value, member: &str) -> Value {
    request[member] = json!(policy().to_string());
    request
}

pub(super) static ROWS: [Row; 8] = [
    row(EXPRESS, "CreateBucket", bucket, Nothing),
    row(EXPRESS, "DeleteBucket", bucket, Nothing),
    row(EXPRESS, "PutBucketPolicy", |name| with_policy(bucket(name), "bucketPolicy"), Nothing),
    row(EXPRESS, "DeleteBucketPolicy", bucket, Nothing),
    row(TABLES, "PutTableBucketPolicy", |name| with_policy(table_bucket(name), "resourcePolicy"), Unverified),
    row(TABLES, "DeleteTableBucketPolicy", table_bucket, Nothing),
    row(TABLES, "PutTablePolicy", |name| with_policy(table_bucket(name), "resourcePolicy"), Unverified),
    row(TABLES, "DeleteTablePolicy", table_bucket, Nothing),
];
