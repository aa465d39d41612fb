//! A delivery that is killed at any moment loses no notice.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::notice::{Notice, NoticeBody};
use bucketwatch_engine::state::{Claim, Commit, OutgoingNotice, StateStore};
use bucketwatch_policy::name::AccountId;
use jiff::Timestamp;
use serde_json::Value;

use crate::program::bucketwatch;
use crate::request::Request;

const NOTICES: usize = 24;
const POINTS: u64 = 100;
const NOTIFIERS: [&str; 3] = ["file", "hook", "program"];

const CONFIGURATION: &str = r#"
[notify]
deadline = "20s"

[notify.per_minute]
hook = 60000

[[notify.log]]
name = "file"
path = "file"

[[notify.webhook]]
name = "hook"
url = { env = "HOOK" }
http = { allow_private = true }

[[notify.command]]
name = "program"
program = ["/bin/sh", "-c", "echo $BUCKETWATCH_NOTICE >> program"]
"#;

/// A receiver that remembers the ids of what it has taken, before it says so.
struct Hook {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Hook {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let taken = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&taken);
        // The thread ends with the process of the test.
        std::thread::spawn(move || {
            listener.incoming().flatten().for_each(|stream| drop(take(stream, &kept)))
        });
        Self { address, taken }
    }
}

fn take(mut stream: TcpStream, taken: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let id = Request::read(&stream)?.header("webhook-id").expect("an id").to_owned();
    taken.lock().expect("a list").push(id);
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn state(home: &Path) -> std::path::PathBuf {
    home.join("state.db")
}

fn ids() -> BTreeSet<String> {
    (0..NOTICES).map(|number| format!("notice-{number:02}")).collect()
}

/// Gives a home with a state whose outbox is full, and nothing delivered.
fn prepare(home: &Path, hook: &Hook) {
    std::fs::write(home.join("bucketwatch.toml"), CONFIGURATION).expect("a configuration");
    hook.taken.lock().expect("a list").clear();
    let notifiers = NOTIFIERS.map(str::to_owned).to_vec();
    let account = AccountId::parse("111122223333").expect("an account");
    let notice = |id: String| {
        let body = NoticeBody::Baseline {
            account: account.clone(),
            buckets: 1,
            public: 0,
            accepted: 0,
            undetermined: 0,
            worst: Vec::new(),
        };
        let notice = Notice { id, at: Timestamp::now(), body, group_key: "run".to_owned() };
        OutgoingNotice { notice, notifiers: notifiers.clone() }
    };
    let notices = ids().into_iter().map(notice).collect();
    runtime().block_on(async {
        let store = SqliteStore::open(&state(home)).await.expect("a state");
        store.commit(Commit { notices, ..Commit::default() }).await.expect("the notices are stored");
    });
}

fn deliver(home: &Path, hook: &Hook) -> Child {
    bucketwatch(home)
        .args(["notify", "retry", "--quiet", "--state"])
        .arg(state(home))
        .env("HOOK", format!("http://{}/", hook.address))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}

/// Gives what each receiver has taken, with repeats.
fn taken(home: &Path, hook: &Hook) -> BTreeMap<&'static str, Vec<String>> {
    let lines = |name: &str| std::fs::read_to_string(home.join(name)).unwrap_or_default();
    // A line that the kill has torn is no notice.
    let documents = lines("file");
    let whole = documents.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let file = whole.map(|notice| notice["id"].as_str().expect("an id").to_owned()).collect();
    let program = lines("program").lines().map(str::to_owned).collect();
    let hook = hook.taken.lock().expect("a list").clone();
    BTreeMap::from([("file", file), ("hook", hook), ("program", program)])
}

/// Gives what still waits for each notifier, whoever holds it.
fn waiting(home: &Path) -> BTreeMap<&'static str, BTreeSet<String>> {
    runtime().block_on(async {
        let store = SqliteStore::open(&state(home)).await.expect("the state opens after the kill");
        assert!(store.dead_letters(1).await.expect("an outbox").is_empty());
        let later = Timestamp::now() + jiff::SignedDuration::from_hours(2);
        let mut waiting = BTreeMap::new();
        for notifier in NOTIFIERS {
            let claim = Claim {
                notifier: notifier.to_owned(),
                holder: "test".to_owned(),
                at: later,
                until: later,
                limit: NOTICES * 2,
            };
            let claimed = store.claim(&claim).await.expect("an outbox");
            waiting.insert(notifier, claimed.into_iter().map(|claimed| claimed.notice.id).collect());
        }
        waiting
    })
}

fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

#[test]
fn a_delivery_killed_at_a_hundred_points_loses_nothing() {
    let hook = Hook::start();
    let undisturbed = tempfile::tempdir().expect("a home");
    prepare(undisturbed.path(), &hook);
    let begun = Instant::now();
    assert!(deliver(undisturbed.path(), &hook).wait().expect("it ends").success());
    let whole = begun.elapsed();
    for (notifier, taken) in taken(undisturbed.path(), &hook) {
        let once: BTreeSet<_> = taken.iter().cloned().collect();
        assert_eq!((once, taken.len()), (ids(), NOTICES), "{notifier}: each once, undisturbed");
    }
    let mut seed: u64 =
        std::env::var("BUCKETWATCH_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_123);
    println!("seed {seed}; an undisturbed delivery takes {whole:?}");
    let (mut repeats, mut in_the_middle) = (0, 0);
    for point in 0..POINTS {
        let home = tempfile::tempdir().expect("a home");
        prepare(home.path(), &hook);
        let pause = whole.mul_f64(random(&mut seed) as f64 / f64::from(1_u32 << 31));
        let mut process = deliver(home.path(), &hook);
        std::thread::sleep(pause);
        process.kill().expect("a signal");
        process.wait().expect("it ends");
        let (waiting, taken) = (waiting(home.path()), taken(home.path(), &hook));
        for notifier in NOTIFIERS {
            let had: BTreeSet<_> = taken[notifier].iter().cloned().collect();
            let kept: BTreeSet<_> = had.union(&waiting[notifier]).cloned().collect();
            assert_eq!(kept, ids(), "{notifier} lost a notice, killed after {pause:?} (point {point})");
            repeats += had.intersection(&waiting[notifier]).count();
            in_the_middle += usize::from(!had.is_empty() && !waiting[notifier].is_empty());
        }
    }
    println!(
        "{POINTS} kills, {in_the_middle} of 300 lanes in the middle of it; {repeats} notices will be repeated"
    );
    assert!(in_the_middle >= 20, "the kills fall into the delivery: {in_the_middle}");
}
