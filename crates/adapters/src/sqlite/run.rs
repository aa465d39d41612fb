//! Runs and the scan lease.

use bucketwatch_engine::state::{Run, RunEnd, RunId, RunRequest, StateError};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::codec::{from_json, instant, limit, nanoseconds, optional_instant, to_json};
use super::error::Place;
use super::lock::ScanLock;
use super::worker::Database;

/// Takes the lock, closes what a dead process left open, and records the run.
///
/// In a file the lock alone decides, because the kernel lets go of it when the holder dies; the row is for the
/// message. A temporary database has one process only, so there the row decides.
pub(super) fn begin(database: &mut Database, request: &RunRequest) -> Result<Run, StateError> {
    let lock = match &database.lock_file {
        Some(_) if database.lock.is_some() => return Err(refusal(database, request)),
        Some(path) => match ScanLock::take(path).map_err(|error| database.place.io(error))? {
            Some(lock) => Some(lock),
            None => return Err(refusal(database, request)),
        },
        None if open_run(database)?.is_some() => return Err(refusal(database, request)),
        None => None,
    };
    let run =
        Run { id: request.id.clone(), holder: request.holder.clone(), started_at: request.at, end: None };
    database.write(|transaction, place| record(transaction, request).map_err(|error| place.error(error)))?;
    database.lock = lock;
    Ok(run)
}

fn record(transaction: &Transaction<'_>, request: &RunRequest) -> rusqlite::Result<()> {
    let at = nanoseconds(request.at);
    transaction.execute(
        "UPDATE run SET ended_at = ?1, partial = ?2, coverage = '{}' WHERE ended_at IS NULL",
        params![at, RunEnd::INTERRUPTED],
    )?;
    transaction.execute(
        "INSERT INTO run (id, holder, started_at, leased_until) VALUES (?1, ?2, ?3, ?4)",
        params![request.id.as_str(), request.holder, at, nanoseconds(request.until)],
    )?;
    Ok(())
}

fn refusal(database: &Database, request: &RunRequest) -> StateError {
    match open_run(database) {
        Ok(Some(run)) => StateError::RunInProgress { holder: run.holder, since: run.started_at },
        Ok(None) => {
            let holder = "a process that has just begun".to_owned();
            StateError::RunInProgress { holder, since: request.at }
        }
        Err(error) => error,
    }
}

fn open_run(database: &Database) -> Result<Option<Run>, StateError> {
    database
        .connection
        .query_row("SELECT * FROM run WHERE ended_at IS NULL ORDER BY started_at DESC", [], read)
        .optional()
        .map_err(|error| database.place.error(error))
}

/// Moves the end of the lease.
pub(super) fn renew(database: &mut Database, run: &RunId, until: Timestamp) -> Result<(), StateError> {
    database.write(|transaction, place| {
        let renewal = "UPDATE run SET leased_until = ?2 WHERE id = ?1 AND ended_at IS NULL";
        held(transaction.execute(renewal, params![run.as_str(), nanoseconds(until)]), place)
    })
}

/// Closes the run. The lock goes even where that cannot be written: the next run then closes this one as interrupted.
pub(super) fn finish(database: &mut Database, run: &RunId, end: &RunEnd) -> Result<(), StateError> {
    let closed = database.write(|transaction, place| {
        let coverage = to_json(&end.coverage).map_err(|error| place.error(error))?;
        let closing =
            "UPDATE run SET ended_at = ?2, partial = ?3, coverage = ?4 WHERE id = ?1 AND ended_at IS NULL";
        let columns = params![run.as_str(), nanoseconds(end.at), end.partial, coverage];
        held(transaction.execute(closing, columns), place)
    });
    database.lock = None;
    closed
}

/// Refuses a commit of a run that no longer holds the lease.
pub(super) fn assert_held(connection: &Connection, run: &RunId, place: &Place) -> Result<(), StateError> {
    let open = "SELECT count(*) FROM run WHERE id = ?1 AND ended_at IS NULL";
    held(connection.query_row(open, [run.as_str()], |row| row.get(0)), place)
}

fn held(rows: rusqlite::Result<usize>, place: &Place) -> Result<(), StateError> {
    match rows {
        Ok(0) => Err(StateError::LeaseLost),
        Ok(_) => Ok(()),
        Err(error) => Err(place.error(error)),
    }
}

/// Gives the latest runs, newest first.
pub(super) fn latest(database: &mut Database, rows: usize) -> Result<Vec<Run>, StateError> {
    let query = "SELECT * FROM run ORDER BY started_at DESC, id DESC LIMIT ?1";
    let read_all = || -> rusqlite::Result<Vec<Run>> {
        database.connection.prepare_cached(query)?.query_map([limit(rows)], read)?.collect()
    };
    read_all().map_err(|error| database.place.error(error))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Run> {
    let end = match optional_instant(row, "ended_at")? {
        None => None,
        Some(at) => {
            let coverage: Option<String> = row.get("coverage")?;
            let coverage = from_json(coverage.as_deref().unwrap_or("{}"))?;
            Some(RunEnd { at, partial: row.get("partial")?, coverage })
        }
    };
    let id: String = row.get("id")?;
    Ok(Run { id: RunId::new(id), holder: row.get("holder")?, started_at: instant(row, "started_at")?, end })
}
