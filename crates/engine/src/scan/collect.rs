//! What is read of one bucket: the least that decides.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bucketwatch_exposure::assessment::{Assessment, Exposure, Objects, Verdict};
use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{BucketSnapshot, ObjectAcl, Ownership};
use bucketwatch_policy::reach::Audience;
use futures::future::join_all;
use futures::{FutureExt as _, join};
use jiff::Timestamp;

use super::account::{AccountFacts, observed};
use super::recorder::{BucketSight, ObjectSight, Seen};
use super::stop::{Stop, Why};
use crate::cloud::{BucketAddress, Cause, Cloud, CloudError, ListedBucket, ObjectName};
use crate::judgement::{Judge, Judged, undetermined_by};

/// Reads buckets of one account.
pub(super) struct Collector {
    pub(super) cloud: Arc<dyn Cloud>,
    pub(super) account: AccountFacts,
    pub(super) judge: Judge,
    pub(super) stop: Stop,
}

/// The bucket does not exist any more.
struct Gone;

impl Collector {
    /// Gives this instant by AWS's clock.
    pub(super) fn now(&self) -> Timestamp {
        let local = Timestamp::now();
        local.checked_add(self.cloud.clock_offset()).unwrap_or(local)
    }

    /// Looks at a bucket, and at `objects` of it where their ACLs can matter. A bug of ours that shows in one bucket leaves
    /// that bucket undetermined and the others alone.
    pub(super) async fn look_at(&self, listed: ListedBucket, objects: &[ObjectName]) -> BucketSight {
        let observed_at = self.now();
        let owner = self.account.identity().account.clone();
        let bucket = BucketAddress { name: listed.name.clone(), region: listed.region, owner };
        let (seen, objects) = match AssertUnwindSafe(self.collect(&bucket, objects)).catch_unwind().await {
            Ok(Ok((judged, objects))) => (Seen::There(Box::new(judged)), objects),
            Ok(Err(Gone)) => (Seen::Gone, Vec::new()),
            Err(panic) => (Seen::There(Box::new(self.unread(&bucket, &*panic))), Vec::new()),
        };
        BucketSight { name: listed.name, observed_at, seen, objects }
    }

    /// Reads what decides for most buckets, then what the judgement of that still asks for, until it asks no more.
    async fn collect(
        &self,
        bucket: &BucketAddress,
        objects: &[ObjectName],
    ) -> Result<(Judged, Vec<ObjectSight>), Gone> {
        let mut snapshot = self.read_first(bucket).await?;
        self.read_acl_and_status(bucket, &mut snapshot).await?;
        let mut judged = self.judged(snapshot);
        let objects = self.read_objects(bucket, objects, &judged).await?;
        if !objects.is_empty() {
            let object_acls = Observed::Present(objects.iter().filter_map(shown).collect());
            judged = self.judged(BucketSnapshot { object_acls, ..judged.snapshot });
        }
        while !snapshot_is_lost(&judged.snapshot) {
            let wanted = Wanted::of(&judged);
            if wanted == Wanted::default() {
                break;
            }
            let more_may_follow = wanted.may_reveal_more(&judged.assessment);
            self.read_wanted(bucket, wanted, &mut judged.snapshot).await?;
            judged = self.judged(judged.snapshot);
            if !more_may_follow {
                break;
            }
        }
        Ok((judged, objects))
    }

    /// Reads the ACLs of objects, unless ownership or a block makes them meaningless.
    async fn read_objects(
        &self,
        bucket: &BucketAddress,
        objects: &[ObjectName],
        judged: &Judged,
    ) -> Result<Vec<ObjectSight>, Gone> {
        if judged.assessment.objects == Objects::CannotMatter || snapshot_is_lost(&judged.snapshot) {
            return Ok(Vec::new());
        }
        let read = objects.iter().map(|object| self.cloud.object_acl(bucket, object));
        let answers = join_all(read).await;
        let sight = |(object, answer): (&ObjectName, _)| {
            Ok(ObjectSight { object: object.clone(), acl: self.fact(answer)? })
        };
        objects.iter().zip(answers).map(sight).collect()
    }

    fn judged(&self, snapshot: BucketSnapshot) -> Judged {
        Judged::by(self.judge, snapshot, self.now())
    }

    /// Gives what is known of a bucket in the reading of which bucketwatch itself failed: nothing, and that may pass.
    fn unread(&self, bucket: &BucketAddress, panic: &(dyn Any + Send)) -> Judged {
        fn failed<T>() -> Observed<T> {
            Observed::Unreadable(Unreadable { code: "BugInBucketwatch".to_owned(), passing: true })
        }
        let (policy, ownership, bucket_block) = (failed(), failed(), failed());
        let snapshot = BucketSnapshot { policy, ownership, bucket_block, ..self.nothing_of(bucket) };
        Judged { assessment: undetermined_by(&snapshot, panic), snapshot }
    }

    fn nothing_of(&self, bucket: &BucketAddress) -> BucketSnapshot {
        let identity = self.account.identity();
        BucketSnapshot {
            account: Some(identity.account.clone()),
            partition: identity.partition,
            region: Some(self.cloud.region_of(bucket)),
            ..BucketSnapshot::unseen(Some(bucket.name.clone()))
        }
    }

    async fn read_first(&self, bucket: &BucketAddress) -> Result<BucketSnapshot, Gone> {
        let (account_block, ownership, block, policy) = join!(
            self.account.block(),
            self.cloud.ownership(bucket),
            self.cloud.bucket_block(bucket),
            self.cloud.policy(bucket),
        );
        Ok(BucketSnapshot {
            policy: self.fact(policy)?,
            ownership: self.fact(ownership)?,
            bucket_block: self.fact(block)?,
            account_block,
            ..self.nothing_of(bucket)
        })
    }

    /// Reads the ACL where ACLs may be enabled, and AWS's own word on the policy where there is one.
    async fn read_acl_and_status(
        &self,
        bucket: &BucketAddress,
        snapshot: &mut BucketSnapshot,
    ) -> Result<(), Gone> {
        let acls_disabled = snapshot.ownership == Observed::Present(Ownership::BucketOwnerEnforced);
        let has_policy = snapshot.policy.present().is_some();
        let (acl, status) = join!(
            when(!acls_disabled, self.cloud.acl(bucket)),
            when(has_policy, self.cloud.policy_status(bucket)),
        );
        if let Some(acl) = acl {
            snapshot.acl = self.fact(acl)?;
        }
        if let Some(status) = status {
            // The policy is there, so an answer without the flag means that AWS did not say.
            snapshot.policy_status = match self.fact(status)? {
                Observed::Absent => Observed::NotAsked,
                status => status,
            };
        }
        Ok(())
    }

    async fn read_wanted(
        &self,
        bucket: &BucketAddress,
        wanted: Wanted,
        snapshot: &mut BucketSnapshot,
    ) -> Result<(), Gone> {
        let region = self.cloud.region_of(bucket);
        let (website, requester_pays, encryption, tags, points, multi_region) = join!(
            when(wanted.website, self.cloud.website(bucket)),
            when(wanted.requester_pays, self.cloud.requester_pays(bucket)),
            when(wanted.encryption, self.cloud.default_encryption(bucket)),
            when(wanted.tags, self.cloud.tags(bucket)),
            when(wanted.access_points, self.account.points_of(&bucket.name, &region)),
            when(wanted.multi_region, self.account.multi_region_points_of(&bucket.name)),
        );
        self.put(&mut snapshot.website, website)?;
        self.put(&mut snapshot.requester_pays, requester_pays)?;
        self.put(&mut snapshot.default_encryption, encryption)?;
        self.put(&mut snapshot.tags, tags)?;
        if let Some(points) = points {
            snapshot.access_points = points;
        }
        if let Some(points) = multi_region {
            snapshot.multi_region_access_points = points;
        }
        Ok(())
    }

    fn put<T>(
        &self,
        place: &mut Observed<T>,
        answer: Option<Result<Option<T>, CloudError>>,
    ) -> Result<(), Gone> {
        if let Some(answer) = answer {
            *place = self.fact(answer)?;
        }
        Ok(())
    }

    /// Gives an answer its place in the snapshot. Credentials that ran out end the scan: no other call will fare better.
    fn fact<T>(&self, answer: Result<Option<T>, CloudError>) -> Result<Observed<T>, Gone> {
        match &answer {
            Err(error) if error.cause == Cause::NotFound => return Err(Gone),
            Err(error) if error.cause == Cause::Credentials => {
                self.stop.now(Why::Credentials(error.code.clone()));
            }
            _ => {}
        }
        Ok(observed(answer))
    }
}

/// Gives an object's place in the snapshot; `None` = it does not exist.
fn shown(sight: &ObjectSight) -> Option<ObjectAcl> {
    let owner = sight.acl.present().and_then(|acl| acl.owner.clone());
    let grants = sight.acl.clone().map(|acl| acl.grants);
    let ObjectName { key, version_id } = sight.object.clone();
    (grants != Observed::Absent).then_some(ObjectAcl { key, version_id, owner, grants })
}

/// Reads that the judgement of a snapshot asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wanted {
    website: bool,
    requester_pays: bool,
    encryption: bool,
    tags: bool,
    access_points: bool,
    multi_region: bool,
}

impl Wanted {
    /// Gives what the assessment lacks, and what qualifies the ways in of strangers, open or held shut. Never what was asked
    /// before.
    fn of(Judged { snapshot, assessment }: &Judged) -> Self {
        let asked_for = |what: &str| assessment.undetermined.iter().any(|gap| gap.what == what);
        let open = assessment.exposures.iter();
        let shut = assessment.latent.iter().map(|latent| &latent.exposure);
        let in_doubt = assessment.undetermined.iter().flat_map(|gap| &gap.exposures);
        let reachable = open.chain(shut).chain(in_doubt).any(is_qualified_by_facts);
        let public = assessment.verdict == Verdict::Public;
        Self {
            website: reachable && unasked(&snapshot.website),
            requester_pays: (reachable || asked_for("requester_pays")) && unasked(&snapshot.requester_pays),
            encryption: reachable && unasked(&snapshot.default_encryption),
            tags: (public || asked_for("tags")) && unasked(&snapshot.tags),
            access_points: asked_for("access_points") && unasked(&snapshot.access_points),
            multi_region: asked_for("multi_region_access_points")
                && unasked(&snapshot.multi_region_access_points),
        }
    }

    /// Tells whether what these reads give can make the judgement ask for more: where it was settled before, only a way
    /// in through an access point can.
    fn may_reveal_more(self, assessment: &Assessment) -> bool {
        self.access_points || self.multi_region || assessment.verdict == Verdict::Undetermined
    }
}

/// Tells whether website, payment or encryption say more of a way in. They do not of one that is for named principals,
/// who sign their requests and pay for them.
fn is_qualified_by_facts(exposure: &Exposure) -> bool {
    exposure.is_to_strangers() || matches!(exposure.audience, Audience::Network { .. })
}

fn unasked<T>(fact: &Observed<T>) -> bool {
    matches!(fact, Observed::NotAsked)
}

/// Tells whether nothing of what decides could be read for passing reasons: further calls would only add to the load.
fn snapshot_is_lost(snapshot: &BucketSnapshot) -> bool {
    fn passing<T>(fact: &Observed<T>) -> bool {
        matches!(fact, Observed::Unreadable(Unreadable { passing: true, .. }))
    }
    passing(&snapshot.policy) && passing(&snapshot.ownership) && passing(&snapshot.bucket_block)
}

async fn when<T>(wanted: bool, read: impl Future<Output = T>) -> Option<T> {
    if wanted { Some(read.await) } else { None }
}
