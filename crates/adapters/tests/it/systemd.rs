//! The unit files of `deploy/systemd/`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/systemd")
}

/// Gives every `Section.Key` with its values in order.
fn unit(name: &str) -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut section = String::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name.to_owned();
        } else {
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
            keys.entry(format!("{section}.{key}")).or_default().push(value.to_owned());
        }
    }
    keys
}

#[test]
fn the_service_is_fenced_in_and_findings_do_not_fail_it() {
    let service = unit("bucketwatch.service");
    for (key, value) in [
        ("Type", "oneshot"),
        ("SuccessExitStatus", "3 10"),
        ("DynamicUser", "yes"),
        ("StateDirectory", "bucketwatch"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
        ("EnvironmentFile", "-/etc/bucketwatch/environment"),
    ] {
        assert_eq!(service[&format!("Service.{key}")], [value], "{key}");
    }
    assert_eq!(service["Service.SystemCallFilter"][0], "@system-service");
    assert!(
        service["Service.Environment"]
            .contains(&"BUCKETWATCH_STATE=/var/lib/bucketwatch/state.db".to_owned())
    );
}

#[test]
fn the_timer_starts_the_service_and_makes_up_for_missed_times() {
    let timer = unit("bucketwatch.timer");
    assert_eq!(timer["Timer.Persistent"], ["yes"]);
    assert_eq!(timer["Install.WantedBy"], ["timers.target"]);
    assert!(!timer.contains_key("Timer.Unit"), "the service of the same name is started");
}

#[test]
fn systemd_itself_accepts_the_units() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        println!("skipped: systemd-analyze is not installed");
        return;
    }
    let copies = tempfile::tempdir().unwrap();
    for name in ["bucketwatch.service", "bucketwatch.timer"] {
        let text = std::fs::read_to_string(folder().join(name)).unwrap();
        // The command need not be installed where the tests run.
        let text = text.replace("/usr/local/bin/bucketwatch", "/bin/true");
        std::fs::write(copies.path().join(name), text).unwrap();
    }
    let timer = copies.path().join("bucketwatch.timer");
    let output = Command::new("systemd-analyze").arg("verify").arg(&timer).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
