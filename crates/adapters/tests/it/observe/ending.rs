//! A run ends whatever goes wrong at its end, and the next one begins.

use std::sync::Arc;

use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::scan::Recorder as _;
use bucketwatch_engine::state::{Coverage, StateError, StateStore as _};
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::BlockPublicAccess;

use super::world::{World, open};

#[tokio::test]
async fn a_run_that_cannot_be_concluded_ends_as_partial_and_gives_its_lease_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let store = Arc::new(SqliteStore::open(&path).await.unwrap());
    let mut world = World::on(Arc::<SqliteStore>::clone(&store));
    world.put("a", open());
    world.put("b", open());
    world.scan().await;

    // What is stored of `a` is damaged, nobody looks at it, and the account's facts change: it has to be judged anew.
    let damage = "UPDATE facet SET document = '[' WHERE bucket = (SELECT id FROM bucket WHERE name = 'a')";
    assert_eq!(rusqlite::Connection::open(&path).unwrap().execute(damage, []).unwrap(), 1);
    world.buckets.remove("a");
    world.account_block = Observed::Present(BlockPublicAccess::default());
    let (recorder, run) = world.begin().await;
    world.record(&recorder).await;
    let error = recorder.finish(None, Coverage::default()).await.unwrap_err();
    assert!(matches!(error, StateError::BadRecord { .. }), "{error}");

    let latest = store.runs(1).await.unwrap().remove(0);
    assert_eq!(latest.id, run);
    assert_eq!(latest.end.unwrap().partial, Some(error.to_string()));
    world.begin().await;
}
