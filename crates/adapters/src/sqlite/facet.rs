//! Facets, and the policy texts that they share.

use std::collections::BTreeMap;

use bucketwatch_engine::state::{BucketRecord, Digest, Facet, FacetKind, attach, detach};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde_json::Value;

use super::codec::{instant, json, nanoseconds, to_json, unknown};

/// Gives the facets of the bucket with the row id `bucket`, policy texts included.
pub(super) fn load(connection: &Connection, bucket: i64) -> rusqlite::Result<BTreeMap<FacetKind, Facet>> {
    let mut statement =
        connection.prepare_cached("SELECT kind, observed_at, document FROM facet WHERE bucket = ?1")?;
    let mut rows = statement.query([bucket])?;
    let mut facets = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let word: String = row.get("kind")?;
        let kind = FacetKind::parse(&word)
            .ok_or_else(|| unknown(Type::Text, format!("`{word}` is no kind of facet")))?;
        let mut document: Value = json(row, "document")?;
        let missing = attach(&mut document, |digest| text(connection, digest));
        if let Some(digest) = missing.first() {
            return Err(unknown(Type::Text, format!("the policy {} is missing", digest.as_str())));
        }
        facets.insert(kind, Facet { observed_at: instant(row, "observed_at")?, document });
    }
    Ok(facets)
}

fn text(connection: &Connection, digest: &Digest) -> Option<String> {
    let mut statement = connection.prepare_cached("SELECT text FROM policy WHERE digest = ?1").ok()?;
    statement.query_row([digest.as_str()], |row| row.get(0)).optional().ok()?
}

/// Makes the stored facets of a bucket those of `record`.
pub(super) fn write(
    transaction: &Transaction<'_>,
    bucket: i64,
    record: &BucketRecord,
) -> rusqlite::Result<()> {
    for kind in FacetKind::ALL {
        match record.facets.get(&kind) {
            Some(facet) => write_one(transaction, bucket, kind, facet)?,
            None => remove(transaction, bucket, kind)?,
        }
    }
    Ok(())
}

fn write_one(
    transaction: &Transaction<'_>,
    bucket: i64,
    kind: FacetKind,
    facet: &Facet,
) -> rusqlite::Result<()> {
    let mut document = facet.document.clone();
    let texts = detach(&mut document);
    let document = to_json(&document)?;
    let observed_at = nanoseconds(facet.observed_at);
    let touched = transaction
        .prepare_cached(
            "UPDATE facet SET observed_at = ?3 WHERE bucket = ?1 AND kind = ?2 AND document = ?4",
        )?
        .execute(params![bucket, kind.as_str(), observed_at, document])?;
    if touched == 1 {
        return Ok(());
    }
    remove(transaction, bucket, kind)?;
    transaction
        .prepare_cached("INSERT INTO facet (bucket, kind, observed_at, document) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![bucket, kind.as_str(), observed_at, document])?;
    for (digest, text) in &texts {
        transaction
            .prepare_cached("INSERT INTO policy (digest, text) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![digest.as_str(), text])?;
        transaction
            .prepare_cached("INSERT INTO facet_policy (bucket, kind, digest) VALUES (?1, ?2, ?3)")?
            .execute(params![bucket, kind.as_str(), digest.as_str()])?;
    }
    Ok(())
}

/// Removes a facet and the policy texts that nothing refers to any more.
fn remove(transaction: &Transaction<'_>, bucket: i64, kind: FacetKind) -> rusqlite::Result<()> {
    let digests: Vec<String> = transaction
        .prepare_cached("DELETE FROM facet_policy WHERE bucket = ?1 AND kind = ?2 RETURNING digest")?
        .query_map(params![bucket, kind.as_str()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    transaction
        .prepare_cached("DELETE FROM facet WHERE bucket = ?1 AND kind = ?2")?
        .execute(params![bucket, kind.as_str()])?;
    for digest in digests {
        transaction
            .prepare_cached(
                "DELETE FROM policy WHERE digest = ?1
                 AND NOT EXISTS (SELECT 1 FROM facet_policy WHERE facet_policy.digest = policy.digest)",
            )?
            .execute([digest])?;
    }
    Ok(())
}
