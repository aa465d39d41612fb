//! The daemon in trouble: floods, kills, signals in the midst of work, a queue that goes and comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::notice::NoticeBody;
use bucketwatch_engine::state::{Claim, StateStore as _};
use bucketwatch_sandbox::{Account, demo};
use serde_json::Value;

use super::daemon::Daemon;
use super::{READ, history, patiently, policy_put, with_credentials};
use crate::emulator::queue::Queue;
use crate::emulator::{calls, environment};
use crate::program::{Credentials, bucketwatch, document, scan};
use crate::sandbox::Served;

/// An account whose buckets are shut and known, and a queue for what happens to them.
struct World {
    account: Served,
    queue: Queue,
    buckets: Vec<String>,
    home: tempfile::TempDir,
}

fn credentials() -> Credentials {
    Credentials { key: calls::ACCOUNT.to_owned(), secret: "any".to_owned(), token: None }
}

impl World {
    fn start(environment: &Path, buckets: usize) -> Self {
        let mut account = Account::new(demo::account_id(), Default::default());
        let buckets: Vec<String> = (0..buckets).map(|number| format!("bucket-{number:03}")).collect();
        for bucket in &buckets {
            account.insert(account.new_bucket(bucket, "us-east-1"));
        }
        let (account, home) = (Served::start(account), tempfile::tempdir().expect("a home"));
        std::fs::write(
            home.path().join("bucketwatch.toml"),
            "[[notify.log]]\nname = \"file\"\npath = \"log\"\n",
        )
        .expect("a configuration");
        document(&mut scan(home.path(), &account.handle().endpoint_url(), &credentials()));
        Self { account, queue: Queue::start(environment, "bucketwatch-events"), buckets, home }
    }

    /// Lets everybody read some buckets, and gives their names.
    fn open(&self, is_opened: impl Fn(usize) -> bool) -> BTreeSet<String> {
        let opened = self.buckets.iter().enumerate().filter(|(number, _)| is_opened(*number));
        let opened: BTreeSet<String> = opened.map(|(_, bucket)| bucket.clone()).collect();
        opened.iter().for_each(|bucket| self.account.open(bucket, &READ));
        opened
    }

    /// Gives the event `id` about a bucket.
    fn event(&self, id: &str, bucket: usize) -> String {
        policy_put(id, &self.buckets[bucket], demo::account_id().as_str()).to_string()
    }

    fn watch(&self) -> Daemon {
        self.watch_as("said")
    }

    /// Starts a daemon that speaks to the file `said`.
    fn watch_as(&self, said: &str) -> Daemon {
        let mut command = bucketwatch(self.home.path());
        command.args(["watch", "--no-scan", "--listen", "127.0.0.1:0", "--queue", self.queue.url()]);
        with_credentials(&mut command, &self.account.handle().endpoint_url(), &credentials());
        command.env("AWS_ENDPOINT_URL_SQS", self.queue.endpoint());
        Daemon::spawn_to(&self.home.path().join(said), &mut command)
    }

    /// Gives how often each transition was told, by its id; and the ids of the notices that told of it.
    fn told(&self) -> BTreeMap<String, (usize, BTreeSet<String>)> {
        let text = std::fs::read_to_string(self.home.path().join("log")).expect("the log file");
        let mut told: BTreeMap<String, (usize, BTreeSet<String>)> = BTreeMap::new();
        // A line that a kill has torn is no notice; the next begins behind it.
        for notice in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            for transition in notice["transitions"].as_array().into_iter().flatten() {
                let of = told.entry(transition["id"].as_str().expect("an id").to_owned()).or_default();
                of.0 += 1;
                of.1.insert(notice["id"].as_str().expect("an id").to_owned());
            }
        }
        told
    }

    /// Adds what still waits to be told, whoever holds it: a process that was killed holds it for minutes.
    fn told_or_waiting(&self) -> BTreeMap<String, (usize, BTreeSet<String>)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2);
        let (notifier, holder) = ("file".to_owned(), "test".to_owned());
        let claim = Claim { notifier, holder, at: later, until: later, limit: 1_000 };
        let claimed = runtime.block_on(async {
            let place = self.home.path().join(".local/state/bucketwatch/state.db");
            let store = SqliteStore::open(&place).await.expect("the state opens after the kills");
            store.claim(&claim).await.expect("an outbox")
        });
        let mut told = self.told();
        for notice in claimed.into_iter().map(|claimed| claimed.notice) {
            let NoticeBody::Transitions { transitions } = &notice.body else { continue };
            for transition in transitions {
                told.entry(transition.id.clone()).or_default().1.insert(notice.id.clone());
            }
        }
        told
    }

    /// Holds the history to one opening of each of `opened`, and the notices to the history.
    fn assert_each_opened_once(&self, opened: &BTreeSet<String>) {
        let history = whole_history(self.home.path());
        let mut buckets: Vec<&str> = history.iter().map(|row| row["bucket"].as_str().unwrap()).collect();
        buckets.sort_unstable();
        assert_eq!(buckets, opened.iter().map(String::as_str).collect::<Vec<_>>(), "each opens once");
        assert!(history.iter().all(|row| row["kind"] == "opened" && row["cause"]["kind"] == "event"));
        let ids: BTreeSet<String> =
            history.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        let told = self.told_or_waiting();
        assert_eq!(
            told.keys().cloned().collect::<BTreeSet<_>>(),
            ids,
            "every transition is told or waits, and nothing else"
        );
        assert!(told.values().all(|(_, notices)| notices.len() == 1), "a repeat bears its id: {told:?}");
    }
}

fn whole_history(home: &Path) -> Vec<Value> {
    let command = &mut bucketwatch(home);
    let document = document(command.args(["history", "--format", "json", "--limit", "10000"])).0;
    document.as_array().expect("transitions").clone()
}

fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// Gives the most memory that a process ever had, in bytes.
fn peak_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse().expect("a number");
    kilobytes * 1024
}

#[test]
fn a_flood_of_ten_thousand_events_ends_in_the_right_state_in_bounded_memory() {
    const EVENTS: usize = 10_000;
    const BUCKETS: usize = 50;
    let test = "a_flood_of_ten_thousand_events_ends_in_the_right_state_in_bounded_memory";
    let Some(environment) = environment(test) else { return };
    let world = World::start(&environment, BUCKETS);
    let opened = world.open(|number| number % 5 == 0);
    // Every tenth is a repeat of the one before, and a burst of twenty concerns one bucket.
    let id = |number: usize| format!("e-{}", if number % 10 == 9 { number - 1 } else { number });
    let events: Vec<String> =
        (0..EVENTS).map(|number| world.event(&id(number), number / 20 % BUCKETS)).collect();
    world.queue.send(&events);
    let begun = Instant::now();
    let watch = world.watch();
    let address = watch.address();
    let counted = |name: &str| -> u64 {
        let text = crate::emulator::http::send(address, "GET", "/metrics", &[], b"").1;
        let line = text.lines().find_map(|line| line.strip_prefix(name)).expect("the metric");
        line.trim().parse().expect("a number")
    };
    let handled = || counted("bucketwatch_events_total{outcome=\"handled\"}");
    let early = patiently("the first events", || (handled() > 500).then(|| peak_memory(watch.id())));
    let done = || (handled() >= EVENTS as u64 * 9 / 10 && world.queue.left() == (0, 0)).then_some(());
    let mut last = (Instant::now(), 0);
    while done().is_none() {
        let now = handled();
        if now > last.1 {
            last = (Instant::now(), now);
        }
        assert!(last.0.elapsed() < super::PATIENCE, "it stands still at {now}: {}", watch.said());
        std::thread::sleep(Duration::from_millis(200));
    }
    println!(
        "{EVENTS} events in {:?}, peak {} MB, {} MB early",
        begun.elapsed(),
        peak_memory(watch.id()) >> 20,
        early >> 20
    );
    assert_eq!(handled(), EVENTS as u64 * 9 / 10);
    let most = early + (24 << 20);
    assert!(
        peak_memory(watch.id()) < most,
        "memory grows with the events: {early} → {}",
        peak_memory(watch.id())
    );
    patiently("every notice", || (world.told().len() == opened.len()).then_some(()));
    assert_eq!(watch.end(), Some(0));
    world.assert_each_opened_once(&opened);
    assert!(world.told().values().all(|(count, _)| *count == 1), "{:?}", world.told());
}

#[test]
fn a_daemon_killed_at_twenty_points_loses_no_transition_and_records_none_twice() {
    const POINTS: usize = 20;
    let test = "a_daemon_killed_at_twenty_points_loses_no_transition_and_records_none_twice";
    let Some(environment) = environment(test) else { return };
    let world = World::start(&environment, 60);
    let opened = world.open(|number| number % 3 != 0);
    world.account.handle().change_conduct(|conduct| conduct.latency = Duration::from_millis(10));
    let mut seed: u64 =
        std::env::var("BUCKETWATCH_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_123);
    println!("seed {seed}");
    let mut in_the_middle = 0;
    for point in 0..POINTS {
        let ids = 0..3_usize;
        let events = ids.flat_map(|round| {
            let bucket = point * 3 + round;
            let id = format!("e-{bucket}");
            [
                world.event(&id, bucket),
                world.event(&format!("again-{bucket}"), bucket),
                world.event(&id, bucket),
            ]
        });
        world.queue.send(&events.collect::<Vec<_>>());
        let watch = world.watch();
        let before = world.account.handle().counts().total();
        patiently("its first call", || (world.account.handle().counts().total() > before).then_some(()));
        std::thread::sleep(Duration::from_millis(100 + random(&mut seed) % 900));
        watch.kill();
        in_the_middle += usize::from(world.queue.left() != (0, 0));
    }
    println!("{in_the_middle} of {POINTS} kills left messages on the queue");
    assert!(in_the_middle > POINTS / 4, "the kills fall into the work: {in_the_middle}");
    let watch = world.watch();
    patiently("an empty queue", || (world.queue.left() == (0, 0)).then_some(()));
    assert_eq!(watch.end(), Some(0));
    world.assert_each_opened_once(&opened);
}

#[test]
fn two_daemons_at_one_queue_and_one_state_record_and_tell_each_transition_once() {
    let test = "two_daemons_at_one_queue_and_one_state_record_and_tell_each_transition_once";
    let Some(environment) = environment(test) else { return };
    let world = World::start(&environment, 40);
    let opened = world.open(|number| number % 2 == 0);
    world.account.handle().change_conduct(|conduct| conduct.latency = Duration::from_millis(20));
    // Every bucket has four events far apart, so that each daemon gets some of them; one of them twice.
    let events = (0..4).flat_map(|round| (0..40).map(move |bucket| (round, bucket)));
    let id = |round: usize, bucket: usize| format!("e-{}-{bucket}", round.min(2));
    let events: Vec<String> = events.map(|(round, bucket)| world.event(&id(round, bucket), bucket)).collect();
    let daemons = [world.watch(), world.watch_as("said-2")];
    for daemon in &daemons {
        daemon.address();
    }
    world.queue.send(&events);
    patiently("every notice", || (world.told().len() == opened.len()).then_some(()));
    patiently("an empty queue", || (world.queue.left() == (0, 0)).then_some(()));
    let worked = daemons.each_ref().map(|daemon| daemon.said().contains("events handled"));
    assert_eq!(worked, [true, true], "each has its part");
    for daemon in daemons {
        let said = daemon.said();
        assert_eq!(daemon.end(), Some(0), "{said}");
    }
    world.assert_each_opened_once(&opened);
    assert!(world.told().values().all(|(count, _)| *count == 1), "{:?}", world.told());
}

/// The signal falls into a delivery too: what was leased for it is told by the next daemon at once.
#[test]
fn a_signal_in_the_midst_of_work_ends_it_in_time_and_the_next_does_the_rest() {
    let test = "a_signal_in_the_midst_of_work_ends_it_in_time_and_the_next_does_the_rest";
    let Some(environment) = environment(test) else { return };
    let world = World::start(&environment, 40);
    let opened = world.open(|_| true);
    let events: Vec<String> = (0..40).map(|bucket| world.event(&format!("e-{bucket}"), bucket)).collect();
    world.queue.send(&events);
    world.account.handle().change_conduct(|conduct| conduct.latency = Duration::from_millis(150));
    let watch = world.watch();
    patiently("the first transition", || history(world.home.path()).into_iter().next());
    let begun = Instant::now();
    assert_eq!(watch.end(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
    assert_ne!(world.queue.left(), (0, 0), "it was in the midst of work");
    world.account.handle().change_conduct(|conduct| conduct.latency = Duration::ZERO);
    let watch = world.watch();
    patiently("every notice", || (world.told().len() == opened.len()).then_some(()));
    assert_eq!(watch.end(), Some(0));
    world.assert_each_opened_once(&opened);
}

#[test]
fn a_queue_that_vanishes_is_told_and_listened_to_again_when_it_is_back() {
    let test = "a_queue_that_vanishes_is_told_and_listened_to_again_when_it_is_back";
    let Some(environment) = environment(test) else { return };
    let world = World::start(&environment, 2);
    let watch = world.watch();
    world.open(|number| number == 0);
    world.queue.send(&[world.event("e-0", 0)]);
    patiently("the first transition", || (history(world.home.path()).len() == 1).then_some(()));
    world.queue.delete();
    patiently("word of it", || watch.said().contains("does not answer").then_some(()));
    world.queue.create();
    world.open(|number| number == 1);
    world.queue.send(&[world.event("e-1", 1)]);
    patiently("the second transition", || (history(world.home.path()).len() == 2).then_some(()));
    assert_eq!(watch.end(), Some(0));
}
