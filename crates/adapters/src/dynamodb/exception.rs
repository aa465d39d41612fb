//! Exceptions that were made by the command, and the buckets of a name.

use bucketwatch_engine::state::{BucketKey, StateError};
use bucketwatch_exposure::exception::Exception;
use bucketwatch_policy::untrusted::Untrusted;

use super::item::Item;
use super::key::Key;
use super::status::known_accounts;
use super::table::{Question, Table};
use super::transaction::Write;

/// Gives all, the first to end first.
pub(super) async fn all(table: &Table) -> Result<Vec<Exception>, StateError> {
    let items = table.first(&Question::partition("exceptions"), usize::MAX).await?;
    let mut exceptions: Vec<Exception> = table.read_all("an exception", &items, Item::read_body)?;
    exceptions.sort_by(|one, other| (one.until, &one.id).cmp(&(other.until, &other.id)));
    Ok(exceptions)
}

/// Writes an exception in the place of the one of its name.
pub(super) fn write(table: &Table, exception: &Exception) -> Result<Write, StateError> {
    let item = Item::new(&Key::exception(&exception.id)).body(exception);
    item.map(Write::put).map_err(|error| table.place.bad_record("an exception", error))
}

/// Gives the buckets of a name, by account.
pub(super) async fn named(table: &Table, name: &Untrusted) -> Result<Vec<BucketKey>, StateError> {
    let key = |account| BucketKey { account, name: name.clone() };
    let possible: Vec<BucketKey> = known_accounts(table).await?.into_iter().map(key).collect();
    let items = table.get_all(possible.iter().map(Key::bucket).collect()).await?;
    let living = |key: &BucketKey| {
        let own = Key::bucket(key);
        let is_own = |item: &&Item| item.key().is_ok_and(|key| key == own);
        items.iter().find(is_own).is_some_and(|item| item.get("deleted").is_none())
    };
    Ok(possible.into_iter().filter(living).collect())
}
