//! Events that are told for their own sake.

use bucketwatch_engine::notice::NoticeBody;
use bucketwatch_engine::state::StatusQuery;
use bucketwatch_exposure::assessment::Verdict;
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::BucketSnapshot;
use serde_json::{Value, json};

use super::world::{World, blocking, event, policy_put, shut, unreadable, with};

fn refused(event: Value, code: &str) -> Value {
    with(event, "errorCode", json!(code))
}

#[tokio::test]
async fn a_refused_attempt_to_open_a_bucket_is_told_once_and_costs_no_look() {
    let world = World::new().await;
    world.put("photos", shut());
    world.scan().await;
    let attempt = refused(policy_put("e-2", "photos", 1), "AccessDenied");
    world.handle(&[attempt.clone(), attempt.clone()]).await;
    world.handle(&[attempt]).await;
    assert_eq!(world.told().await, ["refused PutBucketPolicy photos, 1 asked"]);
    assert_eq!((world.changed().await, world.facts().looks), (vec![], 0));
}

#[tokio::test]
async fn attempts_to_lift_a_block_are_told_and_those_that_open_nothing_are_not() {
    let world = World::new().await;
    let in_bucket = |extra: Value| {
        let mut request = json!({"bucketName": "photos"});
        request.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        request
    };
    let shutting = json!({"bucketPolicy": {"Version": "2012-10-17", "Statement": []}});
    let on = json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true,
        "BlockPublicPolicy": true, "RestrictPublicBuckets": true}});
    for (rule, name, request, code, told) in [
        (
            "the block of a bucket",
            "DeleteBucketPublicAccessBlock",
            in_bucket(json!({})),
            "AccessDenied",
            true,
        ),
        ("the block of the account", "DeleteAccountPublicAccessBlock", json!({}), "AccessDenied", true),
        ("no word of what was asked", "PutBucketAcl", in_bucket(json!({"acl": ""})), "AccessDenied", true),
        (
            "a canned ACL",
            "PutBucketAcl",
            in_bucket(json!({"x-amz-acl": "public-read"})),
            "AccessControlListNotSupported",
            true,
        ),
        ("a policy for nobody", "PutBucketPolicy", in_bucket(shutting), "AccessDenied", false),
        ("all flags on", "PutBucketPublicAccessBlock", in_bucket(on), "AccessDenied", false),
        (
            "a request that was wrong",
            "PutBucketAcl",
            in_bucket(json!({"x-amz-acl": "public-read"})),
            "MalformedACLError",
            false,
        ),
        ("tags", "PutBucketTagging", in_bucket(json!({})), "AccessDenied", false),
    ] {
        world.handle(&[refused(event(&format!("e-{rule}"), name, 1, request), code)]).await;
        assert_eq!(world.told().await.len(), usize::from(told), "{rule}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_judged_by_what_was_asked_for_and_marked_so() {
    let world = World::new().await;
    world.put("photos", unreadable());
    world.scan().await;
    world.handle(&[policy_put("e-1", "photos", 1)]).await;
    let notices = world.notices().await;
    let [notice] = &notices[..] else { panic!("{notices:?}") };
    let NoticeBody::Event(event) = &notice.body else { panic!("{notice:?}") };
    assert_eq!(
        (event.kind, event.code.as_ref().unwrap().as_raw()),
        (bucketwatch_engine::notice::OccurrenceKind::Unverified, "AccessDenied")
    );
    assert_eq!(event.exposures[0]["audience"], "anyone");
    assert_eq!(world.changed().await, [""; 0], "the state holds what was seen, not what was said");
}

#[tokio::test]
async fn an_event_of_an_account_that_cannot_be_looked_at_is_judged_by_what_it_asks_for() {
    let world = World::new().await;
    let foreign = |event: Value| with(event, "recipientAccountId", json!("444455556666"));
    world.handle(&[foreign(policy_put("e-1", "theirs", 1))]).await;
    // Nobody knows whether requesters pay, which decides between anyone and any AWS account.
    assert_eq!(world.told().await, ["unverified PutBucketPolicy theirs, 2 asked"]);
    world.handle(&[foreign(event("e-2", "DeleteBucketPolicy", 1, json!({"bucketName": "theirs"})))]).await;
    assert_eq!((world.told().await, world.facts().looks), (vec![], 0));
    let bucket = || json!({"bucketName": "theirs"});
    for (rule, name, request) in [
        ("the account's block is lifted", "DeleteAccountPublicAccessBlock", json!({})),
        ("a bucket's block is lifted", "DeleteBucketPublicAccessBlock", bucket()),
        ("a policy is put that the event does not show", "PutBucketPolicy", bucket()),
    ] {
        world.handle(&[foreign(event(&format!("e-{rule}"), name, 1, request))]).await;
        let told = world.told().await;
        assert!(matches!(&told[..], [one] if one.starts_with("unverified")), "{rule}: {told:?}");
    }
}

#[tokio::test]
async fn changes_to_what_watches_the_account_are_told() {
    let world = World::new().await;
    for (source, name, request, told) in [
        ("cloudtrail", "StopLogging", json!({"name": "any-trail"}), "watcher StopLogging any-trail, 0 asked"),
        (
            "events",
            "DisableRule",
            json!({"name": "Bucketwatch-s3"}),
            "watcher DisableRule Bucketwatch-s3, 0 asked",
        ),
        ("events", "DisableRule", json!({"name": "billing"}), ""),
        (
            "sqs",
            "DeleteQueue",
            json!({"queueUrl": "https://sqs.eu-west-1.amazonaws.com/1/mine"}),
            "watcher DeleteQueue https://sqs.eu-west-1.amazonaws.com/1/mine, 0 asked",
        ),
        ("sqs", "DeleteQueue", json!({"queueUrl": "https://sqs.eu-west-1.amazonaws.com/1/theirs"}), ""),
        (
            "lambda",
            "DeleteFunction20150331",
            json!({"functionName": "bucketwatch"}),
            "watcher DeleteFunction20150331 bucketwatch, 0 asked",
        ),
    ] {
        let id = format!("{name}-{request}");
        let event =
            with(event(&id, name, 1, request), "eventSource", json!(format!("{source}.amazonaws.com")));
        world.handle(&[event.clone(), event]).await;
        assert_eq!(world.told().await.join(""), told);
    }
    let denied = event("e-9", "StopLogging", 1, json!({"name": "trail"}));
    let denied = refused(with(denied, "eventSource", json!("cloudtrail.amazonaws.com")), "AccessDenied");
    world.handle(&[denied]).await;
    assert_eq!(world.told().await, ["refused StopLogging trail, 0 asked"]);
}

#[tokio::test]
async fn the_policy_of_a_directory_bucket_is_judged_and_a_scan_that_cannot_list_it_leaves_it_alone() {
    let world = World::new().await;
    let bucket = "fast--euw1-az1--x-s3";
    let arn = format!("arn:aws:s3express:eu-west-1:111122223333:bucket/{bucket}");
    let with_policy = |principal: Value| {
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal,
            "Action": "s3express:CreateSession", "Resource": arn}]});
        BucketSnapshot {
            policy: Observed::Present(policy.to_string()),
            bucket_block: Observed::Present(blocking()),
            ..shut()
        }
    };
    let put = |id: &str| {
        let request = json!({"bucketName": bucket, "policy": "", "bucketPolicy": {"Statement": []}});
        with(event(id, "PutBucketPolicy", 1, request), "eventSource", json!("s3express.amazonaws.com"))
    };
    for (id, principal, exposures, latent) in
        [("e-1", json!("*"), 0, 1), ("e-2", json!({"AWS": "444455556666"}), 1, 0)]
    {
        world.put(bucket, with_policy(principal));
        world.handle(&[put(id)]).await;
        let rows = world.store.status(&StatusQuery::default()).await.unwrap().rows;
        let shown = &rows[0].assessment;
        assert_eq!(shown.verdict, Verdict::NotPublic);
        let by_policy = |way: &&Value| way["path"] == "bucket_policy";
        let count = |list: &str| shown.document[list].as_array().unwrap().iter().filter(by_policy).count();
        assert_eq!((count("exposures"), count("latent")), (exposures, latent), "{}", shown.document);
        assert!(world.told().await.iter().all(|told| !told.starts_with("unverified")));
    }
    world.facts().buckets.clear();
    world.scan().await;
    assert!(world.changed().await.iter().all(|changed| !changed.starts_with("deleted")));
}
