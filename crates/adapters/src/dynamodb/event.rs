//! Events that were handled.

use std::cmp::Reverse;

use bucketwatch_engine::notice::Deed;
use bucketwatch_engine::state::{BucketKey, ChangeRecord, Opened, StateError};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{BadItem, EXPIRES, Item, nanoseconds, text};
use super::key::{INDEX_PK, INDEX_SK, Key, event_at, events};
use super::table::{Question, Table};
use super::transaction::Write;

/// When DynamoDB removes an event that was forgotten before: later than the engine forgets any.
const KEPT: SignedDuration = SignedDuration::from_hours(120 * 24);

/// An event as stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    account: AccountId,
    bucket: Option<Untrusted>,
    recorded_at: Timestamp,
    opened: Option<Opened>,
    deed: Deed,
}

/// Writes an event, unless it is known.
pub(super) fn write(table: &Table, change: &ChangeRecord) -> Result<Write, StateError> {
    let stored = Stored {
        account: change.account.clone(),
        bucket: change.bucket.clone(),
        recorded_at: change.recorded_at,
        opened: change.opened,
        deed: change.deed.clone(),
    };
    let expires = change.recorded_at.checked_add(KEPT).unwrap_or(Timestamp::MAX);
    let item = Item::new(&Key::event(&change.deed.event))
        .text("id", &change.deed.event)
        .text(INDEX_PK, events(&change.account, change.bucket.as_ref()))
        .text(INDEX_SK, event_at(change.deed.at, &change.deed.event))
        .instant("recorded", change.recorded_at)
        .number(EXPIRES, expires.as_second())
        .body(&stored);
    item.map(Write::put_new).map_err(|error| table.place.bad_record("an event", error))
}

/// Gives those of `ids` that are known.
pub(super) async fn seen(table: &Table, ids: &[String]) -> Result<Vec<String>, StateError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sorted: Vec<&String> = ids.iter().collect();
    sorted.sort();
    sorted.dedup();
    let forgotten = forgotten(table).await?;
    let items = table.get_all(sorted.into_iter().map(|id| Key::event(id)).collect()).await?;
    let mut seen = Vec::with_capacity(items.len());
    for item in &items {
        let (id, recorded_at) = table.read("an event", item, |item| {
            Ok((item.read_text("id")?.to_owned(), item.read_instant("recorded")?))
        })?;
        if recorded_at >= forgotten {
            seen.push(id);
        }
    }
    Ok(seen)
}

/// Gives the events about a bucket and about its account, the latest first. One that was written a moment ago may be
/// missing, because the index lags behind.
pub(super) async fn of(
    table: &Table,
    key: &BucketKey,
    limit: usize,
) -> Result<Vec<ChangeRecord>, StateError> {
    let forgotten = forgotten(table).await?;
    let mut found = Vec::new();
    for bucket in [Some(&key.name), None] {
        let keys = Expression::new("#gsi1pk = :pk", vec![(":pk", text(events(&key.account, bucket)))]);
        let filter = Expression::new("#recorded >= :forgotten", vec![(":forgotten", nanoseconds(forgotten))]);
        let question = Question { keys, filter, of_index: true, backwards: true, ..Question::default() };
        found.extend(table.first(&question, limit).await?);
    }
    let mut changes = table.read_all("an event", &found, read)?;
    changes.sort_by_cached_key(|change| Reverse((change.deed.at, change.deed.event.clone())));
    changes.truncate(limit);
    Ok(changes)
}

fn read(item: &Item) -> Result<ChangeRecord, BadItem> {
    let Stored { account, bucket, recorded_at, opened, deed } = item.read_body()?;
    Ok(ChangeRecord { account, bucket, recorded_at, opened, deed })
}

/// How often it is noted that events come.
pub(super) const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(15);

/// Notes that an event was recorded at the instant `at`.
pub(super) async fn note(table: &Table, at: Timestamp) -> Result<(), StateError> {
    table.put(Item::new(&Key::last_event()).instant("recorded", at)).await
}

/// Gives when that was last noted.
pub(super) async fn last(table: &Table) -> Result<Option<Timestamp>, StateError> {
    let Some(item) = table.get(&Key::last_event()).await? else { return Ok(None) };
    table.read("when an event came", &item, |item| item.read_instant("recorded")).map(Some)
}

/// Forgets events that were recorded before `instant`: nobody gets them any more, and DynamoDB removes them later.
pub(super) async fn forget(table: &Table, instant: Timestamp) -> Result<(), StateError> {
    let change = Expression::new("SET #before = :before", vec![(":before", nanoseconds(instant))]);
    let later = Expression::new("(attribute_not_exists(#before) OR #before < :before)", Vec::new());
    table.update(&Key::forgotten(), change, &later).await.map(drop)
}

/// Gives up to when events are forgotten.
async fn forgotten(table: &Table) -> Result<Timestamp, StateError> {
    match table.get(&Key::forgotten()).await? {
        Some(item) => table.read("what is forgotten", &item, |item| item.read_instant("before")),
        None => Ok(Timestamp::MIN),
    }
}
