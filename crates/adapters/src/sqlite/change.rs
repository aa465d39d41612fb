//! Events that were handled.

use bucketwatch_engine::state::{BucketKey, ChangeRecord, StateError};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::account::account;
use super::codec::{from_json, instant, json, limit, nanoseconds, to_json};
use super::worker::Database;

/// Gives those of `ids` that are known.
pub(super) fn seen(database: &mut Database, ids: &[String]) -> Result<Vec<String>, StateError> {
    let known = || -> rusqlite::Result<Vec<String>> {
        let mut statement = database.connection.prepare_cached("SELECT 1 FROM change WHERE id = ?1")?;
        let mut known = Vec::new();
        for id in ids {
            if statement.exists([id])? {
                known.push(id.clone());
            }
        }
        Ok(known)
    };
    known().map_err(|error| database.place.error(error))
}

/// Gives the events about a bucket and about its account, the latest first.
pub(super) fn of(
    database: &mut Database,
    key: &BucketKey,
    rows: usize,
) -> Result<Vec<ChangeRecord>, StateError> {
    let query = "SELECT * FROM change WHERE account = ?1 AND (bucket = ?2 OR bucket IS NULL)
         ORDER BY at DESC, id DESC LIMIT ?3";
    let read_all = || -> rusqlite::Result<Vec<ChangeRecord>> {
        let columns = params![key.account.as_str(), key.name.as_raw(), limit(rows)];
        database.connection.prepare_cached(query)?.query_map(columns, read)?.collect()
    };
    read_all().map_err(|error| database.place.bad_record_or(format!("events of {:?}", key.name), error))
}

/// Gives when an event was last recorded.
pub(super) fn last(database: &mut Database) -> Result<Option<Timestamp>, StateError> {
    let query = "SELECT recorded_at FROM change ORDER BY recorded_at DESC LIMIT 1";
    let read = || -> rusqlite::Result<Option<Timestamp>> {
        let mut statement = database.connection.prepare_cached(query)?;
        statement.query_row([], |row| instant(row, "recorded_at")).optional()
    };
    read().map_err(|error| database.place.error(error))
}

fn read(row: &Row<'_>) -> rusqlite::Result<ChangeRecord> {
    let opened: Option<String> = row.get("opened")?;
    Ok(ChangeRecord {
        account: account(row)?,
        bucket: row.get::<_, Option<String>>("bucket")?.map(Untrusted::new),
        recorded_at: instant(row, "recorded_at")?,
        opened: opened.as_deref().map(from_json).transpose()?,
        deed: json(row, "document")?,
    })
}

/// Writes events; one that is known already is left as it is.
pub(super) fn record(transaction: &Transaction<'_>, changes: &[ChangeRecord]) -> rusqlite::Result<()> {
    for change in changes {
        transaction
            .prepare_cached(
                "INSERT INTO change (id, account, bucket, at, recorded_at, opened, document)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING",
            )?
            .execute(params![
                change.deed.event,
                change.account.as_str(),
                change.bucket.as_ref().map(Untrusted::as_raw),
                nanoseconds(change.deed.at),
                nanoseconds(change.recorded_at),
                change.opened.as_ref().map(to_json).transpose()?,
                to_json(&change.deed)?,
            ])?;
    }
    Ok(())
}

/// Forgets events that were recorded before `instant`.
pub(super) fn forget(database: &mut Database, instant: Timestamp) -> Result<u64, StateError> {
    database.write(|transaction, place| {
        let removal = "DELETE FROM change WHERE recorded_at < ?1";
        let rows = transaction.execute(removal, [nanoseconds(instant)]);
        rows.map(|rows| rows as u64).map_err(|error| place.error(error))
    })
}
