//! A disk that is full: an error that says so, nothing torn, nothing lost of what was there.

use std::path::Path;
use std::process::Command;

use bucketwatch_sandbox::{Account, Fleet};
use serde_json::Value;

use crate::program::{Credentials, bucketwatch, document, scan, told};
use crate::sandbox::Served;

/// A file system that is soon full; `None` where this process may not mount one.
struct Small(tempfile::TempDir);

impl Small {
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        if !mounted {
            eprintln!("not tested: this process may not mount a small file system");
        }
        mounted.then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // A folder that cannot be unmounted is left to the machine.
        let _ = Command::new("umount").arg(self.path()).status();
    }
}

fn account(buckets: usize) -> Served {
    Served::start(Account::from_fleet(Fleet::generate(buckets, 5)))
}

fn scan_of(account: &Served, home: &Path) -> Command {
    let credentials =
        Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None };
    scan(home, &account.handle().endpoint_url(), &credentials)
}

#[test]
fn a_state_that_no_longer_fits_is_told_and_what_was_recorded_stays_sound() {
    let Some(small) = Small::mount("900k") else { return };
    let (account, home) = (account(400), tempfile::tempdir().expect("a home"));
    let state = small.path().join("state.db");
    let output = scan_of(&account, home.path()).arg("--state").arg(&state).output().expect("it runs");
    let text = told(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("full") && text.contains("state.db"), "{text}");

    let (status, _) =
        document(bucketwatch(home.path()).args(["status", "--format", "json", "--state"]).arg(&state));
    let recorded = status.as_array().expect("a list").len();
    assert!((1..400).contains(&recorded), "{recorded} buckets are recorded");
    // With room again the next scan goes on, and nobody is told that a bucket was closed or deleted.
    let remount = format!("remount,size={}", "16m");
    assert!(
        Command::new("mount").args(["-o", &remount]).arg(small.path()).status().expect("mount").success()
    );
    let (whole, _) = document(scan_of(&account, home.path()).arg("--state").arg(&state));
    assert_eq!((&whole["coverage"]["buckets"], &whole["transitions"]), (&400.into(), &Value::Array(vec![])));
}

#[test]
fn a_report_that_no_longer_fits_is_told_and_the_one_before_it_stays_whole() {
    let Some(small) = Small::mount("64k") else { return };
    let (account, home) = (account(200), tempfile::tempdir().expect("a home"));
    let report = small.path().join("report.json");
    std::fs::write(&report, "the report of yesterday").expect("a file");
    let output = scan_of(&account, home.path()).arg("--output").arg(&report).output().expect("it runs");
    let text = told(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("report.json") && text.contains("o space"), "{text}");
    assert_eq!(std::fs::read_to_string(&report).expect("the file"), "the report of yesterday");
    let left: Vec<_> = std::fs::read_dir(small.path()).expect("the folder").collect();
    assert_eq!(left.len(), 1, "nothing half-written is left: {left:?}");
}
