//! What touches one bucket.

use bucketwatch_engine::notice::TransitionCause;
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{AccessPoint, BucketSnapshot, NetworkOrigin};
use serde_json::json;

use super::world::{World, by, event, held, open, policy_put, shut, with};

#[tokio::test]
async fn who_opened_a_bucket_is_told_with_tool_address_and_time() {
    let world = World::new().await;
    world.put("photos", shut());
    world.scan().await;
    world.put("photos", open());
    let event = policy_put("e-1", "photos", 2);
    world.handle(std::slice::from_ref(&event)).await;
    assert_eq!(world.told().await, ["opened photos"]);
    let [transition] = &world.history().await[..] else { panic!("one transition") };
    let TransitionCause::Event { id, actor, agent, address, name, at, also } = &transition.cause else {
        panic!("{:?}", transition.cause)
    };
    assert_eq!((id.as_str(), actor.as_raw(), agent.as_raw()), ("e-1", "IAM user ann", "AWS CLI"));
    assert_eq!((address.as_raw(), name.as_raw()), ("198.51.100.7", "PutBucketPolicy"));
    assert_eq!(json!(at.unwrap().to_string()), event["eventTime"]);
    assert_eq!((also.len(), transition.group_key.as_str()), (0, "e-1"));
}

#[tokio::test]
async fn everybody_without_whom_it_would_not_have_come_to_this_is_named() {
    let world = World::new().await;
    world.put("photos", BucketSnapshot { policy: Observed::Absent, ..held() });
    world.scan().await;
    let request = || json!({"bucketName": "photos"});
    let acl = json!({"bucketName": "photos", "x-amz-acl": "public-read"});
    let first = [
        by(event("e-0", "DeleteBucketPublicAccessBlock", 90, request()), "zoe"),
        by(event("e-1", "PutBucketAcl", 80, acl), "bob"),
        by(event("e-2", "DeleteBucketPublicAccessBlock", 70, request()), "eve"),
        by(event("e-3", "PutBucketTagging", 60, request()), "tim"),
    ];
    world.put("photos", shut());
    world.handle(&first).await;
    assert_eq!(world.changed().await, [""; 0]);
    world.put("photos", open());
    world.handle(&[policy_put("e-4", "photos", 2)]).await;
    let [transition] = &world.history().await[..] else { panic!("one transition") };
    let TransitionCause::Event { id, also, .. } = &transition.cause else { panic!() };
    let also: Vec<_> = also.iter().map(|deed| (deed.event.as_str(), deed.actor.as_raw())).collect();
    assert_eq!(
        (id.as_str(), also),
        ("e-4", vec![("e-2", "IAM user eve")]),
        "neither ACL, nor tags, nor what was superseded"
    );
}

#[tokio::test]
async fn a_burst_on_one_bucket_is_one_look_and_the_event_that_matters_is_named() {
    let world = World::new().await;
    world.put("photos", shut());
    world.scan().await;
    world.put("photos", open());
    let request = || json!({"bucketName": "photos"});
    let burst = [
        event("e-3", "PutBucketTagging", 1, request()),
        event("e-1", "PutBucketWebsite", 3, request()),
        policy_put("e-2", "photos", 2),
    ];
    assert_eq!(world.handle(&burst).await.looks, 1);
    assert_eq!(world.history().await[0].cause.event(), Some("e-2"));
}

#[tokio::test]
async fn events_that_come_again_change_nothing_and_cost_nothing() {
    let world = World::new().await;
    world.put("photos", shut());
    world.scan().await;
    world.put("photos", open());
    let event = policy_put("e-1", "photos", 2);
    world.handle(&[event.clone(), event.clone()]).await;
    for _ in 0..3 {
        let again = world.handle(std::slice::from_ref(&event)).await;
        assert_eq!((again.events, again.known, again.looks), (0, 1, 0));
    }
    assert_eq!(world.facts().looks, 1);
    assert_eq!(world.told().await, ["opened photos"]);
}

#[tokio::test]
async fn an_event_that_comes_hours_late_says_nothing_new() {
    let world = World::new().await;
    world.put("photos", open());
    world.scan().await;
    let late = world.handle(&[policy_put("e-1", "photos", 3 * 3600)]).await;
    assert_eq!((late.events, late.looks), (1, 0));
    assert_eq!(world.wait(3600).await, 0, "what is known is newer than any answer that may lag");
    assert_eq!(world.told().await, [""; 0]);
}

#[tokio::test]
async fn a_bucket_that_was_never_scanned_is_told_as_well() {
    let world = World::new().await;
    world.put("photos", open());
    world.handle(&[policy_put("e-1", "photos", 2)]).await;
    assert_eq!(world.told().await, ["opened photos"]);
}

#[tokio::test]
async fn a_bucket_that_is_deleted_and_made_again_is_another_one_in_whatever_order_it_is_told() {
    let request = || json!({"bucketName": "photos"});
    for reversed in [false, true] {
        let world = World::new().await;
        world.put("photos", open());
        world.scan().await;
        let at = jiff::Timestamp::now();
        while jiff::Timestamp::now().as_second() <= at.as_second() + 1 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let mut events =
            vec![event("e-1", "DeleteBucket", 0, request()), event("e-2", "CreateBucket", 0, request())];
        if reversed {
            events.reverse();
        }
        world.put("photos", shut());
        for event in &events {
            world.handle(std::slice::from_ref(event)).await;
        }
        assert_eq!(world.changed().await, ["deleted photos"], "{reversed}");
        let key = bucketwatch_engine::state::BucketKey {
            account: super::world::account_id(),
            name: "photos".into(),
        };
        let record = world.store.load(&[key]).await.unwrap().remove(0);
        assert_eq!((record.incarnation, record.deleted_at), (2, None));
    }
}

#[tokio::test]
async fn a_bucket_that_is_gone_is_told_once() {
    let world = World::new().await;
    world.put("photos", open());
    world.scan().await;
    world.facts().buckets.clear();
    let request = || json!({"bucketName": "photos"});
    world.handle(&[event("e-1", "PutBucketTagging", 1, request())]).await;
    world.handle(&[event("e-2", "DeleteBucket", 0, request())]).await;
    world.wait(3600).await;
    assert_eq!(world.told().await, ["deleted photos"]);
    world.handle(&[event("e-3", "PutBucketTagging", 1, json!({"bucketName": "never"}))]).await;
    assert_eq!(world.told().await, [""; 0]);
}

#[tokio::test]
async fn a_policy_of_an_access_point_is_found_at_its_bucket() {
    let world = World::new().await;
    let delegating = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*",
        "Condition": {"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}}}]});
    let delegated = |points| BucketSnapshot {
        policy: Observed::Present(delegating.to_string()),
        access_points: points,
        ..shut()
    };
    let point = |policy| AccessPoint {
        name: "ap".into(),
        account: Some(super::world::account_id()),
        origin: NetworkOrigin::Internet,
        policy,
        block: Observed::Absent,
    };
    world.put("photos", delegated(Observed::Present(vec![point(Observed::Absent)])));
    world.facts().points.insert("ap".to_owned(), "photos".to_owned());
    world.scan().await;
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:eu-west-1:111122223333:accesspoint/ap/object/*"}]});
    let opened = point(Observed::Present(policy.to_string()));
    world.put("photos", delegated(Observed::Present(vec![opened])));
    let request = json!({"name": "ap", "PutAccessPointPolicyRequest": {"Policy": policy.to_string()}});
    world.handle(&[event("e-1", "PutAccessPointPolicy", 2, request)]).await;
    assert_eq!(world.told().await, ["opened photos"]);
}

#[tokio::test]
async fn an_event_stays_unhandled_while_nothing_can_be_asked() {
    let world = World::new().await;
    world.put("photos", shut());
    world.scan().await;
    world.put("photos", open());
    world.facts().credentials_gone = true;
    let event = with(policy_put("e-1", "photos", 2), "readOnly", json!(false));
    world.try_handle(std::slice::from_ref(&event)).await.unwrap_err();
    world.facts().credentials_gone = false;
    assert_eq!(world.handle(&[event]).await.events, 1);
    assert_eq!(world.told().await, ["opened photos"]);
}
