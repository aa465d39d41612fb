//! What touched one bucket: one look for all of it.

use std::time::Duration;

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{BucketSnapshot, ObjectAcl};
use bucketwatch_ingest::cloudtrail::{Change, Kind, Scope};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::affair::latest_of_each;
use super::attribution::{self, hands};
use super::desk::Desk;
use super::{HandleError, later, object};
use crate::cloud::ObjectName;
use crate::notice::TransitionCause;
use crate::observe::Occasion;
use crate::scan::{ObjectSight, Seen};
use crate::state::{BucketKey, BucketRecord, ChangeRecord, Commit, FacetKind, Revisit, StateError};

/// How often a bucket is read at most while another process records it at the same time.
const READINGS: usize = 3;

/// What was read so long after an event need not be read at once when the event arrives: the last look will do. An
/// event's own time is cut off at the second.
const FRESH: Duration = Duration::from_secs(10);

/// How many earlier events of a bucket are weighed.
const EARLIER: usize = 100;

/// How a look went.
#[derive(Debug)]
pub(super) enum Sighted {
    /// The bucket answered, as far as it let itself be read.
    There(Box<Looked>),
    /// There is no such bucket.
    Gone,
    /// AWS was too busy to answer: nothing was seen and nothing is recorded.
    Failed,
}

/// A bucket that answered.
#[derive(Debug)]
pub(super) struct Looked {
    /// What it was.
    pub(super) snapshot: BucketSnapshot,
    /// Its objects that were looked at.
    pub(super) objects: Vec<ObjectSight>,
    /// Those of them that let strangers in and find no room in the state.
    pub(super) left_out: Vec<ObjectAcl>,
}

/// How many objects are looked at once more at most.
const ONCE_MORE: usize = 96;

impl Desk {
    /// Handles the changes `group` of the bucket `name`, in the order of their times; gives how many looks it took.
    pub(super) async fn bucket_changed(
        &self,
        name: &Untrusted,
        group: &[Change],
        of_account: &[Change],
        now: Timestamp,
    ) -> Result<usize, HandleError> {
        let (Some(main), Some(latest)) = (attribution::main_of(group), group.last()) else { return Ok(0) };
        let key = BucketKey { account: self.account().clone(), name: name.clone() };
        let stored = self.store.load(std::slice::from_ref(&key)).await?.pop();
        let alive = stored.as_ref().filter(|record| record.deleted_at.is_none());
        let known_at = alive.and_then(configuration_at);
        let touched = object::touched(group, alive);
        let objects = object::with_open(alive, &touched);
        let of_objects_alone = group.iter().all(|change| change.kind.scope() == Scope::Object);
        let is_due = |patience: Duration| match of_objects_alone {
            true => !touched.is_empty(),
            false => known_at.is_none_or(|known_at| known_at <= later(latest.at, patience)),
        };
        let cause = TransitionCause::from(attribution::deed(main, &key.account));
        let beside = group.iter().chain(of_account);
        let beside = beside.map(|change| self.recorded(change, None, now)).collect();
        let mut commit = Commit::default();
        let mut looks = 0;
        if is_due(FRESH) {
            self.begin_anew(&key, stored.as_ref(), group, now).await?;
            let occasion = self.occasion(&key, cause.clone(), beside, now).await?;
            let region = latest.region.as_ref().map(Untrusted::as_raw);
            let sighted = self.look(&key, region, &objects, &occasion).await?;
            looks = 1;
            if let Sighted::There(looked) = &sighted {
                for (change, why) in unread(group, &looked.snapshot) {
                    let asked = self.asked_for(change, looked.snapshot.clone(), now);
                    commit.notices.extend(self.unverified(change, why, asked, now));
                }
                commit.notices.extend(self.of_objects(group, looked, now));
            }
            let attempts = u32::from(is_stale(group, &sighted));
            commit.revisits.push(self.next_look(&key, attempts, cause, latest, now));
        } else if is_due(self.options.settle) {
            commit.revisits.push(self.next_look(&key, 0, cause, latest, now));
        }
        for revisit in &mut commit.revisits {
            revisit.objects = objects.clone();
        }
        self.merge_planned(&key, &mut commit.revisits).await?;
        commit.changes = group.iter().map(|change| self.recorded(change, Some(name), now)).collect();
        self.write(commit).await?;
        Ok(looks)
    }

    /// Gives the occasion of a look for `cause`, with the earlier events that may have had a hand in what it finds: those
    /// that are remembered, and those that come with it.
    pub(super) async fn occasion(
        &self,
        key: &BucketKey,
        cause: TransitionCause,
        mut beside: Vec<ChangeRecord>,
        now: Timestamp,
    ) -> Result<Occasion, StateError> {
        beside.extend(self.store.changes(key, EARLIER).await?);
        let hands = hands(&cause, beside);
        Ok(Occasion { cause, at: now, hands })
    }

    /// Ends what is stored of a bucket that was deleted, or made anew, since it was last looked at.
    async fn begin_anew(
        &self,
        key: &BucketKey,
        stored: Option<&BucketRecord>,
        group: &[Change],
        now: Timestamp,
    ) -> Result<(), StateError> {
        let ends = |change: &&Change| matches!(change.kind, Kind::BucketDeleted | Kind::BucketCreated);
        let known_at = stored.filter(|record| record.deleted_at.is_none()).and_then(configuration_at);
        let Some(end) = group.iter().rev().find(ends) else { return Ok(()) };
        if known_at.is_some_and(|known_at| known_at < end.at) {
            let cause = attribution::deed(end, &key.account).into();
            let occasion = Occasion { cause, at: now, hands: Vec::new() };
            self.observer.gone(&occasion, std::slice::from_ref(key)).await?;
        }
        Ok(())
    }

    /// Looks at a bucket and at `objects` of it, and records what is seen.
    pub(super) async fn look(
        &self,
        key: &BucketKey,
        region: Option<&str>,
        objects: &[ObjectName],
        occasion: &Occasion,
    ) -> Result<Sighted, HandleError> {
        for _ in 0..READINGS {
            let sight = self.looker.bucket(&key.name, region, objects).await?;
            let seen = match &sight.seen {
                Seen::Gone => None,
                Seen::There(judged) if is_lost(&judged.snapshot) => return Ok(Sighted::Failed),
                Seen::There(judged) => Some((judged.snapshot.clone(), sight.objects.clone())),
            };
            let outcome = self.observer.sight(occasion, &key.account, sight).await?;
            if outcome.as_ref().is_some_and(|outcome| outcome.read_again) {
                continue;
            }
            let left_out = outcome.map(|outcome| outcome.left_out).unwrap_or_default();
            return Ok(match seen {
                None => Sighted::Gone,
                Some((snapshot, objects)) => Sighted::There(Box::new(Looked { snapshot, objects, left_out })),
            });
        }
        Err(StateError::Conflict { subject: key.name.clone() }.into())
    }

    /// Gives the look that follows one that was in vain `attempts` times in a row.
    pub(super) fn next_look(
        &self,
        key: &BucketKey,
        attempts: u32,
        cause: TransitionCause,
        latest: &Change,
        now: Timestamp,
    ) -> Revisit {
        Revisit {
            account: key.account.clone(),
            bucket: Some(key.name.clone()),
            region: latest.region.as_ref().map(|region| region.as_raw().to_owned()),
            due_at: later(now, self.pause(attempts)),
            since: now,
            attempts,
            last: attempts == 0,
            cause,
            objects: Vec::new(),
        }
    }

    /// Keeps of two looks at one bucket the later instant, the later cause and the objects of both.
    async fn merge_planned(&self, key: &BucketKey, revisits: &mut [Revisit]) -> Result<(), StateError> {
        let Some(planned) = self.store.revisit(&key.account, Some(&key.name)).await? else { return Ok(()) };
        for revisit in revisits {
            revisit.since = revisit.since.min(planned.since);
            if planned.cause.done_at() > revisit.cause.done_at() {
                revisit.cause = planned.cause.clone();
            }
            revisit.objects.extend(planned.objects.iter().cloned());
            revisit.objects.sort();
            revisit.objects.dedup();
            revisit.objects.truncate(ONCE_MORE);
        }
        Ok(())
    }
}

/// Gives when a bucket's own configuration was last read.
fn configuration_at(record: &BucketRecord) -> Option<Timestamp> {
    record.facets.get(&FacetKind::Configuration).map(|facet| facet.observed_at)
}

/// Tells whether nothing that decides could be read for passing reasons.
fn is_lost(snapshot: &BucketSnapshot) -> bool {
    fn passing<T>(fact: &Observed<T>) -> bool {
        matches!(fact, Observed::Unreadable(Unreadable { passing: true, .. }))
    }
    passing(&snapshot.policy) || passing(&snapshot.ownership) || passing(&snapshot.bucket_block)
}

/// Tells whether an object did not answer for a passing reason.
pub(super) fn failed(objects: &[ObjectSight]) -> bool {
    objects.iter().any(|sight| matches!(&sight.acl, Observed::Unreadable(why) if why.passing))
}

/// Gives the changes of which nobody can read what they led to, and why.
fn unread<'g>(group: &'g [Change], snapshot: &BucketSnapshot) -> Vec<(&'g Change, String)> {
    let latest = latest_of_each(group).into_iter();
    let why = |change: &'g Change| {
        let why = change.content.why_unread(snapshot)?;
        (!why.passing).then(|| (change, why.code.clone()))
    };
    latest.filter_map(why).collect()
}

/// Tells whether the answer is older than the events.
fn is_stale(group: &[Change], sighted: &Sighted) -> bool {
    match sighted {
        Sighted::Failed => true,
        Sighted::Gone => group.last().is_some_and(|latest| latest.kind == Kind::BucketCreated),
        Sighted::There(looked) => {
            let older = |change: &&Change| change.content.is_seen_in(&looked.snapshot) == Some(false);
            failed(&looked.objects) || latest_of_each(group).iter().any(older)
        }
    }
}
