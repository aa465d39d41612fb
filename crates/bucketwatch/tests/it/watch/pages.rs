//! `/healthz` and `/metrics` of the daemon.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use bucketwatch_sandbox::{Account, Fleet, Gate};
use serde_json::Value;

use super::daemon::Daemon;
use super::patiently;
use crate::emulator::{environment, http};
use crate::program::{bucketwatch, told};
use crate::sandbox::Served;

const BUCKETS: usize = 12;

/// A queue at which nobody answers.
const NOBODY: &str = "http://127.0.0.1:9/111122223333/events";

/// Gives the page at `path` with its status.
fn page(address: SocketAddr, path: &str) -> (u16, String) {
    let (status, text) = http::send(address, "GET", path, &[], b"");
    let (_, body) = text.split_once("\r\n\r\n").expect("a head");
    (status, body.to_owned())
}

/// Gives the parts of `/healthz` that are not well, when its status is `status`.
fn ill(address: SocketAddr, status: u16) -> Option<Vec<String>> {
    let (found, body) = page(address, "/healthz");
    let health: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(health["healthy"], found == 200, "{body}");
    let parts = health["parts"].as_array().expect("parts").iter();
    let ill =
        parts.filter(|part| part["healthy"] == false).map(|part| part["part"].as_str().unwrap().to_owned());
    (found == status).then(|| ill.collect())
}

/// Gives the metrics by Prometheus's own parser; `None`: it is not there, and the test is skipped by name.
fn parsed(environment: &Path, test: &str, text: &str) -> Option<Vec<Value>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/watch/metrics.py");
    let python = environment.join("bin/python");
    let is_there =
        Command::new(&python).args(["-c", "import prometheus_client"]).stderr(Stdio::null()).status();
    if !is_there.is_ok_and(|status| status.success()) {
        eprintln!("skipped: `{test}` needs Prometheus's client; run it by `cargo xtask test`");
        return None;
    }
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    child.stdin.take().expect("its input").write_all(text.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "Prometheus's own parser refuses it: {text}");
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

/// Gives the value of a sample with these labels.
fn sample(families: &[Value], name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let samples = families.iter().flat_map(|family| family["samples"].as_array().expect("samples"));
    let has =
        |sample: &&Value| sample[0] == name && labels.iter().all(|(label, value)| sample[1][label] == *value);
    samples.into_iter().find(has)?[2].as_f64()
}

#[test]
fn the_daemon_is_well_while_its_scans_are_and_says_which_part_is_not() {
    let account = Served::start(Account::from_fleet(Fleet::generate(BUCKETS, 5)));
    let home = tempfile::tempdir().expect("a home");
    account.handle().change_conduct(|conduct| conduct.gate = Gate::without(["s3:ListAllMyBuckets"]));
    let daemon = Daemon::start(home.path(), &account, &["--queue", NOBODY, "--scan-every", "1s"]);
    let ill_parts = patiently("a scan that fails", || ill(daemon.address(), 503));
    assert_eq!(ill_parts, ["scan"]);
    account.handle().change_conduct(|conduct| conduct.gate = Gate::default());
    patiently("a scan that succeeds", || ill(daemon.address(), 200));
    assert_eq!(page(daemon.address(), "/").0, 404);
    assert_eq!(daemon.end(), Some(0));
}

#[test]
fn metrics_are_what_prometheus_reads_and_each_has_its_row_in_the_book() {
    let test = "metrics_are_what_prometheus_reads_and_each_has_its_row_in_the_book";
    let Some(environment) = environment(test) else { return };
    let fleet = Fleet::generate(BUCKETS, 5);
    let public = (0..BUCKETS).filter(|index| fleet.make(*index).is_public()).count();
    let account = Served::start(Account::from_fleet(fleet));
    let home = tempfile::tempdir().expect("a home");
    std::fs::write(home.path().join("bucketwatch.toml"), "[[notify.log]]\nname = \"file\"\npath = \"log\"\n")
        .expect("a configuration");
    let daemon = Daemon::start(home.path(), &account, &["--queue", NOBODY, "--scan-every", "1s"]);
    let counted = format!("bucketwatch_buckets{{verdict=\"public\"}} {public}\n");
    let read = || {
        let text = page(daemon.address(), "/metrics").1;
        (text.contains(&counted) && text.contains("bucketwatch_deliveries_total")).then_some(text)
    };
    let text = patiently("the metrics of a scan", read);
    let Some(families) = parsed(&environment, test, &text) else { return };
    let value = |name: &str, labels: &[(&str, &str)]| sample(&families, name, labels);
    assert_eq!(value("bucketwatch_buckets", &[("verdict", "public")]), Some(public as f64), "{text}");
    assert_eq!(value("bucketwatch_events_total", &[("outcome", "handled")]), Some(0.0));
    assert_eq!(
        value("bucketwatch_deliveries_total", &[("notifier", "file"), ("outcome", "delivered")]),
        Some(1.0)
    );
    assert!(value("bucketwatch_scans_total", &[("outcome", "complete")]) >= Some(1.0), "{text}");
    assert!(value("bucketwatch_aws_calls_total", &[]) > Some(BUCKETS as f64), "{text}");
    assert!(value("bucketwatch_failures_total", &[("kind", "queue")]) >= Some(1.0), "{text}");
    assert_eq!(value("bucketwatch_healthy", &[("part", "scan")]), Some(1.0));
    let names: BTreeSet<&str> = families.iter().map(|family| family["name"].as_str().unwrap()).collect();
    let book = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md"))
        .expect("the page");
    for name in names {
        let row = format!("`{name}");
        assert!(book.contains(&row), "docs/metrics.md does not tell of {name}");
    }
    for bucket in (0..BUCKETS).map(|index| Fleet::generate(BUCKETS, 5).name(index)) {
        assert!(!text.contains(&bucket), "a bucket's name is no label");
    }
    assert_eq!(daemon.end(), Some(0));
}

#[test]
fn an_address_that_somebody_has_is_an_error_only_where_it_was_asked_for() {
    let account = Served::start(Account::from_fleet(Fleet::generate(1, 5)));
    let home = tempfile::tempdir().expect("a home");
    let first = Daemon::start(home.path(), &account, &["--queue", NOBODY, "--no-scan"]);
    let taken = first.address().to_string();
    let mut second = bucketwatch(home.path());
    second.args(["watch", "--no-scan", "--queue", NOBODY, "--listen", &taken]);
    second.env("AWS_ENDPOINT_URL", account.handle().endpoint_url());
    second.env("AWS_ACCESS_KEY_ID", "AKIASANDBOXSANDBOX00").env("AWS_SECRET_ACCESS_KEY", "any");
    let output = second.output().expect("it ends");
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains(&format!("cannot listen on {taken}")), "{}", told(&output));
    assert_eq!(first.end(), Some(0));
}
