//! What is asked of S3 and s3control, and how it is signed, beside botocore, which asks the same in its own way.

use std::collections::BTreeMap;

use bucketwatch_adapters::aws::{AwsCloud, connect};
use bucketwatch_engine::cloud::{BucketAddress, Cloud as _, ListedAccessPoint, ObjectName, TableAddress};
use bucketwatch_exposure::snapshot::NetworkOrigin;
use serde_json::{Value, json};

use super::fixture::{KEY, account_id, address, to};
use super::stub::IDENTITY;
use crate::http::stand_in::{Received, Reply, StandIn};
use crate::published::Judge;

const MULTI_REGION_POINTS: &str = "<ListMultiRegionAccessPointsResult><AccessPoints><AccessPoint><Name>mr-1</Name>\
    <Alias>mfzwi23gnjvgw.mrap</Alias></AccessPoint></AccessPoints><NextToken>a+/=</NextToken>\
    </ListMultiRegionAccessPointsResult>";

/// Gives what `ask` asks of a server that knows who calls and one multi-Region access point.
async fn asked(ask: impl AsyncFnOnce(&AwsCloud)) -> Vec<Received> {
    let answer = |request: &Received| match request.line.split(' ').collect::<Vec<_>>()[..] {
        ["POST", "/", _] => Reply::Answer(200, String::new(), IDENTITY.to_owned()),
        ["GET", "/v20180820/mrap/instances", _] => {
            Reply::Answer(200, String::new(), MULTI_REGION_POINTS.to_owned())
        }
        _ => Reply::status(404),
    };
    let server = StandIn::start(answer).await;
    let cloud = connect(&to(&server.url(""))).await.unwrap();
    ask(&cloud).await;
    server.received().into_iter().filter(|request| request.line.starts_with("GET ")).collect()
}

/// Asserts that the requests are those by which botocore makes the `calls`, in any order.
fn compare(requests: &[Received], calls: Value) {
    let Some(mut judge) = Judge::by("aws/asked.py") else { return };
    let calls = calls.as_array().unwrap();
    assert_eq!(requests.len(), calls.len(), "{requests:#?}");
    for request in requests {
        let headers: BTreeMap<_, _> = request.headers.iter().cloned().collect();
        let mut faults = |call| judge.faults_of(&json!([call, request.line, headers, [KEY, "no secret"]]));
        let nearest = calls.iter().map(&mut faults).min_by_key(Vec::len).unwrap();
        assert!(nearest.is_empty(), "{}: {nearest:#?}", request.line);
    }
}

fn bucket(name: &str) -> BucketAddress {
    address(name, Some("eu-west-1"), &account_id())
}

#[tokio::test]
async fn everything_about_a_bucket_is_asked_as_botocore_asks_it() {
    for name in ["plain-bucket", "name.with.dots"] {
        let requests = asked(async |cloud| {
            let bucket = bucket(name);
            let _ = cloud.ownership(&bucket).await;
            let _ = cloud.bucket_block(&bucket).await;
            let _ = cloud.policy(&bucket).await;
            let _ = cloud.policy_status(&bucket).await;
            let _ = cloud.acl(&bucket).await;
            let _ = cloud.website(&bucket).await;
            let _ = cloud.requester_pays(&bucket).await;
            let _ = cloud.default_encryption(&bucket).await;
            let _ = cloud.tags(&bucket).await;
        })
        .await;
        let call = |operation: &str| json!(["s3", operation, {"Bucket": name, "ExpectedBucketOwner": "123456789012"}]);
        compare(
            &requests,
            json!([
                call("get_bucket_ownership_controls"),
                call("get_public_access_block"),
                call("get_bucket_policy"),
                call("get_bucket_policy_status"),
                call("get_bucket_acl"),
                call("get_bucket_website"),
                call("get_bucket_request_payment"),
                call("get_bucket_encryption"),
                call("get_bucket_tagging"),
            ]),
        );
    }
}

#[tokio::test]
async fn keys_of_objects_are_asked_for_whatever_is_in_them() {
    for key in ["k", "a/b c", "a//b", "/a", "../a", "a+b&c=d?e#f%20", "ü/💧", "~-._!*'()"] {
        for version in [None, Some("v+/=1")] {
            let name = ObjectName { key: key.into(), version_id: version.map(Into::into) };
            let requests = asked(async |cloud| drop(cloud.object_acl(&bucket("b-1"), &name).await)).await;
            let mut params = json!({"Bucket": "b-1", "Key": key, "ExpectedBucketOwner": "123456789012"});
            if let Some(version) = version {
                params["VersionId"] = json!(version);
            }
            compare(&requests, json!([["s3", "get_object_acl", params]]));
        }
    }
}

#[tokio::test]
async fn a_directory_bucket_is_asked_about_without_its_owner() {
    let name = "b--euw1-az1--x-s3";
    let requests = asked(async |cloud| {
        let _ = cloud.policy(&bucket(name)).await;
        let _ = cloud.default_encryption(&bucket(name)).await;
    })
    .await;
    let call = |operation: &str| json!(["s3", operation, {"Bucket": name}]);
    compare(&requests, json!([call("get_bucket_policy"), call("get_bucket_encryption")]));
    for request in &requests {
        let authorization = request.header("authorization").unwrap();
        assert!(authorization.contains("/eu-west-1/s3express/aws4_request"), "{authorization}");
    }
}

#[tokio::test]
async fn the_account_and_its_access_points_are_asked_for_as_botocore_asks() {
    let requests = asked(async |cloud| {
        let account = account_id();
        let _ = cloud.list_buckets(None).await;
        let _ = cloud.list_buckets(Some("a+/=")).await;
        let _ = cloud.account_block(&account).await;
        let _ = cloud.list_access_points(&account, "eu-west-1").await;
        let (name, bucket) = ("point-1".into(), "b".into());
        let listed = ListedAccessPoint { name, bucket, origin: NetworkOrigin::Internet };
        let _ = cloud.access_point(&account, "eu-west-1", &listed).await;
        let _ = cloud.multi_region_access_points(&account).await;
    })
    .await;
    let account = |more: Value| {
        let mut params = json!({"AccountId": "123456789012"});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    compare(
        &requests,
        json!([
            ["s3", "list_buckets", {"MaxBuckets": 1000}],
            ["s3", "list_buckets", {"MaxBuckets": 1000, "ContinuationToken": "a+/="}],
            ["s3control", "get_public_access_block", account(json!({}))],
            ["s3control", "list_access_points", account(json!({"MaxResults": 1000}))],
            ["s3control", "get_access_point", account(json!({"Name": "point-1"}))],
            ["s3control", "get_access_point_policy", account(json!({"Name": "point-1"}))],
            ["s3control", "list_multi_region_access_points", account(json!({}))],
            ["s3control", "list_multi_region_access_points", account(json!({"NextToken": "a+/="}))],
        ]),
    );
}

#[tokio::test]
async fn policies_of_tables_are_asked_for_where_their_arn_says() {
    let arn = "arn:aws:s3tables:eu-west-1:123456789012:bucket/sales-1";
    let requests = asked(async |cloud| {
        let _ = cloud.table_policy(&TableAddress::of_bucket(arn).unwrap()).await;
        let _ = cloud.table_policy(&TableAddress::of_table(arn, "b_my.photos-1", "orders").unwrap()).await;
    })
    .await;
    let table = json!({"tableBucketARN": arn, "namespace": "b_my.photos-1", "name": "orders"});
    compare(
        &requests,
        json!([
            ["s3tables", "get_table_bucket_policy", {"tableBucketARN": arn}],
            ["s3tables", "get_table_policy", table],
        ]),
    );
    for request in &requests {
        let authorization = request.header("authorization").unwrap();
        assert!(authorization.contains("/eu-west-1/s3tables/aws4_request"), "{authorization}");
    }
}

#[tokio::test]
async fn a_name_that_would_make_another_question_is_not_asked_about() {
    let requests = asked(async |cloud| {
        for name in ["", ".", ".."] {
            assert!(cloud.policy(&bucket(name)).await.is_err());
            assert!(
                cloud
                    .object_acl(&bucket(name), &ObjectName { key: "k".into(), version_id: None })
                    .await
                    .is_err()
            );
        }
    })
    .await;
    assert_eq!(requests, []);
}

#[test]
fn the_judge_refuses_another_question_and_another_signature() {
    let Some(mut judge) = Judge::by("aws/asked.py") else { return };
    let call = json!(["s3", "get_bucket_policy", {"Bucket": "b-1", "ExpectedBucketOwner": "123456789012"}]);
    let mut headers = json!({
        "host": "127.0.0.1:1", "x-amz-date": "20261123T000000Z", "x-amz-expected-bucket-owner": "123456789012",
        "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20261123/eu-west-1/s3/aws4_request, \
            SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-expected-bucket-owner, Signature=0"});
    let mut faults = |line: &str, headers: &Value| {
        let faults = judge.faults_of(&json!([call, line, headers, ["AKIA", "any"]]));
        faults.iter().filter_map(|fault| Some(fault.split_once(':')?.0.to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(faults("GET /b-1?policy HTTP/1.1", &headers), ["authorization"]);
    assert_eq!(faults("GET /b-2?acl HTTP/1.1", &headers), ["path", "query", "authorization"]);
    headers["x-amz-expected-bucket-owner"] = json!("1");
    assert_eq!(
        faults("GET /b-1?policy HTTP/1.1", &headers),
        ["x-amz-expected-bucket-owner", "authorization"]
    );
}
