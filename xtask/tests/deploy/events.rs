//! Events that must reach the queue, by the pattern that lets them through, and events that must not.

use serde_json::{Value, json};

/// Every call that counts: the service it is recorded for, and the pattern that lets it through.
pub(crate) const COUNTED: &[(&str, &str, &[&str])] = &[
    (
        "s3",
        "s3.amazonaws.com",
        &[
            "CreateBucket",
            "DeleteBucket",
            "PutBucketAcl",
            "PutBucketPolicy",
            "DeleteBucketPolicy",
            "PutBucketPublicAccessBlock",
            "DeleteBucketPublicAccessBlock",
            "PutBucketOwnershipControls",
            "DeleteBucketOwnershipControls",
            "PutAccountPublicAccessBlock",
            "DeleteAccountPublicAccessBlock",
            "CreateAccessPoint",
            "DeleteAccessPoint",
            "PutAccessPointPolicy",
            "DeleteAccessPointPolicy",
            "CreateAccessPointForObjectLambda",
            "DeleteAccessPointForObjectLambda",
            "PutAccessPointPolicyForObjectLambda",
            "DeleteAccessPointPolicyForObjectLambda",
            "CreateMultiRegionAccessPoint",
            "DeleteMultiRegionAccessPoint",
            "PutMultiRegionAccessPointPolicy",
            "PutBucketWebsite",
            "DeleteBucketWebsite",
            "PutBucketEncryption",
            "DeleteBucketEncryption",
            "PutBucketRequestPayment",
            "PutBucketReplication",
            "DeleteBucketReplication",
            "PutBucketTagging",
            "DeleteBucketTagging",
            "PutBucketAbac",
        ],
    ),
    (
        "s3",
        "s3express.amazonaws.com",
        &["CreateBucket", "DeleteBucket", "PutBucketPolicy", "DeleteBucketPolicy"],
    ),
    (
        "s3",
        "s3tables.amazonaws.com",
        &["PutTableBucketPolicy", "DeleteTableBucketPolicy", "PutTablePolicy", "DeleteTablePolicy"],
    ),
    ("objects", "s3.amazonaws.com", &["PutObjectAcl", "CompleteMultipartUpload", "UpdateObjectEncryption"]),
    (
        "global",
        "organizations.amazonaws.com",
        &[
            "CreatePolicy",
            "UpdatePolicy",
            "DeletePolicy",
            "AttachPolicy",
            "DetachPolicy",
            "EnablePolicyType",
            "DisablePolicyType",
            "MoveAccount",
            "RemoveAccountFromOrganization",
            "LeaveOrganization",
        ],
    ),
    (
        "global",
        "cloudfront.amazonaws.com",
        &[
            "CreateDistribution2020_05_31",
            "UpdateDistribution2020_05_31",
            "CreateDistributionWithTags2020_05_31",
        ],
    ),
    (
        "watchers",
        "cloudtrail.amazonaws.com",
        &["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"],
    ),
    ("watchers", "events.amazonaws.com", &["DisableRule", "DeleteRule", "PutRule", "RemoveTargets"]),
    ("watchers", "sqs.amazonaws.com", &["DeleteQueue", "PurgeQueue", "SetQueueAttributes"]),
    (
        "watchers",
        "lambda.amazonaws.com",
        &[
            "DeleteFunction20150331",
            "UpdateFunctionCode20150331v2",
            "UpdateFunctionConfiguration20150331v2",
            "DeleteEventSourceMapping20150331",
            "PutFunctionConcurrency20171031",
            "RemovePermission20150331v2",
        ],
    ),
];

/// Gives an event as EventBridge hands it over.
pub(crate) fn call(service: &str, name: &str, parameters: &Value) -> Value {
    let source = format!("aws.{}", service.split('.').next().unwrap());
    json!({
        "version": "0", "id": "e", "account": "111122223333", "time": "2026-11-22T06:00:00Z", "region": "eu-west-1",
        "resources": [], "source": source, "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventSource": service, "eventName": name, "eventID": "i", "eventTime": "2026-11-22T06:00:00Z",
            "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "requestParameters": parameters,
        },
    })
}

const EVERYBODY: &str = r#"uri="http://acs.amazonaws.com/groups/global/AllUsers", id="owner""#;

/// Objects that are written with an ACL for strangers.
pub(crate) fn public_objects() -> Vec<Value> {
    let object = |name: &str, acl: Value| {
        let mut parameters = json!({"bucketName": "b", "key": "k"});
        parameters.as_object_mut().unwrap().extend(acl.as_object().unwrap().clone());
        call("s3.amazonaws.com", name, &parameters)
    };
    vec![
        object("PutObject", json!({"x-amz-acl": "public-read"})),
        object("PutObject", json!({"x-amz-acl": ["public-read-write"]})),
        object("CopyObject", json!({"x-amz-acl": "authenticated-read"})),
        object("CreateMultipartUpload", json!({"accessControlList": {"x-amz-grant-read": EVERYBODY}})),
        object("PutObject", json!({"accessControlList": {"x-amz-grant-full-control": EVERYBODY}})),
        object("PutObject", json!({"accessControlList": {"x-amz-grant-write-acp": EVERYBODY}})),
        object("PutObject", json!({"accessControlList": {"x-amz-grant-read-acp": EVERYBODY}})),
        json!({
            "version": "0", "source": "aws.s3", "detail-type": "Object ACL Updated", "region": "eu-west-1", "id": "e",
            "account": "111122223333", "time": "2026-11-22T06:00:00Z", "resources": ["arn:aws:s3:::b"],
            "detail": {"bucket": {"name": "b"}, "object": {"key": "k"}},
        }),
    ]
}

/// Events that concern nothing of ours, or that nobody can trust.
pub(crate) fn uncounted() -> Vec<Value> {
    let nothing = json!({});
    let read = |name| call("s3.amazonaws.com", name, &nothing);
    let mut events: Vec<Value> =
        ["GetBucketPolicy", "GetBucketAcl", "ListBuckets", "HeadBucket", "PutBucketVersioning", "PutObject"]
            .into_iter()
            .map(read)
            .collect();
    events.extend([
        call("s3.amazonaws.com", "PutObject", &json!({"x-amz-acl": "bucket-owner-full-control"})),
        call(
            "s3.amazonaws.com",
            "PutObject",
            &json!({"accessControlList": {"x-amz-grant-read": "id=\"friend\""}}),
        ),
        call("s3.amazonaws.com", "DeleteObject", &json!({"x-amz-acl": "public-read"})),
        call("iam.amazonaws.com", "DeletePolicy", &nothing),
        call("ec2.amazonaws.com", "CreateBucket", &nothing),
        call("lambda.amazonaws.com", "CreateFunction20150331", &nothing),
        call("lambda.amazonaws.com", "DeleteFunctionEventInvokeConfig", &nothing),
        call("organizations.amazonaws.com", "DescribePolicy", &nothing),
        call("cloudfront.amazonaws.com", "DeleteDistribution2020_05_31", &nothing),
    ]);
    for (field, value) in [
        // Whoever may put events on a bus can say anything but that they are of AWS.
        ("source", "custom.s3"),
        ("source", "awsome"),
        ("detail-type", "AWS Service Event via CloudTrail"),
        ("detail-type", "Object Created"),
    ] {
        let mut event = call("s3.amazonaws.com", "PutBucketPolicy", &nothing);
        event[field] = value.into();
        events.push(event);
    }
    events
}
