//! Accounts, and when somebody was last reminded of what is open in them.

use bucketwatch_engine::state::{AccountRecord, Facet, Look, Reminded, RunId, StateError};
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::expression::Expression;
use super::item::{BadItem, Item, nanoseconds};
use super::key::Key;
use super::table::Table;
use super::transaction::{Guard, Write};

/// An account as stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    account: AccountId,
    partition: Partition,
    block: Option<StoredBlock>,
    revision: u64,
    failed_runs: u32,
    looked_at: Timestamp,
    looked_run: Option<RunId>,
    baseline: Option<RunId>,
}

#[derive(Serialize, Deserialize)]
struct StoredBlock {
    observed_at: Timestamp,
    document: Value,
}

/// Gives what is known of an account.
pub(super) async fn load(table: &Table, account: &AccountId) -> Result<Option<AccountRecord>, StateError> {
    let item = table.get(&Key::account(account)).await?;
    item.map(|item| table.read("an account", &item, read)).transpose()
}

fn read(item: &Item) -> Result<AccountRecord, BadItem> {
    let stored: Stored = item.read_body()?;
    let facet = |StoredBlock { observed_at, document }| Facet { observed_at, document };
    Ok(AccountRecord {
        account: stored.account,
        version: item.read_number("version")?,
        partition: stored.partition,
        block: stored.block.map(facet),
        revision: stored.revision,
        failed_runs: stored.failed_runs,
        last_look: Look { at: stored.looked_at, run: stored.looked_run },
        baseline: stored.baseline,
    })
}

/// Writes `record` over the version that it was loaded with.
pub(super) fn write(table: &Table, record: &AccountRecord) -> Result<Write, StateError> {
    let block = record.block.clone();
    let stored = Stored {
        account: record.account.clone(),
        partition: record.partition,
        block: block.map(|Facet { observed_at, document }| StoredBlock { observed_at, document }),
        revision: record.revision,
        failed_runs: record.failed_runs,
        looked_at: record.last_look.at,
        looked_run: record.last_look.run.clone(),
        baseline: record.baseline.clone(),
    };
    let item = Item::new(&Key::account(&record.account)).number("version", record.version + 1).body(&stored);
    let item = item.map_err(|error| table.place.bad_record("an account", error))?;
    let guard = Guard::Version(Untrusted::new(record.account.as_str()));
    Ok(Write::put(item).only_if(of_version(record.version), guard))
}

/// Holds where the stored record has the version that was loaded; 0 = there is none.
pub(super) fn of_version(version: u64) -> Expression {
    match version {
        0 => Expression::absent(),
        version => Expression::new("#version = :version", vec![(":version", super::item::number(version))]),
    }
}

/// Gives when somebody was last reminded.
pub(super) async fn reminded(table: &Table, account: &AccountId) -> Result<Option<Timestamp>, StateError> {
    let item = table.get(&Key::reminder(account)).await?;
    item.map(|item| table.read("a reminder", &item, |item| item.read_instant("at"))).transpose()
}

/// Writes that somebody was reminded, unless somebody else was meanwhile.
pub(super) fn remind(reminded: &Reminded) -> Write {
    let before = match reminded.before {
        None => Expression::absent(),
        Some(before) => Expression::new("#at = :before", vec![(":before", nanoseconds(before))]),
    };
    let item = Item::new(&Key::reminder(&reminded.account)).instant("at", reminded.at);
    Write::put(item).only_if(before, Guard::Version(Untrusted::new(reminded.account.as_str())))
}
