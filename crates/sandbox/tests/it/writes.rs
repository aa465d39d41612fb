//! Changes, by call and by hand.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_sandbox::{Account, Handle};

use crate::client::{Answer, get, send, signed, start};

async fn with_bucket() -> Handle {
    let mut account = Account::new(AccountId::parse("111122223333").unwrap(), Partition::Aws);
    let bucket = account.new_bucket("b", "us-east-1");
    account.insert(bucket);
    start(account).await
}

async fn put(sandbox: &Handle, path: &str, headers: &str, body: &str) -> Answer {
    send(sandbox, "PUT", path, &(signed() + headers), body).await
}

async fn delete(sandbox: &Handle, path: &str) -> Answer {
    send(sandbox, "DELETE", path, &signed(), "").await
}

#[tokio::test]
async fn a_policy_is_stored_as_it_came() {
    let sandbox = with_bucket().await;
    let text = "{ \"Version\": \"2012-10-17\",\n  \"Statement\": [] }";
    assert_eq!(put(&sandbox, "/b?policy", "", text).await.status, 204);
    assert_eq!(get(&sandbox, "/b?policy").await.body, text);
    assert_eq!(delete(&sandbox, "/b?policy").await.status, 204);
    assert_eq!(get(&sandbox, "/b?policy").await.outcome(), (404, Some("NoSuchBucketPolicy")));
    for bad in ["", "{", "[]", "\"text\""] {
        assert_eq!(
            put(&sandbox, "/b?policy", "", bad).await.outcome(),
            (400, Some("MalformedPolicy")),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn acls_are_taken_only_where_they_are_enabled_and_not_blocked() {
    let sandbox = with_bucket().await;
    let public = "x-amz-acl: public-read\r\n";
    let refused = put(&sandbox, "/b?acl", public, "").await;
    assert_eq!(refused.outcome(), (400, Some("AccessControlListNotSupported")));
    let controls =
        "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>";
    assert_eq!(put(&sandbox, "/b?ownershipControls", "", controls).await.status, 200);
    assert_eq!(put(&sandbox, "/b?acl", public, "").await.outcome(), (403, Some("AccessDenied")));
    assert_eq!(delete(&sandbox, "/b?publicAccessBlock").await.status, 204);
    assert_eq!(put(&sandbox, "/b?acl", public, "").await.status, 200);
    assert_eq!(get(&sandbox, "/b?acl").await.texts("Permission"), ["FULL_CONTROL", "READ"]);
}

#[tokio::test]
async fn an_acl_that_was_read_can_be_written_back() {
    let sandbox = with_bucket().await;
    sandbox.change(|account| {
        account.change("b", |bucket| {
            bucket.snapshot.ownership = Observed::Absent;
            bucket.snapshot.bucket_block = Observed::Absent;
        })
    });
    let grants = "x-amz-grant-read: uri=\"http://acs.amazonaws.com/groups/global/AllUsers\", id=\"abc\"\r\n\
                  x-amz-grant-write-acp: emailAddress=\"a@example.com\"\r\n";
    assert_eq!(put(&sandbox, "/b?acl", grants, "").await.status, 200);
    let first = get(&sandbox, "/b?acl").await;
    assert_eq!(first.texts("Permission"), ["READ", "READ", "WRITE_ACP"]);
    assert_eq!(put(&sandbox, "/b?acl", "", &first.body).await.status, 200);
    assert_eq!(get(&sandbox, "/b?acl").await.body, first.body);
    assert_eq!(put(&sandbox, "/b?acl", "", "<x/>").await.outcome(), (400, Some("MalformedACLError")));
}

#[tokio::test]
async fn blocks_of_bucket_and_account_can_be_set_and_removed() {
    let sandbox = with_bucket().await;
    let body = "<PublicAccessBlockConfiguration><IgnorePublicAcls>TRUE</IgnorePublicAcls></PublicAccessBlockConfiguration>";
    let account = "x-amz-account-id: 111122223333\r\n";
    for (path, headers) in
        [("/b?publicAccessBlock", ""), ("/v20180820/configuration/publicAccessBlock", account)]
    {
        assert_eq!(put(&sandbox, path, headers, body).await.status, 200, "{path}");
        let read = send(&sandbox, "GET", path, &(signed() + headers), "").await;
        assert_eq!(read.text("IgnorePublicAcls"), Some("true"), "{path}");
        assert_eq!(read.text("BlockPublicPolicy"), Some("false"), "{path}");
        let gone = send(&sandbox, "DELETE", path, &(signed() + headers), "").await;
        assert_eq!(gone.status, 204, "{path}");
        let read = send(&sandbox, "GET", path, &(signed() + headers), "").await;
        assert_eq!(read.outcome(), (404, Some("NoSuchPublicAccessBlockConfiguration")), "{path}");
    }
    let other = "x-amz-account-id: 999999999999\r\n";
    let refused = put(&sandbox, "/v20180820/configuration/publicAccessBlock", other, body).await;
    assert_eq!(refused.outcome(), (403, Some("AccessDenied")));
}

#[tokio::test]
async fn buckets_and_objects_come_and_go() {
    let sandbox = with_bucket().await;
    let there = "<CreateBucketConfiguration><LocationConstraint>us-east-1</LocationConstraint></CreateBucketConfiguration>";
    assert_eq!(put(&sandbox, "/new", "", there).await.status, 200);
    assert_eq!(put(&sandbox, "/new", "", "").await.outcome(), (409, Some("BucketAlreadyOwnedByYou")));
    let chunked = "Content-Encoding: aws-chunked\r\n";
    assert_eq!(put(&sandbox, "/new/a%20b", chunked, "5\r\nhello\r\n0\r\n\r\n").await.status, 200);
    assert_eq!(get(&sandbox, "/new/a%20b").await.body, "hello");
    assert_eq!(get(&sandbox, "/new?list-type=2").await.texts("Key"), ["a b"]);
    assert_eq!(get(&sandbox, "/new/other").await.outcome(), (404, Some("NoSuchKey")));
    assert_eq!(delete(&sandbox, "/new").await.outcome(), (409, Some("BucketNotEmpty")));
    assert_eq!(delete(&sandbox, "/new/a%20b").await.status, 204);
    assert_eq!(delete(&sandbox, "/new").await.status, 204);
    assert_eq!(get(&sandbox, "/new?location").await.outcome(), (404, Some("NoSuchBucket")));
}

#[tokio::test]
async fn host_style_addresses_reach_the_same_bucket() {
    let sandbox = with_bucket().await;
    let headers = signed() + "Host: b.localhost\r\n";
    assert_eq!(send(&sandbox, "PUT", "/key", &headers, "text").await.status, 200);
    assert_eq!(get(&sandbox, "/b/key").await.body, "text");
}
