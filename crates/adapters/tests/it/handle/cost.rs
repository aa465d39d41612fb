//! What events cost in a table of DynamoDB.

use std::sync::Arc;

use bucketwatch_adapters::dynamodb::DynamoStore;
use bucketwatch_engine::config::AlertKind;
use bucketwatch_engine::routing::Routing;

use super::world::{World, event, open, policy_put, shut};
use crate::dynamodb::emulator::{Dynamo, options};
use crate::dynamodb::front::{Front, Units};

const PAGE: &str = include_str!("../../../../../docs/state.md");

/// Fails where something costs another number of units than the page on the state says.
fn costs(what: &str, units: Units) {
    let row = format!("| {what} | {} | {} |", units.written, units.read);
    assert!(PAGE.contains(&row), "the page has no `{row}`");
}

#[tokio::test]
async fn an_event_costs_what_the_page_on_the_state_says() {
    let Some(dynamo) = Dynamo::start() else { return };
    let front = Front::start(dynamo.address(), u32::MAX).await;
    let table = dynamo.table().await;
    let store = DynamoStore::open(&table, &options(front.address)).await.unwrap();
    let world =
        World::on(Arc::new(store), Routing::to_all(AlertKind::DEFAULT.to_vec(), vec!["log".to_owned()]));
    world.put("photos", shut());
    world.put("other", shut());
    world.scan().await;
    // The first event of a process costs a unit more: it is noted that events come.
    let first = event("e-0", "PutBucketTagging", 2, serde_json::json!({"bucketName": "other"}));
    world.handle(&[first]).await;
    world.wait(61).await;
    let tagged = event("e-1", "PutBucketTagging", 2, serde_json::json!({"bucketName": "photos"}));
    front.units();

    world.handle(std::slice::from_ref(&tagged)).await;
    let at_once = front.units();
    assert_eq!(world.wait(61).await, 1);
    let settled = front.units();
    world.handle(&[tagged]).await;
    let again = front.units();
    assert_eq!(world.notices().await, []);
    let asked = front.units();

    world.put("photos", open());
    world.handle(&[policy_put("e-2", "photos", 1)]).await;
    let opened = front.units();
    assert_eq!(world.told().await, ["opened photos"]);
    let told = front.units();

    costs("an event that changes nothing", at_once);
    costs("the last look, when AWS's answers are settled", settled);
    costs("the same event again", again);
    costs("asking what one notifier is to be told, when that is nothing", asked);
    costs("an event that opens a bucket", opened);
    costs("telling that to one notifier", told);
}
