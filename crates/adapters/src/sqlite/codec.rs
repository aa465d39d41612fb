//! Columns and the types of the port.

use bucketwatch_engine::state::{Look, RunId};
use bucketwatch_exposure::assessment::{Objects, Severity, Verdict};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Error, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Gives the column form of an instant. What lies beyond the years 1677 to 2262 is stored as the nearest that fits.
pub(super) fn nanoseconds(instant: Timestamp) -> i64 {
    let nanoseconds = instant.as_nanosecond();
    i64::try_from(nanoseconds).unwrap_or(if nanoseconds < 0 { i64::MIN } else { i64::MAX })
}

/// Reads an instant.
pub(super) fn instant(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    from_nanoseconds(row.get(column)?)
}

/// Reads an instant that may be missing.
pub(super) fn optional_instant(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(column)?.map(from_nanoseconds).transpose()
}

/// Reads an instant's column form.
pub(super) fn from_nanoseconds(nanoseconds: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_nanosecond(i128::from(nanoseconds)).map_err(|error| unreadable(Type::Integer, error))
}

/// Gives the column form of anything that has a JSON form.
pub(super) fn to_json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| Error::ToSqlConversionFailure(error.into()))
}

/// Reads a JSON column.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    from_json(row.get_ref(column)?.as_str().map_err(|error| unreadable(Type::Text, error))?)
}

/// Reads a JSON text.
pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| unreadable(Type::Text, error))
}

/// Gives the place of a verdict in the order of a status.
pub(super) fn verdict_rank(verdict: Verdict) -> i64 {
    match verdict {
        Verdict::Public => 0,
        Verdict::Undetermined => 1,
        Verdict::NotPublic => 2,
    }
}

/// Reads the place of a verdict.
pub(super) fn verdict(rank: i64) -> rusqlite::Result<Verdict> {
    [Verdict::Public, Verdict::Undetermined, Verdict::NotPublic]
        .into_iter()
        .find(|verdict| verdict_rank(*verdict) == rank)
        .ok_or_else(|| unknown(Type::Integer, format!("no verdict has the rank {rank}")))
}

const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Informational];

/// Gives the place of the worst exposure's severity in the order of a status.
pub(super) fn severity_rank(severity: Option<Severity>) -> i64 {
    match severity {
        Some(Severity::Critical) => 0,
        Some(Severity::High) => 1,
        Some(Severity::Medium) => 2,
        Some(Severity::Low) => 3,
        Some(Severity::Informational) => 4,
        None => 5,
    }
}

/// Reads the place of a severity.
pub(super) fn severity(rank: i64) -> Option<Severity> {
    SEVERITIES.into_iter().find(|severity| severity_rank(Some(*severity)) == rank)
}

/// Gives the word for what is known of object ACLs.
pub(super) fn objects_word(objects: Objects) -> &'static str {
    match objects {
        Objects::CannotMatter => "cannot_matter",
        Objects::Unchecked => "unchecked",
        Objects::Sampled => "sampled",
        Objects::Checked => "checked",
    }
}

/// Reads the word for what is known of object ACLs.
pub(super) fn objects(word: &str) -> rusqlite::Result<Objects> {
    [Objects::CannotMatter, Objects::Unchecked, Objects::Sampled, Objects::Checked]
        .into_iter()
        .find(|objects| objects_word(*objects) == word)
        .ok_or_else(|| unknown(Type::Text, format!("`{word}` is nothing that is known of objects")))
}

/// Reads the two columns of a look.
pub(super) fn look(row: &Row<'_>) -> rusqlite::Result<Look> {
    let run: Option<String> = row.get("looked_run")?;
    Ok(Look { at: instant(row, "looked_at")?, run: run.map(RunId::new) })
}

/// Gives the column form of a page's size.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// Tells that a column holds what no version of bucketwatch writes.
pub(super) fn unknown(kind: Type, what: String) -> Error {
    Error::FromSqlConversionFailure(0, kind, what.into())
}

fn unreadable(kind: Type, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::FromSqlConversionFailure(0, kind, Box::new(error))
}
