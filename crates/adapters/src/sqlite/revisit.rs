//! Looks to come.

use bucketwatch_engine::state::{Revisit, StateError};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::codec::{from_nanoseconds, json, limit, nanoseconds, to_json};
use super::worker::Database;

/// Stands for the account as a whole, which is no name of a bucket.
const ACCOUNT: &str = "";

/// Gives the look that is planned.
pub(super) fn planned(
    database: &mut Database,
    account: &AccountId,
    bucket: Option<&Untrusted>,
) -> Result<Option<Revisit>, StateError> {
    let query = "SELECT document FROM revisit WHERE account = ?1 AND bucket = ?2";
    let columns = params![account.as_str(), bucket.map_or(ACCOUNT, Untrusted::as_raw)];
    let found = database.connection.query_row(query, columns, |row| json(row, "document")).optional();
    found.map_err(|error| database.place.bad_record_or(format!("a look at {account}"), error))
}

/// Gives looks that are due, the longest overdue first.
pub(super) fn due(database: &mut Database, now: Timestamp, rows: usize) -> Result<Vec<Revisit>, StateError> {
    let query = "SELECT document FROM revisit WHERE due_at <= ?1 ORDER BY due_at, account, bucket LIMIT ?2";
    let read_all = || -> rusqlite::Result<Vec<Revisit>> {
        let mut statement = database.connection.prepare_cached(query)?;
        statement.query_map(params![nanoseconds(now), limit(rows)], |row| json(row, "document"))?.collect()
    };
    read_all().map_err(|error| database.place.bad_record_or("a look to come", error))
}

/// Gives when the first one is due.
pub(super) fn next(database: &mut Database) -> Result<Option<Timestamp>, StateError> {
    let first = database.connection.query_row("SELECT min(due_at) FROM revisit", [], |row| {
        row.get::<_, Option<i64>>(0)?.map(from_nanoseconds).transpose()
    });
    first.map_err(|error| database.place.error(error))
}

/// Plans looks, each in the place of the one that is planned.
pub(super) fn plan(transaction: &Transaction<'_>, revisits: &[Revisit]) -> rusqlite::Result<()> {
    for revisit in revisits {
        transaction
            .prepare_cached(
                "INSERT INTO revisit (account, bucket, due_at, document) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (account, bucket) DO UPDATE SET due_at = excluded.due_at, document = excluded.document",
            )?
            .execute(params![
                revisit.account.as_str(),
                revisit.bucket.as_ref().map_or(ACCOUNT, Untrusted::as_raw),
                nanoseconds(revisit.due_at),
                to_json(revisit)?,
            ])?;
    }
    Ok(())
}

/// Removes looks that are done, unless they were planned anew.
pub(super) fn settle(transaction: &Transaction<'_>, revisits: &[Revisit]) -> rusqlite::Result<()> {
    for revisit in revisits {
        transaction
            .prepare_cached("DELETE FROM revisit WHERE account = ?1 AND bucket = ?2 AND document = ?3")?
            .execute(params![
                revisit.account.as_str(),
                revisit.bucket.as_ref().map_or(ACCOUNT, Untrusted::as_raw),
                to_json(revisit)?,
            ])?;
    }
    Ok(())
}
