//! The SQLite store keeps what every store promises, in a file and in a temporary database.

use std::sync::atomic::{AtomicU32, Ordering};

use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::state::StateStore;

use crate::state_store_contract::state_store_contract;

#[tokio::test]
async fn a_file_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let count = AtomicU32::new(0);
    state_store_contract(|| async {
        let path = folder.path().join(format!("{}.db", count.fetch_add(1, Ordering::Relaxed)));
        Box::new(SqliteStore::open(&path).await.unwrap()) as Box<dyn StateStore>
    })
    .await;
}

#[tokio::test]
async fn a_temporary_database_keeps_the_contract() {
    state_store_contract(|| async {
        Box::new(SqliteStore::temporary().await.unwrap()) as Box<dyn StateStore>
    })
    .await;
}
