//! Calls to the table.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnValue};
use bucketwatch_engine::state::StateError;
use jiff::Timestamp;

use super::error::Place;
use super::expression::{Expression, names};
use super::item::{Attributes, BadItem, Item};
use super::key::{INDEX, Key, SK};

/// How many items one call gives by their keys at most.
///
/// *Source*: Amazon DynamoDB API Reference, "BatchGetItem" (read 2026-11-23).
const MOST_KEYS: usize = 100;

/// How often what a call left undone is asked for again, and how long after the first time.
pub(super) const ATTEMPTS: u32 = 8;
const PAUSE: Duration = Duration::from_millis(40);

/// The table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) place: Place,
    last_sequence: AtomicI64,
}

/// What to read of one partition, in the order of the sort keys. The index lags behind by a moment; the table does not.
#[derive(Clone, Debug, Default)]
pub(super) struct Question {
    /// Which items.
    pub(super) keys: Expression,
    /// Which of these; DynamoDB reads them all.
    pub(super) filter: Expression,
    /// Which attributes of them; empty = all.
    pub(super) attributes: &'static str,
    /// Whether the index is asked.
    pub(super) of_index: bool,
    /// Whether the last comes first.
    pub(super) backwards: bool,
}

/// One page of an answer, and where the next begins.
pub(super) type Answer = (Vec<Item>, Option<Attributes>);

impl Question {
    /// Asks for all of the partition `pk`.
    pub(super) fn partition(pk: impl Into<String>) -> Self {
        let keys = Expression::new("#pk = :pk", vec![(":pk", super::item::text(pk))]);
        Self { keys, ..Self::default() }
    }
}

impl Table {
    pub(super) fn new(client: Client, name: String, place: Place) -> Self {
        Self { client, name, place, last_sequence: AtomicI64::new(0) }
    }

    /// Gives a number greater than all that this process gave before, and by the clock greater than those of others.
    pub(super) fn sequence(&self) -> i64 {
        let now = i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX);
        let next = |last: i64| Some(now.max(last.saturating_add(1)));
        let last = self.last_sequence.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        now.max(last.unwrap_or_default().saturating_add(1))
    }

    /// Gives an item.
    pub(super) async fn get(&self, key: &Key) -> Result<Option<Item>, StateError> {
        let ask = self.client.get_item().table_name(&self.name).set_key(Some(key.attributes()));
        let answer = ask.consistent_read(true).send().await.map_err(|error| self.place.refused(&error))?;
        Ok(answer.item.map(Item::of))
    }

    /// Gives those of the items `keys` that there are, in any order.
    pub(super) async fn get_all(&self, keys: Vec<Key>) -> Result<Vec<Item>, StateError> {
        let mut found = Vec::with_capacity(keys.len());
        for some in keys.chunks(MOST_KEYS) {
            let mut wanted: Vec<Attributes> = some.iter().map(Key::attributes).collect();
            let mut attempt = 0;
            while !wanted.is_empty() {
                self.pause(attempt, "reads of several records").await?;
                attempt += 1;
                let keys = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build();
                let keys = keys.map_err(|error| self.place.failed(error))?;
                let ask = self.client.batch_get_item().request_items(&self.name, keys);
                let answer = ask.send().await.map_err(|error| self.place.refused(&error))?;
                let items = answer.responses.into_iter().flat_map(|mut tables| tables.remove(&self.name));
                found.extend(items.flatten().map(Item::of));
                let left = answer.unprocessed_keys.and_then(|mut tables| tables.remove(&self.name));
                wanted = left.map(|left| left.keys).unwrap_or_default();
            }
        }
        Ok(found)
    }

    /// Gives one page of an answer, from `start` on: `most` items before the filter, and a megabyte of them at most.
    pub(super) async fn page(
        &self,
        question: &Question,
        start: Option<Attributes>,
        most: usize,
    ) -> Result<Answer, StateError> {
        let Question { keys, filter, attributes, of_index, backwards } = question;
        let mut values = keys.values().unwrap_or_default();
        values.extend(filter.values().unwrap_or_default());
        let ask = self.client.query().table_name(&self.name).key_condition_expression(&keys.text);
        let ask = ask
            .set_index_name(of_index.then(|| INDEX.to_owned()))
            .consistent_read(!of_index)
            .scan_index_forward(!backwards)
            .set_filter_expression((!filter.text.is_empty()).then(|| filter.text.clone()))
            .set_projection_expression((!attributes.is_empty()).then(|| (*attributes).to_owned()))
            .set_expression_attribute_names(names(&format!("{} {} {attributes}", keys.text, filter.text)))
            .set_expression_attribute_values(Some(values))
            .set_exclusive_start_key(start)
            .set_limit(i32::try_from(most).ok().filter(|most| *most > 0));
        let answer = ask.send().await.map_err(|error| self.place.refused(&error))?;
        let items = answer.items.unwrap_or_default().into_iter().map(Item::of).collect();
        Ok((items, answer.last_evaluated_key))
    }

    /// Gives the first `most` items of an answer: a few more than these are read at first, and more and more where the
    /// filter lets few of them through.
    pub(super) async fn first(&self, question: &Question, most: usize) -> Result<Vec<Item>, StateError> {
        let (mut items, mut start) = (Vec::new(), None);
        let mut reading = first_reading(most);
        loop {
            let (some, next) = self.page(question, start, reading).await?;
            items.extend(some);
            if items.len() >= most || next.is_none() {
                items.truncate(most);
                return Ok(items);
            }
            start = next;
            reading = reading.saturating_mul(4);
        }
    }

    /// Writes an item in the place of the one of its key.
    pub(super) async fn put(&self, item: Item) -> Result<(), StateError> {
        let ask = self.client.put_item().table_name(&self.name).set_item(Some(item.into_attributes()));
        ask.send().await.map(drop).map_err(|error| self.place.refused(&error))
    }

    /// Changes an item where `condition` holds, and tells whether it does.
    pub(super) async fn update(
        &self,
        key: &Key,
        change: Expression,
        condition: &Expression,
    ) -> Result<bool, StateError> {
        let both = change.clone().and(&condition.text, condition.values.clone());
        let ask = self.client.update_item().table_name(&self.name).set_key(Some(key.attributes()));
        let ask = ask
            .update_expression(change.text)
            .condition_expression(&condition.text)
            .set_expression_attribute_names(both.names())
            .set_expression_attribute_values(both.values());
        match ask.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(known) if known.is_conditional_check_failed_exception() => Ok(false),
                _ => Err(self.place.refused(&error)),
            },
        }
    }

    /// Removes an item, and tells whether there was one.
    pub(super) async fn delete(&self, key: &Key) -> Result<bool, StateError> {
        let ask = self.client.delete_item().table_name(&self.name).set_key(Some(key.attributes()));
        let answer = ask.return_values(ReturnValue::AllOld).send().await;
        Ok(answer.map_err(|error| self.place.refused(&error))?.attributes.is_some())
    }

    /// Waits before the attempt number `attempt`, the longer the later, and differently long in different processes.
    pub(super) async fn pause(&self, attempt: u32, what: &str) -> Result<(), StateError> {
        if attempt >= ATTEMPTS {
            let place = self.place.0.clone();
            let source = format!("{what} were not served after {ATTEMPTS} attempts").into();
            return Err(StateError::Throttled { place, source });
        }
        if attempt > 0 {
            let pause = PAUSE * 2_u32.pow(attempt - 1);
            let dice = u64::from(Timestamp::now().subsec_nanosecond().unsigned_abs());
            let part = dice % u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX).max(1);
            tokio::time::sleep(pause / 2 + Duration::from_nanos(part)).await;
        }
        Ok(())
    }

    /// Gives what `read` makes of an item, or tells that it cannot be understood.
    pub(super) fn read<T>(
        &self,
        what: &str,
        item: &Item,
        read: impl FnOnce(&Item) -> Result<T, BadItem>,
    ) -> Result<T, StateError> {
        read(item).map_err(|error| self.place.bad_record(what, error))
    }

    /// Gives what `read` makes of each item.
    pub(super) fn read_all<T>(
        &self,
        what: &str,
        items: &[Item],
        read: impl Fn(&Item) -> Result<T, BadItem>,
    ) -> Result<Vec<T>, StateError> {
        items.iter().map(|item| self.read(what, item, &read)).collect()
    }

    /// Gives the names that stand in the partition `pk` as sort keys.
    pub(super) async fn members(&self, pk: &str) -> Result<Vec<String>, StateError> {
        let items = self.first(&Question::partition(pk), usize::MAX).await?;
        self.read_all("a list", &items, |item| item.read_text(SK).map(str::to_owned))
    }
}

/// Gives how many items are read at first to find `most`.
pub(super) fn first_reading(most: usize) -> usize {
    most.saturating_mul(2).max(32)
}
