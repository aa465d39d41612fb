//! Exceptions.

use bucketwatch_engine::state::{BucketKey, BucketRecord, Commit, StateError, StateStore};
use bucketwatch_exposure::assessment::Verdict;
use bucketwatch_exposure::exception::{Act, Exception};
use bucketwatch_policy::name::AccountId;

use super::sample::{at, bucket, exception, key, transition};

pub(super) async fn an_exception_is_kept_after_its_end_and_replaced_by_name(store: &dyn StateStore) {
    assert_eq!(store.exceptions().await.unwrap(), []);
    let write = async |exceptions| store.commit(Commit { exceptions, ..Commit::default() }).await.unwrap();
    write(vec![exception("later", 90), exception("sooner", 10), exception("a-like", 90)]).await;
    let revoked = Act { by: "joe".into(), at: at(5) };
    let taken_back = Exception { revoked: Some(revoked), ..exception("later", 90) };
    write(vec![taken_back.clone()]).await;
    let kept = [exception("sooner", 10), exception("a-like", 90), taken_back];
    assert_eq!(store.exceptions().await.unwrap(), kept);

    store.commit(Commit { buckets: vec![bucket("b", Verdict::Public)], ..Commit::default() }).await.unwrap();
    let stale = Commit {
        buckets: vec![bucket("b", Verdict::Public)],
        transitions: vec![transition("t", "b", "r")],
        exceptions: vec![exception("refused", 10)],
        ..Commit::default()
    };
    assert!(matches!(store.commit(stale).await, Err(StateError::Conflict { .. })));
    assert_eq!(store.exceptions().await.unwrap().len(), 3, "nothing of a refused commit is kept");
}

pub(super) async fn a_bucket_is_found_by_its_name_in_every_account_there_is(store: &dyn StateStore) {
    let other = BucketKey { account: AccountId::parse("000000000001").unwrap(), name: "b".into() };
    let elsewhere = BucketRecord { key: other.clone(), ..bucket("b", Verdict::Public) };
    let gone = BucketRecord { deleted_at: Some(at(9)), assessment: None, ..bucket("gone", Verdict::Public) };
    let buckets = vec![bucket("b", Verdict::Public), elsewhere, bucket("bb", Verdict::Public), gone];
    store.commit(Commit { buckets, ..Commit::default() }).await.unwrap();
    assert_eq!(store.named(&"b".into()).await.unwrap(), [other.clone(), key("b")]);
    assert_eq!(store.named(&"gone".into()).await.unwrap(), []);
    assert_eq!(store.named(&"B".into()).await.unwrap(), []);
    assert_eq!(store.accounts().await.unwrap(), [other.account, key("b").account]);
}
