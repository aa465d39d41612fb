//! The state in one SQLite file: the store of a single machine.
//!
//! One connection, on a thread of its own as a rule, does one job after the other. Write-ahead logging with `synchronous=FULL`:
//! what a method acknowledged is on the disk.

mod account;
mod bucket;
mod change;
mod codec;
mod commit;
mod error;
mod exception;
mod facet;
mod history;
mod lock;
mod open;
mod outbox;
mod reminder;
mod revisit;
mod run;
mod status;
mod worker;

use std::path::Path;

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

use self::worker::Worker;

/// How many buckets one commit holds: one sync of the disk for all of them.
const BATCH_LIMIT: usize = 128;

/// A state in an SQLite database.
pub struct SqliteStore {
    worker: Worker,
}

impl SqliteStore {
    /// Opens the database at `path`; makes it, and its folder, where there is none.
    ///
    /// *Errors*: a database that is damaged, foreign, newer or cannot be written is refused and left as it is.
    pub async fn open(path: &Path) -> Result<Self, StateError> {
        let path = path.to_owned();
        Ok(Self { worker: Worker::aside(move || open::open(&path)).await? })
    }

    /// Opens the database at `path` as [`SqliteStore::open`] does, without a thread of its own: whoever asks waits for the
    /// disk. For who has nothing else to do meanwhile, and for simulations, whose time must not run on meanwhile.
    pub fn open_here(path: &Path) -> Result<Self, StateError> {
        Ok(Self { worker: Worker::here(|| open::open(path))? })
    }

    /// Opens a private database that is gone when it is closed.
    pub async fn temporary() -> Result<Self, StateError> {
        Ok(Self { worker: Worker::aside(open::temporary).await? })
    }
}

#[async_trait]
impl StateStore for SqliteStore {
    async fn begin_run(&self, request: &RunRequest) -> Result<Run, StateError> {
        let request = request.clone();
        self.worker.call(move |database| run::begin(database, &request)).await
    }

    async fn renew_run(&self, run: &RunId, until: Timestamp) -> Result<(), StateError> {
        let run = run.clone();
        self.worker.call(move |database| run::renew(database, &run, until)).await
    }

    async fn finish_run(&self, run: &RunId, end: &RunEnd) -> Result<(), StateError> {
        let (run, end) = (run.clone(), end.clone());
        self.worker.call(move |database| run::finish(database, &run, &end)).await
    }

    async fn runs(&self, limit: usize) -> Result<Vec<Run>, StateError> {
        self.worker.call(move |database| run::latest(database, limit)).await
    }

    async fn account(&self, account: &AccountId) -> Result<Option<AccountRecord>, StateError> {
        let account = account.clone();
        self.worker.call(move |database| account::load(database, &account)).await
    }

    async fn accounts(&self) -> Result<Vec<AccountId>, StateError> {
        self.worker.call(account::all).await
    }

    async fn load(&self, keys: &[BucketKey]) -> Result<Vec<BucketRecord>, StateError> {
        let keys = keys.to_vec();
        self.worker.call(move |database| bucket::load(database, &keys)).await
    }

    async fn outdated(
        &self,
        account: &AccountId,
        revision: u64,
        after: Option<&Untrusted>,
        limit: usize,
    ) -> Result<Vec<BucketRecord>, StateError> {
        let (account, after) = (account.clone(), after.cloned());
        self.worker
            .call(move |database| bucket::outdated(database, &account, revision, after.as_ref(), limit))
            .await
    }

    async fn unseen(
        &self,
        run: &RunId,
        account: &AccountId,
        after: Option<&Untrusted>,
        limit: usize,
    ) -> Result<Vec<BucketRecord>, StateError> {
        let (run, account, after) = (run.clone(), account.clone(), after.cloned());
        self.worker
            .call(move |database| bucket::unseen(database, &run, &account, after.as_ref(), limit))
            .await
    }

    fn batch_limit(&self) -> usize {
        BATCH_LIMIT
    }

    async fn commit(&self, commit: Commit) -> Result<(), StateError> {
        self.worker.call(move |database| commit::commit(database, &commit)).await
    }

    async fn status(&self, query: &StatusQuery) -> Result<Page<StatusRow>, StateError> {
        let query = query.clone();
        self.worker.call(move |database| status::page(database, &query)).await
    }

    async fn summary(&self, query: &StatusQuery) -> Result<Summary, StateError> {
        let query = query.clone();
        self.worker.call(move |database| status::summary(database, &query)).await
    }

    async fn history(&self, query: &HistoryQuery) -> Result<Page<TransitionRecord>, StateError> {
        let query = query.clone();
        self.worker.call(move |database| history::page(database, &query)).await
    }

    async fn exceptions(&self) -> Result<Vec<Exception>, StateError> {
        self.worker.call(exception::all).await
    }

    async fn named(&self, name: &Untrusted) -> Result<Vec<BucketKey>, StateError> {
        let name = name.clone();
        self.worker.call(move |database| exception::named(database, &name)).await
    }

    async fn seen(&self, ids: &[String]) -> Result<Vec<String>, StateError> {
        let ids = ids.to_vec();
        self.worker.call(move |database| change::seen(database, &ids)).await
    }

    async fn changes(&self, key: &BucketKey, limit: usize) -> Result<Vec<ChangeRecord>, StateError> {
        let key = key.clone();
        self.worker.call(move |database| change::of(database, &key, limit)).await
    }

    async fn last_event(&self) -> Result<Option<Timestamp>, StateError> {
        self.worker.call(change::last).await
    }

    async fn reminded(&self, account: &AccountId) -> Result<Option<Timestamp>, StateError> {
        let account = account.clone();
        self.worker.call(move |database| reminder::last(database, &account)).await
    }

    async fn forget(&self, instant: Timestamp) -> Result<u64, StateError> {
        self.worker.call(move |database| change::forget(database, instant)).await
    }

    async fn revisit(
        &self,
        account: &AccountId,
        bucket: Option<&Untrusted>,
    ) -> Result<Option<Revisit>, StateError> {
        let (account, bucket) = (account.clone(), bucket.cloned());
        self.worker.call(move |database| revisit::planned(database, &account, bucket.as_ref())).await
    }

    async fn revisits(&self, now: Timestamp, limit: usize) -> Result<Vec<Revisit>, StateError> {
        self.worker.call(move |database| revisit::due(database, now, limit)).await
    }

    async fn next_revisit(&self) -> Result<Option<Timestamp>, StateError> {
        self.worker.call(revisit::next).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StateError> {
        let claim = claim.clone();
        self.worker.call(move |database| outbox::claim(database, &claim)).await
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), StateError> {
        self.worker.call(move |database| outbox::settle(database, &settlements)).await
    }

    async fn next_due(&self, notifier: &str) -> Result<Option<Timestamp>, StateError> {
        let notifier = notifier.to_owned();
        self.worker.call(move |database| outbox::next_due(database, &notifier)).await
    }

    async fn outbox_counts(&self) -> Result<Vec<OutboxCount>, StateError> {
        self.worker.call(outbox::counts).await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StateError> {
        self.worker.call(move |database| outbox::dead_letters(database, limit)).await
    }

    async fn revive(&self, notifier: Option<&str>, now: Timestamp) -> Result<u64, StateError> {
        let notifier = notifier.map(str::to_owned);
        self.worker.call(move |database| outbox::revive(database, notifier.as_deref(), now)).await
    }
}
