//! Delivery: at least once, each notifier by itself, whatever the other side does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::clock::Clock;
use bucketwatch_engine::notice::{Notice, NoticeBody};
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

    fn groups(&self) -> bool {
        self.name == "people"
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

/// A clock that stands still until it is set.
struct Stopped(Mutex<Timestamp>);

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

impl Stopped {
    fn at(text: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(text.parse().unwrap())))
    }

    fn set(&self, text: &str) {
        *self.0.lock().unwrap() = text.parse().unwrap();
    }
}

/// Gives delivery options with the timing of `log` as the file says it.
fn timed(timing: &str) -> DeliveryOptions {
    let file = format!("[[notify.log]]\nname = \"log\"\npath = \"x\"\n{timing}");
    let notify = bucketwatch_engine::config::Config::parse(&file).unwrap().notify;
    let timing = BTreeMap::from([("log".to_owned(), notify.timing_of("log"))]);
    DeliveryOptions { timing, ..quick() }
}

/// Posts notices to `log` that were written at `written`.
async fn post(store: &Arc<dyn StateStore>, ids: &[&str], written: &str) {
    let mut notices: Vec<_> = ids.iter().map(|id| sample::notice(id, 0, &["log"])).collect();
    notices.iter_mut().for_each(|outgoing| outgoing.notice.at = written.parse().unwrap());
    store.commit(Commit { notices, ..Commit::default() }).await.unwrap();
}

#[tokio::test]
async fn what_quiet_hours_held_goes_out_in_order_when_they_end_and_is_not_too_old_then() {
    let store = store(&[], &[]).await;
    let quiet = "[[notify.quiet.log]]\nzone = \"UTC\"\nfrom = \"22:00\"\nto = \"07:00\"\nthrough = []\n";
    let options = DeliveryOptions { give_up_after: Duration::from_secs(3600), ..timed(quiet) };
    let clock = Stopped::at("2026-11-23T22:10:00Z");
    post(&store, &["1", "2"], "2026-11-23T22:05:00Z").await;
    let once = Faulty::new("log", |_, attempt| (attempt == 1).then_some(Retry::Later));
    let outbox = outbox(&store, &[&once], options).with_clock(clock.clone());
    assert_eq!(outbox.deliver_until(within(2_000)).await.unwrap().delivered, 0);
    assert_eq!(store.next_due("log").await.unwrap(), Some("2026-11-24T07:00:00Z".parse().unwrap()));
    post(&store, &["3"], "2026-11-24T06:59:00Z").await;
    assert_eq!(outbox.deliver_until(within(2_000)).await.unwrap().delivered, 0);
    clock.set("2026-11-24T07:00:00Z");
    outbox.deliver_until(within(20)).await.unwrap();
    clock.set("2026-11-24T07:30:00Z");
    outbox.deliver_until(within(20_000)).await.unwrap();
    assert_eq!(once.taken(), ["1", "2", "3"]);
    assert_eq!(store.dead_letters(9).await.unwrap(), [], "the hours in which they were held do not count");
}

#[tokio::test]
async fn a_digest_that_was_sent_and_not_recorded_comes_again_under_the_same_id() {
    let store = store(&[], &[]).await;
    let options = timed("[notify.digest.log]\nevery = \"1h\"\n");
    let clock = Stopped::at("2026-11-23T10:30:00Z");
    post(&store, &["1", "2", "3"], "2026-11-23T10:05:00Z").await;
    let taken = Faulty::new("log", |_, _| None);
    let first = outbox(&store, &[&taken], options.clone()).with_clock(clock.clone());
    first.deliver_until(within(2_000)).await.unwrap();
    assert_eq!(taken.taken(), [""; 0], "the interval is not over");
    clock.set("2026-11-23T11:00:00Z");
    // The receiver takes it and does not answer in time: the sender cannot tell this from a loss.
    let silent = Faulty::stalling("log");
    outbox(&store, &[&silent], options.clone())
        .with_clock(clock.clone())
        .deliver_until(within(200))
        .await
        .unwrap();
    let [id] = &silent.attempts.lock().unwrap().keys().cloned().collect::<Vec<_>>()[..] else {
        panic!("one message")
    };
    post(&store, &["4"], "2026-11-23T11:00:30Z").await;
    clock.set("2026-11-23T11:01:00Z");
    assert_eq!(first.deliver_until(within(2_000)).await.unwrap().delivered, 3);
    assert_eq!(taken.taken(), std::slice::from_ref(id));
    clock.set("2026-11-23T12:00:00Z");
    first.deliver_until(within(2_000)).await.unwrap();
    assert_eq!(taken.taken(), [id.as_str(), "4"]);
}

#[tokio::test]
async fn people_get_many_changes_of_one_cause_as_one_message_and_machines_each() {
    let ids: Vec<String> = (0..37).map(|n| format!("{n:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let store = store(&ids, &["people", "log"]).await;
    let (people, log) = (Faulty::new("people", |_, _| None), Faulty::new("log", |_, _| None));
    let delivered = outbox(&store, &[&people, &log], quick()).deliver_until(within(20_000)).await.unwrap();
    assert_eq!((people.taken().len(), log.taken().len(), delivered.delivered), (1, 37, 74));
    assert_eq!(store.next_due("people").await.unwrap(), None);
}

#[tokio::test]
async fn what_waits_for_a_notifier_that_is_gone_is_given_up_when_it_is_too_old_and_not_before() {
    let store = store(&[], &[]).await;
    let options = DeliveryOptions { give_up_after: Duration::from_secs(3600), ..quick() };
    let clock = Stopped::at("2026-11-23T11:04:00Z");
    post(&store, &["1"], "2026-11-23T10:05:00Z").await;
    post(&store, &["2"], "2026-11-23T10:30:00Z").await;
    let other = Faulty::new("other", |_, _| None);
    let outbox = outbox(&store, &[&other], options.clone()).with_clock(clock.clone());
    assert_eq!(outbox.give_up_orphans().await.unwrap(), 0);
    clock.set("2026-11-23T11:05:00Z");
    assert_eq!(outbox.give_up_orphans().await.unwrap(), 1);
    assert_eq!(outbox.give_up_orphans().await.unwrap(), 0);
    clock.set("2026-11-23T11:30:00Z");
    assert_eq!(outbox.give_up_orphans().await.unwrap(), 1);
    let letters = store.dead_letters(9).await.unwrap();
    let told: Vec<_> =
        letters.iter().map(|letter| (letter.notice.id.as_str(), letter.reason.as_str())).collect();
    let reason = "no notifier of this name is configured any more";
    assert_eq!(told, [("1", reason), ("2", reason)]);
    let back = Faulty::new("log", |_, _| None);
    store.revive(None, clock.now()).await.unwrap();
    let outbox = self::outbox(&store, &[&back], options).with_clock(clock);
    assert_eq!(outbox.deliver_until(within(2_000)).await.unwrap().delivered, 2);
}

/// A receiver that keeps an incident for each bucket, and fails the first time that it hears of the change `fails`.
struct Follower {
    fails: &'static str,
    heard: Mutex<Vec<String>>,
    failed: Mutex<bool>,
}

#[async_trait]
impl Notifier for Follower {
    fn name(&self) -> &str {
        "log"
    }

    fn follows(&self) -> bool {
        true
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let NoticeBody::Transitions { transitions } = &notice.body else { panic!("{notice:?}") };
        let id = transitions[0].id.clone();
        if id == self.fails && !std::mem::replace(&mut self.failed.lock().unwrap(), true) {
            return Err(DeliveryError { reason: "refused".to_owned(), retry: Retry::Later });
        }
        self.heard.lock().unwrap().push(id);
        Ok(())
    }
}

#[tokio::test]
async fn an_opening_that_was_overtaken_by_its_closing_is_followed_by_it_again() {
    for (fails, heard) in [("t1", &["t2", "t3", "t1", "t2", "t3"][..]), ("none", &["t1", "t2", "t3"])] {
        let store = store(&[], &[]).await;
        let mut commit = Commit::default();
        for (number, id) in ["t1", "t2", "t3"].into_iter().enumerate() {
            let mut transition = sample::transition(id, "b", "r");
            transition.at = sample::at(number as i64);
            let mut outgoing = sample::notice(id, number as i64, &["log"]);
            outgoing.notice.body = NoticeBody::Transitions { transitions: vec![transition.clone()] };
            commit.notices.push(outgoing);
            commit.transitions.push(transition);
        }
        commit.transitions.push(sample::transition("other", "another", "r"));
        store.commit(commit).await.unwrap();
        let follower = Arc::new(Follower { fails, heard: Mutex::default(), failed: Mutex::default() });
        let notifiers: Vec<Arc<dyn Notifier>> = vec![Arc::clone(&follower) as _];
        let options = DeliveryOptions { give_up_after: Duration::MAX, ..quick() };
        let outbox = Outbox::new(Arc::clone(&store), notifiers, "host:1".to_owned(), options);
        assert_eq!(outbox.deliver_until(within(20_000)).await.unwrap().delivered, 3);
        assert_eq!(*follower.heard.lock().unwrap(), heard, "{fails}");
    }
}
