//! Permissions that are taken away.

use bucketwatch_sandbox::account::Object;
use bucketwatch_sandbox::{Account, Fleet, Gate, Operation};

use crate::client::{get, send, signed, start};

#[tokio::test]
async fn each_call_needs_the_action_that_aws_names() {
    let sandbox =
        start(Account::from_fleet(Fleet::generate(1, 1).in_regions(vec!["us-east-1".into()]))).await;
    let name = sandbox.read(|account| account.buckets().next().unwrap().name().to_owned());
    sandbox.change(|account| {
        account.change(&name, |bucket| drop(bucket.objects.insert("key".to_owned(), Object::default())))
    });
    let control = format!("{}x-amz-account-id: 111122223333\r\n", signed());
    for (path, action) in [
        ("/?max-buckets=1".to_owned(), "s3:ListAllMyBuckets"),
        (format!("/{name}?publicAccessBlock"), "s3:GetBucketPublicAccessBlock"),
        (format!("/{name}?encryption"), "s3:GetEncryptionConfiguration"),
        (format!("/{name}?policyStatus"), "s3:GetBucketPolicyStatus"),
        (format!("/{name}?list-type=2"), "s3:ListBucket"),
        (format!("/{name}/key?acl"), "s3:GetObjectAcl"),
        ("/v20180820/configuration/publicAccessBlock".to_owned(), "s3:GetAccountPublicAccessBlock"),
        ("/v20180820/accesspoint".to_owned(), "s3:ListAccessPoints"),
    ] {
        sandbox.change_conduct(|conduct| conduct.gate = Gate::without([action]));
        let refused = send(&sandbox, "GET", &path, &control, "").await;
        assert_eq!(refused.outcome(), (403, Some("AccessDenied")), "{path}");
        assert!(refused.text("Message").unwrap().contains(action), "{}", refused.body);
        sandbox.change_conduct(|conduct| conduct.gate = Gate::only([action]));
        let let_in = send(&sandbox, "GET", &path, &control, "").await;
        assert_ne!(let_in.status, 403, "{path}: {}", let_in.body);
    }
}

#[tokio::test]
async fn calls_are_counted_by_operation() {
    let sandbox = start(Account::from_fleet(Fleet::generate(10, 1))).await;
    for _ in 0..3 {
        get(&sandbox, "/?max-buckets=5").await;
    }
    get(&sandbox, "/nowhere?acl").await;
    let counts = sandbox.counts();
    assert_eq!(
        (counts.of(Operation::ListBuckets), counts.of(Operation::GetBucketAcl), counts.total()),
        (3, 1, 4)
    );
    assert_eq!((counts.unanswered, counts.in_flight, counts.most_in_flight), (0, 0, 1));
}
