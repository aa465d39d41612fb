//! Records and commits that are larger than DynamoDB takes at once.

use bucketwatch_engine::notice::NoticeBody;
use bucketwatch_engine::state::{
    BucketRecord, Claim, Commit, Digest, Facet, FacetKind, HistoryQuery, StateError, StateStore,
};
use bucketwatch_exposure::assessment::Verdict;
use serde_json::json;

use super::emulator::Dynamo;
use crate::state_store_contract::sample::{at, bucket, key, notice, transition};

/// Gives so many hexadecimal digits, which do not get smaller than half by packing them.
fn noise(digits: usize) -> String {
    (0..digits.div_ceil(64)).map(|number| Digest::of(&number.to_string()).as_str().to_owned()).collect()
}

fn with_policy(policy: &str, version: u64) -> BucketRecord {
    let mut record = BucketRecord { version, ..bucket("b", Verdict::Public) };
    let document = json!({ "policy": policy });
    record.facets.insert(FacetKind::Configuration, Facet { observed_at: at(2), document });
    record
}

#[tokio::test]
async fn a_record_of_any_size_that_a_transaction_takes_is_loaded_as_it_was_written() {
    let Some(dynamo) = Dynamo::start() else { return };
    let store = dynamo.open(&dynamo.table().await).await;
    for (version, digits) in [(0, 2_400_000), (1, 100), (2, 1_300_000), (3, 700_000)] {
        let record = with_policy(&noise(digits), version);
        store.commit(Commit { buckets: vec![record.clone()], ..Commit::default() }).await.unwrap();
        let stored = BucketRecord { version: version + 1, ..record };
        assert!(store.load(&[key("b")]).await.unwrap() == [stored], "{digits} digits");
    }
    assert_eq!(store.status(&Default::default()).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn a_transition_and_its_notice_may_be_large_too() {
    let Some(dynamo) = Dynamo::start() else { return };
    let store = dynamo.open(&dynamo.table().await).await;
    let mut large = transition("t", "b", "r");
    large.after = Some(json!({ "exposures": [noise(1_500_000)] }));
    let mut told = notice("n", 4, &["log", "mail"]);
    told.notice.body = NoticeBody::Transitions { transitions: vec![large.clone()] };
    let commit = Commit {
        buckets: vec![bucket("b", Verdict::Public)],
        transitions: vec![large.clone()],
        notices: vec![told.clone()],
        ..Commit::default()
    };
    store.commit(commit).await.unwrap();
    assert!(store.history(&HistoryQuery::default()).await.unwrap().rows == [large]);
    let again = Commit { notices: vec![told.clone()], ..Commit::default() };
    store.commit(again).await.unwrap();
    for notifier in ["log", "mail"] {
        let (notifier, holder) = (notifier.to_owned(), "host:1".to_owned());
        let claim = Claim { notifier, holder, at: at(5), until: at(60), limit: 9 };
        let claimed = store.claim(&claim).await.unwrap();
        assert!(claimed.len() == 1 && claimed[0].notice == told.notice, "{}", claim.notifier);
    }
}

#[tokio::test]
async fn a_record_that_no_transaction_takes_is_refused_and_the_stored_one_stays() {
    let Some(dynamo) = Dynamo::start() else { return };
    let store = dynamo.open(&dynamo.table().await).await;
    store.commit(Commit { buckets: vec![with_policy("{}", 0)], ..Commit::default() }).await.unwrap();
    let large = Commit { buckets: vec![with_policy(&noise(8_000_000), 1)], ..Commit::default() };
    let refused = store.commit(large).await.unwrap_err();
    assert!(matches!(refused, StateError::Failed { .. }), "{refused}");
    assert_eq!(store.load(&[key("b")]).await.unwrap()[0].version, 1);
}

#[tokio::test]
async fn a_commit_with_more_writes_than_a_transaction_takes_is_written_bucket_by_bucket() {
    let Some(dynamo) = Dynamo::start() else { return };
    let store = dynamo.open(&dynamo.table().await).await;
    let names: Vec<String> = (100..124).map(|number| number.to_string()).collect();
    assert_eq!(names.len(), store.batch_limit());
    let commit = || Commit {
        buckets: names.iter().map(|name| bucket(name, Verdict::Public)).collect(),
        transitions: names.iter().map(|name| transition(name, name, "r")).collect(),
        notices: names.iter().map(|name| notice(name, 4, &["a", "b", "c", "d"])).collect(),
        ..Commit::default()
    };
    store.commit(commit()).await.unwrap();
    let of_group = HistoryQuery { group_key: Some("r".to_owned()), ..HistoryQuery::default() };
    assert_eq!(store.history(&of_group).await.unwrap().rows.len(), names.len());
    let waiting = async || {
        let counts = store.outbox_counts().await.unwrap();
        counts.iter().map(|count| count.waiting).collect::<Vec<_>>()
    };
    assert_eq!(waiting().await, [24; 4]);
    let again = store.commit(commit()).await.unwrap_err();
    assert!(matches!(again, StateError::Conflict { .. }), "{again}");
    assert_eq!(waiting().await, [24; 4]);
    assert_eq!(store.summary(&Default::default()).await.unwrap().public, 24);
}
