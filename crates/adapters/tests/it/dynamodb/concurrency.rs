//! Several processes on one table.

use std::collections::BTreeSet;

use bucketwatch_adapters::dynamodb::DynamoStore;
use bucketwatch_engine::state::{Claim, Claimed, Commit, RunEnd, RunId, StateError, StateStore};
use bucketwatch_exposure::assessment::Verdict;
use futures::future::join_all;

use super::emulator::Dynamo;
use crate::state_store_contract::sample::{at, bucket, key, notice, request, transition};

/// Opens one table as several processes do.
async fn processes(dynamo: &Dynamo, count: usize) -> Vec<DynamoStore> {
    let address = dynamo.table().await;
    let mut stores = Vec::new();
    for _ in 0..count {
        stores.push(dynamo.open(&address).await);
    }
    stores
}

#[tokio::test]
async fn of_many_who_claim_at_once_each_delivery_goes_to_one() {
    let Some(dynamo) = Dynamo::start() else { return };
    let stores = processes(&dynamo, 4).await;
    let ids: BTreeSet<String> = (10..50).map(|number| number.to_string()).collect();
    for ids in ids.iter().collect::<Vec<_>>().chunks(10) {
        let notices = ids.iter().map(|id| notice(id, 0, &["log"])).collect();
        stores[0].commit(Commit { notices, ..Commit::default() }).await.unwrap();
    }
    let claim = Claim {
        notifier: "log".to_owned(),
        holder: "host:1".to_owned(),
        at: at(1),
        until: at(60),
        limit: 100,
    };
    let claimed: Vec<Vec<Claimed>> =
        join_all(stores.iter().map(async |store| store.claim(&claim).await.unwrap())).await;
    let mut all: Vec<String> = claimed.into_iter().flatten().map(|claimed| claimed.notice.id).collect();
    all.sort();
    assert_eq!(all, ids.into_iter().collect::<Vec<_>>());
    assert_eq!(stores[3].claim(&claim).await.unwrap(), []);
}

#[tokio::test]
async fn of_many_who_write_one_bucket_at_once_one_does_and_tells_once() {
    let Some(dynamo) = Dynamo::start() else { return };
    let stores = processes(&dynamo, 6).await;
    let write = async |(number, store): (usize, &DynamoStore)| {
        let id = number.to_string();
        let commit = Commit {
            buckets: vec![bucket("b", Verdict::Public)],
            transitions: vec![transition(&id, "b", "r")],
            notices: vec![notice(&id, 4, &["log"])],
            ..Commit::default()
        };
        store.commit(commit).await
    };
    let written = join_all(stores.iter().enumerate().map(write)).await;
    let conflicts = written.iter().filter(|one| matches!(one, Err(StateError::Conflict { .. }))).count();
    assert_eq!((conflicts, written.iter().filter(|one| one.is_ok()).count()), (5, 1), "{written:?}");
    assert_eq!(stores[0].load(&[key("b")]).await.unwrap()[0].version, 1);
    assert_eq!(stores[0].history(&Default::default()).await.unwrap().rows.len(), 1);
    assert_eq!(stores[0].outbox_counts().await.unwrap()[0].waiting, 1);
}

#[tokio::test]
async fn of_many_who_scan_at_once_one_does() {
    let Some(dynamo) = Dynamo::start() else { return };
    let stores = processes(&dynamo, 4).await;
    let begin = async |(number, store): (usize, &DynamoStore)| {
        store.begin_run(&request(&number.to_string(), 0)).await
    };
    let begun = join_all(stores.iter().enumerate().map(begin)).await;
    let refused = |one: &&Result<_, _>| matches!(one, Err(StateError::RunInProgress { .. }));
    assert_eq!((begun.iter().filter(refused).count(), begun.iter().flatten().count()), (3, 1), "{begun:?}");
}

#[tokio::test]
async fn a_scan_whose_lease_ran_out_is_closed_by_the_next_and_writes_nothing_any_more() {
    let Some(dynamo) = Dynamo::start() else { return };
    let stores = processes(&dynamo, 2).await;
    let (dead, next) = (RunId::new("dead"), RunId::new("next"));
    stores[0].begin_run(&request("dead", 0)).await.unwrap();
    stores[1].begin_run(&request("next", 61)).await.unwrap();
    let commit = |run: &RunId, name| Commit {
        run: Some(run.clone()),
        buckets: vec![bucket(name, Verdict::Public)],
        ..Commit::default()
    };
    assert!(matches!(stores[0].commit(commit(&dead, "a")).await, Err(StateError::LeaseLost)));
    assert!(matches!(stores[0].renew_run(&dead, at(99)).await, Err(StateError::LeaseLost)));
    stores[1].commit(commit(&next, "b")).await.unwrap();
    assert!(stores[0].load(&[key("a")]).await.unwrap().is_empty());
    let runs = stores[0].runs(9).await.unwrap();
    let ends: Vec<_> = runs.iter().map(|run| (run.id.as_str(), run.end.clone())).collect();
    assert_eq!(ends, [("next", None), ("dead", Some(RunEnd::interrupted(at(61))))]);
}
