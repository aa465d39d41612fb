//! The store keeps what every store promises, also while DynamoDB refuses calls for their number.

use bucketwatch_adapters::dynamodb::DynamoStore;
use bucketwatch_engine::state::StateStore;

use super::emulator::{Dynamo, options};
use super::front::Front;
use crate::state_store_contract::state_store_contract;

#[tokio::test]
async fn a_table_keeps_the_contract() {
    let Some(dynamo) = Dynamo::start() else { return };
    state_store_contract(|| async {
        let address = dynamo.table().await;
        Box::new(dynamo.open(&address).await) as Box<dyn StateStore>
    })
    .await;
}

#[tokio::test]
async fn a_table_that_refuses_every_fifth_call_keeps_the_contract() {
    let Some(dynamo) = Dynamo::start() else { return };
    let front = Front::start(dynamo.address(), 5).await;
    state_store_contract(|| async {
        let address = dynamo.table().await;
        let store = DynamoStore::open(&address, &options(front.address)).await.unwrap();
        Box::new(store) as Box<dyn StateStore>
    })
    .await;
    assert!(front.refused() > 20, "{}", front.refused());
}
