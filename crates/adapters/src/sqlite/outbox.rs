//! Notices and their deliveries.

use bucketwatch_engine::state::{
    Claim, Claimed, DeadLetter, OutboxCount, Outcome, OutgoingNotice, Settlement, StateError, Ticket,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::codec::{from_nanoseconds, instant, json, limit, nanoseconds, optional_instant, to_json};
use super::worker::Database;

/// Writes a notice and one delivery for each of its notifiers; one that is known already is left as it is.
pub(super) fn post(transaction: &Transaction<'_>, outgoing: &OutgoingNotice) -> rusqlite::Result<()> {
    let notice = &outgoing.notice;
    if outgoing.notifiers.is_empty() {
        return Ok(());
    }
    let at = nanoseconds(notice.at);
    let sequence: Option<i64> = transaction
        .prepare_cached(
            "INSERT INTO notice (id, written_at, document) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO NOTHING RETURNING sequence",
        )?
        .query_row(params![notice.id, at, to_json(notice)?], |row| row.get(0))
        .optional()?;
    let Some(sequence) = sequence else { return Ok(()) };
    for notifier in &outgoing.notifiers {
        transaction
            .prepare_cached(
                "INSERT INTO delivery (notifier, notice, since_at, due_at) VALUES (?1, ?2, ?3, ?3)",
            )?
            .execute(params![notifier, sequence, at])?;
    }
    Ok(())
}

/// Leases deliveries that are due, oldest first.
pub(super) fn claim(database: &mut Database, claim: &Claim) -> Result<Vec<Claimed>, StateError> {
    database.write(|transaction, place| lease(transaction, claim).map_err(|error| place.error(error)))
}

fn lease(transaction: &Transaction<'_>, claim: &Claim) -> rusqlite::Result<Vec<Claimed>> {
    let due: Vec<i64> = transaction
        .prepare_cached(
            "SELECT notice FROM delivery WHERE notifier = ?1 AND dead_at IS NULL AND due_at <= ?2
             ORDER BY notice LIMIT ?3",
        )?
        .query_map(params![claim.notifier, nanoseconds(claim.at), limit(claim.limit)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut claimed = Vec::with_capacity(due.len());
    for sequence in due {
        transaction
            .prepare_cached(
                "UPDATE delivery SET lease = lease + 1, holder = ?3, due_at = ?4 WHERE notifier = ?1 AND notice = ?2",
            )?
            .execute(params![claim.notifier, sequence, claim.holder, nanoseconds(claim.until)])?;
        let delivery = transaction
            .prepare_cached(
                "SELECT id, notifier, lease, failures, since_at, document FROM delivery
                 JOIN notice ON notice.sequence = delivery.notice WHERE notifier = ?1 AND notice = ?2",
            )?
            .query_row(params![claim.notifier, sequence], read_claimed)?;
        claimed.push(delivery);
    }
    Ok(claimed)
}

fn read_claimed(row: &Row<'_>) -> rusqlite::Result<Claimed> {
    Ok(Claimed {
        ticket: Ticket { notice: row.get("id")?, notifier: row.get("notifier")?, lease: row.get("lease")? },
        failures: row.get("failures")?,
        waiting_since: instant(row, "since_at")?,
        notice: json(row, "document")?,
    })
}

/// Records how deliveries went, all in one transaction.
pub(super) fn settle(database: &mut Database, settlements: &[Settlement]) -> Result<(), StateError> {
    database.write(|transaction, place| {
        settlements
            .iter()
            .try_for_each(|settlement| settle_one(transaction, settlement))
            .map_err(|error| place.error(error))
    })
}

fn settle_one(transaction: &Transaction<'_>, settlement: &Settlement) -> rusqlite::Result<()> {
    let Ticket { notice, notifier, lease } = &settlement.ticket;
    let sequence: Option<i64> = transaction
        .prepare_cached("SELECT sequence FROM notice WHERE id = ?1")?
        .query_row([notice], |row| row.get(0))
        .optional()?;
    let Some(sequence) = sequence else { return Ok(()) };
    let held = "WHERE notifier = ?1 AND notice = ?2 AND lease = ?3 AND dead_at IS NULL";
    match &settlement.outcome {
        Outcome::Delivered => delivered(transaction, notifier, sequence)?,
        Outcome::Failed { retry_at, reason } => {
            let change =
                format!("UPDATE delivery SET due_at = ?4, reason = ?5, failures = failures + 1 {held}");
            let columns = params![notifier, sequence, lease, nanoseconds(*retry_at), reason];
            transaction.prepare_cached(&change)?.execute(columns)?;
        }
        Outcome::Released { retry_at } => {
            let change = format!("UPDATE delivery SET due_at = ?4 {held}");
            let columns = params![notifier, sequence, lease, nanoseconds(*retry_at)];
            transaction.prepare_cached(&change)?.execute(columns)?;
        }
        Outcome::Dead { reason } => {
            let change =
                format!("UPDATE delivery SET dead_at = ?4, reason = ?5, failures = failures + 1 {held}");
            let columns = params![notifier, sequence, lease, nanoseconds(settlement.at), reason];
            transaction.prepare_cached(&change)?.execute(columns)?;
        }
    }
    Ok(())
}

/// Removes a delivery that was made, and the notice when it was the last one.
fn delivered(transaction: &Transaction<'_>, notifier: &str, sequence: i64) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("DELETE FROM delivery WHERE notifier = ?1 AND notice = ?2")?
        .execute(params![notifier, sequence])?;
    transaction
        .prepare_cached(
            "DELETE FROM notice WHERE sequence = ?1
             AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.notice = notice.sequence)",
        )?
        .execute([sequence])?;
    Ok(())
}

/// Gives the first instant at which a delivery is due.
pub(super) fn next_due(database: &mut Database, notifier: &str) -> Result<Option<Timestamp>, StateError> {
    let query = "SELECT min(due_at) FROM delivery WHERE notifier = ?1 AND dead_at IS NULL";
    let first = || -> rusqlite::Result<Option<Timestamp>> {
        let due: Option<i64> =
            database.connection.prepare_cached(query)?.query_row([notifier], |row| row.get(0))?;
        due.map(from_nanoseconds).transpose()
    };
    first().map_err(|error| database.place.error(error))
}

/// Counts what waits and what is dead.
pub(super) fn counts(database: &mut Database) -> Result<Vec<OutboxCount>, StateError> {
    let query = "SELECT notifier, sum(dead_at IS NULL) AS waiting, sum(dead_at IS NOT NULL) AS dead,
             min(CASE WHEN dead_at IS NULL THEN written_at END) AS oldest,
             (SELECT reason FROM delivery AS failed WHERE failed.notifier = delivery.notifier
                 AND failed.dead_at IS NULL AND failed.reason IS NOT NULL
                 ORDER BY failed.due_at DESC LIMIT 1) AS reason
         FROM delivery JOIN notice ON notice.sequence = delivery.notice GROUP BY notifier ORDER BY notifier";
    let read = |row: &Row<'_>| {
        Ok(OutboxCount {
            notifier: row.get("notifier")?,
            waiting: row.get("waiting")?,
            dead: row.get("dead")?,
            oldest: optional_instant(row, "oldest")?,
            reason: row.get("reason")?,
        })
    };
    let all = || -> rusqlite::Result<_> {
        database.connection.prepare_cached(query)?.query_map([], read)?.collect()
    };
    all().map_err(|error| database.place.error(error))
}

/// Gives dead letters, oldest first.
pub(super) fn dead_letters(database: &mut Database, rows: usize) -> Result<Vec<DeadLetter>, StateError> {
    let query = "SELECT notifier, dead_at, failures, reason, document
         FROM delivery JOIN notice ON notice.sequence = delivery.notice
         WHERE dead_at IS NOT NULL ORDER BY notice, notifier LIMIT ?1";
    let read = |row: &Row<'_>| {
        Ok(DeadLetter {
            notifier: row.get("notifier")?,
            at: instant(row, "dead_at")?,
            failures: row.get("failures")?,
            reason: row.get::<_, Option<String>>("reason")?.unwrap_or_default(),
            notice: json(row, "document")?,
        })
    };
    let all = || -> rusqlite::Result<_> {
        database.connection.prepare_cached(query)?.query_map([limit(rows)], read)?.collect()
    };
    all().map_err(|error| database.place.error(error))
}

/// Makes dead letters due again.
pub(super) fn revive(
    database: &mut Database,
    notifier: Option<&str>,
    now: Timestamp,
) -> Result<u64, StateError> {
    database.write(|transaction, place| {
        let change = "UPDATE delivery SET dead_at = NULL, since_at = ?2, due_at = ?2, failures = 0
             WHERE dead_at IS NOT NULL AND (?1 IS NULL OR notifier = ?1)";
        let rows = transaction.execute(change, params![notifier, nanoseconds(now)]);
        rows.map(|rows| rows as u64).map_err(|error| place.error(error))
    })
}
