//! Deliveries.

use bucketwatch_engine::state::{Claim, Claimed, Commit, Outcome, Settlement, StateStore};

use super::sample::{at, notice};

async fn post(store: &dyn StateStore, ids: &[&str], notifiers: &[&str]) {
    let notices = ids.iter().map(|id| notice(id, 0, notifiers)).collect();
    store.commit(Commit { notices, ..Commit::default() }).await.unwrap();
}

async fn claim(store: &dyn StateStore, notifier: &str, second: i64) -> Vec<Claimed> {
    let (notifier, holder) = (notifier.to_owned(), "host:1".to_owned());
    store.claim(&Claim { notifier, holder, at: at(second), until: at(second + 30), limit: 2 }).await.unwrap()
}

fn ids(claimed: &[Claimed]) -> Vec<&str> {
    claimed.iter().map(|claimed| claimed.notice.id.as_str()).collect()
}

fn settled(claimed: &Claimed, second: i64, outcome: Outcome) -> Vec<Settlement> {
    vec![Settlement { ticket: claimed.ticket.clone(), at: at(second), outcome }]
}

pub(super) async fn each_notifier_gets_each_notice_once_leased(store: &dyn StateStore) {
    post(store, &["1", "2", "3"], &["log", "syslog"]).await;
    let first = claim(store, "log", 1).await;
    assert_eq!(ids(&first), ["1", "2"]);
    assert_eq!(first[0].notice, notice("1", 0, &[]).notice);
    assert_eq!((first[0].failures, first[0].waiting_since), (0, at(0)));
    assert_eq!(ids(&claim(store, "log", 1).await), ["3"]);
    assert!(claim(store, "log", 1).await.is_empty());
    assert_eq!(ids(&claim(store, "syslog", 1).await), ["1", "2"]);
    for delivery in &first {
        store.settle(settled(delivery, 2, Outcome::Delivered)).await.unwrap();
    }
    let counts = store.outbox_counts().await.unwrap();
    let counts: Vec<_> = counts.iter().map(|count| (&*count.notifier, count.waiting, count.oldest)).collect();
    assert_eq!(counts, [("log", 1, Some(at(0))), ("syslog", 3, Some(at(0)))]);
}

pub(super) async fn a_lease_that_ran_out_is_claimed_again_and_the_old_ticket_is_void(store: &dyn StateStore) {
    post(store, &["1", "2"], &["log"]).await;
    let old = claim(store, "log", 1).await;
    assert_eq!(store.next_due("log").await.unwrap(), Some(at(31)));
    let new = claim(store, "log", 31).await;
    assert_eq!(ids(&new), ["1", "2"]);
    let failure = Outcome::Failed { retry_at: at(500), reason: "late".to_owned() };
    let dead = Outcome::Dead { reason: "late".to_owned() };
    store.settle(settled(&old[0], 32, failure)).await.unwrap();
    store.settle(settled(&old[0], 32, dead)).await.unwrap();
    assert_eq!(store.next_due("log").await.unwrap(), Some(at(61)));
    store.settle(settled(&old[1], 33, Outcome::Delivered)).await.unwrap();
    store.settle(settled(&new[1], 34, Outcome::Released { retry_at: at(34) })).await.unwrap();
    assert_eq!(ids(&claim(store, "log", 61).await), ["1"]);
}

pub(super) async fn a_failure_waits_until_its_time(store: &dyn StateStore) {
    post(store, &["1", "2"], &["log"]).await;
    let claimed = claim(store, "log", 1).await;
    let reason = "connection refused".to_owned();
    store.settle(settled(&claimed[0], 2, Outcome::Failed { retry_at: at(10), reason })).await.unwrap();
    store.settle(settled(&claimed[1], 2, Outcome::Released { retry_at: at(5) })).await.unwrap();
    assert!(claim(store, "log", 4).await.is_empty());
    let counts = store.outbox_counts().await.unwrap();
    let why: Vec<_> = counts.iter().map(|count| (&*count.notifier, count.reason.as_deref())).collect();
    assert_eq!(why, [("log", Some("connection refused")), ("syslog", None)][..why.len()]);
    let again = claim(store, "log", 10).await;
    let failures: Vec<_> = again.iter().map(|claimed| claimed.failures).collect();
    assert_eq!((ids(&again), failures), (vec!["1", "2"], vec![1, 0]));
    assert_eq!(store.next_due("other").await.unwrap(), None);
}

pub(super) async fn dead_letters_are_counted_shown_and_revived(store: &dyn StateStore) {
    post(store, &["1"], &["log", "syslog"]).await;
    for notifier in ["log", "syslog"] {
        let claimed = claim(store, notifier, 1).await;
        let dead = Outcome::Dead { reason: "refused for good".to_owned() };
        store.settle(settled(&claimed[0], 2, dead)).await.unwrap();
    }
    assert!(claim(store, "log", 1_000).await.is_empty());
    let letters = store.dead_letters(10).await.unwrap();
    let log = &letters[0];
    assert_eq!((log.notifier.as_str(), log.reason.as_str(), log.at), ("log", "refused for good", at(2)));
    assert_eq!((log.failures, &log.notice.id[..], letters.len()), (1, "1", 2));
    let counts = store.outbox_counts().await.unwrap();
    assert_eq!((counts[0].waiting, counts[0].dead, counts[0].oldest), (0, 1, None));
    assert_eq!(store.revive(Some("log"), at(50)).await.unwrap(), 1);
    let revived = claim(store, "log", 50).await;
    assert_eq!((ids(&revived), revived[0].failures, revived[0].waiting_since), (vec!["1"], 0, at(50)));
    assert_eq!(store.revive(None, at(50)).await.unwrap(), 1);
    assert!(store.dead_letters(10).await.unwrap().is_empty());
}
