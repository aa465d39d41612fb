//! The file: who may read it, and what it holds once.

use std::path::Path;

use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::state::{BucketRecord, Commit, Facet, FacetKind, StateStore as _};
use bucketwatch_exposure::assessment::Verdict;
use rusqlite::Connection;
use serde_json::json;

use crate::state_store_contract::sample::{at, bucket};

#[cfg(unix)]
#[tokio::test]
async fn the_folder_and_the_files_are_made_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("deep/bucketwatch");
    let store = SqliteStore::open(&folder.join("state.db")).await.unwrap();
    store.commit(Commit { buckets: vec![bucket("b", Verdict::Public)], ..Commit::default() }).await.unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&parent.path().join("deep")), mode(&folder)), (0o700, 0o700));
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3, "the database, its log and its shared memory: {files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn a_policy_is_kept_once_and_only_as_long_as_something_refers_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let policies = || -> i64 {
        let connection = Connection::open(&path).unwrap();
        connection.query_row("SELECT count(*) FROM policy", [], |row| row.get(0)).unwrap()
    };
    let buckets = vec![bucket("a", Verdict::Public), bucket("b", Verdict::Public)];
    store.commit(Commit { buckets, ..Commit::default() }).await.unwrap();
    assert_eq!(policies(), 1);
    for (version, name, text, expected) in [(1, "a", "{\"Id\":\"2\"}", 2), (1, "b", "{\"Id\":\"2\"}", 1)] {
        let document = json!({ "policy": text });
        let mut changed = BucketRecord { version, ..bucket(name, Verdict::Public) };
        changed.facets = [(FacetKind::Configuration, Facet { observed_at: at(9), document })].into();
        store.commit(Commit { buckets: vec![changed], ..Commit::default() }).await.unwrap();
        assert_eq!(policies(), expected);
    }
}
