//! The port to what bucketwatch remembers.
//!
//! The shape is the same for every store: load by key, decide in the engine, commit with the versions that were
//! loaded. No closure crosses the port, so that a store over a network fits as well as a file.

mod change;
mod error;
mod facet;
mod outbox;
mod policy_text;
mod query;
mod record;
mod revisit;
mod run;

use async_trait::async_trait;
use bucketwatch_exposure::exception::Exception;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

pub use self::change::{ChangeRecord, Opened};
pub use self::error::{Source, StateError};
pub use self::facet::{Facet, FacetKind, Merge};
pub use self::outbox::{Claim, Claimed, DeadLetter, OutboxCount, Outcome, Settlement, Ticket};
pub use self::policy_text::{Digest, attach, detach};
pub use self::query::{Cursor, HistoryQuery, Page, StatusQuery, StatusRow, Summary};
pub use self::record::{
    AccountRecord, AssessmentRecord, BucketKey, BucketRecord, Commit, Look, OutgoingNotice, Reminded,
    StandingRecord,
};
pub use self::revisit::Revisit;
pub use self::run::{Coverage, Run, RunEnd, RunId, RunRequest};

/// What bucketwatch remembers between runs: facets, assessments, transitions, notices and their deliveries.
///
/// Every method is one transaction: what it acknowledged is on the disk, what it refused left no trace.
#[async_trait]
pub trait StateStore: Send + Sync {
    /// Takes the scan lease and opens a run. A run that was left open by a process that died is closed as partial.
    ///
    /// *Errors*: [`StateError::RunInProgress`] while another process holds the lease.
    async fn begin_run(&self, request: &RunRequest) -> Result<Run, StateError>;

    /// Moves the end of the lease of `run` to `until`.
    ///
    /// *Errors*: [`StateError::LeaseLost`] if another process took it.
    async fn renew_run(&self, run: &RunId, until: Timestamp) -> Result<(), StateError>;

    /// Closes `run` and gives the lease back.
    async fn finish_run(&self, run: &RunId, end: &RunEnd) -> Result<(), StateError>;

    /// Gives the latest runs, newest first.
    async fn runs(&self, limit: usize) -> Result<Vec<Run>, StateError>;

    /// Gives what is known of an account.
    async fn account(&self, account: &AccountId) -> Result<Option<AccountRecord>, StateError>;

    /// Gives the accounts of which buckets were ever seen, in order.
    async fn accounts(&self) -> Result<Vec<AccountId>, StateError>;

    /// Gives what is known of `keys`, in any order; a bucket that was never seen is left out.
    async fn load(&self, keys: &[BucketKey]) -> Result<Vec<BucketRecord>, StateError>;

    /// Gives buckets of `account` whose assessment was made with another revision of the account's facts than
    /// `revision`, by name, from the first name greater than `after`. Deleted buckets are left out.
    async fn outdated(
        &self,
        account: &AccountId,
        revision: u64,
        after: Option<&Untrusted>,
        limit: usize,
    ) -> Result<Vec<BucketRecord>, StateError>;

    /// Gives buckets of `account` that `run` did not look at and nobody else has since it began, by name, from the
    /// first name greater than `after`. Deleted buckets are left out.
    async fn unseen(
        &self,
        run: &RunId,
        account: &AccountId,
        after: Option<&Untrusted>,
        limit: usize,
    ) -> Result<Vec<BucketRecord>, StateError>;

    /// Gives how many buckets one [`Commit`] may hold.
    fn batch_limit(&self) -> usize;

    /// Writes records, transitions, exceptions and notices in one transaction, each notice with one delivery for each of its
    /// notifiers. A notice or event whose id is known already is left out: it was written before.
    ///
    /// *Errors*: [`StateError::Conflict`] if a record's version is not the stored one, [`StateError::LeaseLost`] if
    /// the commit's run no longer holds the lease; nothing is written then.
    async fn commit(&self, commit: Commit) -> Result<(), StateError>;

    /// Gives one page of buckets as they stand: public first, then undetermined, then not public; the worst first
    /// among equals, then by account and name. Deleted buckets are left out.
    async fn status(&self, query: &StatusQuery) -> Result<Page<StatusRow>, StateError>;

    /// Counts what [`StateStore::status`] would give, over all pages.
    async fn summary(&self, query: &StatusQuery) -> Result<Summary, StateError>;

    /// Gives one page of transitions, newest first.
    async fn history(
        &self,
        query: &HistoryQuery,
    ) -> Result<Page<crate::notice::TransitionRecord>, StateError>;

    /// Gives every exception that was made by the command, those that count no longer too, the first to end first.
    async fn exceptions(&self) -> Result<Vec<Exception>, StateError>;

    /// Gives the buckets that bear `name`, by account. Deleted buckets are left out.
    async fn named(&self, name: &Untrusted) -> Result<Vec<BucketKey>, StateError>;

    /// Gives those of the events `ids` that were handled.
    async fn seen(&self, ids: &[String]) -> Result<Vec<String>, StateError>;

    /// Gives the events about `key` and about its account as a whole that AWS did, the latest first, by their own time.
    async fn changes(&self, key: &BucketKey, limit: usize) -> Result<Vec<ChangeRecord>, StateError>;

    /// Gives when an event was last recorded, of those that are remembered; `None` = never. A store may say a quarter of an
    /// hour less than is so.
    async fn last_event(&self) -> Result<Option<Timestamp>, StateError>;

    /// Gives when somebody was last reminded of what is still open in `account`.
    async fn reminded(&self, account: &AccountId) -> Result<Option<Timestamp>, StateError>;

    /// Forgets events that were handled before `instant`, and gives how many these were; 0 where the store does not count
    /// them.
    async fn forget(&self, instant: Timestamp) -> Result<u64, StateError>;

    /// Gives the look that is due for a bucket, or for the account.
    async fn revisit(
        &self,
        account: &AccountId,
        bucket: Option<&Untrusted>,
    ) -> Result<Option<Revisit>, StateError>;

    /// Gives looks that are due at `now`, the longest overdue first.
    async fn revisits(&self, now: Timestamp, limit: usize) -> Result<Vec<Revisit>, StateError>;

    /// Gives the first instant at which a look is due; `None` = none is planned.
    async fn next_revisit(&self) -> Result<Option<Timestamp>, StateError>;

    /// Leases deliveries that are due, oldest first: nobody else gets them before the lease ends.
    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StateError>;

    /// Records how deliveries went. A settlement whose lease somebody else has taken meanwhile counts only if it
    /// was delivered.
    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), StateError>;

    /// Gives the first instant at which a delivery of `notifier` is or becomes due; `None` = nothing waits.
    async fn next_due(&self, notifier: &str) -> Result<Option<Timestamp>, StateError>;

    /// Counts the outbox by notifier.
    async fn outbox_counts(&self) -> Result<Vec<OutboxCount>, StateError>;

    /// Gives dead letters, oldest first.
    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StateError>;

    /// Makes dead letters due at `now` again, those of `notifier` or of all, and gives how many there were.
    async fn revive(&self, notifier: Option<&str>, now: Timestamp) -> Result<u64, StateError>;
}
