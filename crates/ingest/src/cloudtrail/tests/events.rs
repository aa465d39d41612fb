//! Every event that can open or close an exposure, by name.

use serde_json::{Value, json};

use super::{change, dead, items, record, with};
use crate::cloudtrail::{Item, Kind, Outcome, Reason, Target, kind_of};

/// Gives a target as one word.
fn word(target: &Target) -> String {
    match target {
        Target::Bucket(bucket) => format!("bucket {}", bucket.as_raw()),
        Target::Buckets { name, buckets } => {
            let buckets: Vec<_> = buckets.iter().map(|bucket| bucket.as_raw()).collect();
            format!("{} of {}", buckets.join("+"), name.as_raw())
        }
        Target::Object { bucket, key, version_id } => {
            let version = version_id.as_ref().map(|version| format!("@{}", version.as_raw()));
            format!("object {}/{}{}", bucket.as_raw(), key.as_raw(), version.unwrap_or_default())
        }
        Target::AccessPoint { name, bucket } => {
            let bucket = bucket.as_ref().map_or("?", |bucket| bucket.as_raw());
            format!("access point {} of {bucket}", name.as_raw())
        }
        Target::TableBucket(bucket) => format!("table bucket {}", bucket.as_raw()),
        Target::Table { bucket, namespace, name } => {
            format!("table {}.{} of {}", namespace.as_raw(), name.as_raw(), bucket.as_raw())
        }
        Target::Account => "account".to_owned(),
        Target::Member(account) => format!("member {account}"),
        Target::Watcher(name) => format!("watcher {}", name.as_raw()),
    }
}

#[test]
fn every_event_is_known_by_name_and_gives_its_target() {
    let s3 = "s3.amazonaws.com";
    let bucket = || json!({"bucketName": "photos", "Host": "photos.s3.eu-west-1.amazonaws.com"});
    let control = || json!({"Host": "111122223333.s3-control.eu-west-1.amazonaws.com"});
    let point = || json!({"name": "ap", "Host": "111122223333.s3-control.eu-west-1.amazonaws.com"});
    let object = || json!({"bucketName": "photos", "key": "a/b.jpg"});
    let mrap = || {
        json!({"CreateMultiRegionAccessPointRequest": {"ClientToken": "t", "Details": {
            "Name": "world", "Regions": {"Region": [{"Bucket": "one"}, {"Bucket": "two"}]}}}})
    };
    let origins = || {
        json!({"distributionConfig": {"origins": {"quantity": 2, "items": [
            {"domainName": "photos.s3.eu-west-1.amazonaws.com"}, {"domainName": "example.org"}]}}})
    };
    let rows: &[(&str, &str, Value, Kind, &str)] = &[
        (s3, "CreateBucket", bucket(), Kind::BucketCreated, "bucket photos"),
        (s3, "DeleteBucket", bucket(), Kind::BucketDeleted, "bucket photos"),
        (s3, "PutBucketAcl", bucket(), Kind::BucketAcl, "bucket photos"),
        (s3, "PutBucketPolicy", bucket(), Kind::BucketPolicy, "bucket photos"),
        (s3, "DeleteBucketPolicy", bucket(), Kind::BucketPolicy, "bucket photos"),
        (s3, "PutBucketPublicAccessBlock", bucket(), Kind::BucketBlock, "bucket photos"),
        (s3, "DeleteBucketPublicAccessBlock", bucket(), Kind::BucketBlock, "bucket photos"),
        (s3, "PutBucketOwnershipControls", bucket(), Kind::Ownership, "bucket photos"),
        (s3, "DeleteBucketOwnershipControls", bucket(), Kind::Ownership, "bucket photos"),
        (s3, "PutAccountPublicAccessBlock", control(), Kind::AccountBlock, "account"),
        (s3, "DeleteAccountPublicAccessBlock", control(), Kind::AccountBlock, "account"),
        (
            s3,
            "CreateAccessPoint",
            json!({"name": "ap", "CreateAccessPointRequest": {"Bucket": "photos"}}),
            Kind::AccessPoint,
            "access point ap of photos",
        ),
        (
            s3,
            "CreateAccessPoint",
            json!({"name": "ap", "bucket": "photos"}),
            Kind::AccessPoint,
            "access point ap of photos",
        ),
        (s3, "DeleteAccessPoint", point(), Kind::AccessPoint, "access point ap of ?"),
        (s3, "PutAccessPointPolicy", point(), Kind::AccessPointPolicy, "access point ap of ?"),
        (s3, "DeleteAccessPointPolicy", point(), Kind::AccessPointPolicy, "access point ap of ?"),
        (s3, "CreateAccessPointForObjectLambda", point(), Kind::AccessPoint, "access point ap of ?"),
        (s3, "DeleteAccessPointForObjectLambda", point(), Kind::AccessPoint, "access point ap of ?"),
        (s3, "PutAccessPointPolicyForObjectLambda", point(), Kind::AccessPointPolicy, "access point ap of ?"),
        (
            s3,
            "DeleteAccessPointPolicyForObjectLambda",
            point(),
            Kind::AccessPointPolicy,
            "access point ap of ?",
        ),
        (s3, "CreateMultiRegionAccessPoint", mrap(), Kind::MultiRegionAccessPoint, "one+two of world"),
        (
            s3,
            "DeleteMultiRegionAccessPoint",
            json!({"DeleteMultiRegionAccessPointRequest": {"Details": {"Name": "world"}}}),
            Kind::MultiRegionAccessPoint,
            " of world",
        ),
        (
            s3,
            "PutMultiRegionAccessPointPolicy",
            json!({"PutMultiRegionAccessPointPolicyRequest": {"Details": {"Name": "world", "Policy": "{}"}}}),
            Kind::MultiRegionAccessPointPolicy,
            " of world",
        ),
        (s3, "PutBucketWebsite", bucket(), Kind::Website, "bucket photos"),
        (s3, "DeleteBucketWebsite", bucket(), Kind::Website, "bucket photos"),
        (s3, "PutBucketEncryption", bucket(), Kind::Encryption, "bucket photos"),
        (s3, "PutBucketRequestPayment", bucket(), Kind::RequestPayment, "bucket photos"),
        (s3, "PutBucketReplication", bucket(), Kind::Replication, "bucket photos"),
        (s3, "PutBucketTagging", bucket(), Kind::Tagging, "bucket photos"),
        (s3, "DeleteBucketTagging", bucket(), Kind::Tagging, "bucket photos"),
        (s3, "PutBucketAbac", bucket(), Kind::Tagging, "bucket photos"),
        (s3, "PutObjectAcl", object(), Kind::ObjectAcl, "object photos/a/b.jpg"),
        (
            s3,
            "PutObjectAcl",
            json!({"bucketName": "photos", "key": "a", "versionId": "v1"}),
            Kind::ObjectAcl,
            "object photos/a@v1",
        ),
        (s3, "PutObject", object(), Kind::ObjectWritten, "object photos/a/b.jpg"),
        (s3, "CopyObject", object(), Kind::ObjectWritten, "object photos/a/b.jpg"),
        (s3, "CreateMultipartUpload", object(), Kind::ObjectWritten, "object photos/a/b.jpg"),
        (s3, "CompleteMultipartUpload", object(), Kind::UploadCompleted, "object photos/a/b.jpg"),
        (s3, "DeleteObject", object(), Kind::ObjectDeleted, "object photos/a/b.jpg"),
        (s3, "DeleteObjects", bucket(), Kind::ObjectDeleted, "object photos/"),
        (s3, "UpdateObjectEncryption", object(), Kind::ObjectEncryption, "object photos/a/b.jpg"),
        ("s3express.amazonaws.com", "CreateBucket", bucket(), Kind::BucketCreated, "bucket photos"),
        ("s3express.amazonaws.com", "DeleteBucket", bucket(), Kind::BucketDeleted, "bucket photos"),
        ("s3express.amazonaws.com", "PutBucketPolicy", bucket(), Kind::BucketPolicy, "bucket photos"),
        ("s3express.amazonaws.com", "DeleteBucketPolicy", bucket(), Kind::BucketPolicy, "bucket photos"),
        (
            "s3tables.amazonaws.com",
            "PutTableBucketPolicy",
            json!({"tableBucketARN": "arn:t"}),
            Kind::TablePolicy,
            "table bucket arn:t",
        ),
        ("s3tables.amazonaws.com", "DeleteTableBucketPolicy", json!({}), Kind::TablePolicy, "account"),
        ("s3tables.amazonaws.com", "PutTablePolicy", json!({}), Kind::TablePolicy, "account"),
        ("s3tables.amazonaws.com", "DeleteTablePolicy", json!({}), Kind::TablePolicy, "account"),
        (
            "cloudfront.amazonaws.com",
            "CreateDistribution2020_05_31",
            origins(),
            Kind::Distribution,
            "photos of ",
        ),
        ("cloudfront.amazonaws.com", "UpdateDistribution", origins(), Kind::Distribution, "photos of "),
    ];
    for (source, name, request, kind, target) in rows {
        let found = change(&with(record(name, request.clone()), "eventSource", json!(source)));
        assert_eq!((found.kind, word(&found.target).as_str()), (*kind, *target), "{source} {name}");
        assert_eq!(found.event_name.as_raw(), *name);
        assert_eq!(found.outcome, Outcome::Done);
        assert_eq!(found.account.as_ref().unwrap().as_str(), "111122223333");
    }
}

#[test]
fn a_table_and_its_bucket_are_named_in_every_spelling_and_nothing_of_it_is_needed() {
    let arn = "arn:aws:s3tables:eu-west-1:444455556666:bucket/sales";
    let resources = |kind: &str, arn: &str| json!([{"type": kind, "ARN": arn, "accountId": "444455556666"}]);
    let of = |kind: &str| match kind {
        "bucket" => resources("AWS::S3Tables::TableBucket", arn),
        "table" => resources("AWS::S3Tables::Table", &format!("{arn}/table/111aa111-22bb")),
        _ => Value::Null,
    };
    let bucket = format!("table bucket {arn}");
    let table = format!("table eu.orders of {arn}");
    for (name, request, resources, expected) in [
        ("PutTableBucketPolicy", json!({"tableBucketArn": arn}), "", bucket.as_str()),
        ("PutTableBucketPolicy", json!({"TableBucketARN": [arn]}), "", &bucket),
        (
            "DeleteTableBucketPolicy",
            json!({"tableBucketARN": "arn%3Aaws%3As3tables%3Aeu-west-1%3A444455556666%3Abucket%2Fsales"}),
            "",
            &bucket,
        ),
        (
            "PutTableBucketPolicy",
            json!({"PutTableBucketPolicyRequest": {"tableBucketARN": arn}}),
            "",
            &bucket,
        ),
        ("PutTableBucketPolicy", Value::Null, "bucket", &bucket),
        ("PutTablePolicy", json!({"tableBucketARN": arn, "namespace": "eu", "name": "orders"}), "", &table),
        ("PutTablePolicy", json!({"namespace": ["eu"], "tableName": "orders"}), "table", &table),
        ("DeleteTablePolicy", json!({"tableBucketARN": arn, "name": 7}), "", &format!("table . of {arn}")),
        ("DeleteTablePolicy", json!({"namespace": "eu", "name": "orders"}), "", "account"),
    ] {
        let event = with(record(name, request.clone()), "eventSource", json!("s3tables.amazonaws.com"));
        let found = change(&with(event, "resources", of(resources)));
        assert_eq!(word(&found.target), expected, "{name} {request} {resources}");
        let owner = if expected == "account" { "111122223333" } else { "444455556666" };
        assert_eq!(found.account.unwrap().as_str(), owner, "{name} {request} {resources}");
    }
}

#[test]
fn events_of_the_organization_change_its_accounts() {
    for (name, kind) in [
        ("CreatePolicy", Kind::OrganizationPolicy),
        ("UpdatePolicy", Kind::OrganizationPolicy),
        ("DeletePolicy", Kind::OrganizationPolicy),
        ("AttachPolicy", Kind::OrganizationPolicy),
        ("DetachPolicy", Kind::OrganizationPolicy),
        ("EnablePolicyType", Kind::OrganizationPolicy),
        ("DisablePolicyType", Kind::OrganizationPolicy),
        ("MoveAccount", Kind::OrganizationMembership),
        ("RemoveAccountFromOrganization", Kind::OrganizationMembership),
    ] {
        let event = with(record(name, Value::Null), "eventSource", json!("organizations.amazonaws.com"));
        let found = change(&event);
        assert_eq!((found.kind, found.target), (kind, Target::Account), "{name}");
    }
}

#[test]
fn a_change_of_an_organization_names_the_account_where_it_is_about_one() {
    for (name, request, expected) in [
        ("AttachPolicy", json!({"policyId": "p-1", "targetId": "444455556666"}), "member 444455556666"),
        ("AttachPolicy", json!({"policyId": "p-1", "targetId": "ou-ab12-cdefghij"}), "account"),
        ("DetachPolicy", json!({"policyId": "p-1", "targetId": "r-ab12"}), "account"),
        ("UpdatePolicy", json!({"policyId": "p-1"}), "account"),
        ("EnablePolicyType", json!({"rootId": "r-ab12", "policyType": "S3_POLICY"}), "account"),
        ("MoveAccount", json!({"accountId": "444455556666", "sourceParentId": "r-1"}), "member 444455556666"),
        ("RemoveAccountFromOrganization", json!({"accountId": "444455556666"}), "member 444455556666"),
        ("LeaveOrganization", Value::Null, "member 111122223333"),
    ] {
        let event = with(record(name, request), "eventSource", json!("organizations.amazonaws.com"));
        assert_eq!(word(&change(&event).target), expected, "{event}");
    }
}

#[test]
fn events_about_what_watches_are_known_with_its_name() {
    for (source, name, request, kind, target) in [
        ("cloudtrail", "StopLogging", json!({"name": "trail"}), Kind::Trail, "watcher trail"),
        ("cloudtrail", "DeleteTrail", json!({"name": "arn:trail"}), Kind::Trail, "watcher arn:trail"),
        ("cloudtrail", "UpdateTrail", json!({"name": "trail"}), Kind::Trail, "watcher trail"),
        ("cloudtrail", "PutEventSelectors", json!({"trailName": "trail"}), Kind::Trail, "watcher trail"),
        ("events", "DisableRule", json!({"name": "rule"}), Kind::Rule, "watcher rule"),
        ("events", "DeleteRule", json!({"name": "rule"}), Kind::Rule, "watcher rule"),
        ("events", "PutRule", json!({"name": "rule"}), Kind::Rule, "watcher rule"),
        ("events", "RemoveTargets", json!({"rule": "rule", "ids": []}), Kind::Rule, "watcher rule"),
        ("sqs", "DeleteQueue", json!({"queueUrl": "https://q"}), Kind::Queue, "watcher https://q"),
        ("lambda", "DeleteFunction20150331", json!({"functionName": "f"}), Kind::Function, "watcher f"),
        ("lambda", "UpdateFunctionCode20150331v2", json!({"functionName": "f"}), Kind::Function, "watcher f"),
    ] {
        let event = with(record(name, request), "eventSource", json!(format!("{source}.amazonaws.com")));
        let found = change(&event);
        assert_eq!((found.kind, word(&found.target).as_str()), (kind, target), "{name}");
    }
}

#[test]
fn what_changes_nothing_is_skipped() {
    for (source, name) in [
        ("s3.amazonaws.com", "GetBucketPolicy"),
        ("s3.amazonaws.com", "GetObject"),
        ("s3.amazonaws.com", "PutBucketVersioning"),
        ("s3-control.amazonaws.com", "PutAccountPublicAccessBlock"),
        ("s3express.amazonaws.com", "PutBucketAcl"),
        ("ec2.amazonaws.com", "CreateBucket"),
        ("lambda.amazonaws.com", "ListFunctions20150331"),
        ("cloudfront.amazonaws.com", "CreateInvalidation2020_05_31"),
    ] {
        assert_eq!(kind_of(source, name), None, "{source} {name}");
        let event = with(record(name, json!({"bucketName": "b"})), "eventSource", json!(source));
        assert_eq!(items(&event), [Item::Skipped], "{source} {name}");
    }
}

#[test]
fn the_partition_follows_the_region_and_china_spells_its_sources_differently() {
    for (region, partition) in
        [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
    {
        let event = with(record("DeleteBucket", json!({"bucketName": "b"})), "awsRegion", json!(region));
        let found = change(&with(event, "eventSource", json!("s3.amazonaws.com.cn")));
        assert_eq!(found.partition.as_str(), partition);
        assert_eq!(found.region.unwrap().as_raw(), region);
    }
}

#[test]
fn the_account_is_that_of_the_bucket_whoever_asked_and_wherever_it_was_logged() {
    let owned = json!([{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/k"},
        {"type": "AWS::S3::Bucket", "accountId": "444455556666", "ARN": "arn:aws:s3:::b"}]);
    let host = json!({"bucketName": "b", "host": ["777788889999.s3-control.eu-west-1.amazonaws.com"]});
    let by_caller = record("PutBucketAcl", json!({"bucketName": "b"}));
    for (rule, event, account) in [
        ("the bucket's owner", with(by_caller.clone(), "resources", owned), Some("444455556666")),
        ("resources may be null", with(by_caller.clone(), "resources", Value::Null), Some("111122223333")),
        (
            "the host names it for want of better",
            with(
                with(record("PutBucketAcl", host), "resources", Value::Null),
                "recipientAccountId",
                Value::Null,
            ),
            Some("777788889999"),
        ),
        (
            "nothing does",
            with(with(by_caller, "resources", Value::Null), "recipientAccountId", Value::Null),
            None,
        ),
    ] {
        let found = change(&event);
        assert_eq!(found.account.as_ref().map(|account| account.as_str()), account, "{rule}");
    }
}

#[test]
fn a_request_through_an_access_point_is_about_its_bucket() {
    for name in ["arn:aws:s3:eu-west-1:111122223333:accesspoint/ap", "ap-x1y2-s3alias"] {
        let found = change(&record("PutObjectAcl", json!({"bucketName": name, "key": "k"})));
        assert_eq!(word(&found.target), "object photos/k");
    }
}

#[test]
fn an_error_code_makes_it_a_refused_attempt_and_an_empty_one_does_not() {
    let event = record("PutBucketPolicy", json!({"bucketName": "b"}));
    let refused = with(with(event.clone(), "errorCode", json!("AccessDenied")), "errorMessage", json!("no"));
    let expected = Outcome::Refused { code: "AccessDenied".into(), message: Some("no".into()) };
    assert_eq!(change(&refused).outcome, expected);
    assert_eq!(change(&with(event.clone(), "errorCode", json!(""))).outcome, Outcome::Done);
    assert_eq!(change(&with(event, "errorMessage", json!("odd"))).outcome, Outcome::Done);
}

#[test]
fn a_record_without_what_handling_needs_is_a_dead_letter_with_the_reason() {
    let event = record("PutBucketPolicy", json!({"bucketName": "b"}));
    for (member, value, reason) in [
        ("eventID", Value::Null, Reason::Missing("eventID")),
        ("eventTime", Value::Null, Reason::Missing("eventTime")),
        ("eventTime", json!("yesterday"), Reason::Malformed("eventTime")),
        ("eventTime", json!(1_795_000_000), Reason::Missing("eventTime")),
    ] {
        let letter = dead(&with(event.clone(), member, value));
        assert_eq!(letter.reason, reason);
        assert!(letter.excerpt.as_raw().contains("PutBucketPolicy"), "{:?}", letter.excerpt);
    }
    let nameless = with(record("PutBucketPolicy", Value::Null), "resources", Value::Null);
    assert_eq!(dead(&nameless).reason, Reason::NoBucket);
    assert_eq!(dead(&record("CreateAccessPoint", json!({}))).reason, Reason::Missing("name"));
}

#[test]
fn copies_of_one_event_in_several_accounts_have_one_id() {
    let event = record("PutBucketAcl", json!({"bucketName": "b"}));
    assert_eq!(change(&event).id, "e-1");
    assert_eq!(change(&with(event, "sharedEventID", json!("shared"))).id, "shared");
}
