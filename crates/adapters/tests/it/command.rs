//! A program that takes notices.

use std::path::Path;
use std::time::{Duration, Instant};

use bucketwatch_adapters::command::CommandNotifier;
use bucketwatch_engine::notifier::{DeliveryError, Notifier as _, Retry};

use crate::hooks::{Vault, configured};
use crate::notifier_contract::documents::entries;
use crate::notifier_contract::{notifier_contract, sample};

/// Gives the notifier that runs `script` by a shell in `folder`.
fn program(folder: &Path, script: &str) -> CommandNotifier {
    let script = format!("cd {}; {script}", folder.display());
    let text = format!(
        "[[notify.command]]\nprogram = [\"/bin/sh\", \"-c\", {script:?}]\ntimeout = \"1s\"\nenv = {{ TOKEN = {{ env = \"TOKEN\" }} }}\n"
    );
    CommandNotifier::new(&configured(&text).command[0], Vault::holding(&[("TOKEN", "T0PSECRETx")])).unwrap()
}

async fn refusal(script: &str) -> DeliveryError {
    let folder = tempfile::tempdir().unwrap();
    program(folder.path(), script).deliver(&sample::opened("n1", &["photos"])).await.unwrap_err()
}

#[tokio::test]
async fn the_contract_holds_and_names_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let notifier = program(folder.path(), "{ cat; echo; } >> taken");
    let received = async || {
        let text = std::fs::read_to_string(folder.path().join("taken")).unwrap();
        text.lines().flat_map(|line| entries(&serde_json::from_str(line).unwrap())).collect()
    };
    notifier_contract(&notifier, received, str::to_owned).await;
}

#[tokio::test]
async fn the_environment_is_its_own() {
    let folder = tempfile::tempdir().unwrap();
    program(folder.path(), "env > environment").deliver(&sample::baseline("n1")).await.unwrap();
    let text = std::fs::read_to_string(folder.path().join("environment")).unwrap();
    let mut names: Vec<_> =
        text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    names.retain(|name| !["PATH", "HOME", "LANG", "TZ", "PWD", "OLDPWD", "SHLVL", "_"].contains(name));
    names.sort_unstable();
    assert_eq!(names, ["BUCKETWATCH_NOTICE", "TOKEN"]);
    assert!(text.contains("BUCKETWATCH_NOTICE=n1\n"));
}

#[tokio::test]
async fn the_exit_code_says_whether_it_was_taken() {
    let later = refusal("echo 'no route' >&2; exit 3").await;
    assert_eq!(
        (later.reason.as_str(), later.retry),
        ("the program ended with exit status: 3: no route", Retry::Later)
    );
    assert_eq!(refusal("exit 65").await.retry, Retry::Never);
    assert!(refusal("kill -9 $$").await.reason.contains("signal: 9"));
    let folder = tempfile::tempdir().unwrap();
    let unread = program(folder.path(), "exit 0");
    unread.deliver(&sample::opened("n1", &vec!["photos"; 500])).await.unwrap();
}

#[tokio::test]
async fn what_it_says_is_bounded_escaped_and_without_its_secrets() {
    let error = refusal("printf 'token %s \\033[31m\\nmore' \"$TOKEN\" >&2; exit 1").await;
    assert_eq!(error.reason, "the program ended with exit status: 1: token $TOKEN <U+001B>[31m");
    let error = refusal("head -c 10000000 /dev/zero | tr '\\0' x >&2; exit 1").await;
    assert!(error.reason.chars().count() < 300 && error.reason.ends_with('…'), "{}", error.reason.len());
}

#[tokio::test]
async fn a_program_that_takes_too_long_is_killed_with_all_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let notifier = program(folder.path(), "sleep 61 & echo $! > child; sleep 62");
    let begun = Instant::now();
    let error = notifier.deliver(&sample::baseline("n1")).await.unwrap_err();
    assert_eq!(error.reason, "the program took longer than 1 s and was killed");
    assert!(begun.elapsed() < Duration::from_secs(10));
    gone(&folder.path().join("child")).await;
}

#[tokio::test]
async fn what_a_program_leaves_running_is_killed_and_so_is_one_that_nobody_waits_for() {
    let folder = tempfile::tempdir().unwrap();
    let left = program(folder.path(), "sleep 63 & echo $! > child");
    left.deliver(&sample::baseline("n1")).await.unwrap();
    gone(&folder.path().join("child")).await;
    let folder = tempfile::tempdir().unwrap();
    let given_up = program(folder.path(), "echo $$ > child; sleep 64");
    let notice = sample::baseline("n1");
    let _ = tokio::time::timeout(Duration::from_millis(300), given_up.deliver(&notice)).await;
    gone(&folder.path().join("child")).await;
}

/// Asserts that the process whose id a file holds ends.
async fn gone(file: &Path) {
    let id = std::fs::read_to_string(file).unwrap();
    let place = format!("/proc/{}/stat", id.trim());
    for _ in 0..100 {
        let Ok(stat) = std::fs::read_to_string(&place) else { return };
        if stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z')) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("process {id} still runs");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_an_error() {
    let text = "[[notify.command]]\nprogram = [\"/nowhere/program\"]\n";
    let notifier = CommandNotifier::new(&configured(text).command[0], Vault::holding(&[])).unwrap();
    let error = notifier.deliver(&sample::baseline("n1")).await.unwrap_err();
    assert_eq!((error.reason.starts_with("cannot run the program: "), error.retry), (true, Retry::Later));
    assert!(
        CommandNotifier::new(
            &configured("[[notify.command]]\nprogram = []\n").command[0],
            Vault::holding(&[])
        )
        .is_err()
    );
}
