//! Looks to come. All lie in one partition, which is small: a look is over a minute after its event.

use bucketwatch_engine::state::{Digest, Revisit, StateError};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::expression::Expression;
use super::item::{BadItem, Item, nanoseconds, text};
use super::key::Key;
use super::table::{Question, Table};
use super::transaction::{Guard, Write};

/// Gives the look that is planned.
pub(super) async fn planned(
    table: &Table,
    account: &AccountId,
    bucket: Option<&Untrusted>,
) -> Result<Option<Revisit>, StateError> {
    let item = table.get(&Key::look(account, bucket)).await?;
    item.map(|item| table.read("a look to come", &item, Item::read_body)).transpose()
}

/// Gives looks that are due, the longest overdue first.
pub(super) async fn due(table: &Table, now: Timestamp, limit: usize) -> Result<Vec<Revisit>, StateError> {
    let filter = Expression::new("#due <= :now", vec![(":now", nanoseconds(now))]);
    let question = Question { filter, ..Question::partition("looks") };
    let items = table.first(&question, usize::MAX).await?;
    let mut looks: Vec<Revisit> = table.read_all("a look to come", &items, Item::read_body)?;
    looks.sort_by_key(|look| look.due_at);
    looks.truncate(limit);
    Ok(looks)
}

/// Gives when the first one is due.
pub(super) async fn next(table: &Table) -> Result<Option<Timestamp>, StateError> {
    let question = Question { attributes: "#due", ..Question::partition("looks") };
    let items = table.first(&question, usize::MAX).await?;
    let due = table.read_all("a look to come", &items, |item| item.read_instant("due"))?;
    Ok(due.into_iter().min())
}

/// Plans a look in the place of the one that is planned.
pub(super) fn plan(table: &Table, revisit: &Revisit) -> Result<Write, StateError> {
    let plan = || {
        let key = Key::look(&revisit.account, revisit.bucket.as_ref());
        let item = Item::new(&key).instant("due", revisit.due_at).text("token", token(revisit)?);
        item.body(revisit)
    };
    plan().map(Write::put).map_err(|error| table.place.bad_record("a look to come", error))
}

/// Removes a look that is done, unless it was planned anew.
pub(super) fn settle(table: &Table, revisit: &Revisit) -> Result<Write, StateError> {
    let token = token(revisit).map_err(|error| table.place.bad_record("a look to come", error))?;
    let same = Expression::new("#token = :token", vec![(":token", text(token))]);
    let key = Key::look(&revisit.account, revisit.bucket.as_ref());
    Ok(Write::delete(key).only_if(same, Guard::Known))
}

/// Tells one look from another that is planned for the same bucket.
fn token(revisit: &Revisit) -> Result<String, BadItem> {
    Ok(Digest::of(&serde_json::to_string(revisit)?).as_str().to_owned())
}
