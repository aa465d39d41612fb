//! Transitions, page by page.

use bucketwatch_engine::notice::{TransitionCause, TransitionRecord};
use bucketwatch_engine::state::{Cursor, HistoryQuery, Page, StateError};

use super::expression::Expression;
use super::item::{Item, text};
use super::key::{HISTORY, INDEX_PK, INDEX_SK, Key, SK, group};
use super::large;
use super::table::{Question, Table, first_reading};
use super::transaction::Write;

/// How many pages of the table one page of an answer is made of at most: where few of many are asked for, a page may
/// hold less than it could.
const MOST_PAGES: usize = 4;

/// Writes a transition: with those of its cause, and in the index with all others.
pub(super) fn write(table: &Table, transition: &TransitionRecord) -> Result<Vec<Write>, StateError> {
    let key = Key::transition(&transition.group_key, &transition.id, table.sequence());
    let item = Item::new(&key)
        .text(INDEX_PK, HISTORY)
        .text(INDEX_SK, &key.sk)
        .text("account", transition.account.as_str())
        .text("bucket", transition.bucket.as_raw());
    let item = match &transition.cause {
        TransitionCause::Scan { run } => item.text("run", run),
        TransitionCause::Event { .. } | TransitionCause::Operator { .. } | TransitionCause::Review { .. } => {
            item
        }
    };
    let whole = large::with_body(item, transition);
    let (item, parts) = whole.map_err(|error| table.place.bad_record("a transition", error))?;
    Ok(std::iter::once(Write::put(item)).chain(parts).collect())
}

/// Gives one page, newest first. What is asked for by its cause is read from the table; the index of everything lags
/// behind it by a moment.
pub(super) async fn page(table: &Table, query: &HistoryQuery) -> Result<Page<TransitionRecord>, StateError> {
    // A scan is the cause of what it finds, so its transitions lie together too.
    let cause = query.group_key.as_deref().or(query.run.as_ref().map(|run| run.as_str()));
    let sort_key = if cause.is_some() { SK } else { INDEX_SK };
    let question = question(query, cause);
    let limit = query.limit.max(1);
    let (mut rows, mut start): (Vec<Item>, _) = (Vec::new(), None);
    let (mut next, mut reading) = (None, first_reading(limit));
    for _ in 0..MOST_PAGES {
        let (items, more) = table.page(&question, start, reading).await?;
        rows.extend(items);
        next = more.as_ref().and_then(|last| last.get(sort_key)?.as_s().ok().cloned());
        if rows.len() >= limit || more.is_none() {
            break;
        }
        start = more;
        reading = reading.saturating_mul(4);
    }
    if rows.len() > limit || (rows.len() == limit && next.is_some()) {
        rows.truncate(limit);
        next = rows.last().and_then(|last| last.read_text(SK).ok()).map(str::to_owned);
    }
    let rows = large::bodies(table, "a transition", &rows).await?;
    Ok(Page { rows, next: next.map(Cursor::new) })
}

fn question(query: &HistoryQuery, cause: Option<&str>) -> Question {
    let of_index = cause.is_none();
    let keys = match cause {
        Some(cause) => Expression::new("#pk = :pk", vec![(":pk", text(group(cause)))]),
        None => Expression::new("#gsi1pk = :pk", vec![(":pk", text(HISTORY))]),
    };
    let keys = match &query.after {
        Some(after) => {
            let earlier = if of_index { "#gsi1sk < :after" } else { "#sk < :after" };
            keys.and(earlier, vec![(":after", text(after.as_str()))])
        }
        None => keys,
    };
    let mut filter = Expression::default();
    if let Some(account) = &query.account {
        filter = filter.and("#account = :account", vec![(":account", text(account.as_str()))]);
    }
    if let Some(bucket) = &query.bucket {
        filter = filter.and("#bucket = :bucket", vec![(":bucket", text(bucket.as_raw()))]);
    }
    if let Some(run) = &query.run {
        filter = filter.and("#run = :run", vec![(":run", text(run.as_str()))]);
    }
    Question { keys, filter, of_index, backwards: true, ..Question::default() }
}
