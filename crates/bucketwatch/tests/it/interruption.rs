//! A scan that is killed at any moment loses nothing and tells nothing twice.

use std::path::Path;
use std::time::{Duration, Instant};

use bucketwatch_exposure::observed::Observed;
use bucketwatch_sandbox::{Account, Fleet};
use serde_json::Value;

use crate::program::{Credentials, bucketwatch, document, scan};
use crate::sandbox::Served;

const BUCKETS: usize = 120;
const POINTS: u64 = 50;
const LATENCY: Duration = Duration::from_millis(2);

fn credentials() -> Credentials {
    Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None }
}

/// Opens every seventh bucket that is shut and closes every fifth that is open.
fn change(account: &Served, fleet: &Fleet) {
    for index in 0..BUCKETS {
        let name = fleet.name(index);
        let open = fleet.make(index).is_public();
        if open && index % 5 == 0 {
            account.handle().change(|account| {
                account.change(&name, |bucket| {
                    bucket.snapshot.policy = Observed::Absent;
                    bucket.snapshot.acl = Observed::Absent;
                })
            });
        } else if !open && index % 7 == 0 {
            account.open(&name, &["s3:GetObject"]);
        }
    }
}

/// What a state says, without what differs from run to run by its nature: ids and times.
#[derive(Debug, PartialEq)]
struct Remembered {
    status: Vec<(String, String, Value)>,
    history: Vec<(String, String)>,
}

fn remembered(home: &Path) -> Remembered {
    let read = |command: &str| document(bucketwatch(home).args([command, "--format", "json"])).0;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let rows = |value: &Value, name: &str| {
        value.as_array().or_else(|| value[name].as_array()).expect("a list").clone()
    };
    let mut status: Vec<_> = rows(&read("status"), "assessments")
        .iter()
        .map(|row| (text(&row["bucket"]), text(&row["verdict"]), row["exposures"].clone()))
        .collect();
    status.sort_by(|a, b| a.0.cmp(&b.0));
    let mut history: Vec<_> = rows(&read("history"), "transitions")
        .iter()
        .map(|row| (text(&row["bucket"]), text(&row["kind"])))
        .collect();
    history.sort();
    Remembered { status, history }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder to read") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("its type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}

fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

#[test]
fn a_scan_killed_at_fifty_points_remembers_what_an_uninterrupted_one_does() {
    let fleet = Fleet::generate(BUCKETS, 5);
    let account = Served::start(Account::from_fleet(fleet.clone()));
    let endpoint = account.handle().endpoint_url();
    let template = tempfile::tempdir().expect("a home");
    document(&mut scan(template.path(), &endpoint, &credentials()));
    change(&account, &fleet);
    account.handle().change_conduct(|conduct| conduct.latency = LATENCY);

    let undisturbed = tempfile::tempdir().expect("a home");
    copy(template.path(), undisturbed.path());
    let started = Instant::now();
    document(&mut scan(undisturbed.path(), &endpoint, &credentials()));
    let mut whole = started.elapsed();
    let expected = remembered(undisturbed.path());
    assert!(expected.history.len() > 10, "the changes are seen: {:?}", expected.history);

    let mut seed: u64 =
        std::env::var("BUCKETWATCH_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_122);
    println!("seed {seed}; an undisturbed scan takes {whole:?}");
    let mut interrupted = 0;
    for point in 0..POINTS {
        let home = tempfile::tempdir().expect("a home");
        copy(template.path(), home.path());
        let mut child = scan(home.path(), &endpoint, &credentials())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the scan starts");
        let micros = u64::try_from(whole.as_micros()).expect("a short scan");
        std::thread::sleep(Duration::from_micros(random(&mut seed) % micros));
        child.kill().expect("SIGKILL");
        interrupted += u32::from(child.wait().expect("it ends").code().is_none());
        let started = Instant::now();
        document(&mut scan(home.path(), &endpoint, &credentials()));
        whole = whole.min(started.elapsed());
        assert_eq!(remembered(home.path()), expected, "killed at point {point}");
    }
    println!("{interrupted} of {POINTS} scans were killed before their end");
    assert!(u64::from(interrupted) * 3 > POINTS, "only {interrupted} scans were killed before their end");
}
