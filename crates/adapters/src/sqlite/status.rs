//! Buckets as they stand, page by page.

use std::collections::BTreeMap;

use bucketwatch_engine::state::{Cursor, Page, RunId, StateError, StatusQuery, StatusRow, Summary};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use rusqlite::types::Type;
use rusqlite::{Row, ToSql};

use super::bucket;
use super::codec::{
    from_json, instant, look, objects_word, optional_instant, to_json, unknown, verdict, verdict_rank,
};
use super::worker::Database;
use bucketwatch_exposure::assessment::{Objects, Verdict};

/// Where a page begins: the place of the last row of the one before in the order of a status.
type Position = (i64, i64, String, String);

/// Which rows, as SQL; every condition is off where its parameter is null.
const FILTER: &str = "verdict_rank IS NOT NULL
     AND (:account IS NULL OR account = :account)
     AND (:run IS NULL OR looked_run = :run)
     AND (verdict_rank = :public OR verdict_rank = :undetermined OR verdict_rank = :not_public)";

/// Gives one page, the worst first.
pub(super) fn page(database: &mut Database, query: &StatusQuery) -> Result<Page<StatusRow>, StateError> {
    let place = &database.place;
    let after = query.after.as_ref().map(|cursor| from_json::<Position>(cursor.as_str())).transpose();
    let (verdict_rank, severity_rank, account, name) =
        after.map_err(|error| place.error(error))?.unwrap_or((-1, -1, String::new(), String::new()));
    let sql = format!(
        "SELECT *, json_extract(standing_side, '$.tags') AS standing_tags FROM bucket WHERE {FILTER}
         AND (verdict_rank, severity_rank, account, name) > (:verdict_rank, :severity_rank, :name_account, :name)
         ORDER BY verdict_rank, severity_rank, account, name LIMIT :limit"
    );
    let limit = query.limit.max(1);
    let limit_column = super::codec::limit(limit);
    let filter = Filter::of(query);
    let mut parameters = filter.parameters();
    parameters.extend::<[(&str, &dyn ToSql); 5]>([
        (":verdict_rank", &verdict_rank),
        (":severity_rank", &severity_rank),
        (":name_account", &account),
        (":name", &name),
        (":limit", &limit_column),
    ]);
    let mut rows = Vec::new();
    let mut last = None;
    let mut select = || -> rusqlite::Result<()> {
        let mut statement = database.connection.prepare_cached(&sql)?;
        let mut found = statement.query(parameters.as_slice())?;
        while let Some(row) = found.next()? {
            last = Some(position(row)?);
            rows.push(read(row)?);
        }
        Ok(())
    };
    select().map_err(|error| place.error(error))?;
    let last = last.filter(|_| rows.len() == limit);
    let next = last.map(|last| to_json(&last)).transpose().map_err(|error| place.error(error))?;
    Ok(Page { rows, next: next.map(Cursor::new) })
}

fn position(row: &Row<'_>) -> rusqlite::Result<Position> {
    Ok((row.get("verdict_rank")?, row.get("severity_rank")?, row.get("account")?, row.get("name")?))
}

fn read(row: &Row<'_>) -> rusqlite::Result<StatusRow> {
    let last_determined = match row.get("standing_verdict_rank")? {
        Some(rank) => Some((verdict(rank)?, instant(row, "standing_since")?)),
        None => None,
    };
    Ok(StatusRow {
        key: bucket::key(row)?,
        region: row.get("region")?,
        incarnation: row.get("incarnation")?,
        tags: tags(row)?,
        first_seen_at: instant(row, "first_seen_at")?,
        last_look: look(row)?,
        assessment: bucket::assessment(row)?
            .ok_or_else(|| unknown(Type::Null, "a bucket that exists has no assessment".to_owned()))?,
        last_determined,
        sight_lost_at: optional_instant(row, "sight_lost_at")?,
    })
}

/// Reads the tags that the last determined look found.
fn tags(row: &Row<'_>) -> rusqlite::Result<BTreeMap<Untrusted, Untrusted>> {
    let tags: Option<String> = row.get("standing_tags")?;
    tags.map_or(Ok(BTreeMap::new()), |tags| from_json(&tags))
}

/// Counts by verdict.
pub(super) fn summary(database: &mut Database, query: &StatusQuery) -> Result<Summary, StateError> {
    let sql = format!(
        "SELECT verdict_rank, count(*), coalesce(sum(objects = :unchecked), 0) FROM bucket
         WHERE {FILTER} GROUP BY verdict_rank"
    );
    let unchecked = objects_word(Objects::Unchecked);
    let filter = Filter::of(query);
    let mut parameters = filter.parameters();
    parameters.push((":unchecked", &unchecked));
    let mut summary = Summary::default();
    let mut count = || -> rusqlite::Result<()> {
        let mut statement = database.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(parameters.as_slice())?;
        while let Some(row) = rows.next()? {
            let buckets: u64 = row.get(1)?;
            match verdict(row.get(0)?)? {
                Verdict::Public => summary.public = buckets,
                Verdict::Undetermined => summary.undetermined = buckets,
                Verdict::NotPublic => summary.not_public = buckets,
            }
            summary.objects_unchecked += row.get::<_, u64>(2)?;
        }
        Ok(())
    };
    count().map_err(|error| database.place.error(error))?;
    Ok(summary)
}

/// The parameters of [`FILTER`].
struct Filter<'a> {
    account: Option<&'a str>,
    run: Option<&'a str>,
    ranks: [Option<i64>; 3],
}

impl<'a> Filter<'a> {
    fn of(query: &'a StatusQuery) -> Self {
        let wanted = |verdict| query.verdicts.is_empty() || query.verdicts.contains(&verdict);
        Self {
            account: query.account.as_ref().map(AccountId::as_str),
            run: query.run.as_ref().map(RunId::as_str),
            ranks: [Verdict::Public, Verdict::Undetermined, Verdict::NotPublic]
                .map(|verdict| wanted(verdict).then(|| verdict_rank(verdict))),
        }
    }

    fn parameters(&self) -> Vec<(&str, &dyn ToSql)> {
        let [public, undetermined, not_public] = &self.ranks;
        vec![
            (":account", &self.account),
            (":run", &self.run),
            (":public", public),
            (":undetermined", undetermined),
            (":not_public", not_public),
        ]
    }
}
