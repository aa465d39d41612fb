//! Events that come after a scan has found what they did.

use bucketwatch_engine::late::behind;
use serde_json::json;

use super::world::{World, by, event, open, policy_put, shut};

#[tokio::test]
async fn what_a_scan_found_first_is_not_told_again_and_the_history_knows_who_did_it() {
    let world = World::new().await;
    world.put("photos", shut());
    world.scan().await;
    world.put("photos", open());
    world.scan().await;
    let tags = event("e-0", "PutBucketTagging", 3, json!({"bucketName": "photos"}));
    world.handle(&[by(tags, "tim"), by(policy_put("e-1", "photos", 4), "eve")]).await;
    assert_eq!((world.told().await, world.changed().await), (vec![], vec!["opened photos".to_owned()]));
    let [found] = &world.history().await[..] else { panic!("one transition") };
    let deeds = behind(world.store.as_ref(), found).await.unwrap();
    let named: Vec<_> = deeds.iter().map(|deed| deed.actor.as_raw()).collect();
    assert_eq!(named, ["IAM user eve"], "tags open nothing");
    world.handle(&[policy_put("e-2", "photos", -30)]).await;
    assert_eq!(behind(world.store.as_ref(), found).await.unwrap(), deeds, "what was done afterwards did not");
}
