//! Making the table.

use std::time::Duration;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata as _};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    PointInTimeRecoverySpecification, Projection, ProjectionType, ScalarAttributeType, TableStatus,
    TimeToLiveSpecification, TimeToLiveStatus,
};
use bucketwatch_engine::state::StateError;

use super::item::EXPIRES;
use super::key::{INDEX, INDEX_PK, INDEX_SK, PK, SK};
use super::table::Table;

/// How often, and how far apart, is asked whether the table is ready: five minutes in all.
const LOOKS: u32 = 300;
const PAUSE: Duration = Duration::from_secs(1);

/// Makes the table where there is none, waits until it can be used, and has it forget and be restorable. Tells whether
/// it was made.
pub(super) async fn create(table: &Table) -> Result<bool, StateError> {
    let is_new = make(table).await?;
    wait(table).await?;
    forget_by_itself(table).await?;
    be_restorable(table).await?;
    Ok(is_new)
}

async fn make(table: &Table) -> Result<bool, StateError> {
    let failed = |error: BuildError| table.place.failed(error);
    let mut ask =
        table.client.create_table().table_name(&table.name).billing_mode(BillingMode::PayPerRequest);
    for name in [PK, SK, INDEX_PK, INDEX_SK] {
        let definition = AttributeDefinition::builder().attribute_name(name);
        let definition = definition.attribute_type(ScalarAttributeType::S).build();
        ask = ask.attribute_definitions(definition.map_err(failed)?);
    }
    let schema = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let keys = |hash, range| -> Result<Vec<KeySchemaElement>, BuildError> {
        Ok(vec![schema(hash, KeyType::Hash)?, schema(range, KeyType::Range)?])
    };
    let everything = Projection::builder().projection_type(ProjectionType::All).build();
    let own = keys(PK, SK).map_err(failed)?;
    let of_index = keys(INDEX_PK, INDEX_SK).map_err(failed)?;
    let index = GlobalSecondaryIndex::builder().index_name(INDEX).set_key_schema(Some(of_index));
    let index = index.projection(everything).build().map_err(failed)?;
    let answer = ask.set_key_schema(Some(own)).global_secondary_indexes(index).send().await;
    match answer {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("ResourceInUseException") => Ok(false),
        Err(error) => Err(table.place.refused(&error)),
    }
}

async fn wait(table: &Table) -> Result<(), StateError> {
    for _ in 0..LOOKS {
        let answer = table.client.describe_table().table_name(&table.name).send().await;
        let described = match answer {
            // AWS may not know of a table that it has just made.
            Err(error) if error.code() == Some("ResourceNotFoundException") => None,
            answer => answer.map_err(|error| table.place.refused(&error))?.table,
        };
        if let Some(described) = described {
            check_keys(table, described.key_schema())?;
            if described.table_status() == Some(&TableStatus::Active) {
                return Ok(());
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(table.place.failed("the table is not ready after five minutes"))
}

fn check_keys(table: &Table, schema: &[KeySchemaElement]) -> Result<(), StateError> {
    let names: Vec<&str> = schema.iter().map(KeySchemaElement::attribute_name).collect();
    if names == [PK, SK] {
        return Ok(());
    }
    let detail = format!("its keys are {} and not {PK}, {SK}", names.join(", "));
    Err(StateError::Foreign { place: table.place.0.clone(), detail })
}

async fn forget_by_itself(table: &Table) -> Result<(), StateError> {
    let ask = table.client.describe_time_to_live().table_name(&table.name);
    let answer = ask.send().await.map_err(|error| table.place.refused(&error))?;
    let status = answer.time_to_live_description.and_then(|description| description.time_to_live_status);
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Ok(());
    }
    let by = TimeToLiveSpecification::builder().enabled(true).attribute_name(EXPIRES).build();
    let by = by.map_err(|error| table.place.failed(error))?;
    let ask = table.client.update_time_to_live().table_name(&table.name).time_to_live_specification(by);
    ask.send().await.map(drop).map_err(|error| table.place.refused(&error))
}

/// A table that was just made has no backups for a moment, during which they cannot be turned on.
async fn be_restorable(table: &Table) -> Result<(), StateError> {
    let on = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build();
    let on = on.map_err(|error| table.place.failed(error))?;
    for _ in 0..LOOKS {
        let ask = table.client.update_continuous_backups().table_name(&table.name);
        match ask.point_in_time_recovery_specification(on.clone()).send().await {
            Ok(_) => return Ok(()),
            Err(error) if error.code() == Some("ContinuousBackupsUnavailableException") => {
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(table.place.refused(&error)),
        }
    }
    Err(table.place.failed("its backups cannot be turned on after five minutes"))
}
