//! Accounts and buckets.

use bucketwatch_engine::state::{
    AccountRecord, BucketKey, BucketRecord, Commit, Facet, FacetKind, Look, RunId, StateError, StateStore,
};
use bucketwatch_exposure::assessment::Verdict;
use bucketwatch_policy::untrusted::Untrusted;
use serde_json::json;

use super::sample::{account, account_id, at, bucket, key, notice, request, transition};

fn buckets(buckets: Vec<BucketRecord>) -> Commit {
    Commit { buckets, ..Commit::default() }
}

async fn only(store: &dyn StateStore, key: BucketKey) -> BucketRecord {
    let mut records = store.load(&[key]).await.unwrap();
    assert_eq!(records.len(), 1);
    records.remove(0)
}

pub(super) async fn what_was_committed_is_loaded_to_the_last_nanosecond(store: &dyn StateStore) {
    let (account, bucket) = (account(), bucket("b", Verdict::Public));
    assert_eq!(store.account(&account_id()).await.unwrap(), None);
    let commit =
        Commit { accounts: vec![account.clone()], buckets: vec![bucket.clone()], ..Commit::default() };
    store.commit(commit).await.unwrap();
    assert_eq!(store.account(&account_id()).await.unwrap(), Some(AccountRecord { version: 1, ..account }));
    assert_eq!(
        store.load(&[key("b"), key("unknown")]).await.unwrap(),
        [BucketRecord { version: 1, ..bucket }]
    );
}

pub(super) async fn a_stale_version_is_refused_and_nothing_of_the_commit_is_kept(store: &dyn StateStore) {
    store.commit(buckets(vec![bucket("b", Verdict::Public)])).await.unwrap();
    let loaded = only(store, key("b")).await;
    for stale in [0, 2] {
        let commit = Commit {
            accounts: vec![account()],
            buckets: vec![
                bucket("a", Verdict::Public),
                BucketRecord { version: stale, region: None, ..loaded.clone() },
            ],
            transitions: vec![transition("t", "b", "r")],
            notices: vec![notice("n", 4, &["log"])],
            ..Commit::default()
        };
        let refused = store.commit(commit).await.unwrap_err();
        assert!(
            matches!(&refused, StateError::Conflict { subject } if *subject == Untrusted::new("b")),
            "{refused}"
        );
    }
    assert_eq!(store.load(&[key("a"), key("b")]).await.unwrap(), [loaded]);
    assert_eq!(store.account(&account_id()).await.unwrap(), None);
    assert!(store.history(&Default::default()).await.unwrap().rows.is_empty());
    assert!(store.outbox_counts().await.unwrap().is_empty());
}

pub(super) async fn a_bucket_can_lose_facets_and_come_back(store: &dyn StateStore) {
    store.commit(buckets(vec![bucket("b", Verdict::Public)])).await.unwrap();
    let loaded = only(store, key("b")).await;
    let deleted = BucketRecord {
        facets: Default::default(),
        assessment: None,
        standing: None,
        sight_lost_at: None,
        deleted_at: Some(at(9)),
        ..loaded
    };
    store.commit(buckets(vec![deleted.clone()])).await.unwrap();
    let loaded = only(store, key("b")).await;
    assert_eq!(loaded, BucketRecord { version: 2, ..deleted });
    assert!(store.status(&Default::default()).await.unwrap().rows.is_empty());

    let text = json!({ "policy": "{\"Statement\": []}\n" });
    let back = BucketRecord { version: 2, incarnation: 2, ..bucket("b", Verdict::NotPublic) };
    store.commit(buckets(vec![back])).await.unwrap();
    let mut again = only(store, key("b")).await;
    again.facets.insert(FacetKind::Configuration, Facet { observed_at: at(10), document: text.clone() });
    store.commit(buckets(vec![again])).await.unwrap();
    let facets = only(store, key("b")).await.facets;
    assert_eq!(facets[&FacetKind::Configuration], Facet { observed_at: at(10), document: text });
    assert_eq!(facets.len(), 3);
}

pub(super) async fn hostile_names_are_different_buckets(store: &dyn StateStore) {
    let names = ["b", "B", "b ", "b\0", "b\0c", "b'--", "\u{202e}b", "%", "\u{1b}[2J", "é", "e\u{301}"];
    let records: Vec<_> = names.iter().map(|name| bucket(name, Verdict::Public)).collect();
    store.commit(buckets(records)).await.unwrap();
    let keys: Vec<_> = names.iter().map(|name| key(name)).collect();
    let mut loaded: Vec<_> = store.load(&keys).await.unwrap().into_iter().map(|record| record.key).collect();
    let mut expected = keys;
    loaded.sort();
    expected.sort();
    assert_eq!(loaded, expected);
}

pub(super) async fn outdated_and_unseen_buckets_are_found_page_by_page(store: &dyn StateStore) {
    let run = RunId::new("r");
    store.begin_run(&request("r", 100)).await.unwrap();
    let seen = |name: &str, run: Option<&RunId>, second: i64, revision: u64| BucketRecord {
        last_look: Look { at: at(second), run: run.cloned() },
        account_revision: revision,
        ..bucket(name, Verdict::NotPublic)
    };
    let gone = BucketRecord { deleted_at: Some(at(1)), assessment: None, ..seen("gone", None, 1, 1) };
    let written = vec![
        seen("before-1", None, 50, 1),
        seen("before-2", None, 60, 2),
        seen("before-3", Some(&RunId::new("old")), 70, 1),
        seen("by-event-since", None, 110, 1),
        seen("by-this-run", Some(&run), 90, 2),
        gone,
    ];
    store.commit(buckets(written)).await.unwrap();
    let (mut unseen, mut outdated) = (Vec::new(), Vec::new());
    let mut after: Option<Untrusted> = None;
    while let [record] = &store.unseen(&run, &account_id(), after.as_ref(), 1).await.unwrap()[..] {
        after = Some(record.key.name.clone());
        unseen.push(record.key.name.as_raw().to_owned());
    }
    after = None;
    while let [record] = &store.outdated(&account_id(), 2, after.as_ref(), 1).await.unwrap()[..] {
        after = Some(record.key.name.clone());
        assert_eq!(record.facets.len(), 3);
        outdated.push(record.key.name.as_raw().to_owned());
    }
    assert_eq!(unseen, ["before-1", "before-2", "before-3"]);
    assert_eq!(outdated, ["before-1", "before-3", "by-event-since"]);
}
