//! Recording what was seen: stored facets and a new look become an assessment, a transition, notices, one commit.
//!
//! A scan calls [`Observer::account`] first, [`Observer::buckets`] and [`Observer::gone`] as its reads come in, and
//! [`Observer::conclude`] at its end. Whatever was committed before an interruption stays and is right by itself.

mod accept;
mod acceptance;
mod baseline;
mod decide;
mod facets;
mod found;
mod look;
mod objects;
mod remind;
mod review;
mod scan;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub use self::accept::{AcceptError, Acceptable, NewException};
pub use self::look::{AccountLook, BucketLook, Hand, Occasion, Outcome};
pub use self::review::Review;
pub use self::scan::ScanRecorder;
use bucketwatch_exposure::assess::assess;
use bucketwatch_exposure::assessment::Verdict;
use bucketwatch_exposure::exception::Exception;
use bucketwatch_exposure::snapshot::BucketSnapshot;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use tokio::time::Instant;

pub(crate) use self::objects::kept;

use self::decide::{Decision, Grounds};
use crate::cloud::is_directory;
use crate::config::AlertKind;
use crate::exception::Written;
use crate::judgement::Judge;
use crate::notice::{Notice, TransitionRecord};
use crate::routing::Routing;
use crate::scan::BucketSight;
use crate::state::{
    AccountRecord, BucketKey, BucketRecord, Commit, OutgoingNotice, Revisit, StateError, StateStore,
};

/// How often a decision is taken anew because another process wrote the same records meanwhile.
const ATTEMPTS: usize = 5;

/// Records what was seen, and decides what is told to whom.
#[derive(Clone)]
pub struct Observer {
    store: Arc<dyn StateStore>,
    routing: Routing,
    judge: Judge,
    written: Written,
    remind_every: Option<Duration>,
}

impl Observer {
    /// Gives an observer that writes to `store` and tells `notifiers` of the transitions that `alert_on` chooses.
    pub fn new(store: Arc<dyn StateStore>, alert_on: Vec<AlertKind>, notifiers: Vec<String>) -> Self {
        Self::routed(store, Routing::to_all(alert_on, notifiers))
    }

    /// Gives an observer that writes to `store` and tells whom `routing` says.
    pub fn routed(store: Arc<dyn StateStore>, routing: Routing) -> Self {
        Self { store, routing, judge: assess, written: Written::default(), remind_every: None }
    }

    /// Gives an observer that heeds the exceptions that are `written` down, beside those of the state.
    pub fn accepting(self, written: impl Into<Written>) -> Self {
        Self { written: written.into(), ..self }
    }

    /// Gives an observer that has `judge` assess.
    pub fn judging_by(self, judge: Judge) -> Self {
        Self { judge, ..self }
    }

    /// Records a look at an account, and gives what is known of it then.
    ///
    /// Buckets are not assessed anew here: [`Observer::conclude`] does that for those that nobody looks at until then.
    pub async fn account(
        &self,
        occasion: &Occasion,
        look: &AccountLook,
    ) -> Result<AccountRecord, StateError> {
        for _ in 0..ATTEMPTS {
            let stored = self.store.account(&look.account).await?;
            let record = decide::account(stored.as_ref(), look, occasion);
            let commit = Commit { run: occasion.run(), accounts: vec![record.clone()], ..Commit::default() };
            if self.committed(commit).await? {
                return Ok(AccountRecord { version: record.version + 1, ..record });
            }
        }
        Err(StateError::Conflict { subject: Untrusted::new(look.account.as_str()) })
    }

    /// Records looks at buckets of `account`, a batch in one commit; of several looks at one bucket the last counts.
    pub async fn buckets(
        &self,
        occasion: &Occasion,
        account: &AccountId,
        looks: Vec<BucketLook>,
    ) -> Result<Vec<Outcome>, StateError> {
        let looks: BTreeMap<Untrusted, BucketLook> =
            looks.into_iter().map(|look| (look.name.clone(), look)).collect();
        let looks: Vec<BucketLook> = looks.into_values().collect();
        let mut recorded = Vec::with_capacity(looks.len());
        for batch in looks.chunks(self.store.batch_limit().max(1)) {
            recorded.extend(self.batch(occasion, account, batch).await?);
        }
        Ok(recorded)
    }

    async fn batch(
        &self,
        occasion: &Occasion,
        account: &AccountId,
        looks: &[BucketLook],
    ) -> Result<Vec<Outcome>, StateError> {
        let keys: Vec<BucketKey> = looks
            .iter()
            .map(|look| BucketKey { account: account.clone(), name: look.name.clone() })
            .collect();
        for _ in 0..ATTEMPTS {
            let account_record = self.store.account(account).await?;
            let stored = self.load(&keys).await?;
            // INVARIANT: read after the records, so that none bears the mark of an exception that is not known here.
            let exceptions = self.exceptions().await?;
            let grounds = Grounds { occasion, judge: self.judge, exceptions: &exceptions };
            let decisions = keys
                .iter()
                .zip(looks)
                .map(|(key, look)| {
                    decide::bucket(key, stored.get(key), account_record.as_ref(), look, grounds)
                })
                .collect::<Result<Vec<_>, _>>()?;
            let outcomes = decisions.iter().map(Outcome::of).collect();
            let found = found::at_first_sight(&decisions, &stored, account_record.as_ref(), occasion);
            let mut commit = self.commit_of(occasion, decisions);
            commit
                .notices
                .extend(found.iter().filter_map(|found| notice(found, self.routing.of_finding(found))));
            if self.committed(commit).await? {
                return Ok(outcomes);
            }
        }
        Err(StateError::Conflict { subject: Untrusted::new(account.as_str()) })
    }

    /// Records that buckets do not exist, and gives the transitions.
    pub async fn gone(
        &self,
        occasion: &Occasion,
        keys: &[BucketKey],
    ) -> Result<Vec<TransitionRecord>, StateError> {
        let mut transitions = Vec::new();
        for batch in keys.chunks(self.store.batch_limit().max(1)) {
            transitions.extend(self.gone_batch(occasion, batch).await?);
        }
        Ok(transitions)
    }

    async fn gone_batch(
        &self,
        occasion: &Occasion,
        keys: &[BucketKey],
    ) -> Result<Vec<TransitionRecord>, StateError> {
        for _ in 0..ATTEMPTS {
            let stored = self.load(keys).await?;
            let decisions: Vec<Decision> =
                stored.into_values().filter_map(|record| decide::gone(record, occasion)).collect();
            let transitions = decisions.iter().filter_map(|decision| decision.transition.clone()).collect();
            if self.committed(self.commit_of(occasion, decisions)).await? {
                return Ok(transitions);
            }
        }
        Err(StateError::Conflict { subject: keys.first().map(|key| key.name.clone()).unwrap_or_default() })
    }

    /// Ends what is to be done for an account in a run.
    ///
    /// Buckets that were assessed with older facts of the account are assessed anew from the state, without reading
    /// them. `complete` says that the listing went to its end and that every bucket in it was looked at: only then
    /// is a bucket that nobody saw recorded as deleted, and only then is the first run over the account the baseline.
    pub async fn conclude(
        &self,
        occasion: &Occasion,
        account: &AccountId,
        complete: bool,
    ) -> Result<(), StateError> {
        self.reassess(occasion, account).await?;
        if complete {
            self.unlisted(occasion, account).await?;
            self.baseline(occasion, account).await?;
        }
        Ok(())
    }

    /// Assesses every bucket of `account` anew whose assessment was made with older facts of the account.
    pub async fn reassess(&self, occasion: &Occasion, account: &AccountId) -> Result<(), StateError> {
        let commit = |decisions| self.commit_of(occasion, decisions);
        self.reassess_by(commit, occasion, account, None).await.map(drop)
    }

    /// Does the same until `deadline`, and tells whether nothing is left. What changes is told to those who keep each
    /// bucket apart; to the others the caller tells it at the end, as one. A bucket that cannot be judged by what is
    /// known of it is to be looked at next.
    pub async fn reassess_together(
        &self,
        occasion: &Occasion,
        account: &AccountId,
        deadline: Instant,
    ) -> Result<bool, StateError> {
        let commit = |decisions: Vec<Decision>| {
            let unknown = |decision: &&Decision| {
                decision
                    .record
                    .assessment
                    .as_ref()
                    .is_some_and(|shown| shown.verdict == Verdict::Undetermined)
            };
            let look = |decision: &Decision| Revisit {
                account: account.clone(),
                bucket: Some(decision.record.key.name.clone()),
                region: decision.record.region.clone(),
                due_at: occasion.at,
                since: occasion.at,
                attempts: 0,
                last: true,
                cause: occasion.cause.clone(),
                objects: Vec::new(),
            };
            let revisits = decisions.iter().filter(unknown).map(look).collect();
            let mut commit = Commit { revisits, ..self.commit_of(occasion, decisions) };
            commit.notices = self.routing.to_followers(commit.notices);
            commit
        };
        self.reassess_by(commit, occasion, account, Some(deadline)).await
    }

    async fn reassess_by(
        &self,
        commit: impl Fn(Vec<Decision>) -> Commit,
        occasion: &Occasion,
        account: &AccountId,
        deadline: Option<Instant>,
    ) -> Result<bool, StateError> {
        let Some(facts) = self.store.account(account).await? else { return Ok(true) };
        let mut after = None;
        let mut conflicts = 0;
        while deadline.is_none_or(|deadline| Instant::now() < deadline) {
            let page = self
                .store
                .outdated(account, facts.revision, after.as_ref(), self.store.batch_limit())
                .await?;
            let Some(last) = page.last().map(|record| record.key.name.clone()) else { return Ok(true) };
            let exceptions = self.exceptions().await?;
            let grounds = Grounds { occasion, judge: self.judge, exceptions: &exceptions };
            let decisions = page
                .into_iter()
                .map(|record| decide::anew(record, &facts, grounds))
                .collect::<Result<_, _>>()?;
            if self.committed(commit(decisions)).await? {
                after = Some(last);
            } else if conflicts < ATTEMPTS {
                conflicts += 1;
            } else {
                return Err(StateError::Conflict { subject: last });
            }
        }
        Ok(false)
    }

    /// Records what was seen of one bucket, and gives its outcome; `None` = it does not exist.
    pub(crate) async fn sight(
        &self,
        occasion: &Occasion,
        account: &AccountId,
        sight: BucketSight,
    ) -> Result<Option<Outcome>, StateError> {
        let (looks, gone) = scan::sorted(account, vec![sight]);
        self.gone(occasion, &gone).await?;
        Ok(self.buckets(occasion, account, looks).await?.pop())
    }

    /// Gives everything that is known of a bucket and its account, where it is known at all.
    pub(crate) async fn known(&self, key: &BucketKey) -> Result<Option<BucketSnapshot>, StateError> {
        let account = self.store.account(&key.account).await?;
        let records = self.store.load(std::slice::from_ref(key)).await?;
        let alive = records.into_iter().find(|record| record.deleted_at.is_none());
        alive.map(|record| decide::stored(&record, account.as_ref())).transpose()
    }

    /// Gives who is told what.
    pub(crate) fn routing(&self) -> &Routing {
        &self.routing
    }

    /// Gives `notice`, which tells of no transition, addressed to those who are told of it.
    pub(crate) fn addressed(&self, notice: Notice) -> OutgoingNotice {
        let notifiers = self.routing.of_notice(&notice);
        OutgoingNotice { notice, notifiers }
    }

    async fn unlisted(&self, occasion: &Occasion, account: &AccountId) -> Result<(), StateError> {
        let Some(run) = occasion.run() else { return Ok(()) };
        let mut after = None;
        loop {
            let page = self.store.unseen(&run, account, after.as_ref(), self.store.batch_limit()).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.key.name.clone());
            // A listing has no directory buckets, so it says nothing of them.
            let keys = page.into_iter().map(|record| record.key).filter(|key| !is_directory(&key.name));
            self.gone_batch(occasion, &keys.collect::<Vec<_>>()).await?;
        }
    }

    /// Gives every exception, those that count no longer too.
    async fn exceptions(&self) -> Result<Vec<Exception>, StateError> {
        let mut exceptions = self.store.exceptions().await?;
        exceptions.extend(self.written.now().iter().cloned());
        Ok(exceptions)
    }

    async fn load(&self, keys: &[BucketKey]) -> Result<BTreeMap<BucketKey, BucketRecord>, StateError> {
        let records = self.store.load(keys).await?;
        Ok(records.into_iter().map(|record| (record.key.clone(), record)).collect())
    }

    /// Commits; `false` = another process was first, decide anew.
    async fn committed(&self, commit: Commit) -> Result<bool, StateError> {
        if commit.accounts.is_empty() && commit.buckets.is_empty() {
            return Ok(true);
        }
        match self.store.commit(commit).await {
            Ok(()) => Ok(true),
            Err(StateError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn commit_of(&self, occasion: &Occasion, decisions: Vec<Decision>) -> Commit {
        let mut commit = Commit { run: occasion.run(), ..Commit::default() };
        for decision in decisions {
            if let Some(transition) = decision.transition {
                commit.notices.extend(notice(&transition, self.routing.of_transition(&transition)));
                commit.transitions.push(transition);
            }
            commit.buckets.push(decision.record);
        }
        commit
    }
}

/// Gives the notice of `transition` to `notifiers`; `None` where there are none.
fn notice(transition: &TransitionRecord, notifiers: Vec<String>) -> Option<OutgoingNotice> {
    (!notifiers.is_empty())
        .then(|| OutgoingNotice { notice: Notice::of_transition(transition.clone()), notifiers })
}
