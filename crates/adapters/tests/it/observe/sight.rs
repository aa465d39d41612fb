//! What changes, what is out of sight, and what is told.

use bucketwatch_engine::scan::Recorder as _;
use bucketwatch_engine::state::Coverage;
use bucketwatch_exposure::assessment::Verdict;
use bucketwatch_exposure::snapshot::Permission;

use super::world::{World, denied, open, open_for, shut, throttled};

#[tokio::test]
async fn the_first_run_is_one_baseline_and_the_next_tells_exactly_what_changed() {
    let mut world = World::new().await;
    world.put("a", open());
    world.put("b", shut());
    world.put("c", denied());
    assert_eq!(world.scan().await, [""; 0]);
    assert_eq!(world.told().await, ["baseline 3/1/1"]);
    assert_eq!(world.scan().await, [""; 0], "nothing changed");
    world.put("a", shut());
    world.put("b", open());
    world.put("new-and-open", open());
    world.put("new-and-shut", shut());
    world.put("new-and-denied", denied());
    let changed = ["closed a", "lost_sight new-and-denied", "opened b", "opened new-and-open"];
    assert_eq!(world.scan().await, changed);
    assert_eq!(world.told().await, ["opened b", "opened new-and-open"]);
    world.put("b", open_for(Permission::FullControl));
    assert_eq!(world.scan().await, ["widened b"]);
    world.put("b", open_for(Permission::Write));
    assert_eq!(world.scan().await, ["narrowed b"]);
    assert_eq!(world.told().await, ["widened b"]);
}

#[tokio::test]
async fn an_interrupted_first_run_tells_nothing_and_the_next_complete_one_is_the_baseline() {
    let mut world = World::new().await;
    world.put("a", open());
    let (recorder, _) = world.begin().await;
    world.record(&recorder).await;
    recorder.finish(Some("deadline".to_owned()), Coverage::default()).await.unwrap();
    assert_eq!(world.told().await, [""; 0]);
    world.put("b", open());
    assert_eq!(world.scan().await, [""; 0]);
    assert_eq!(world.told().await, ["baseline 2/2/0"]);
}

#[tokio::test]
async fn a_denial_loses_sight_once_and_regaining_it_tells_what_changed_meanwhile() {
    let mut world = World::new().await;
    world.put("a", shut());
    world.scan().await;
    world.told().await;
    world.put("a", denied());
    assert_eq!(world.scan().await, ["lost_sight a"]);
    assert_eq!(world.scan().await, [""; 0]);
    let row = world.status().await.remove(0);
    assert_eq!(row.assessment.verdict, Verdict::Undetermined);
    assert_eq!(row.last_determined.map(|(verdict, _)| verdict), Some(Verdict::NotPublic));
    assert!(row.sight_lost_at.is_some());
    world.put("a", open());
    assert_eq!(world.scan().await, ["regained_sight(opened) a"]);
    assert_eq!(world.told().await, ["regained_sight a"]);
}

#[tokio::test]
async fn a_read_that_failed_in_passing_is_no_observation_and_two_failed_runs_lose_sight() {
    let mut world = World::new().await;
    world.put("a", open());
    world.scan().await;
    let before = world.stored("a").await;
    world.put("a", throttled());
    assert_eq!(world.scan().await, [""; 0]);
    let after = world.stored("a").await;
    assert_eq!(after.facets, before.facets);
    assert_eq!(after.standing, before.standing);
    assert_eq!(after.assessment.unwrap().verdict, Verdict::Undetermined, "this run could not tell");
    world.put("a", open());
    assert_eq!(world.scan().await, [""; 0], "it was never out of sight");
    assert_eq!(world.stored("a").await.failed_runs, 0);
    world.put("a", throttled());
    assert_eq!(world.scan().await, [""; 0]);
    assert_eq!(world.scan().await, ["lost_sight a"]);
    world.put("a", shut());
    assert_eq!(world.scan().await, ["regained_sight(closed) a"]);
}
