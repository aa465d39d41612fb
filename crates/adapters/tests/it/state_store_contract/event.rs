//! Events, and looks to come.

use bucketwatch_engine::notice::{Deed, TransitionCause};
use bucketwatch_engine::state::{
    ChangeRecord, Commit, HistoryQuery, Opened, Revisit, StateError, StateStore,
};
use bucketwatch_exposure::assessment::Verdict;

use super::sample::{account_id, at, bucket, key, notice, transition};

fn deed(event: &str, second: i64) -> Deed {
    Deed {
        event: event.to_owned(),
        name: "PutBucketPolicy".into(),
        at: at(second),
        actor: "IAM user \u{1b}ann".into(),
        agent: "AWS CLI".into(),
        address: "198.51.100.7".into(),
    }
}

fn change(event: &str, bucket: Option<&str>, second: i64) -> ChangeRecord {
    ChangeRecord {
        account: account_id(),
        bucket: bucket.map(Into::into),
        recorded_at: at(second + 5),
        opened: Some(Opened::Policy),
        deed: deed(event, second),
    }
}

fn changes(changes: Vec<ChangeRecord>) -> Commit {
    Commit { changes, ..Commit::default() }
}

async fn seen(store: &dyn StateStore, ids: &[&str]) -> Vec<String> {
    let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
    let mut seen = store.seen(&ids).await.unwrap();
    seen.sort();
    seen
}

pub(super) async fn an_event_is_handled_once_and_forgotten_by_age(store: &dyn StateStore) {
    assert!(seen(store, &["a"]).await.is_empty());
    assert_eq!(store.last_event().await.unwrap(), None);
    store.commit(changes(vec![change("a", Some("b"), 10), change("o", None, 20)])).await.unwrap();
    assert_eq!(store.last_event().await.unwrap(), Some(at(25)));
    store.commit(changes(vec![change("a", Some("other"), 99), change("c", Some("b"), 30)])).await.unwrap();
    assert_eq!(seen(store, &["a", "b", "c", "o"]).await, ["a", "c", "o"]);
    assert!(store.changes(&key("other"), 9).await.unwrap().iter().all(|change| change.bucket.is_none()));
    assert!(store.forget(at(25)).await.unwrap() <= 1);
    assert_eq!(
        seen(store, &["a", "c", "o"]).await,
        ["c", "o"],
        "by when it was handled, not by its own time"
    );
    assert!(store.last_event().await.unwrap() >= Some(at(25)), "a store may lag behind");
    assert!(store.changes(&key("b"), 9).await.unwrap().iter().all(|change| change.deed.event != "a"));
}

pub(super) async fn events_of_a_bucket_come_latest_first_with_those_of_its_account(store: &dyn StateStore) {
    let own = change("own", Some("b"), 10);
    let wide = ChangeRecord { opened: None, ..change("wide", None, 30) };
    let late = change("late", Some("b"), 20);
    let all = vec![own.clone(), wide.clone(), late.clone(), change("foreign", Some("B"), 40)];
    store.commit(changes(all)).await.unwrap();
    assert_eq!(store.changes(&key("b"), 9).await.unwrap(), [wide.clone(), late, own]);
    assert_eq!(store.changes(&key("b"), 1).await.unwrap(), [wide]);
}

pub(super) async fn a_look_to_come_is_planned_once_and_stays_until_it_is_done(store: &dyn StateStore) {
    let look = |bucket: Option<&str>, second: i64| Revisit {
        account: account_id(),
        bucket: bucket.map(Into::into),
        region: Some("eu-west-1".to_owned()),
        due_at: at(second),
        since: at(0),
        attempts: 1,
        last: false,
        cause: deed("e", 0).into(),
        objects: Vec::new(),
    };
    assert_eq!(store.next_revisit().await.unwrap(), None);
    let plan = async |revisits, revisited| {
        store.commit(Commit { revisits, revisited, ..Commit::default() }).await.unwrap();
    };
    plan(vec![look(Some("b"), 30), look(None, 20), look(Some("c"), 10)], vec![]).await;
    plan(vec![look(Some("c"), 40)], vec![]).await;
    assert_eq!(store.next_revisit().await.unwrap(), Some(at(20)));
    assert_eq!(store.revisits(at(30), 9).await.unwrap(), [look(None, 20), look(Some("b"), 30)]);
    assert_eq!(store.revisits(at(99), 1).await.unwrap(), [look(None, 20)]);
    assert_eq!(store.revisit(&account_id(), None).await.unwrap(), Some(look(None, 20)));
    assert_eq!(store.revisit(&account_id(), Some(&"x".into())).await.unwrap(), None);
    plan(vec![], vec![look(Some("c"), 10), look(None, 20)]).await;
    let left = store.revisits(at(99), 9).await.unwrap();
    assert_eq!(left, [look(Some("b"), 30), look(Some("c"), 40)], "what was planned anew meanwhile stays");
}

pub(super) async fn what_was_written_before_is_left_out(store: &dyn StateStore) {
    let commit = || Commit {
        notices: vec![notice("n", 4, &["log"])],
        changes: vec![change("a", Some("b"), 10)],
        ..Commit::default()
    };
    store.commit(commit()).await.unwrap();
    store.commit(commit()).await.unwrap();
    assert_eq!(store.outbox_counts().await.unwrap()[0].waiting, 1);
    let stale = Commit { buckets: vec![bucket("b", Verdict::Public)], ..Commit::default() };
    store.commit(stale.clone()).await.unwrap();
    let refused = Commit { changes: vec![change("late", None, 10)], ..stale };
    assert!(matches!(store.commit(refused).await, Err(StateError::Conflict { .. })));
    assert!(seen(store, &["late"]).await.is_empty(), "nothing of a refused commit is kept");

    let mut grouped = transition("t", "b", "r");
    let mut cause: TransitionCause = deed("e", 0).into();
    if let TransitionCause::Event { also, .. } = &mut cause {
        also.push(deed("earlier", -9));
    }
    (grouped.cause, grouped.group_key) = (cause, "e".to_owned());
    let transitions = vec![transition("s", "b", "r"), grouped.clone()];
    store.commit(Commit { transitions, ..Commit::default() }).await.unwrap();
    let group = HistoryQuery { group_key: Some("e".to_owned()), ..HistoryQuery::default() };
    assert_eq!(store.history(&group).await.unwrap().rows, [grouped]);
}
