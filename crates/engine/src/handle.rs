//! Events: what each touched is looked at afresh, judged, compared with the state, recorded and told with who did it.
//!
//! An event says where to look; the live configuration is the truth. So events may come late, twice and in any order:
//! they end in the same state. What was touched is looked at once more some time later, because AWS's answers lag behind
//! its writes: [`Handler::revisit`] makes the looks that are due.
//!
//! Whatever is done is recorded before the event counts as handled, so an event that is handed over again after a crash
//! does the rest and nothing twice.

mod account;
mod affair;
mod attempt;
mod attribution;
mod bucket;
mod revisit;
mod watcher;

use std::sync::Arc;
use std::time::Duration;

use bucketwatch_exposure::assess::assess;
use bucketwatch_exposure::exception::Exception;
use bucketwatch_ingest::cloudtrail::Change;
use bucketwatch_policy::name::AccountId;
use futures::future::join_all;
use jiff::Timestamp;
use tokio::time::Instant;

use self::affair::Affairs;
use crate::cloud::CloudError;
use crate::config::AlertKind;
use crate::judgement::Judge;
use crate::observe::Observer;
use crate::routing::Routing;
use crate::scan::Looker;
use crate::state::{Commit, StateError, StateStore};

/// How many buckets are looked at at once.
const AT_ONCE: usize = 8;

/// How events are handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandleOptions {
    /// How long after an event the last look at what it touched is made. AWS's answers are taken to be settled by then.
    pub settle: Duration,
    /// How long after an answer that is older than its event the next look is made; twice as long after the second.
    pub retry: Duration,
    /// How long an event is remembered.
    pub remember: Duration,
    /// Names or ARNs of our own rules, queues and functions, beside those that have `bucketwatch` in their name. Every
    /// trail counts, since without one no event comes.
    pub own: Vec<String>,
}

impl Default for HandleOptions {
    fn default() -> Self {
        Self {
            settle: Duration::from_secs(60),
            retry: Duration::from_secs(5),
            remember: Duration::from_secs(90 * 24 * 60 * 60),
            own: Vec::new(),
        }
    }
}

/// Handles the events of one account.
pub struct Handler {
    store: Arc<dyn StateStore>,
    observer: Observer,
    looker: Arc<dyn Looker>,
    options: HandleOptions,
    judge: Judge,
}

/// What came of handling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Handled {
    /// Events that were new.
    pub events: usize,
    /// Events that had been handled before.
    pub known: usize,
    /// Looks at buckets.
    pub looks: usize,
}

/// Why events could not be handled. They must be handed over again.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The state cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// AWS cannot be asked at all.
    #[error("the account cannot be asked")]
    Cloud(#[from] CloudError),
}

impl Handler {
    /// Gives a handler that looks through `looker`, remembers in `store` and tells `notifiers` of the transitions that
    /// `alert_on` chooses.
    pub fn new(
        store: Arc<dyn StateStore>,
        looker: Arc<dyn Looker>,
        alert_on: Vec<AlertKind>,
        notifiers: Vec<String>,
        options: HandleOptions,
    ) -> Self {
        Self::routed(store, looker, Routing::to_all(alert_on, notifiers), options)
    }

    /// Gives a handler that tells whom `routing` says.
    pub fn routed(
        store: Arc<dyn StateStore>,
        looker: Arc<dyn Looker>,
        routing: Routing,
        options: HandleOptions,
    ) -> Self {
        let observer = Observer::routed(Arc::clone(&store), routing);
        Self { store, observer, looker, options, judge: assess }
    }

    /// Gives a handler that heeds the exceptions `reviewed`, as [`Observer::accepting`] does.
    pub fn accepting(self, reviewed: Vec<Exception>) -> Self {
        Self { observer: self.observer.accepting(reviewed), ..self }
    }

    /// Handles `changes` at the instant `now`. A change of the account that does not reach every bucket before
    /// `deadline` is continued by [`Handler::revisit`].
    ///
    /// *Errors*: nothing of what was not handled counts as handled.
    pub async fn events(
        &self,
        changes: Vec<Change>,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Handled, HandleError> {
        let changes: Vec<_> = changes.into_iter().filter(affair::concerns).collect();
        let given = changes.len();
        let fresh = self.fresh(changes).await?;
        let mut handled = Handled { events: fresh.len(), known: given - fresh.len(), looks: 0 };
        let mut affairs = Affairs::sorted(fresh, self.account());
        self.find_buckets(&mut affairs).await?;
        if !affairs.account.is_empty() {
            self.account_changed(&affairs.account, now, deadline).await?;
        }
        self.tell(&affairs, now).await?;
        let buckets: Vec<_> = affairs.buckets.iter().collect();
        for part in buckets.chunks(AT_ONCE) {
            let work =
                part.iter().map(|(name, group)| self.bucket_changed(name, group, &affairs.account, now));
            for looks in join_all(work).await {
                handled.looks += looks?;
            }
        }
        Ok(handled)
    }

    /// Gives a handler that reminds every so often of what is still open; `None`: never.
    pub fn reminding(self, every: Option<Duration>) -> Self {
        Self { observer: self.observer.reminding(every), ..self }
    }

    /// Reminds of what has been open for long at the instant `now`.
    pub async fn remind(&self, now: Timestamp) -> Result<(), StateError> {
        self.observer.remind(self.account(), now).await
    }

    fn account(&self) -> &AccountId {
        &self.looker.identity().account
    }

    /// Gives each event once that was not handled before, in the order of their own times.
    async fn fresh(&self, mut changes: Vec<Change>) -> Result<Vec<Change>, HandleError> {
        changes.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        changes.dedup_by(|a, b| a.id == b.id);
        let ids: Vec<String> = changes.iter().map(|change| change.id.clone()).collect();
        let known = self.store.seen(&ids).await?;
        changes.retain(|change| !known.contains(&change.id));
        Ok(changes)
    }

    /// Writes what needs no record of a bucket or account.
    async fn write(&self, commit: Commit) -> Result<(), HandleError> {
        Ok(self.store.commit(commit).await?)
    }
}

/// Gives the instant `duration` after `instant`.
fn later(instant: Timestamp, duration: Duration) -> Timestamp {
    instant.checked_add(duration).unwrap_or(Timestamp::MAX)
}
