//! When somebody was last reminded of what is still open.

use bucketwatch_engine::state::{Reminded, StateError};
use bucketwatch_policy::name::AccountId;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::codec::{instant, nanoseconds};
use super::worker::Database;

/// Gives when that was.
pub(super) fn last(database: &mut Database, account: &AccountId) -> Result<Option<Timestamp>, StateError> {
    stored(&database.connection, account).map_err(|error| database.place.error(error))
}

fn stored(connection: &Connection, account: &AccountId) -> rusqlite::Result<Option<Timestamp>> {
    let query = "SELECT at FROM reminder WHERE account = ?1";
    connection.prepare_cached(query)?.query_row([account.as_str()], |row| instant(row, "at")).optional()
}

/// Records that it was done, and tells whether nobody else has since it was loaded.
pub(super) fn write(transaction: &Transaction<'_>, reminded: &Reminded) -> rusqlite::Result<bool> {
    if stored(transaction, &reminded.account)? != reminded.before {
        return Ok(false);
    }
    transaction
        .prepare_cached("INSERT OR REPLACE INTO reminder (account, at) VALUES (?1, ?2)")?
        .execute(params![reminded.account.as_str(), nanoseconds(reminded.at)])?;
    Ok(true)
}
