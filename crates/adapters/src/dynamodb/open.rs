//! From an address to a table that can be used.

use std::sync::Mutex;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use bucketwatch_engine::state::{Source, StateError};

use super::error::Place;
use super::expression::Expression;
use super::item::number;
use super::key::Key;
use super::table::Table;
use super::{DynamoAddress, DynamoStore, create};
use crate::aws::{ConnectOptions, ambient};

/// The layout of the table that this program knows.
const LAYOUT: u32 = 1;

/// How long one attempt of a call may take, and a call with all its attempts.
const ATTEMPT: Duration = Duration::from_secs(5);
const CALL: Duration = Duration::from_secs(30);

/// Retries that may fail before the SDK stops retrying at all.
const RETRY_TOKENS: usize = 10_000;

impl DynamoStore {
    /// Opens the table at `address`, reached as `options` and the environment say.
    ///
    /// *Errors*: [`StateError::Missing`] where there is no such table, [`StateError::Newer`] where a newer bucketwatch
    /// wrote it.
    pub async fn open(address: &DynamoAddress, options: &ConnectOptions) -> Result<Self, StateError> {
        let table = connect(address, options).await?;
        let key = Key::layout();
        let found = match table.get(&key).await? {
            Some(item) => table.read("the layout", &item, |item| item.read_number("layout"))?,
            None => {
                let first = Expression::new("SET #layout = :layout", vec![(":layout", number(LAYOUT))]);
                table.update(&key, first, &Expression::absent()).await?;
                LAYOUT
            }
        };
        if found > LAYOUT {
            return Err(StateError::Newer { place: address.to_string(), found, known: LAYOUT });
        }
        Ok(Self { table, listed: Mutex::default(), noted: Mutex::default() })
    }

    /// Makes the table at `address` where there is none: on-demand capacity, removal of what has expired, backups of every
    /// instant. Waits until it can be used, and tells whether it was made.
    ///
    /// *Errors*: [`StateError::Foreign`] where there is a table of that name with other keys.
    pub async fn create(address: &DynamoAddress, options: &ConnectOptions) -> Result<bool, StateError> {
        create::create(&connect(address, options).await?).await
    }
}

async fn connect(address: &DynamoAddress, options: &ConnectOptions) -> Result<Table, StateError> {
    let place = Place(address.to_string());
    let (_, config) =
        ambient(&address.options(options)).await.map_err(|error| place.failed(Source::from(error)))?;
    let tokens = TokenBucket::builder().capacity(RETRY_TOKENS).build();
    let timeouts =
        TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(CALL).build();
    let config = aws_sdk_dynamodb::config::Builder::from(&config)
        .retry_partition(RetryPartition::custom("state").token_bucket(tokens).build())
        .timeout_config(timeouts)
        .build();
    Ok(Table::new(Client::from_conf(config), address.table().to_owned(), place))
}
