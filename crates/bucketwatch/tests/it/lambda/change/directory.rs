//! Directory buckets, which no policy makes public.

use serde_json::{Value, json};

use super::Told::Nothing;
use super::{Row, as_it_is};

const EXPRESS: &str = "s3express.amazonaws.com";

/// A policy that lets another account in.
fn policy() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "444455556666"},
        "Action": "*", "Resource": "*"}]})
}

const fn row(event: &'static str, request: fn(&str) -> Value) -> Row {
    Row { rule: event, source: EXPRESS, event, request, before: as_it_is, after: as_it_is, told: Nothing }
}

fn bucket(name: &str) -> Value {
    json!({"bucketName": name})
}

fn put(name: &str) -> Value {
    json!({"bucketName": name, "bucketPolicy": policy().to_string()})
}

pub(super) static ROWS: [Row; 4] = [
    row("CreateBucket", bucket),
    row("DeleteBucket", bucket),
    row("PutBucketPolicy", put),
    row("DeleteBucketPolicy", bucket),
];
