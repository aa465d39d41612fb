//! The state in one table of DynamoDB: the store of functions, and of more than one machine.
//!
//! | what | partition key `pk` | sort key `sk` |
//! |---|---|---|
//! | an account's facts, its reminder | `account#ACCOUNT` | `account`, `reminder` |
//! | a bucket: facts, assessment, standing | `account#ACCOUNT` | `bucket#NAME` |
//! | which accounts there are | `accounts` | `ACCOUNT` |
//! | a transition, with those of its cause | `group#CAUSE` | `SEQUENCE#ID`; index: `history` |
//! | an event that was handled | `event#ID` | `event`; index: `events#ACCOUNT#BUCKET` by the event's time |
//! | a look to come | `looks` | `ACCOUNT#BUCKET` |
//! | an exception | `exceptions` | `ID` |
//! | a notice | `notice#ID` | `notice` |
//! | a delivery | `outbox#NOTIFIER` | `waiting#SEQUENCE#NOTICE`, `dead#…` |
//! | which notifiers there are | `notifiers` | `NAME` |
//! | what is too large for one item | `parts#…` | `…#NUMBER` |
//! | when an event last came | `meta` | `event` |
//! | runs; the scan lease | `runs`; `meta` | `START#ID`; `lease` |
//!
//! Whatever decides is read from the table itself, consistently. The one index, `gsi1`, lags behind by a moment; it
//! serves the history of everything and the earlier events of a bucket, and nothing else.

mod account;
mod address;
mod bucket;
mod commit;
mod create;
mod error;
mod event;
mod exception;
mod expression;
mod history;
mod item;
mod key;
mod large;
mod open;
mod outbox;
mod rank;
mod revisit;
mod run;
mod settle;
mod status;
mod table;
mod transaction;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bucketwatch_engine::notice::TransitionRecord;
use bucketwatch_engine::state::{
    AccountRecord, BucketKey, BucketRecord, ChangeRecord, Claim, Claimed, Commit, DeadLetter, HistoryQuery,
    OutboxCount, Page, Revisit, Run, RunEnd, RunId, RunRequest, Settlement, StateError, StateStore,
    StatusQuery, StatusRow, Summary,
};
use bucketwatch_exposure::exception::Exception;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

pub use self::address::{AddressError, DynamoAddress};

use self::item::Item;
use self::key::Key;
use self::table::Table;

/// How many buckets one commit holds: with a transition, a notice and one notifier each they still are one transaction.
const BATCH_LIMIT: usize = 24;

/// A state in a table of DynamoDB.
#[derive(Debug)]
pub struct DynamoStore {
    table: Table,
    /// What this process has put on the lists of accounts and notifiers.
    listed: Mutex<BTreeSet<String>>,
    /// When this process last noted that events come.
    noted: Mutex<Option<Timestamp>>,
}

impl DynamoStore {
    /// Puts the accounts and notifiers of `commit` on the lists of what there is, before anything is written of them.
    async fn list(&self, commit: &Commit) -> Result<(), StateError> {
        let accounts = commit.buckets.iter().map(|record| Key::known_account(&record.key.account));
        let notifiers = commit.notices.iter().flat_map(|outgoing| &outgoing.notifiers);
        for key in accounts.chain(notifiers.map(|notifier| Key::known_notifier(notifier))) {
            let name = format!("{}#{}", key.pk, key.sk);
            if !self.listed.lock().unwrap_or_else(PoisonError::into_inner).contains(&name) {
                self.table.put(Item::new(&key)).await?;
                self.listed.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
            }
        }
        Ok(())
    }

    /// Notes that events come, now and then: once for each would cost as much as the event itself.
    async fn note_events(&self, commit: &Commit) -> Result<(), StateError> {
        let Some(at) = commit.changes.iter().map(|change| change.recorded_at).max() else { return Ok(()) };
        let noted = *self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.is_none_or(|noted| at.duration_since(noted) >= event::NOTED_EVERY) {
            event::note(&self.table, at).await?;
            *self.noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
        }
        Ok(())
    }
}

#[async_trait]
impl StateStore for DynamoStore {
    async fn begin_run(&self, request: &RunRequest) -> Result<Run, StateError> {
        run::begin(&self.table, request).await
    }

    async fn renew_run(&self, run: &RunId, until: Timestamp) -> Result<(), StateError> {
        run::renew(&self.table, run, until).await
    }

    async fn finish_run(&self, run: &RunId, end: &RunEnd) -> Result<(), StateError> {
        run::finish(&self.table, run, end).await
    }

    async fn runs(&self, limit: usize) -> Result<Vec<Run>, StateError> {
        run::latest(&self.table, limit).await
    }

    async fn account(&self, account: &AccountId) -> Result<Option<AccountRecord>, StateError> {
        account::load(&self.table, account).await
    }

    async fn accounts(&self) -> Result<Vec<AccountId>, StateError> {
        status::known_accounts(&self.table).await
    }

    async fn load(&self, keys: &[BucketKey]) -> Result<Vec<BucketRecord>, StateError> {
        bucket::load(&self.table, keys).await
    }

    async fn outdated(
        &self,
        account: &AccountId,
        revision: u64,
        after: Option<&Untrusted>,
        limit: usize,
    ) -> Result<Vec<BucketRecord>, StateError> {
        status::outdated(&self.table, account, revision, after, limit).await
    }

    async fn unseen(
        &self,
        run: &RunId,
        account: &AccountId,
        after: Option<&Untrusted>,
        limit: usize,
    ) -> Result<Vec<BucketRecord>, StateError> {
        status::unseen(&self.table, run, account, after, limit).await
    }

    fn batch_limit(&self) -> usize {
        BATCH_LIMIT
    }

    async fn commit(&self, commit: Commit) -> Result<(), StateError> {
        self.list(&commit).await?;
        self.note_events(&commit).await?;
        commit::commit(&self.table, &commit).await
    }

    async fn status(&self, query: &StatusQuery) -> Result<Page<StatusRow>, StateError> {
        status::page(&self.table, query).await
    }

    async fn summary(&self, query: &StatusQuery) -> Result<Summary, StateError> {
        status::summary(&self.table, query).await
    }

    async fn history(&self, query: &HistoryQuery) -> Result<Page<TransitionRecord>, StateError> {
        history::page(&self.table, query).await
    }

    async fn exceptions(&self) -> Result<Vec<Exception>, StateError> {
        exception::all(&self.table).await
    }

    async fn named(&self, name: &Untrusted) -> Result<Vec<BucketKey>, StateError> {
        exception::named(&self.table, name).await
    }

    async fn seen(&self, ids: &[String]) -> Result<Vec<String>, StateError> {
        event::seen(&self.table, ids).await
    }

    async fn changes(&self, key: &BucketKey, limit: usize) -> Result<Vec<ChangeRecord>, StateError> {
        event::of(&self.table, key, limit).await
    }

    async fn last_event(&self) -> Result<Option<Timestamp>, StateError> {
        event::last(&self.table).await
    }

    async fn reminded(&self, account: &AccountId) -> Result<Option<Timestamp>, StateError> {
        account::reminded(&self.table, account).await
    }

    async fn forget(&self, instant: Timestamp) -> Result<u64, StateError> {
        event::forget(&self.table, instant).await.map(|()| 0)
    }

    async fn revisit(
        &self,
        account: &AccountId,
        bucket: Option<&Untrusted>,
    ) -> Result<Option<Revisit>, StateError> {
        revisit::planned(&self.table, account, bucket).await
    }

    async fn revisits(&self, now: Timestamp, limit: usize) -> Result<Vec<Revisit>, StateError> {
        revisit::due(&self.table, now, limit).await
    }

    async fn next_revisit(&self) -> Result<Option<Timestamp>, StateError> {
        revisit::next(&self.table).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StateError> {
        outbox::claim(&self.table, claim).await
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), StateError> {
        settle::settle(&self.table, settlements).await
    }

    async fn next_due(&self, notifier: &str) -> Result<Option<Timestamp>, StateError> {
        outbox::next_due(&self.table, notifier).await
    }

    async fn outbox_counts(&self) -> Result<Vec<OutboxCount>, StateError> {
        outbox::counts(&self.table).await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StateError> {
        outbox::dead_letters(&self.table, limit).await
    }

    async fn revive(&self, notifier: Option<&str>, now: Timestamp) -> Result<u64, StateError> {
        outbox::revive(&self.table, notifier, now).await
    }
}
