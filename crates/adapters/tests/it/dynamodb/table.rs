//! The table itself.

use bucketwatch_adapters::dynamodb::{DynamoAddress, DynamoStore};
use bucketwatch_engine::state::StateError;

use super::emulator::Dynamo;

#[tokio::test]
async fn a_table_is_made_once() {
    let Some(dynamo) = Dynamo::start() else { return };
    let address = dynamo.table().await;
    assert!(!DynamoStore::create(&address, &dynamo.options()).await.unwrap(), "it is there");
}

#[tokio::test]
async fn a_table_that_is_missing_is_told_with_the_command_that_makes_it() {
    let Some(dynamo) = Dynamo::start() else { return };
    let address = DynamoAddress::parse("dynamodb://nowhere?region=eu-west-1").unwrap();
    let error = DynamoStore::open(&address, &dynamo.options()).await.unwrap_err();
    assert!(matches!(&error, StateError::Missing { .. }), "{error}");
    let command = "bucketwatch state create --state dynamodb://nowhere?region=eu-west-1";
    assert!(error.to_string().contains(command), "{error}");
}
