//! Deletion, and buckets that come back.

use bucketwatch_engine::scan::Seen;

use super::world::{World, open, shut};

#[tokio::test]
async fn only_a_complete_listing_deletes_what_it_does_not_show() {
    let mut world = World::new().await;
    world.put("a", open());
    world.put("b", shut());
    world.scan().await;
    world.buckets.remove("a");
    assert_eq!(world.scan_in_part(Some("interrupted")).await, [""; 0]);
    assert_eq!(world.status().await.len(), 2);
    assert_eq!(world.scan().await, ["deleted a"]);
    assert_eq!(world.scan().await, [""; 0]);
    assert_eq!(world.status().await.len(), 1);
    assert!(world.stored("a").await.facets.is_empty());
}

#[tokio::test]
async fn a_bucket_that_does_not_exist_is_deleted_at_once_and_one_that_comes_back_is_another() {
    let mut world = World::new().await;
    world.put("a", open());
    world.scan().await;
    let first = world.stored("a").await;
    world.buckets.insert("a", Seen::Gone);
    world.buckets.insert("never-seen", Seen::Gone);
    assert_eq!(world.scan_in_part(Some("deadline")).await, ["deleted a"]);
    world.buckets.clear();
    world.put("a", open());
    assert_eq!(world.scan().await, ["opened a"]);
    let second = world.stored("a").await;
    assert_eq!((first.incarnation, second.incarnation), (1, 2));
    assert!(second.first_seen_at > first.first_seen_at);
    assert!(second.standing.unwrap().since > first.standing.unwrap().since);
}
