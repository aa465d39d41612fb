//! Buckets.

use bucketwatch_engine::state::{
    AssessmentRecord, BucketKey, BucketRecord, RunId, StandingRecord, StateError,
};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use rusqlite::{Connection, OptionalExtension as _, Params, Row, Transaction, params};

use super::account::account;
use super::codec::{
    instant, json, limit, look, nanoseconds, objects, objects_word, optional_instant, severity,
    severity_rank, to_json, verdict, verdict_rank,
};
use super::facet;
use super::worker::Database;

/// Gives what is known of `keys`.
pub(super) fn load(database: &mut Database, keys: &[BucketKey]) -> Result<Vec<BucketRecord>, StateError> {
    let query = "SELECT * FROM bucket WHERE account = ?1 AND name = ?2";
    let mut records = Vec::with_capacity(keys.len());
    for key in keys {
        let columns = params![key.account.as_str(), key.name.as_raw()];
        let found = select(&database.connection, query, columns)
            .map_err(|error| database.place.bad_record_or(format!("bucket {:?}", key.name), error))?;
        records.extend(found);
    }
    Ok(records)
}

/// Gives buckets that were assessed with another revision of the account's facts.
pub(super) fn outdated(
    database: &mut Database,
    account: &AccountId,
    revision: u64,
    after: Option<&Untrusted>,
    rows: usize,
) -> Result<Vec<BucketRecord>, StateError> {
    let query = "SELECT * FROM bucket
         WHERE account = ?1 AND name > coalesce(?2, '') AND deleted_at IS NULL AND account_revision <> ?3
         ORDER BY name LIMIT ?4";
    let columns = params![account.as_str(), after.map(Untrusted::as_raw), revision, limit(rows)];
    select(&database.connection, query, columns)
        .map_err(|error| database.place.bad_record_or(format!("buckets of {account}"), error))
}

/// Gives buckets that `run` did not look at and nobody else has since it began.
pub(super) fn unseen(
    database: &mut Database,
    run: &RunId,
    account: &AccountId,
    after: Option<&Untrusted>,
    rows: usize,
) -> Result<Vec<BucketRecord>, StateError> {
    let query = "SELECT * FROM bucket
         WHERE account = ?1 AND name > coalesce(?2, '') AND deleted_at IS NULL AND looked_run IS NOT ?3
             AND looked_at < (SELECT started_at FROM run WHERE id = ?3)
         ORDER BY name LIMIT ?4";
    let columns = params![account.as_str(), after.map(Untrusted::as_raw), run.as_str(), limit(rows)];
    select(&database.connection, query, columns)
        .map_err(|error| database.place.bad_record_or(format!("buckets of {account}"), error))
}

fn select(connection: &Connection, query: &str, columns: impl Params) -> rusqlite::Result<Vec<BucketRecord>> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query(columns)?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let mut record = read(row)?;
        record.facets = facet::load(connection, row.get("id")?)?;
        records.push(record);
    }
    Ok(records)
}

fn read(row: &Row<'_>) -> rusqlite::Result<BucketRecord> {
    Ok(BucketRecord {
        key: key(row)?,
        version: row.get("version")?,
        region: row.get("region")?,
        incarnation: row.get("incarnation")?,
        first_seen_at: instant(row, "first_seen_at")?,
        last_look: look(row)?,
        failed_runs: row.get("failed_runs")?,
        facets: Default::default(),
        assessment: assessment(row)?,
        standing: standing(row)?,
        sight_lost_at: optional_instant(row, "sight_lost_at")?,
        deleted_at: optional_instant(row, "deleted_at")?,
        account_revision: row.get("account_revision")?,
    })
}

/// Reads which bucket a row is about.
pub(super) fn key(row: &Row<'_>) -> rusqlite::Result<BucketKey> {
    Ok(BucketKey { account: account(row)?, name: Untrusted::new(row.get::<_, String>("name")?) })
}

/// Reads what the last look gave.
pub(super) fn assessment(row: &Row<'_>) -> rusqlite::Result<Option<AssessmentRecord>> {
    let Some(rank) = row.get("verdict_rank")? else { return Ok(None) };
    let word: String = row.get("objects")?;
    Ok(Some(AssessmentRecord {
        verdict: verdict(rank)?,
        severity: severity(row.get("severity_rank")?),
        objects: objects(&word)?,
        observed_at: instant(row, "observed_at")?,
        document: json(row, "assessment")?,
    }))
}

fn standing(row: &Row<'_>) -> rusqlite::Result<Option<StandingRecord>> {
    let Some(rank) = row.get("standing_verdict_rank")? else { return Ok(None) };
    Ok(Some(StandingRecord {
        verdict: verdict(rank)?,
        since: instant(row, "standing_since")?,
        standing: json(row, "standing")?,
        side: json(row, "standing_side")?,
    }))
}

/// Writes `record` over the version that it was loaded with, and tells whether that is the stored one.
pub(super) fn write(transaction: &Transaction<'_>, record: &BucketRecord) -> rusqlite::Result<bool> {
    let statement = if record.version == 0 {
        "INSERT INTO bucket (account, name, version, region, incarnation, first_seen_at, looked_at, looked_run,
             failed_runs, account_revision, sight_lost_at, deleted_at, verdict_rank, severity_rank, objects,
             observed_at, assessment, standing_verdict_rank, standing_since, standing, standing_side)
         VALUES (?1, ?2, ?3 + 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
         ON CONFLICT DO NOTHING RETURNING id"
    } else {
        "UPDATE bucket SET version = ?3 + 1, region = ?4, incarnation = ?5, first_seen_at = ?6, looked_at = ?7,
             looked_run = ?8, failed_runs = ?9, account_revision = ?10, sight_lost_at = ?11, deleted_at = ?12,
             verdict_rank = ?13, severity_rank = ?14, objects = ?15, observed_at = ?16, assessment = ?17,
             standing_verdict_rank = ?18, standing_since = ?19, standing = ?20, standing_side = ?21
         WHERE account = ?1 AND name = ?2 AND version = ?3 RETURNING id"
    };
    let (assessment, standing) = (record.assessment.as_ref(), record.standing.as_ref());
    let columns = params![
        record.key.account.as_str(),
        record.key.name.as_raw(),
        record.version,
        record.region,
        record.incarnation,
        nanoseconds(record.first_seen_at),
        nanoseconds(record.last_look.at),
        record.last_look.run.as_ref().map(RunId::as_str),
        record.failed_runs,
        record.account_revision,
        record.sight_lost_at.map(nanoseconds),
        record.deleted_at.map(nanoseconds),
        assessment.map(|assessment| verdict_rank(assessment.verdict)),
        assessment.map(|assessment| severity_rank(assessment.severity)),
        assessment.map(|assessment| objects_word(assessment.objects)),
        assessment.map(|assessment| nanoseconds(assessment.observed_at)),
        assessment.map(|assessment| to_json(&assessment.document)).transpose()?,
        standing.map(|standing| verdict_rank(standing.verdict)),
        standing.map(|standing| nanoseconds(standing.since)),
        standing.map(|standing| to_json(&standing.standing)).transpose()?,
        standing.map(|standing| to_json(&standing.side)).transpose()?,
    ];
    let row = transaction.prepare_cached(statement)?.query_row(columns, |row| row.get(0)).optional()?;
    match row {
        Some(id) => facet::write(transaction, id, record).map(|()| true),
        None => Ok(false),
    }
}
