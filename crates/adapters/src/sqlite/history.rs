//! Transitions, page by page.

use bucketwatch_engine::notice::TransitionRecord;
use bucketwatch_engine::state::{Cursor, HistoryQuery, Page, RunId, StateError};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use rusqlite::named_params;

use super::codec::{json, limit};
use super::worker::Database;

/// Gives one page, newest first.
pub(super) fn page(
    database: &mut Database,
    query: &HistoryQuery,
) -> Result<Page<TransitionRecord>, StateError> {
    let before = match query.after.as_ref().map(|cursor| cursor.as_str().parse::<i64>()) {
        None => i64::MAX,
        Some(Ok(sequence)) => sequence,
        Some(Err(error)) => return Err(database.place.bad_record("the cursor of a history", error)),
    };
    let sql = "SELECT sequence, document FROM transition
         WHERE sequence < :before
             AND (:account IS NULL OR account = :account)
             AND (:bucket IS NULL OR bucket = :bucket)
             AND (:run IS NULL OR run = :run)
             AND (:group_key IS NULL OR json_extract(document, '$.group_key') = :group_key)
         ORDER BY sequence DESC LIMIT :limit";
    let size = query.limit.max(1);
    let mut rows = Vec::new();
    let mut last = None;
    let mut select = || -> rusqlite::Result<()> {
        let mut statement = database.connection.prepare_cached(sql)?;
        let mut found = statement.query(named_params! {
            ":before": before,
            ":account": query.account.as_ref().map(AccountId::as_str),
            ":bucket": query.bucket.as_ref().map(Untrusted::as_raw),
            ":run": query.run.as_ref().map(RunId::as_str),
            ":group_key": query.group_key.as_deref(),
            ":limit": limit(size),
        })?;
        while let Some(row) = found.next()? {
            last = Some(row.get::<_, i64>("sequence")?);
            rows.push(json(row, "document")?);
        }
        Ok(())
    };
    select().map_err(|error| database.place.bad_record_or("a transition", error))?;
    let next = last.filter(|_| rows.len() == size).map(|sequence| Cursor::new(sequence.to_string()));
    Ok(Page { rows, next })
}
