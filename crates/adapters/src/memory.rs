//! The state in this process alone: what it remembers is gone with it.
//!
//! For a function that keeps nothing, and for tests. Everything is in memory, so it grows with the number of buckets.

mod commit;
mod event;
mod outbox;
mod query;
mod run;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

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

use self::outbox::Outbox;
use self::run::LeasedRun;

/// How many buckets one commit holds: as many as a file takes.
const BATCH_LIMIT: usize = 128;

/// A state in memory.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Memory>);

/// What is remembered.
#[derive(Debug, Default)]
struct Memory {
    runs: Vec<LeasedRun>,
    accounts: BTreeMap<AccountId, AccountRecord>,
    buckets: BTreeMap<BucketKey, BucketRecord>,
    /// In the order in which they were written.
    transitions: Vec<TransitionRecord>,
    /// By name.
    exceptions: BTreeMap<String, Exception>,
    /// By the id of the event.
    changes: BTreeMap<String, ChangeRecord>,
    /// `None` = the account as a whole.
    revisits: BTreeMap<(AccountId, Option<Untrusted>), Revisit>,
    reminders: BTreeMap<AccountId, Timestamp>,
    outbox: Outbox,
}

impl MemoryStore {
    /// INVARIANT: what is done under the lock panics nowhere between two changes, so a poisoned lock holds whole records.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl StateStore for MemoryStore {
    async fn begin_run(&self, request: &RunRequest) -> Result<Run, StateError> {
        self.memory().begin_run(request)
    }

    async fn renew_run(&self, run: &RunId, until: Timestamp) -> Result<(), StateError> {
        self.memory().open_run(run).map(|open| open.leased_until = until)
    }

    async fn finish_run(&self, run: &RunId, end: &RunEnd) -> Result<(), StateError> {
        self.memory().open_run(run).map(|open| open.run.end = Some(end.clone()))
    }

    async fn runs(&self, limit: usize) -> Result<Vec<Run>, StateError> {
        Ok(self.memory().latest_runs(limit))
    }

    async fn account(&self, account: &AccountId) -> Result<Option<AccountRecord>, StateError> {
        Ok(self.memory().accounts.get(account).cloned())
    }

    async fn accounts(&self) -> Result<Vec<AccountId>, StateError> {
        let mut accounts: Vec<AccountId> =
            self.memory().buckets.keys().map(|key| key.account.clone()).collect();
        accounts.dedup();
        Ok(accounts)
    }

    async fn load(&self, keys: &[BucketKey]) -> Result<Vec<BucketRecord>, StateError> {
        let memory = self.memory();
        Ok(keys.iter().filter_map(|key| memory.buckets.get(key).cloned()).collect())
    }

    async fn outdated(
        &self,
        account: &AccountId,
        revision: u64,
        after: Option<&Untrusted>,
        limit: usize,
    ) -> Result<Vec<BucketRecord>, StateError> {
        Ok(self.memory().outdated(account, revision, after, limit))
    }

    async fn unseen(
        &self,
        run: &RunId,
        account: &AccountId,
        after: Option<&Untrusted>,
        limit: usize,
    ) -> Result<Vec<BucketRecord>, StateError> {
        Ok(self.memory().unseen(run, account, after, limit))
    }

    fn batch_limit(&self) -> usize {
        BATCH_LIMIT
    }

    async fn commit(&self, commit: Commit) -> Result<(), StateError> {
        self.memory().commit(commit)
    }

    async fn status(&self, query: &StatusQuery) -> Result<Page<StatusRow>, StateError> {
        self.memory().status(query)
    }

    async fn summary(&self, query: &StatusQuery) -> Result<Summary, StateError> {
        Ok(self.memory().summary(query))
    }

    async fn history(&self, query: &HistoryQuery) -> Result<Page<TransitionRecord>, StateError> {
        self.memory().history(query)
    }

    async fn exceptions(&self) -> Result<Vec<Exception>, StateError> {
        let mut exceptions: Vec<Exception> = self.memory().exceptions.values().cloned().collect();
        exceptions.sort_by_key(|exception| exception.until);
        Ok(exceptions)
    }

    async fn named(&self, name: &Untrusted) -> Result<Vec<BucketKey>, StateError> {
        let memory = self.memory();
        let living = memory.buckets.values().filter(|bucket| bucket.deleted_at.is_none());
        Ok(living.filter(|bucket| bucket.key.name == *name).map(|bucket| bucket.key.clone()).collect())
    }

    async fn seen(&self, ids: &[String]) -> Result<Vec<String>, StateError> {
        let memory = self.memory();
        Ok(ids.iter().filter(|id| memory.changes.contains_key(*id)).cloned().collect())
    }

    async fn changes(&self, key: &BucketKey, limit: usize) -> Result<Vec<ChangeRecord>, StateError> {
        Ok(self.memory().changes_of(key, limit))
    }

    async fn last_event(&self) -> Result<Option<Timestamp>, StateError> {
        Ok(self.memory().changes.values().map(|change| change.recorded_at).max())
    }

    async fn reminded(&self, account: &AccountId) -> Result<Option<Timestamp>, StateError> {
        Ok(self.memory().reminders.get(account).copied())
    }

    async fn forget(&self, instant: Timestamp) -> Result<u64, StateError> {
        Ok(self.memory().forget(instant))
    }

    async fn revisit(
        &self,
        account: &AccountId,
        bucket: Option<&Untrusted>,
    ) -> Result<Option<Revisit>, StateError> {
        Ok(self.memory().revisits.get(&(account.clone(), bucket.cloned())).cloned())
    }

    async fn revisits(&self, now: Timestamp, limit: usize) -> Result<Vec<Revisit>, StateError> {
        Ok(self.memory().due_revisits(now, limit))
    }

    async fn next_revisit(&self) -> Result<Option<Timestamp>, StateError> {
        Ok(self.memory().revisits.values().map(|revisit| revisit.due_at).min())
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StateError> {
        Ok(self.memory().outbox.claim(claim))
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), StateError> {
        let mut memory = self.memory();
        settlements.iter().for_each(|settlement| memory.outbox.settle(settlement));
        Ok(())
    }

    async fn next_due(&self, notifier: &str) -> Result<Option<Timestamp>, StateError> {
        Ok(self.memory().outbox.next_due(notifier))
    }

    async fn outbox_counts(&self) -> Result<Vec<OutboxCount>, StateError> {
        Ok(self.memory().outbox.counts())
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StateError> {
        Ok(self.memory().outbox.dead_letters(limit))
    }

    async fn revive(&self, notifier: Option<&str>, now: Timestamp) -> Result<u64, StateError> {
        Ok(self.memory().outbox.revive(notifier, now))
    }
}
