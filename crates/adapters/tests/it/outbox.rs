//! Delivery: at least once, each notifier by itself, whatever the other side does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier, Retry};
use bucketwatch_engine::outbox::{Backoff, DeliveryOptions, Outbox};
use bucketwatch_engine::state::{Commit, StateStore};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::state_store_contract::sample;

/// A receiver that fails as it is told before it takes a notice.
struct Faulty {
    name: &'static str,
    fault: fn(&Notice, usize) -> Option<Retry>,
    stalls: bool,
    attempts: Mutex<BTreeMap<String, usize>>,
    taken: Mutex<Vec<String>>,
}

impl Faulty {
    fn new(name: &'static str, fault: fn(&Notice, usize) -> Option<Retry>) -> Arc<Self> {
        let (attempts, taken) = Default::default();
        Arc::new(Self { name, fault, stalls: false, attempts, taken })
    }

    fn stalling(name: &'static str) -> Arc<Self> {
        let (attempts, taken) = Default::default();
        Arc::new(Self { name, fault: |_, _| None, stalls: true, attempts, taken })
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }

    fn attempts(&self, id: &str) -> usize {
        self.attempts.lock().unwrap().get(id).copied().unwrap_or(0)
    }
}

#[async_trait]
impl Notifier for Faulty {
    fn name(&self) -> &str {
        self.name
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let attempt = {
            let mut attempts = self.attempts.lock().unwrap();
            let attempt = attempts.entry(notice.id.clone()).or_default();
            *attempt += 1;
            *attempt
        };
        if self.stalls {
            std::future::pending::<()>().await;
        }
        if let Some(retry) = (self.fault)(notice, attempt) {
            return Err(DeliveryError { reason: "refused".to_owned(), retry });
        }
        self.taken.lock().unwrap().push(notice.id.clone());
        Ok(())
    }
}

async fn store(ids: &[&str], notifiers: &[&str]) -> Arc<dyn StateStore> {
    let store = SqliteStore::temporary().await.unwrap();
    let mut notices: Vec<_> = ids.iter().map(|id| sample::notice(id, 0, notifiers)).collect();
    notices.iter_mut().for_each(|outgoing| outgoing.notice.at = Timestamp::now());
    store.commit(Commit { notices, ..Commit::default() }).await.unwrap();
    Arc::new(store)
}

fn outbox(store: &Arc<dyn StateStore>, notifiers: &[&Arc<Faulty>], options: DeliveryOptions) -> Outbox {
    let notifiers = notifiers.iter().map(|&notifier| Arc::clone(notifier) as Arc<dyn Notifier>).collect();
    Outbox::new(Arc::clone(store), notifiers, "host:1".to_owned(), options)
}

fn quick() -> DeliveryOptions {
    let pause = Duration::from_millis(4);
    let backoff = Backoff { first: pause, longest: pause, seed: 7 };
    DeliveryOptions { attempt: Duration::from_millis(500), backoff, ..DeliveryOptions::default() }
}

fn within(milliseconds: u64) -> Instant {
    Instant::now() + Duration::from_millis(milliseconds)
}

#[tokio::test]
async fn a_dead_receiver_delays_no_other_and_keeps_what_it_is_owed() {
    let store = store(&["1", "2", "3"], &["good", "dead", "stalled"]).await;
    let good = Faulty::new("good", |_, _| None);
    let dead = Faulty::new("dead", |_, _| Some(Retry::Later));
    let stalled = Faulty::stalling("stalled");
    let outbox = outbox(&store, &[&stalled, &dead, &good], quick());
    let begun = Instant::now();
    let delivered = outbox.deliver_until(within(300)).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!((good.taken(), delivered.delivered), (vec!["1".into(), "2".into(), "3".into()], 3));
    assert!(dead.attempts("1") > 1);
    let counts = store.outbox_counts().await.unwrap();
    let counts: Vec<_> = counts.iter().map(|count| (count.notifier.as_str(), count.waiting)).collect();
    assert_eq!(counts, [("dead", 3), ("stalled", 3)]);
}

#[tokio::test]
async fn a_receiver_that_recovers_gets_everything_in_the_same_call() {
    let store = store(&["1", "2", "3", "4", "5"], &["log"]).await;
    let flaky = Faulty::new("log", |_, attempt| (attempt < 3).then_some(Retry::Later));
    let delivered = outbox(&store, &[&flaky], quick()).deliver_until(within(20_000)).await.unwrap();
    assert_eq!(delivered.delivered, 5);
    let mut taken = flaky.taken();
    taken.sort();
    assert_eq!(taken, ["1", "2", "3", "4", "5"]);
    assert!(store.outbox_counts().await.unwrap().is_empty());
}

#[tokio::test]
async fn one_notice_that_is_refused_holds_up_no_other_and_one_refused_for_good_is_a_dead_letter() {
    let store = store(&["bad", "worse", "good"], &["log"]).await;
    let picky = Faulty::new("log", |notice, _| match notice.id.as_str() {
        "bad" => Some(Retry::After(Duration::from_secs(600))),
        "worse" => Some(Retry::Never),
        _ => None,
    });
    let delivered = outbox(&store, &[&picky], quick()).deliver_until(within(20_000)).await.unwrap();
    assert_eq!((delivered.delivered, delivered.failed, delivered.dead), (1, 1, 1));
    assert_eq!(picky.taken(), ["good"]);
    let due = store.next_due("log").await.unwrap().unwrap();
    assert!(due.duration_since(Timestamp::now()).as_secs() > 500, "as long as the other side asked for");
    assert_eq!(store.dead_letters(9).await.unwrap()[0].notice.id, "worse");
}

#[tokio::test]
async fn what_is_too_old_is_given_up_and_can_be_revived() {
    let store = store(&["1"], &["log"]).await;
    let options = DeliveryOptions { give_up_after: Duration::from_millis(20), ..quick() };
    let flaky = Faulty::new("log", |_, _| Some(Retry::Later));
    let delivered = outbox(&store, &[&flaky], options.clone()).deliver_until(within(20_000)).await.unwrap();
    assert_eq!((delivered.delivered, delivered.dead), (0, 1));
    store.revive(None, Timestamp::now()).await.unwrap();
    let good = Faulty::new("log", |_, _| None);
    assert_eq!(outbox(&store, &[&good], options).deliver_until(within(20_000)).await.unwrap().delivered, 1);
}

#[tokio::test]
async fn two_processes_at_once_deliver_each_notice_once() {
    let ids: Vec<String> = (0..100).map(|n| format!("{n:03}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let store = store(&ids, &["log"]).await;
    let log = Faulty::new("log", |_, _| None);
    let (one, two) = (outbox(&store, &[&log], quick()), outbox(&store, &[&log], quick()));
    let (one, two) = tokio::join!(one.deliver_until(within(20_000)), two.deliver_until(within(20_000)));
    assert_eq!(one.unwrap().delivered + two.unwrap().delivered, 100);
    let mut taken = log.taken();
    taken.sort();
    assert_eq!(taken, ids);
}
