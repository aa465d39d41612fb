//! Buckets of an account by name, and as they stand, page by page.
//!
//! They are read from the table itself, which an index would lag behind: a scan reports what it has just written. So the
//! worst first means to read an account once to see which classes there are, and once more for each of these.

use std::collections::BTreeSet;

use bucketwatch_engine::state::{
    BucketRecord, Cursor, Page, RunId, StateError, StatusQuery, StatusRow, Summary,
};
use bucketwatch_exposure::assessment::Objects;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{BadItem, Item, nanoseconds, number, text};
use super::key::{buckets_after, of_account};
use super::rank::verdict_of;
use super::table::{Question, Table};
use super::{bucket, run};

/// What the worst first needs to know of a bucket.
const BRIEF: &str = "#class, #unchecked, #run";

/// Where a page begins: the classes that are left, and the last bucket that was shown of the first of them.
#[derive(Serialize, Deserialize)]
struct Position {
    classes: Vec<String>,
    account: Option<AccountId>,
    name: Option<Untrusted>,
}

/// Asks for buckets of `account`, from the first name greater than `after`.
fn of(account: &AccountId, after: Option<&Untrusted>) -> Question {
    let (first, end) = buckets_after(after);
    let values = vec![(":pk", text(of_account(account))), (":first", text(first)), (":end", text(end))];
    let keys = Expression::new("#pk = :pk AND #sk BETWEEN :first AND :end", values);
    Question { keys, ..Question::default() }
}

/// Gives buckets that were assessed with another revision of the account's facts.
pub(super) async fn outdated(
    table: &Table,
    account: &AccountId,
    revision: u64,
    after: Option<&Untrusted>,
    limit: usize,
) -> Result<Vec<BucketRecord>, StateError> {
    let other = "attribute_not_exists(#deleted) AND #revision <> :revision";
    let filter = Expression::new(other, vec![(":revision", number(revision))]);
    let items = table.first(&Question { filter, ..of(account, after) }, limit).await?;
    bucket::read_all(table, items).await
}

/// Gives buckets that `run` did not look at and nobody else has since it began.
pub(super) async fn unseen(
    table: &Table,
    run: &RunId,
    account: &AccountId,
    after: Option<&Untrusted>,
    limit: usize,
) -> Result<Vec<BucketRecord>, StateError> {
    let Some(began) = run::began(table, run).await? else { return Ok(Vec::new()) };
    let other = "attribute_not_exists(#deleted) AND #looked < :began \
                 AND (attribute_not_exists(#run) OR #run <> :run)";
    let values = vec![(":began", nanoseconds(began)), (":run", text(run.as_str()))];
    let filter = Expression::new(other, values);
    let items = table.first(&Question { filter, ..of(account, after) }, limit).await?;
    bucket::read_all(table, items).await
}

/// Counts by verdict.
pub(super) async fn summary(table: &Table, query: &StatusQuery) -> Result<Summary, StateError> {
    let mut summary = Summary::default();
    each(table, query, |class, is_unchecked| {
        let verdict = verdict_of(class).ok_or(BadItem::Attribute("class"))?;
        summary.add(verdict, if is_unchecked { Objects::Unchecked } else { Objects::CannotMatter });
        Ok(())
    })
    .await?;
    Ok(summary)
}

/// Gives one page, the worst first.
pub(super) async fn page(table: &Table, query: &StatusQuery) -> Result<Page<StatusRow>, StateError> {
    let mut position = match &query.after {
        Some(cursor) => serde_json::from_str(cursor.as_str())
            .map_err(|error| table.place.bad_record("the cursor of a status", error.into()))?,
        None => Position { classes: classes(table, query).await?, account: None, name: None },
    };
    let limit = query.limit.max(1);
    let accounts = accounts(table, query).await?;
    let mut rows: Vec<StatusRow> = Vec::new();
    while let Some(class) = position.classes.first().cloned() {
        let begun = position.account.clone();
        for account in accounts.iter().filter(|account| begun.as_ref().is_none_or(|begun| *account >= begun))
        {
            let after = position.name.take();
            let question = Question { filter: in_class(&class, query), ..of(account, after.as_ref()) };
            let items = table.first(&question, limit - rows.len()).await?;
            let records = bucket::read_all(table, items).await?;
            rows.extend(records.into_iter().filter_map(StatusRow::of));
            if let Some(last) = rows.last().filter(|_| rows.len() >= limit) {
                position.account = Some(last.key.account.clone());
                position.name = Some(last.key.name.clone());
                let next = serde_json::to_string(&position).map_err(|error| table.place.failed(error))?;
                return Ok(Page { rows, next: Some(Cursor::new(next)) });
            }
        }
        position = Position { classes: position.classes.split_off(1), account: None, name: None };
    }
    Ok(Page { rows, next: None })
}

fn in_class(class: &str, query: &StatusQuery) -> Expression {
    let filter = Expression::new("#class = :class", vec![(":class", text(class))]);
    match &query.run {
        Some(run) => filter.and("#run = :run", vec![(":run", text(run.as_str()))]),
        None => filter,
    }
}

/// Gives the classes that there are, the worst first.
async fn classes(table: &Table, query: &StatusQuery) -> Result<Vec<String>, StateError> {
    let mut classes = BTreeSet::new();
    each(table, query, |class, _| {
        if !classes.contains(class) {
            classes.insert(class.to_owned());
        }
        Ok(())
    })
    .await?;
    Ok(classes.into_iter().collect())
}

/// Shows `see` the class of every bucket that `query` asks for, and whether its objects are unchecked.
async fn each(
    table: &Table,
    query: &StatusQuery,
    mut see: impl FnMut(&str, bool) -> Result<(), BadItem>,
) -> Result<(), StateError> {
    for account in accounts(table, query).await? {
        let filter = Expression::new("attribute_exists(#class)", Vec::new());
        let question = Question { filter, attributes: BRIEF, ..of(&account, None) };
        let mut start = None;
        loop {
            let (items, next) = table.page(&question, start, usize::MAX).await?;
            for item in &items {
                let mut look = |item: &Item| {
                    let class = item.read_text("class")?;
                    let verdict = verdict_of(class).ok_or(BadItem::Attribute("class"))?;
                    let run = item.read_text("run").ok().map(RunId::new);
                    if query.shows(&account, verdict, run.as_ref()) {
                        see(class, item.get("unchecked").is_some())?;
                    }
                    Ok(())
                };
                table.read("a bucket", item, &mut look)?;
            }
            if next.is_none() {
                break;
            }
            start = next;
        }
    }
    Ok(())
}

/// Gives the accounts that `query` asks for, in order.
async fn accounts(table: &Table, query: &StatusQuery) -> Result<Vec<AccountId>, StateError> {
    match &query.account {
        Some(account) => Ok(vec![account.clone()]),
        None => known_accounts(table).await,
    }
}

/// Gives every account that has buckets, in order.
pub(super) async fn known_accounts(table: &Table) -> Result<Vec<AccountId>, StateError> {
    let names = table.members("accounts").await?;
    Ok(names.iter().filter_map(|name| AccountId::parse(name)).collect())
}
