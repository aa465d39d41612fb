//! Answers that lag behind writes, or do not come.

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::BucketSnapshot;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::world::{World, event, open, policy_put, shut};

async fn due_in(world: &World) -> i64 {
    let due = world.store.next_revisit().await.unwrap().unwrap();
    due.duration_since(Timestamp::now()).as_secs() + 1
}

#[tokio::test]
async fn what_was_touched_is_looked_at_once_more_when_answers_have_settled() {
    let world = World::new().await;
    world.put("photos", shut());
    world.scan().await;
    world.handle(&[event("e-1", "PutBucketTagging", 1, json!({"bucketName": "photos"}))]).await;
    assert_eq!(world.facts().looks, 1);
    assert_eq!(due_in(&world).await, 60);
    assert_eq!(world.wait(55).await, 0);
    world.put("photos", open());
    assert_eq!(world.wait(6).await, 1);
    assert_eq!(world.told().await, ["opened photos"], "the answer that came late");
    assert_eq!(world.store.next_revisit().await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_older_than_its_event_is_asked_for_again_soon_and_the_event_is_named() {
    let world = World::new().await;
    world.put("photos", shut());
    world.scan().await;
    world.handle(&[policy_put("e-1", "photos", 1)]).await;
    assert_eq!((world.changed().await, due_in(&world).await), (vec![], 5));
    world.put("photos", open());
    assert_eq!(world.wait(6).await, 1);
    assert_eq!(world.told().await, ["opened photos"]);
    assert_eq!(world.history().await[0].cause.event(), Some("e-1"));
    for _ in 0..9 {
        world.wait(3600).await;
    }
    assert_eq!(world.store.next_revisit().await.unwrap(), None, "it ends");
    assert_eq!(world.changed().await, ["opened photos"]);
}

#[tokio::test]
async fn a_bucket_that_is_not_there_yet_is_looked_for_again() {
    let world = World::new().await;
    world.scan().await;
    world.handle(&[event("e-1", "CreateBucket", 1, json!({"bucketName": "new"}))]).await;
    assert_eq!(due_in(&world).await, 5);
    world.put("new", open());
    world.wait(6).await;
    assert_eq!(world.told().await, ["opened new"]);
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_no_observation() {
    let world = World::new().await;
    world.put("photos", shut());
    world.scan().await;
    let busy = || Observed::Unreadable(Unreadable { code: "SlowDown".to_owned(), passing: true });
    world.put("photos", BucketSnapshot { policy: busy(), ..shut() });
    world.handle(&[policy_put("e-1", "photos", 1)]).await;
    for _ in 0..6 {
        world.wait(3600).await;
    }
    assert_eq!(world.changed().await, [""; 0], "neither closed nor out of sight");
    world.put("photos", open());
    world.wait(3600).await;
    assert_eq!(world.told().await, ["opened photos"]);
}

#[tokio::test]
async fn later_events_move_the_last_look_on_and_keep_the_later_cause() {
    let world = World::new().await;
    world.put("photos", shut());
    world.scan().await;
    world.handle(&[policy_put("e-2", "photos", 1)]).await;
    world.handle(&[event("e-1", "PutBucketWebsite", 30, json!({"bucketName": "photos"}))]).await;
    let account = super::world::account_id();
    let planned = world.store.revisit(&account, Some(&"photos".into())).await.unwrap().unwrap();
    assert_eq!(planned.cause.event(), Some("e-2"));
    assert!(planned.due_at > Timestamp::now() + SignedDuration::from_secs(50));
}
