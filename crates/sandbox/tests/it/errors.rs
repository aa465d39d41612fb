//! Answers that refuse, and answers that say "there is none".

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{BlockPublicAccess, Ownership};
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_sandbox::account::canned;
use bucketwatch_sandbox::{Account, EXPIRED_ACCESS_KEY, Handle, INVALID_ACCESS_KEY};

use crate::client::{get, send, signed, signed_by, start};

const ID: &str = "111122223333";

fn account() -> Account {
    Account::new(AccountId::parse(ID).unwrap(), Partition::Aws)
}

/// A bucket in eu-west-1 of which nothing is configured, and its account.
async fn bare() -> Handle {
    let mut account = account();
    let mut bucket = account.new_bucket("bare", "eu-west-1");
    bucket.snapshot.ownership = Observed::Absent;
    bucket.snapshot.bucket_block = Observed::Absent;
    bucket.snapshot.default_encryption = Observed::Absent;
    account.insert(bucket);
    start(account).await
}

fn in_ireland() -> String {
    signed_by("AKIAOWNEROWNEROWNER0", "eu-west-1")
}

#[tokio::test]
async fn what_is_not_configured_has_its_own_code() {
    let sandbox = bare().await;
    for (part, code) in [
        ("policy", "NoSuchBucketPolicy"),
        ("policyStatus", "NoSuchBucketPolicy"),
        ("publicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
        ("ownershipControls", "OwnershipControlsNotFoundError"),
        ("website", "NoSuchWebsiteConfiguration"),
        ("tagging", "NoSuchTagSet"),
        ("encryption", "ServerSideEncryptionConfigurationNotFoundError"),
    ] {
        let answer = send(&sandbox, "GET", &format!("/bare?{part}"), &in_ireland(), "").await;
        assert_eq!(answer.outcome(), (404, Some(code)), "{part}");
    }
    let logging = send(&sandbox, "GET", "/bare?logging", &in_ireland(), "").await;
    assert_eq!(logging.status, 200);
    let payment = send(&sandbox, "GET", "/bare?requestPayment", &in_ireland(), "").await;
    assert_eq!(payment.text("Payer"), Some("BucketOwner"));
}

#[tokio::test]
async fn a_bucket_elsewhere_is_redirected_to_its_region() {
    let sandbox = bare().await;
    let answer = get(&sandbox, "/bare?policy").await;
    assert_eq!(answer.outcome(), (301, Some("PermanentRedirect")));
    assert_eq!(answer.header("x-amz-bucket-region"), Some("eu-west-1"));
    let location = get(&sandbox, "/bare?location").await;
    assert!(location.body.contains(">eu-west-1</LocationConstraint>"), "{}", location.body);
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_named() {
    let sandbox = bare().await;
    let answer = get(&sandbox, "/gone?policy").await;
    assert_eq!((answer.outcome(), answer.text("BucketName")), ((404, Some("NoSuchBucket")), Some("gone")));
}

#[tokio::test]
async fn what_a_snapshot_calls_unreadable_is_refused() {
    let mut account = account();
    let mut bucket = account.new_bucket("b", "us-east-1");
    bucket.snapshot.policy = Observed::Unreadable(Unreadable::denied());
    account.insert(bucket);
    account.set_block(Observed::Unreadable(Unreadable::denied()));
    let sandbox = start(account).await;
    assert_eq!(get(&sandbox, "/b?policy").await.outcome(), (403, Some("AccessDenied")));
    let headers = format!("{}x-amz-account-id: {ID}\r\n", signed());
    let block = send(&sandbox, "GET", "/v20180820/configuration/publicAccessBlock", &headers, "").await;
    assert_eq!(block.outcome(), (403, Some("AccessDenied")));
    assert!(block.body.contains("<ErrorResponse"));
}

#[tokio::test]
async fn the_acl_shown_is_the_one_that_counts() {
    let mut account = account();
    let public = canned(account.id(), "public-read").unwrap();
    let ignoring = BlockPublicAccess { ignore_public_acls: true, ..BlockPublicAccess::default() };
    for (name, ownership, block) in [
        ("shown", Ownership::ObjectWriter, BlockPublicAccess::default()),
        ("ignored", Ownership::ObjectWriter, ignoring),
        ("disabled", Ownership::BucketOwnerEnforced, BlockPublicAccess::default()),
    ] {
        let mut bucket = account.new_bucket(name, "us-east-1");
        bucket.snapshot.acl = Observed::Present(public.clone());
        bucket.snapshot.ownership = Observed::Present(ownership);
        bucket.snapshot.bucket_block = Observed::Present(block);
        account.insert(bucket);
    }
    let sandbox = start(account).await;
    for (name, grants) in [("shown", 2), ("ignored", 1), ("disabled", 1)] {
        let answer = get(&sandbox, &format!("/{name}?acl")).await;
        assert_eq!(answer.texts("Permission").len(), grants, "{name}: {}", answer.body);
    }
}

#[tokio::test]
async fn bad_credentials_have_their_own_codes() {
    let sandbox = bare().await;
    for (key, outcome) in [
        (EXPIRED_ACCESS_KEY, (400, Some("ExpiredToken"))),
        (INVALID_ACCESS_KEY, (403, Some("InvalidAccessKeyId"))),
    ] {
        let answer = send(&sandbox, "GET", "/?max-buckets=1", &signed_by(key, "us-east-1"), "").await;
        assert_eq!(answer.outcome(), outcome, "{key}");
    }
    let form = "Action=GetCallerIdentity&Version=2011-06-15";
    for (key, outcome) in [
        (EXPIRED_ACCESS_KEY, (403, Some("ExpiredToken"))),
        (INVALID_ACCESS_KEY, (403, Some("InvalidClientTokenId"))),
    ] {
        let headers = signed_by(key, "us-east-1")
            + "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n";
        assert_eq!(send(&sandbox, "POST", "/", &headers, form).await.outcome(), outcome, "{key}");
    }
    let old = "Authorization: AWS AKIAX:c2ln\r\n";
    assert_eq!(send(&sandbox, "GET", "/", old, "").await.outcome(), (400, Some("InvalidRequest")));
}

#[tokio::test]
async fn a_caller_learns_who_it_is_and_whom_it_became() {
    let sandbox = bare().await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let identity = "Action=GetCallerIdentity&Version=2011-06-15";
    let me = send(&sandbox, "POST", "/", &(signed() + form), identity).await;
    assert_eq!(
        (me.text("Account"), me.text("Arn")),
        (Some(ID), Some("arn:aws:iam::111122223333:user/auditor"))
    );
    let assume =
        "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A444455556666%3Arole%2Fdeep%2Faudit&RoleSessionName=s";
    let assumed = send(&sandbox, "POST", "/", &(signed() + form), assume).await;
    let key = assumed.text("AccessKeyId").expect("credentials").to_owned();
    let headers = signed_by(&key, "us-east-1") + form;
    let other = send(&sandbox, "POST", "/", &headers, identity).await;
    assert_eq!(other.text("Arn"), Some("arn:aws:sts::444455556666:assumed-role/audit/s"));
}

#[tokio::test]
async fn calls_that_the_sandbox_lacks_say_so() {
    let sandbox = bare().await;
    for (method, path) in [("GET", "/bare?lifecycle"), ("PUT", "/bare?replication"), ("POST", "/bare?delete")]
    {
        let answer = send(&sandbox, method, path, &in_ireland(), "").await;
        assert_eq!(answer.outcome(), (501, Some("NotImplemented")), "{method} {path}");
    }
    assert_eq!(sandbox.counts().unknown, 3);
}

#[tokio::test]
async fn the_clock_can_be_set() {
    let sandbox = bare().await;
    let hour = |answer: &crate::client::Answer| answer.header("date").expect("a date").to_owned();
    let now = hour(&get(&sandbox, "/").await);
    sandbox.change_conduct(|conduct| conduct.clock_offset = jiff::SignedDuration::from_hours(24 * 400));
    let later = hour(&get(&sandbox, "/").await);
    assert!(now.ends_with(" GMT") && later.ends_with(" GMT"));
    assert_ne!(now.get(12..16), later.get(12..16));
}
