//! What goes wrong between bucketwatch and the account, or with its own files, each told by an error of its own.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use bucketwatch_sandbox::{Conduct, EXPIRED_ACCESS_KEY, INVALID_ACCESS_KEY, demo};
use serde_json::Value;

use crate::program::{Credentials, bucketwatch, document, scan, told};
use crate::sandbox::Served;

fn key(id: &str) -> Credentials {
    Credentials { key: id.to_owned(), secret: "any".to_owned(), token: None }
}

/// Checks that the command fails with exit code 1 and says all of `words`.
fn fails(command: &mut Command, words: &[&str]) {
    let output = command.output().expect("the executable starts");
    let text = told(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is missing in: {text}");
    }
}

#[test]
fn expired_and_unknown_credentials_are_told_apart_from_a_denial() {
    let sandbox = Served::start(demo::account());
    let home = tempfile::tempdir().expect("a home");
    let endpoint = sandbox.handle().endpoint_url();
    let mut expired = scan(home.path(), &endpoint, &key(EXPIRED_ACCESS_KEY));
    fails(expired.env("AWS_SESSION_TOKEN", "old"), &["expired"]);
    fails(&mut scan(home.path(), &endpoint, &key(INVALID_ACCESS_KEY)), &["credentials"]);
}

#[test]
fn an_endpoint_where_nobody_listens_is_named() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
    drop(listener);
    let home = tempfile::tempdir().expect("a home");
    fails(
        scan(home.path(), &endpoint, &key("AKIASANDBOXSANDBOX00")).args(["--deadline", "20s"]),
        &[&endpoint],
    );
}

#[test]
fn without_a_region_the_scan_finds_every_bucket_s_own() {
    let sandbox = Served::start(demo::account());
    let home = tempfile::tempdir().expect("a home");
    let mut command = scan(home.path(), &sandbox.handle().endpoint_url(), &key("AKIASANDBOXSANDBOX00"));
    let (document, _) = document(command.env_remove("AWS_REGION"));
    assert_eq!(document["coverage"]["buckets"], 21);
    assert_eq!(document["coverage"]["complete"], true);
}

#[test]
fn a_read_only_state_folder_is_named_and_no_state_goes_without() {
    let sandbox = Served::start(demo::account());
    let home = tempfile::tempdir().expect("a home");
    let folder = home.path().join("shut");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).expect("its permissions");
    let endpoint = sandbox.handle().endpoint_url();
    let state = folder.join("state.db");
    let mut command = scan(home.path(), &endpoint, &key("AKIASANDBOXSANDBOX00"));
    fails(command.arg("--state").arg(&state), &[path(&folder)]);
    let mut command = scan(home.path(), &endpoint, &key("AKIASANDBOXSANDBOX00"));
    let (document, code) = document(command.arg("--no-state"));
    assert_eq!((document["coverage"]["buckets"].as_u64(), code), (Some(21), 10));
    assert!(!state.exists());
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a temporary folder has a plain name")
}

#[test]
fn past_its_deadline_a_scan_is_partial_and_closes_nothing() {
    let sandbox = Served::start(demo::account());
    let home = tempfile::tempdir().expect("a home");
    let endpoint = sandbox.handle().endpoint_url();
    let (first, _) = document(&mut scan(home.path(), &endpoint, &key("AKIASANDBOXSANDBOX00")));
    assert_eq!(first["coverage"]["complete"], true);
    sandbox.handle().change_conduct(|conduct| {
        *conduct = Conduct { latency: std::time::Duration::from_secs(5), ..Conduct::default() };
    });
    let mut command = scan(home.path(), &endpoint, &key("AKIASANDBOXSANDBOX00"));
    let output = command.args(["--deadline", "7s"]).output().expect("the executable starts");
    let partial: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)));
    assert_eq!(partial["coverage"]["complete"], false);
    assert_eq!(partial["transitions"], Value::Array(Vec::new()));
    sandbox.handle().change_conduct(|conduct| *conduct = Conduct::default());
    let (whole, _) = document(&mut scan(home.path(), &endpoint, &key("AKIASANDBOXSANDBOX00")));
    assert_eq!(
        whole["transitions"],
        Value::Array(Vec::new()),
        "nothing changed, whatever the partial scan saw"
    );
    let (history, _) = document(bucketwatch(home.path()).args(["history", "--format", "json"]));
    let rows = history.as_array().or_else(|| history["transitions"].as_array()).expect("a list");
    assert!(rows.is_empty(), "{history}");
}
