//! Events that change what an exposure means. Each leads to its bucket, whatever else was done to that meanwhile.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_sandbox::account::Bucket;
use serde_json::{Value, json};

use super::Told::Transition;
use super::{Row, S3, as_it_is};
use crate::sandbox::public_policy;

fn open(bucket: &mut Bucket) {
    bucket.snapshot.policy = Observed::Present(public_policy(bucket.name(), &["s3:GetObject"]));
    bucket.snapshot.bucket_block = Observed::Absent;
}

fn named(bucket: &str) -> Value {
    json!({"bucketName": bucket})
}

/// A row for an event of S3 that leads to its bucket.
const fn of_s3(event: &'static str) -> Row {
    Row {
        rule: event,
        source: S3,
        event,
        request: named,
        before: as_it_is,
        after: open,
        told: Transition("opened"),
    }
}

/// A row for an event of CloudFront that names the bucket among its origins.
const fn of_cloudfront(event: &'static str, request: fn(&str) -> Value) -> Row {
    Row { source: "cloudfront.amazonaws.com", request, ..of_s3(event) }
}

fn distribution(bucket: &str) -> Value {
    let domain = format!("{bucket}.s3.us-east-1.amazonaws.com");
    json!({"distributionConfig": {"origins": {"quantity": 1, "items": [{"domainName": domain}]}}})
}

pub(super) static ROWS: [Row; 15] = [
    of_s3("PutBucketWebsite"),
    of_s3("DeleteBucketWebsite"),
    of_s3("PutBucketEncryption"),
    of_s3("DeleteBucketEncryption"),
    of_s3("PutBucketRequestPayment"),
    of_s3("PutBucketReplication"),
    of_s3("DeleteBucketReplication"),
    of_s3("PutBucketTagging"),
    of_s3("DeleteBucketTagging"),
    of_s3("PutBucketAbac"),
    of_s3("PutPublicAccessBlock"),
    of_s3("DeletePublicAccessBlock"),
    of_cloudfront("CreateDistribution2020_05_31", distribution),
    of_cloudfront("UpdateDistribution2020_05_31", distribution),
    of_cloudfront(
        "CreateDistributionWithTags2020_05_31",
        |bucket| json!({"distributionConfigWithTags": distribution(bucket)}),
    ),
];
