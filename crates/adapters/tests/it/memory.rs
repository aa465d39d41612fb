//! The store in memory keeps what every store promises.

use bucketwatch_adapters::memory::MemoryStore;
use bucketwatch_engine::state::StateStore;

use crate::state_store_contract::state_store_contract;

#[tokio::test]
async fn memory_keeps_the_contract() {
    state_store_contract(|| async { Box::new(MemoryStore::default()) as Box<dyn StateStore> }).await;
}
