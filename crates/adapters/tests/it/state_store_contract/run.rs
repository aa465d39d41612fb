//! Runs and leases.

use bucketwatch_engine::state::{Commit, Coverage, RunEnd, RunId, StateError, StateStore};
use bucketwatch_exposure::assessment::Verdict;

use super::sample::{at, bucket, key, request};

fn end(second: i64, partial: Option<&str>) -> RunEnd {
    let coverage = Coverage { buckets: 7, undetermined: 1, objects_unchecked: 2, calls: 40, retries: 3 };
    RunEnd { at: at(second), partial: partial.map(str::to_owned), coverage }
}

pub(super) async fn a_second_run_is_refused_and_told_by_whom(store: &dyn StateStore) {
    store.begin_run(&request("first", 0)).await.unwrap();
    let refused = store.begin_run(&request("second", 1)).await.unwrap_err();
    let StateError::RunInProgress { holder, since } = refused else { panic!("{refused}") };
    assert_eq!((holder.as_str(), since), ("host:first", at(0)));
    store.renew_run(&RunId::new("first"), at(120)).await.unwrap();
    store.finish_run(&RunId::new("first"), &end(2, None)).await.unwrap();
    store.begin_run(&request("second", 3)).await.unwrap();
}

pub(super) async fn a_run_that_is_over_can_write_nothing(store: &dyn StateStore) {
    let run = RunId::new("r");
    store.begin_run(&request("r", 0)).await.unwrap();
    store.finish_run(&run, &end(1, None)).await.unwrap();
    let buckets = vec![bucket("b", Verdict::Public)];
    let commit = Commit { run: Some(run.clone()), buckets, ..Commit::default() };
    assert!(matches!(store.commit(commit).await, Err(StateError::LeaseLost)));
    assert!(matches!(store.renew_run(&run, at(9)).await, Err(StateError::LeaseLost)));
    assert!(matches!(store.finish_run(&run, &end(9, None)).await, Err(StateError::LeaseLost)));
    assert!(store.load(&[key("b")]).await.unwrap().is_empty());
}

pub(super) async fn runs_are_remembered_newest_first(store: &dyn StateStore) {
    for (id, second, partial) in [("a", 0, None), ("b", 10, Some("deadline"))] {
        store.begin_run(&request(id, second)).await.unwrap();
        store.finish_run(&RunId::new(id), &end(second + 5, partial)).await.unwrap();
    }
    store.begin_run(&request("c", 20)).await.unwrap();
    let runs = store.runs(2).await.unwrap();
    let ends: Vec<_> = runs.iter().map(|run| (run.id.as_str(), run.end.clone())).collect();
    assert_eq!(ends, [("c", None), ("b", Some(end(15, Some("deadline"))))]);
}
