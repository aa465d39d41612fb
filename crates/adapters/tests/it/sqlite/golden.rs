//! Records as the first version stored them load for ever.

use std::path::Path;

use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::state::{AccountRecord, BucketRecord, Claim, Commit, RunEnd, RunId, StateStore};
use bucketwatch_exposure::assessment::Verdict;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::state_store_contract::sample::{
    account, account_id, at, bucket, key, notice, request, transition,
};

/// The whole database of the first version, as SQL.
const STORED: &str = include_str!("../../golden/state-1.sql");

async fn fill(store: &SqliteStore) {
    store.begin_run(&request("r", 0)).await.unwrap();
    let commit = Commit {
        run: Some(RunId::new("r")),
        accounts: vec![account()],
        buckets: vec![bucket("b", Verdict::Public)],
        transitions: vec![transition("t", "b", "r")],
        notices: vec![notice("n", 4, &["log"])],
        ..Commit::default()
    };
    store.commit(commit).await.unwrap();
    let end = RunEnd { at: at(9), partial: Some("deadline".to_owned()), coverage: Default::default() };
    store.finish_run(&RunId::new("r"), &end).await.unwrap();
}

/// Gives the rows of every table of ours, as SQL.
fn rows(path: &Path) -> String {
    let connection = Connection::open(path).unwrap();
    let mut lines = String::new();
    let tables =
        ["run", "account", "bucket", "policy", "facet", "facet_policy", "transition", "notice", "delivery"];
    for table in tables {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut found = statement.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let values: Vec<String> = (0..columns).map(|index| literal(row.get_ref_unwrap(index))).collect();
            lines += &format!("INSERT INTO {table} VALUES ({});\n", values.join(", "));
        }
    }
    lines
}

fn literal(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => format!("'{}'", std::str::from_utf8(text).unwrap().replace('\'', "''")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn records_of_the_first_version_load() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    drop(SqliteStore::open(&path).await.unwrap());
    Connection::open(&path).unwrap().execute_batch(STORED).unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.account(&account_id()).await.unwrap(), Some(AccountRecord { version: 1, ..account() }));
    let expected = BucketRecord { version: 1, ..bucket("b", Verdict::Public) };
    assert_eq!(store.load(&[key("b")]).await.unwrap(), [expected]);
    assert_eq!(store.history(&Default::default()).await.unwrap().rows, [transition("t", "b", "r")]);
    assert_eq!(store.runs(9).await.unwrap()[0].end.as_ref().unwrap().partial.as_deref(), Some("deadline"));
    let (notifier, holder) = ("log".to_owned(), "host:1".to_owned());
    let claim = Claim { notifier, holder, at: at(9), until: at(10), limit: 9 };
    assert_eq!(store.claim(&claim).await.unwrap()[0].notice, notice("n", 4, &[]).notice);
}

#[tokio::test]
async fn records_are_written_as_the_first_version_wrote_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    fill(&SqliteStore::open(&path).await.unwrap()).await;
    assert_eq!(rows(&path), STORED);
}
