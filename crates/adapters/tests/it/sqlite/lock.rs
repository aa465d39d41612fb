//! One scan at a time, and no lock that outlives its holder.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::state::{Commit, RunId, StateError, StateStore as _};
use bucketwatch_exposure::assessment::Verdict;

use crate::state_store_contract::sample::{bucket, key, request};

/// Tells the test below that it is the process that scans and is killed.
const HOLD: &str = "BUCKETWATCH_TEST_HOLD";

#[tokio::test]
async fn a_second_process_is_refused_reads_beside_the_scan_and_goes_on_when_that_is_killed() {
    if let Some(path) = std::env::var_os(HOLD) {
        return scan_for_ever(Path::new(&path)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg(
            "sqlite::lock::a_second_process_is_refused_reads_beside_the_scan_and_goes_on_when_that_is_killed",
        )
        .env(HOLD, &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let scanning = lines.map_while(Result::ok).any(|line| line.contains("scanning"));
    assert!(scanning, "the child scans");

    let store = SqliteStore::open(&path).await.unwrap();
    let refused = store.begin_run(&request("second", 9)).await.unwrap_err();
    assert!(
        matches!(&refused, StateError::RunInProgress { holder, .. } if holder == "host:first"),
        "{refused}"
    );
    assert_eq!(store.load(&[key("b")]).await.unwrap().len(), 1);
    let buckets = vec![bucket("beside", Verdict::Public)];
    store.commit(Commit { buckets, ..Commit::default() }).await.unwrap();

    child.kill().unwrap();
    child.wait().unwrap();
    store.begin_run(&request("second", 10)).await.unwrap();
    let runs = store.runs(9).await.unwrap();
    let first = runs.iter().find(|run| run.id == RunId::new("first")).unwrap();
    assert_eq!(first.end.as_ref().unwrap().partial.as_deref(), Some("interrupted"));
    assert_eq!(store.load(&[key("b"), key("beside")]).await.unwrap().len(), 2);
}

#[expect(clippy::print_stdout, reason = "the parent waits for this line")]
async fn scan_for_ever(path: &Path) {
    let store = SqliteStore::open(path).await.unwrap();
    store.begin_run(&request("first", 0)).await.unwrap();
    let buckets = vec![bucket("b", Verdict::Public)];
    store.commit(Commit { run: Some(RunId::new("first")), buckets, ..Commit::default() }).await.unwrap();
    println!("scanning");
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
}

#[tokio::test]
async fn processes_that_make_the_same_database_at_once_all_get_it() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..20 {
        let path = folder.path().join(format!("{number}/state.db"));
        let open = || {
            let path = path.clone();
            tokio::spawn(async move { SqliteStore::open(&path).await.map(drop) })
        };
        let opened: Vec<_> = (0..8).map(|_| open()).collect();
        for store in opened {
            store.await.unwrap().unwrap();
        }
    }
}
