//! A scan's recorder: its run, and what it sees, into the state.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_exposure::assessment::{Objects, Verdict};
use bucketwatch_exposure::observed::Observed;
use bucketwatch_policy::name::AccountId;
use jiff::Timestamp;

use super::look::{AccountLook, BucketLook, Occasion};
use super::{Observer, Outcome};
use crate::cloud::Identity;
use crate::judgement::Judged;
use crate::scan::{AccountSight, BucketSight, Recorded, Recorder, Seen};
use crate::state::{BucketKey, Coverage, RunEnd, RunId, RunRequest, StateError, StateStore};

/// How long a scan holds its lease without renewing it.
const LEASE: Duration = Duration::from_secs(120);

/// Records one run of a scan through an [`Observer`].
pub struct ScanRecorder {
    store: Arc<dyn StateStore>,
    observer: Observer,
    holder: String,
    run: Mutex<Option<OpenRun>>,
}

/// The run under way.
#[derive(Clone)]
struct OpenRun {
    id: RunId,
    identity: Identity,
    leased_until: Timestamp,
}

impl ScanRecorder {
    /// Gives a recorder for one run on `store`; `holder` says who scans to a second one that is refused.
    pub fn new(store: Arc<dyn StateStore>, observer: Observer, holder: String) -> Self {
        Self { store, observer, holder, run: Mutex::new(None) }
    }

    fn open(&self) -> Result<OpenRun, StateError> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(StateError::LeaseLost)
    }

    fn update(&self, change: impl FnOnce(&mut OpenRun)) {
        if let Some(run) = self.run.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            change(run);
        }
    }

    /// Renews the lease when half of it is used up.
    async fn renew(&self, run: &OpenRun) -> Result<(), StateError> {
        let now = Timestamp::now();
        if run.leased_until > later(now, LEASE / 2) {
            return Ok(());
        }
        let until = later(now, LEASE);
        self.store.renew_run(&run.id, until).await?;
        self.update(|run| run.leased_until = until);
        Ok(())
    }
}

#[async_trait]
impl Recorder for ScanRecorder {
    async fn begin(&self, identity: &Identity) -> Result<RunId, StateError> {
        let at = Timestamp::now();
        let (id, leased_until) = (RunId::unique(), later(at, LEASE));
        let request = RunRequest { id: id.clone(), holder: self.holder.clone(), at, until: leased_until };
        self.store.begin_run(&request).await?;
        let run = OpenRun { id: id.clone(), identity: identity.clone(), leased_until };
        *self.run.lock().unwrap_or_else(PoisonError::into_inner) = Some(run);
        Ok(id)
    }

    async fn account(&self, sight: AccountSight) -> Result<(), StateError> {
        let run = self.open()?;
        let look = AccountLook {
            account: run.identity.account,
            partition: run.identity.partition,
            block: sight.block,
            observed_at: sight.observed_at,
        };
        self.observer.account(&Occasion::scan(&run.id, Timestamp::now()), &look).await.map(drop)
    }

    async fn buckets(&self, sights: Vec<BucketSight>) -> Result<Recorded, StateError> {
        let run = self.open()?;
        self.renew(&run).await?;
        let (account, occasion) = (run.identity.account, Occasion::scan(&run.id, Timestamp::now()));
        let (looks, gone) = sorted(&account, sights);
        let outcomes = self.observer.buckets(&occasion, &account, looks).await?;
        self.observer.gone(&occasion, &gone).await?;
        Ok(count(&outcomes))
    }

    async fn finish(&self, partial: Option<String>, coverage: Coverage) -> Result<(), StateError> {
        let run = self.open()?;
        let occasion = Occasion::scan(&run.id, Timestamp::now());
        let account = &run.identity.account;
        let concluded = match self.observer.conclude(&occasion, account, partial.is_none()).await {
            Ok(()) => self.observer.remind(account, occasion.at).await,
            failed => failed,
        };
        // Whatever could not be concluded, the run ends here and gives its lease back.
        let partial = partial.or_else(|| concluded.as_ref().err().map(ToString::to_string));
        let end = RunEnd { at: Timestamp::now(), partial, coverage };
        let finished = self.store.finish_run(&run.id, &end).await;
        *self.run.lock().unwrap_or_else(PoisonError::into_inner) = None;
        concluded.and(finished)
    }
}

/// Gives the looks at buckets that were there, and the keys of those that were not.
pub(super) fn sorted(account: &AccountId, sights: Vec<BucketSight>) -> (Vec<BucketLook>, Vec<BucketKey>) {
    let (mut looks, mut gone) = (Vec::new(), Vec::new());
    for BucketSight { name, observed_at, seen, objects } in sights {
        match seen {
            Seen::Gone => gone.push(BucketKey { account: account.clone(), name }),
            Seen::There(judged) => {
                let Judged { mut snapshot, assessment } = *judged;
                // What was read of single objects is judged together with what is known of the others.
                let whole = objects.is_empty();
                if !whole {
                    snapshot.object_acls = Observed::NotAsked;
                }
                let points = asked(&snapshot.access_points) || asked(&snapshot.multi_region_access_points);
                let all_objects = asked(&snapshot.object_acls);
                looks.push(BucketLook {
                    name,
                    snapshot,
                    assessment: whole.then_some(assessment),
                    configuration_at: Some(observed_at),
                    access_points_at: points.then_some(observed_at),
                    objects_at: all_objects.then_some(observed_at),
                    objects,
                });
            }
        }
    }
    (looks, gone)
}

fn asked<T>(fact: &Observed<T>) -> bool {
    !matches!(fact, Observed::NotAsked)
}

fn count(outcomes: &[Outcome]) -> Recorded {
    let settled = || outcomes.iter().filter(|outcome| !outcome.read_again);
    let assessments = || settled().filter_map(|outcome| outcome.assessment.as_ref());
    let undetermined = assessments().filter(|shown| shown.verdict == Verdict::Undetermined).count();
    let objects_unchecked = assessments().filter(|shown| shown.objects == Objects::Unchecked).count();
    let again = outcomes.iter().filter(|outcome| outcome.read_again);
    Recorded {
        undetermined: undetermined as u64,
        objects_unchecked: objects_unchecked as u64,
        read_again: again.map(|outcome| outcome.key.name.clone()).collect(),
    }
}

fn later(instant: Timestamp, duration: Duration) -> Timestamp {
    instant.checked_add(duration).unwrap_or(Timestamp::MAX)
}
