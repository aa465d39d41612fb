//! What the port gives of an account: pages, regions, denials, absences.

use std::collections::BTreeSet;

use bucketwatch_engine::cloud::{Cause, Cloud as _};
use bucketwatch_engine::operation::Operation;
use bucketwatch_exposure::assessment::Verdict;
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{AccessPoint, BlockPublicAccess, NetworkOrigin, Ownership};
use bucketwatch_policy::name::Partition;
use bucketwatch_sandbox::{Account, Fleet, Gate};
use jiff::SignedDuration;

use super::fixture::{account_id, address, connected, sandbox, scanned, to};

const POLICY: &str = r#"{ "Version":"2012-10-17",  "Statement":[] }"#;

fn account_of(names: &[(&str, &str)]) -> Account {
    let mut account = Account::new(account_id(), Partition::Aws);
    for (name, region) in names {
        let mut bucket = account.new_bucket(name, region);
        bucket.snapshot.policy = Observed::Present(POLICY.to_owned());
        account.insert(bucket);
    }
    account
}

#[tokio::test]
async fn the_caller_is_known_with_account_and_partition() {
    for (partition, region) in [(Partition::Aws, "us-east-1"), (Partition::AwsCn, "cn-north-1")] {
        let sandbox = sandbox(Account::new(account_id(), partition)).await;
        let mut options = to(&sandbox.endpoint_url());
        options.region = Some(region.to_owned());
        let cloud = bucketwatch_adapters::aws::connect(&options).await.unwrap();
        let identity = cloud.identity().await.unwrap();
        assert_eq!((identity.account, identity.partition), (account_id(), partition));
    }
}

#[tokio::test]
async fn what_aws_fixes_for_directory_buckets_is_not_asked() {
    let sandbox = sandbox(account_of(&[("logs--use1-az4--x-s3", "us-east-1")])).await;
    let cloud = connected(&sandbox).await;
    let bucket = address("logs--use1-az4--x-s3", Some("us-east-1"), &account_id());
    let calls = cloud.effort().calls;
    assert_eq!(cloud.ownership(&bucket).await.unwrap(), Some(Ownership::BucketOwnerEnforced));
    let block = cloud.bucket_block(&bucket).await.unwrap().unwrap();
    assert!(block.ignore_public_acls && block.restrict_public_buckets);
    assert_eq!(cloud.policy_status(&bucket).await.unwrap(), None);
    assert_eq!(cloud.effort().calls, calls);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_is_read_to_its_last_page() {
    let sandbox = sandbox(Account::from_fleet(Fleet::generate(2_300, 1))).await;
    let cloud = connected(&sandbox).await;
    let (mut names, mut token, mut pages) = (BTreeSet::new(), None, 0);
    loop {
        let page = cloud.list_buckets(token.as_deref()).await.unwrap();
        assert!(page.buckets.iter().all(|bucket| bucket.region.is_some()));
        names.extend(page.buckets.into_iter().map(|bucket| bucket.name.as_raw().to_owned()));
        pages += 1;
        token = page.continuation;
        if token.is_none() {
            break;
        }
    }
    assert_eq!((names.len(), pages), (2_300, 3));
}

#[tokio::test]
async fn a_policy_comes_as_it_is_stored_and_a_name_with_dots_is_reached() {
    let sandbox = sandbox(account_of(&[("a.b.c", "eu-west-1")])).await;
    let cloud = connected(&sandbox).await;
    let policy = cloud.policy(&address("a.b.c", Some("eu-west-1"), &account_id())).await.unwrap();
    assert_eq!(policy.as_deref(), Some(POLICY));
}

#[tokio::test]
async fn a_bucket_of_unknown_or_wrong_region_is_found_by_one_redirect() {
    let sandbox = sandbox(account_of(&[("far", "ap-south-1")])).await;
    let cloud = connected(&sandbox).await;
    for region in [None, Some("eu-west-1")] {
        let bucket = address("far", region, &account_id());
        assert_eq!(cloud.policy(&bucket).await.unwrap().as_deref(), Some(POLICY));
        assert_eq!(cloud.region_of(&bucket), "ap-south-1");
    }
    let before = sandbox.counts().total();
    cloud.ownership(&address("far", None, &account_id())).await.unwrap();
    assert_eq!(sandbox.counts().total(), before + 1, "the region is remembered");
}

#[tokio::test]
async fn a_bucket_that_vanished_is_not_found_by_any_read() {
    let sandbox = sandbox(account_of(&[])).await;
    let cloud = connected(&sandbox).await;
    let gone = address("gone", Some("us-east-1"), &account_id());
    let causes = [
        cloud.ownership(&gone).await.err(),
        cloud.bucket_block(&gone).await.err(),
        cloud.policy(&gone).await.err(),
        cloud.policy_status(&gone).await.err(),
        cloud.acl(&gone).await.err(),
        cloud.website(&gone).await.err(),
        cloud.requester_pays(&gone).await.err(),
        cloud.default_encryption(&gone).await.err(),
        cloud.tags(&gone).await.err(),
    ];
    for error in causes {
        let error = error.unwrap();
        assert_eq!((error.cause, error.code.as_str()), (Cause::NotFound, "NoSuchBucket"));
    }
}

#[tokio::test]
async fn what_is_not_configured_is_none() {
    let mut account = Account::new(account_id(), Partition::Aws);
    let mut bucket = account.new_bucket("bare", "us-east-1");
    bucket.snapshot.ownership = Observed::Absent;
    bucket.snapshot.bucket_block = Observed::Absent;
    bucket.snapshot.default_encryption = Observed::Absent;
    account.insert(bucket);
    let sandbox = sandbox(account).await;
    let cloud = connected(&sandbox).await;
    let bare = address("bare", Some("us-east-1"), &account_id());
    assert_eq!(cloud.ownership(&bare).await.unwrap(), None);
    assert_eq!(cloud.bucket_block(&bare).await.unwrap(), None);
    assert_eq!(cloud.policy(&bare).await.unwrap(), None);
    assert_eq!(cloud.policy_status(&bare).await.unwrap(), None);
    assert_eq!(cloud.website(&bare).await.unwrap(), None);
    assert_eq!(cloud.tags(&bare).await.unwrap(), None);
    assert_eq!(cloud.default_encryption(&bare).await.unwrap(), None);
    assert_eq!(cloud.requester_pays(&bare).await.unwrap(), Some(false));
    assert_eq!(cloud.account_block(&account_id()).await.unwrap(), None);
    assert!(cloud.list_access_points(&account_id(), "us-east-1").await.unwrap().is_empty());
    assert!(cloud.multi_region_access_points(&account_id()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_denied_action_is_named_by_the_error() {
    let sandbox = sandbox(account_of(&[("b", "us-east-1")])).await;
    let cloud = connected(&sandbox).await;
    let actions = Operation::SCAN.into_iter().filter_map(Operation::permission);
    sandbox.change_conduct(|conduct| conduct.gate = Gate::without(actions));
    let bucket = address("b", Some("us-east-1"), &account_id());
    let account = account_id();
    let errors = [
        (cloud.list_buckets(None).await.err(), "s3:ListAllMyBuckets"),
        (cloud.account_block(&account).await.err(), "s3:GetAccountPublicAccessBlock"),
        (cloud.ownership(&bucket).await.err(), "s3:GetBucketOwnershipControls"),
        (cloud.bucket_block(&bucket).await.err(), "s3:GetBucketPublicAccessBlock"),
        (cloud.policy(&bucket).await.err(), "s3:GetBucketPolicy"),
        (cloud.policy_status(&bucket).await.err(), "s3:GetBucketPolicyStatus"),
        (cloud.acl(&bucket).await.err(), "s3:GetBucketAcl"),
        (cloud.website(&bucket).await.err(), "s3:GetBucketWebsite"),
        (cloud.requester_pays(&bucket).await.err(), "s3:GetBucketRequestPayment"),
        (cloud.default_encryption(&bucket).await.err(), "s3:GetEncryptionConfiguration"),
        (cloud.tags(&bucket).await.err(), "s3:GetBucketTagging"),
        (cloud.list_access_points(&account, "us-east-1").await.err(), "s3:ListAccessPoints"),
        (cloud.multi_region_access_points(&account).await.err(), "s3:ListMultiRegionAccessPoints"),
    ];
    for (error, action) in errors {
        let error = error.unwrap();
        assert_eq!((error.cause, error.code.as_str()), (Cause::Denied, "AccessDenied"), "{action}");
        assert_eq!(error.operation.permission(), Some(action));
        assert!(!error.unreadable().passing);
    }
}

/// Gives an account with a bucket that leaves everything to its access points, one of which lets every AWS account
/// in, and a plain bucket elsewhere.
fn account_with_open_access_point() -> Account {
    let mut account = account_of(&[("plain", "eu-west-1")]);
    let mut bucket = account.new_bucket("behind", "us-east-1");
    let delegation = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
        "Resource":"arn:aws:s3:::behind/*","Condition":{"StringEquals":{"s3:DataAccessPointAccount":"123456789012"}}}]}"#;
    let open = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
        "Resource":"arn:aws:s3:us-east-1:123456789012:accesspoint/door/object/*"}]}"#;
    bucket.snapshot.policy = Observed::Present(delegation.to_owned());
    bucket.snapshot.bucket_block = Observed::Absent;
    bucket.snapshot.access_points = Observed::Present(vec![AccessPoint {
        name: "door".into(),
        account: Some(account_id()),
        origin: NetworkOrigin::Internet,
        policy: Observed::Present(open.to_owned()),
        block: Observed::Present(BlockPublicAccess::default()),
    }]);
    account.insert(bucket);
    account
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_points_that_cannot_be_read_leave_only_their_buckets_in_doubt() {
    let sandbox = sandbox(account_with_open_access_point()).await;
    let now = jiff::Timestamp::now();
    let (calm, _) = scanned(&to(&sandbox.endpoint_url())).await;
    let verdicts = calm.verdicts(now);
    assert_eq!((verdicts["behind"], verdicts["plain"]), (Verdict::Public, Verdict::NotPublic));
    for action in ["s3:ListAccessPoints", "s3:GetAccessPoint", "s3:GetAccessPointPolicy"] {
        sandbox.change_conduct(|conduct| conduct.gate = Gate::without([action]));
        let (denied, outcome) = scanned(&to(&sandbox.endpoint_url())).await;
        let assessments = denied.assessments(now);
        let behind = &assessments["behind"];
        assert_eq!((behind.verdict, outcome.partial), (Verdict::Undetermined, None), "{action}");
        assert!(behind.undetermined.iter().any(|gap| gap.permission == Some(action)), "{behind:?}");
        assert_eq!(assessments["plain"].verdict, Verdict::NotPublic, "{action}");
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_noticed() {
    let sandbox = sandbox(account_of(&[])).await;
    assert_eq!(connected(&sandbox).await.clock_offset(), SignedDuration::ZERO);
    sandbox.change_conduct(|conduct| conduct.clock_offset = SignedDuration::from_secs(90));
    let offset = connected(&sandbox).await.clock_offset();
    assert!((89..=91).contains(&offset.as_secs()), "{offset}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_any_one_action_no_verdict_becomes_cleaner_and_the_action_is_named() {
    let sandbox = sandbox(Account::from_fleet(Fleet::generate(25, 9))).await;
    let now = jiff::Timestamp::now();
    let (calm, _) = scanned(&to(&sandbox.endpoint_url())).await;
    let calm = calm.verdicts(now);
    for action in Operation::SCAN.into_iter().filter_map(Operation::permission) {
        sandbox.change_conduct(|conduct| conduct.gate = Gate::without([action]));
        if action == "s3:ListAllMyBuckets" {
            let error = connected(&sandbox).await.list_buckets(None).await.unwrap_err();
            assert_eq!(error.operation.permission(), Some(action));
            continue;
        }
        let (notebook, _) = scanned(&to(&sandbox.endpoint_url())).await;
        for (name, assessment) in notebook.assessments(now) {
            let (before, after) = (calm[&name], assessment.verdict);
            assert!(
                after == before || after == Verdict::Undetermined,
                "without {action}, {name} went from {before:?} to {after:?}"
            );
            if after != before {
                let named = assessment.undetermined.iter().any(|gap| gap.permission == Some(action));
                assert!(named, "without {action}, {name}: {:?}", assessment.undetermined);
            }
        }
    }
}
