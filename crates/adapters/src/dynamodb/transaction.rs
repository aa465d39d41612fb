//! Writes that hold together.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem};
use bucketwatch_engine::state::StateError;
use bucketwatch_policy::untrusted::Untrusted;

use super::expression::Expression;
use super::item::Item;
use super::key::Key;
use super::table::Table;

/// How many writes hold together at most, and how many bytes: a little less than DynamoDB takes.
///
/// *Source*: Amazon DynamoDB API Reference, "TransactWriteItems": 100 actions, 4 MB (read 2026-11-23).
pub(super) const MOST_WRITES: usize = 100;
pub(super) const MOST_BYTES: usize = 3_500_000;

/// One write.
#[derive(Clone, Debug)]
pub(super) struct Write {
    act: Act,
    condition: Expression,
    guard: Guard,
}

#[derive(Clone, Debug)]
enum Act {
    Put(Item),
    Delete(Key),
    Check(Key),
}

/// What it means that the condition of a write does not hold.
#[derive(Clone, Debug)]
pub(super) enum Guard {
    /// It was written before: the rest is written without it and what follows it.
    Known,
    /// It has no condition, and goes with the write before it.
    Following,
    /// Somebody else wrote the subject since it was loaded.
    Version(Untrusted),
    /// The run lost its lease.
    Lease,
}

/// What keeps a transaction from being made.
enum Obstacle {
    /// These writes were made before.
    Known(Vec<usize>),
    /// Others write the same items at this moment, or there are too many.
    Passing,
    /// It cannot be made.
    Final(StateError),
}

impl Write {
    /// Writes `item` in the place of the one of its key, whatever that is.
    pub(super) fn put(item: Item) -> Self {
        Self { act: Act::Put(item), condition: Expression::default(), guard: Guard::Known }
    }

    /// Writes `item` unless there is one of its key.
    pub(super) fn put_new(item: Item) -> Self {
        Self::put(item).only_if(Expression::absent(), Guard::Known)
    }

    /// Removes an item.
    pub(super) fn delete(key: Key) -> Self {
        Self { act: Act::Delete(key), condition: Expression::default(), guard: Guard::Known }
    }

    /// Writes nothing, but holds the others to `condition`.
    pub(super) fn check(key: Key, condition: Expression, guard: Guard) -> Self {
        Self { act: Act::Check(key), condition, guard }
    }

    /// Writes only if `condition` holds of the stored item.
    pub(super) fn only_if(self, condition: Expression, guard: Guard) -> Self {
        Self { condition, guard, ..self }
    }

    /// Goes with the write before it: not at all where that was made before.
    pub(super) fn following(self) -> Self {
        Self { guard: Guard::Following, ..self }
    }

    /// Estimates how many bytes it is.
    pub(super) fn size(&self) -> usize {
        match &self.act {
            Act::Put(item) => item.size(),
            Act::Delete(_) | Act::Check(_) => 200,
        }
    }

    fn build(&self, table: &str) -> Result<TransactWriteItem, aws_sdk_dynamodb::error::BuildError> {
        let condition = (!self.condition.text.is_empty()).then(|| self.condition.text.clone());
        let (names, values) = (self.condition.names(), self.condition.values());
        let item = TransactWriteItem::builder();
        Ok(match &self.act {
            Act::Put(put) => {
                let put = Put::builder().table_name(table).set_item(Some(put.clone().into_attributes()));
                let put = put.set_condition_expression(condition).set_expression_attribute_names(names);
                item.put(put.set_expression_attribute_values(values).build()?)
            }
            Act::Delete(key) => {
                let delete = Delete::builder().table_name(table).set_key(Some(key.attributes()));
                let delete = delete.set_condition_expression(condition).set_expression_attribute_names(names);
                item.delete(delete.set_expression_attribute_values(values).build()?)
            }
            Act::Check(key) => {
                let check = ConditionCheck::builder().table_name(table).set_key(Some(key.attributes()));
                let check = check.set_condition_expression(condition).set_expression_attribute_names(names);
                item.condition_check(check.set_expression_attribute_values(values).build()?)
            }
        }
        .build())
    }
}

impl Table {
    /// Makes all `writes` or none, but for those that were made before, and tells whether anything was left to write.
    ///
    /// Whoever writes the same items at the same moment makes DynamoDB give up; it is tried again then.
    pub(super) async fn transact(&self, mut writes: Vec<Write>) -> Result<bool, StateError> {
        let mut attempt = 0;
        while writes.iter().any(|write| !matches!(write.act, Act::Check(_))) {
            self.pause(attempt, "writes that hold together").await?;
            let built: Result<Vec<_>, _> = writes.iter().map(|write| write.build(&self.name)).collect();
            let built = built.map_err(|error| self.place.failed(error))?;
            let ask = self.client.transact_write_items().set_transact_items(Some(built));
            let Err(error) = ask.send().await else { return Ok(true) };
            match self.obstacle(&error, &writes) {
                Obstacle::Final(error) => return Err(error),
                Obstacle::Passing => attempt += 1,
                Obstacle::Known(known) => writes = without(writes, &known),
            }
        }
        Ok(false)
    }

    fn obstacle(&self, error: &SdkError<TransactWriteItemsError>, writes: &[Write]) -> Obstacle {
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
        else {
            return match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => Obstacle::Passing,
                _ => Obstacle::Final(self.place.refused(error)),
            };
        };
        let mut known = Vec::new();
        let mut refusal = None;
        let mut is_passing = false;
        for (number, (reason, write)) in cancelled.cancellation_reasons().iter().zip(writes).enumerate() {
            match (reason.code().unwrap_or("None"), &write.guard) {
                ("None", _) => {}
                ("ConditionalCheckFailed", Guard::Known) => known.push(number),
                ("ConditionalCheckFailed", Guard::Lease) => refusal = Some(StateError::LeaseLost),
                ("ConditionalCheckFailed", Guard::Version(subject)) => {
                    refusal.get_or_insert_with(|| StateError::Conflict { subject: subject.clone() });
                }
                ("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded", _) => {
                    is_passing = true;
                }
                (code, _) => {
                    let why = format!("{code}: {}", reason.message().unwrap_or_default());
                    refusal = Some(self.place.failed(why));
                }
            }
        }
        match refusal {
            Some(refusal) => Obstacle::Final(refusal),
            None if is_passing => Obstacle::Passing,
            None if !known.is_empty() => Obstacle::Known(known),
            None => Obstacle::Final(self.place.refused(error)),
        }
    }
}

/// Leaves out the writes with the numbers `known`, and those that follow them.
fn without(writes: Vec<Write>, known: &[usize]) -> Vec<Write> {
    let mut left = Vec::with_capacity(writes.len());
    let mut leaves_out = false;
    for (number, write) in writes.into_iter().enumerate() {
        leaves_out = known.contains(&number) || (leaves_out && matches!(write.guard, Guard::Following));
        if !leaves_out {
            left.push(write);
        }
    }
    left
}
