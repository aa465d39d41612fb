//! Accounts.

use bucketwatch_engine::state::{AccountRecord, Facet, RunId, StateError};
use bucketwatch_policy::name::{AccountId, Partition};
use rusqlite::types::Type;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::codec::{json, look, nanoseconds, optional_instant, to_json, unknown};
use super::worker::Database;

/// Gives what is known of an account.
pub(super) fn load(
    database: &mut Database,
    account: &AccountId,
) -> Result<Option<AccountRecord>, StateError> {
    database
        .connection
        .query_row("SELECT * FROM account WHERE account = ?1", [account.as_str()], read)
        .optional()
        .map_err(|error| database.place.bad_record_or(format!("account {account}"), error))
}

/// Gives the accounts of which buckets were ever seen, in order.
pub(super) fn all(database: &mut Database) -> Result<Vec<AccountId>, StateError> {
    let query = "SELECT DISTINCT account FROM bucket ORDER BY account";
    let read_all = || -> rusqlite::Result<Vec<AccountId>> {
        database.connection.prepare_cached(query)?.query_map([], account)?.collect()
    };
    read_all().map_err(|error| database.place.bad_record_or("the accounts".to_owned(), error))
}

fn read(row: &Row<'_>) -> rusqlite::Result<AccountRecord> {
    let block = match optional_instant(row, "block_observed_at")? {
        Some(observed_at) => Some(Facet { observed_at, document: json(row, "block")? }),
        None => None,
    };
    let partition: String = row.get("partition")?;
    Ok(AccountRecord {
        account: account(row)?,
        version: row.get("version")?,
        partition: Partition::parse(&partition)
            .ok_or_else(|| unknown(Type::Text, format!("`{partition}` is no partition")))?,
        block,
        revision: row.get("revision")?,
        failed_runs: row.get("failed_runs")?,
        last_look: look(row)?,
        baseline: row.get::<_, Option<String>>("baseline_run")?.map(RunId::new),
    })
}

/// Reads the column `account`.
pub(super) fn account(row: &Row<'_>) -> rusqlite::Result<AccountId> {
    let text: String = row.get("account")?;
    AccountId::parse(&text).ok_or_else(|| unknown(Type::Text, format!("`{text}` is no account id")))
}

/// Writes `record` over the version that it was loaded with, and tells whether that is the stored one.
pub(super) fn write(transaction: &Transaction<'_>, record: &AccountRecord) -> rusqlite::Result<bool> {
    let statement = if record.version == 0 {
        "INSERT INTO account (account, version, partition, block_observed_at, block, revision, failed_runs,
             looked_at, looked_run, baseline_run)
         VALUES (?1, ?2 + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING"
    } else {
        "UPDATE account SET version = ?2 + 1, partition = ?3, block_observed_at = ?4, block = ?5, revision = ?6,
             failed_runs = ?7, looked_at = ?8, looked_run = ?9, baseline_run = ?10
         WHERE account = ?1 AND version = ?2"
    };
    let rows = transaction.prepare_cached(statement)?.execute(params![
        record.account.as_str(),
        record.version,
        record.partition.as_str(),
        record.block.as_ref().map(|block| nanoseconds(block.observed_at)),
        record.block.as_ref().map(|block| to_json(&block.document)).transpose()?,
        record.revision,
        record.failed_runs,
        nanoseconds(record.last_look.at),
        record.last_look.run.as_ref().map(RunId::as_str),
        record.baseline.as_ref().map(RunId::as_str),
    ])?;
    Ok(rows == 1)
}
