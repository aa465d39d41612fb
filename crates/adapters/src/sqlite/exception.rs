//! Exceptions that were made by the command.

use bucketwatch_engine::state::{BucketKey, StateError};
use bucketwatch_exposure::exception::Exception;
use bucketwatch_policy::untrusted::Untrusted;
use rusqlite::{Transaction, params};

use super::bucket;
use super::codec::{json, nanoseconds, to_json};
use super::worker::Database;

/// Gives all, the first to end first.
pub(super) fn all(database: &mut Database) -> Result<Vec<Exception>, StateError> {
    let query = "SELECT document FROM exception ORDER BY until_at, id";
    let read_all = || -> rusqlite::Result<Vec<Exception>> {
        database.connection.prepare_cached(query)?.query_map([], |row| json(row, "document"))?.collect()
    };
    read_all().map_err(|error| database.place.bad_record_or("an exception", error))
}

/// Writes exceptions, each in the place of the one of its name.
pub(super) fn write(transaction: &Transaction<'_>, exceptions: &[Exception]) -> rusqlite::Result<()> {
    for exception in exceptions {
        transaction
            .prepare_cached(
                "INSERT INTO exception (id, account, bucket, until_at, document) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET account = excluded.account, bucket = excluded.bucket,
                     until_at = excluded.until_at, document = excluded.document",
            )?
            .execute(params![
                exception.id,
                exception.account.as_str(),
                exception.bucket.as_raw(),
                nanoseconds(exception.until),
                to_json(exception)?,
            ])?;
    }
    Ok(())
}

/// Gives the buckets of a name.
pub(super) fn named(database: &mut Database, name: &Untrusted) -> Result<Vec<BucketKey>, StateError> {
    let query = "SELECT account, name FROM bucket WHERE name = ?1 AND deleted_at IS NULL ORDER BY account";
    let read_all = || -> rusqlite::Result<Vec<BucketKey>> {
        database.connection.prepare_cached(query)?.query_map([name.as_raw()], bucket::key)?.collect()
    };
    read_all().map_err(|error| database.place.bad_record_or(format!("buckets of the name {name:?}"), error))
}
