//! Access points that an event names without their bucket.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{AccessPoint, BucketSnapshot, NetworkOrigin};
use serde_json::json;

use super::world::{World, account_id, event, public_policy, shut};

/// A bucket that delegates to its access points, of which one lets everybody read.
fn behind_a_point() -> BucketSnapshot {
    let delegating = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
        "Action": "*", "Resource": ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"],
        "Condition": {"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}}}]});
    let mut policy = public_policy();
    policy["Statement"][0]["Resource"] = json!("arn:aws:s3:eu-west-1:111122223333:accesspoint/ap/object/*");
    let point = AccessPoint {
        name: "ap".into(),
        account: Some(account_id()),
        origin: NetworkOrigin::Internet,
        policy: Observed::Present(policy.to_string()),
        block: Observed::Absent,
    };
    BucketSnapshot {
        policy: Observed::Present(delegating.to_string()),
        access_points: Observed::Present(vec![point]),
        ..shut()
    }
}

#[tokio::test]
async fn the_bucket_of_an_access_point_that_is_gone_is_found_in_the_state() {
    for name in ["DeleteAccessPoint", "DeleteAccessPointPolicy"] {
        let world = World::new().await;
        world.put("photos", behind_a_point());
        world.put("others", shut());
        world.scan().await;
        world.put("photos", BucketSnapshot { access_points: Observed::Absent, ..behind_a_point() });
        world.handle(&[event("e-1", name, 1, json!({"name": "ap"}))]).await;
        assert_eq!(
            (world.told().await, world.facts().looks),
            (vec!["closed photos".to_owned()], 1),
            "{name}"
        );
        assert_eq!(world.history().await[0].cause.event(), Some("e-1"));
    }
}

#[tokio::test]
async fn an_access_point_that_nobody_knows_is_remembered_and_costs_no_look() {
    let world = World::new().await;
    world.put("photos", behind_a_point());
    world.scan().await;
    world.handle(&[event("e-1", "DeleteAccessPoint", 1, json!({"name": "another"}))]).await;
    assert_eq!((world.told().await, world.facts().looks), (vec![], 0));
    let elsewhere = event("e-2", "DeleteAccessPoint", 1, json!({"name": "ap"}));
    let elsewhere = super::world::with(elsewhere, "awsRegion", json!("eu-north-1"));
    world.handle(&[elsewhere]).await;
    assert_eq!(world.facts().looks, 0, "one of this name in another region");
}
