//! Ctrl-C on the executable: once to end with what was seen, twice to end at once.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use bucketwatch_sandbox::{Account, Fleet};
use serde_json::Value;

use crate::program::{Credentials, bucketwatch, document, scan};
use crate::sandbox::Served;

const BUCKETS: usize = 400;

/// An account that is slow enough to be interrupted in the middle.
fn slow_account() -> Served {
    let account = Served::start(Account::from_fleet(Fleet::generate(BUCKETS, 5)));
    account.handle().change_conduct(|conduct| conduct.latency = Duration::from_millis(60));
    account
}

fn scan_of(account: &Served, home: &Path) -> Command {
    let credentials =
        Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None };
    let mut command = scan(home, &account.handle().endpoint_url(), &credentials);
    command.args(["--concurrency", "8"]);
    command
}

/// Sends the signal that Ctrl-C sends.
fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

/// Waits until the account has been asked `calls` times.
fn wait_for_calls(account: &Served, calls: u64) {
    let begun = Instant::now();
    while account.handle().counts().total() < calls {
        assert!(begun.elapsed() < Duration::from_secs(60), "the scan does not get going");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn ended(child: &mut Child) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("its status") {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_first_ctrl_c_reports_and_keeps_what_was_seen_and_the_next_scan_closes_nothing() {
    let (account, home) = (slow_account(), tempfile::tempdir().expect("a home"));
    let child = scan_of(&account, home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the scan starts");
    wait_for_calls(&account, 300);
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{told}"));
    assert_eq!(report["coverage"]["complete"], false, "{told}");
    assert!(told.contains("interrupted") && told.contains("partial"), "{told}");
    let seen = report["assessments"].as_array().expect("a list");
    assert!((1..BUCKETS).contains(&seen.len()), "{} buckets", seen.len());
    let public = seen.iter().any(|assessment| assessment["verdict"] == "public");
    assert_eq!(output.status.code(), Some(if public { 10 } else { 3 }), "docs/exit-codes.md");

    let (status, code) = document(bucketwatch(home.path()).args(["status", "--format", "json"]));
    assert_eq!(status.as_array().map(Vec::len), Some(seen.len()), "what was seen stays");
    assert_eq!(code, if public { 10 } else { 3 }, "what was not reached is not clean");
    let status = bucketwatch(home.path()).arg("status").output().expect("it runs");
    assert!(String::from_utf8_lossy(&status.stderr).contains("the last scan is partial"), "{status:?}");
    account.handle().change_conduct(|conduct| conduct.latency = Duration::ZERO);
    let (whole, _) = document(&mut scan_of(&account, home.path()));
    assert_eq!(
        (&whole["coverage"]["buckets"], &whole["transitions"]),
        (&BUCKETS.into(), &Value::Array(vec![]))
    );
}

#[test]
fn the_second_ctrl_c_ends_at_once_and_the_state_stays_sound() {
    let (account, home) = (slow_account(), tempfile::tempdir().expect("a home"));
    // A report that nobody takes away keeps the process from ending after the first.
    let mut child = scan_of(&account, home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the scan starts");
    wait_for_calls(&account, 1_000);
    interrupt(&child);
    let mut told = BufReader::new(child.stderr.take().expect("its standard error"));
    let mut line = String::new();
    told.read_line(&mut line).expect("a line");
    assert!(line.contains("again: end at once"), "{line}");
    interrupt(&child);
    assert_eq!(ended(&mut child).code(), Some(1));
    account.handle().change_conduct(|conduct| conduct.latency = Duration::ZERO);
    let (whole, _) = document(&mut scan_of(&account, home.path()));
    assert_eq!(
        (&whole["coverage"]["buckets"], &whole["transitions"]),
        (&BUCKETS.into(), &Value::Array(vec![]))
    );
}
