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
mod desk;
mod object;
mod organization;
mod point;
mod reach;
mod revisit;
mod tables;
mod watcher;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bucketwatch_exposure::assess::assess;
use bucketwatch_ingest::cloudtrail::{Change, Scope};
use bucketwatch_policy::name::AccountId;
use jiff::Timestamp;
use tokio::time::Instant;

pub use self::reach::{Accounts, OutOfReach};

pub(crate) use self::attempt::asked_for;
pub(crate) use self::attribution::{deed, opened};

use self::affair::Affairs;
use self::desk::Desk;
use self::reach::OursAlone;
use crate::cloud::CloudError;
use crate::config::AlertKind;
use crate::exception::Written;
use crate::observe::{Observer, Review};
use crate::routing::Routing;
use crate::scan::Looker;
use crate::state::{Revisit, StateError, StateStore};

/// How many looks that are due are taken up at once.
const BATCH: usize = 16;

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

/// Handles events: those of our own account, and those of the accounts that it can reach.
pub struct Handler {
    own: Desk,
    accounts: Arc<dyn Accounts>,
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
        let observer = Arc::new(Observer::routed(Arc::clone(&store), routing));
        let own = Desk { store, observer, looker, options: Arc::new(options), judge: assess };
        Self { own, accounts: Arc::new(OursAlone) }
    }

    /// Gives a handler that looks at what happens in the accounts that `accounts` opens, too.
    pub fn reaching(self, accounts: Arc<dyn Accounts>) -> Self {
        Self { accounts, ..self }
    }

    /// Gives a handler that heeds the exceptions that are `written` down, as [`Observer::accepting`] does.
    pub fn accepting(self, written: impl Into<Written>) -> Self {
        self.observing(|observer| observer.accepting(written))
    }

    /// Gives a handler that reminds every so often of what is still open; `None`: never.
    pub fn reminding(self, every: Option<Duration>) -> Self {
        self.observing(|observer| observer.reminding(every))
    }

    fn observing(mut self, change: impl FnOnce(Observer) -> Observer) -> Self {
        self.own.observer = Arc::new(change(self.own.observer.as_ref().clone()));
        self
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
        let changes = self.own.concerning(changes).await?;
        let given = changes.len();
        let fresh = self.fresh(changes).await?;
        let mut handled = Handled { events: fresh.len(), known: given - fresh.len(), looks: 0 };
        let (above, fresh): (Vec<_>, Vec<_>) = fresh.into_iter().partition(organization::is_above_accounts);
        // Half of the time is left to the others, however many accounts there are.
        let begun = Instant::now();
        let half = begun + deadline.saturating_duration_since(begun) / 2;
        self.organization_changed(&above, now, half).await?;
        for (account, group) in self.by_account(fresh) {
            handled.looks += if account == *self.own.account() {
                self.own.handle(group, now, deadline).await?
            } else {
                self.elsewhere(&account, group, now, deadline).await?
            };
        }
        Ok(handled)
    }

    /// Makes the looks that are due at `now`, until `deadline`, and gives how many buckets were looked at.
    ///
    /// *Errors*: what was not done stays due.
    pub async fn revisit(&self, now: Timestamp, deadline: Instant) -> Result<usize, HandleError> {
        let mut looks = 0;
        while Instant::now() < deadline {
            let due = self.own.store.revisits(now, BATCH).await?;
            if due.is_empty() {
                break;
            }
            for revisit in due {
                looks += self.look_again(revisit, now, deadline).await?;
            }
        }
        Ok(looks)
    }

    /// Forgets events that are older than the options say; gives how many.
    pub async fn forget(&self, now: Timestamp) -> Result<u64, StateError> {
        match now.checked_sub(self.own.options.remember) {
            Ok(instant) => self.own.store.forget(instant).await,
            Err(_) => Ok(0),
        }
    }

    /// Reminds of what has been open for long at the instant `now`.
    pub async fn remind(&self, now: Timestamp) -> Result<(), StateError> {
        self.own.observer.remind(self.own.account(), now).await
    }

    /// Gives what looks through the exceptions that it heeds, now and then.
    pub fn review(&self) -> Review {
        Review::of(self.own.observer.as_ref().clone())
    }

    /// Gives each event once that was not handled before, in the order of their own times.
    async fn fresh(&self, mut changes: Vec<Change>) -> Result<Vec<Change>, HandleError> {
        changes.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        changes.dedup_by(|a, b| a.id == b.id);
        let ids: Vec<String> = changes.iter().map(|change| change.id.clone()).collect();
        let known = self.own.store.seen(&ids).await?;
        changes.retain(|change| !known.contains(&change.id));
        Ok(changes)
    }

    /// Sorts events by the account that has to be looked at; what was refused to an organization is told as ours.
    fn by_account(&self, changes: Vec<Change>) -> BTreeMap<AccountId, Vec<Change>> {
        let mut groups: BTreeMap<AccountId, Vec<Change>> = BTreeMap::new();
        for change in changes {
            let account = change.account.as_ref().filter(|_| change.kind.scope() != Scope::Organization);
            groups.entry(account.unwrap_or(self.own.account()).clone()).or_default().push(change);
        }
        groups
    }

    /// Handles events of another account: by looking where that can be opened, else by what they ask for.
    async fn elsewhere(
        &self,
        account: &AccountId,
        changes: Vec<Change>,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<usize, HandleError> {
        let why = if changes.iter().any(affair::asks_for_a_look) {
            match self.accounts.looker(account).await {
                Ok(looker) => match self.own.of(looker).handle(changes.clone(), now, deadline).await {
                    Err(HandleError::Cloud(error)) => error.code,
                    handled => return handled,
                },
                Err(OutOfReach(why)) => why,
            }
        } else {
            String::new()
        };
        let affairs = Affairs::out_of_reach(changes, not_asked(account, &why));
        self.own.tell(&affairs, now).await?;
        Ok(0)
    }

    async fn look_again(
        &self,
        revisit: Revisit,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<usize, HandleError> {
        if revisit.account == *self.own.account() {
            return self.own.due(revisit, now, deadline).await;
        }
        let why = match self.accounts.looker(&revisit.account).await {
            Ok(looker) => match self.own.of(looker).due(revisit.clone(), now, deadline).await {
                Err(HandleError::Cloud(error)) => error.code,
                looked => return looked,
            },
            Err(OutOfReach(why)) => why,
        };
        self.own.put_off(revisit, &why, now).await?;
        Ok(0)
    }
}

/// Says that an account cannot be asked.
fn not_asked(account: &AccountId, why: &str) -> String {
    format!("account {account} cannot be asked: {why}")
}

/// Gives the instant `duration` after `instant`.
fn later(instant: Timestamp, duration: Duration) -> Timestamp {
    instant.checked_add(duration).unwrap_or(Timestamp::MAX)
}
