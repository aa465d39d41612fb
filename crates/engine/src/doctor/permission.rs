//! May the caller read what decides? Each read is tried on a few buckets; what AWS refuses is named by its IAM action.

use std::collections::BTreeSet;

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::AccessPoint;
use bucketwatch_policy::name::AccountId;

use super::{Check, Condition, Part, Regions};
use crate::cloud::{BucketAddress, Cause, Cloud, CloudError, Identity, ListedBucket};
use crate::operation::Operation;

/// How many buckets a read is tried on before it counts as refused: a bucket's own policy may refuse it as well.
const BUCKETS: usize = 3;

/// How many pages of buckets are read for their regions.
const PAGES: usize = 5;

/// Gives the regions that buckets lie in, as far as the first pages of the listing say it; and the buckets to try on.
///
/// *Errors*: the listing was refused or did not answer.
pub(super) async fn regions(cloud: &dyn Cloud) -> Result<(Regions, Vec<ListedBucket>), CloudError> {
    let (mut regions, mut buckets, mut continuation) = (BTreeSet::new(), Vec::new(), None);
    for _ in 0..PAGES {
        let page = cloud.list_buckets(continuation.as_deref()).await?;
        regions.extend(page.buckets.iter().filter_map(|bucket| bucket.region.clone()));
        if buckets.is_empty() {
            buckets = page.buckets.into_iter().take(BUCKETS).collect();
        }
        continuation = page.continuation;
        if continuation.is_none() {
            break;
        }
    }
    Ok((regions, buckets))
}

/// Gives for each read whether the caller may make it.
pub(super) async fn permissions(
    cloud: &dyn Cloud,
    identity: &Identity,
    listed: &[ListedBucket],
    regions: &Regions,
) -> Vec<Check> {
    let address = |bucket: &ListedBucket| BucketAddress {
        name: bucket.name.clone(),
        region: bucket.region.clone(),
        owner: identity.account.clone(),
    };
    let buckets: Vec<BucketAddress> = listed.iter().map(address).collect();
    let points = Points::seen(cloud, identity, regions).await;
    let mut checks = Vec::new();
    for operation in Operation::SCAN {
        let Some(permission) = operation.permission() else { continue };
        let tried = match place(operation) {
            Place::Account => vec![of_account(cloud, identity, operation, regions).await],
            Place::Bucket => on_buckets(cloud, &buckets, operation).await,
            Place::AccessPoint => {
                checks.push(points.of(operation, permission).about(permission));
                continue;
            }
        };
        checks.push(judged(&tried, permission).about(permission));
    }
    checks
}

enum Place {
    Account,
    Bucket,
    AccessPoint,
}

fn place(operation: Operation) -> Place {
    match operation {
        Operation::GetCallerIdentity
        | Operation::ListBuckets
        | Operation::GetAccountPublicAccessBlock
        | Operation::ListAccessPoints
        | Operation::ListMultiRegionAccessPoints => Place::Account,
        Operation::GetAccessPoint
        | Operation::GetAccessPointPolicy
        | Operation::GetMultiRegionAccessPointPolicy => Place::AccessPoint,
        _ => Place::Bucket,
    }
}

async fn of_account(
    cloud: &dyn Cloud,
    identity: &Identity,
    operation: Operation,
    regions: &Regions,
) -> Result<(), CloudError> {
    let account = &identity.account;
    match operation {
        Operation::ListAccessPoints => {
            let region = regions.iter().next().map_or("us-east-1", String::as_str);
            cloud.list_access_points(account, region).await.map(drop)
        }
        Operation::GetAccountPublicAccessBlock => cloud.account_block(account).await.map(drop),
        Operation::ListMultiRegionAccessPoints => cloud.multi_region_access_points(account).await.map(drop),
        _ => cloud.list_buckets(None).await.map(drop),
    }
}

/// Tries a read on one bucket after the other until AWS answers it.
async fn on_buckets(
    cloud: &dyn Cloud,
    buckets: &[BucketAddress],
    operation: Operation,
) -> Vec<Result<(), CloudError>> {
    let mut tried = Vec::new();
    for bucket in buckets {
        let outcome = match operation {
            Operation::GetBucketOwnershipControls => cloud.ownership(bucket).await.map(drop),
            Operation::GetBucketPublicAccessBlock => cloud.bucket_block(bucket).await.map(drop),
            Operation::GetBucketPolicy => cloud.policy(bucket).await.map(drop),
            Operation::GetBucketPolicyStatus => cloud.policy_status(bucket).await.map(drop),
            Operation::GetBucketAcl => cloud.acl(bucket).await.map(drop),
            Operation::GetBucketWebsite => cloud.website(bucket).await.map(drop),
            Operation::GetBucketRequestPayment => cloud.requester_pays(bucket).await.map(drop),
            Operation::GetBucketEncryption => cloud.default_encryption(bucket).await.map(drop),
            Operation::GetBucketTagging => cloud.tags(bucket).await.map(drop),
            _ => return tried,
        };
        let is_allowed = outcome.is_ok();
        tried.push(outcome);
        if is_allowed {
            break;
        }
    }
    tried
}

/// The first access point of each kind.
struct Points {
    single: Result<Option<AccessPoint>, CloudError>,
    multi_region: Result<Option<AccessPoint>, CloudError>,
}

impl Points {
    async fn seen(cloud: &dyn Cloud, identity: &Identity, regions: &Regions) -> Self {
        let account = &identity.account;
        let multi_region = cloud.multi_region_access_points(account).await;
        let multi_region = multi_region.map(|points| points.into_iter().next().map(|(_, point)| point));
        Self { single: Self::single(cloud, account, regions).await, multi_region }
    }

    async fn single(
        cloud: &dyn Cloud,
        account: &AccountId,
        regions: &Regions,
    ) -> Result<Option<AccessPoint>, CloudError> {
        for region in regions {
            if let Some(listed) = cloud.list_access_points(account, region).await?.first() {
                return Ok(Some(cloud.access_point(account, region, listed).await));
            }
        }
        Ok(None)
    }

    /// Gives whether the caller may make a read of an access point.
    fn of(&self, operation: Operation, permission: &'static str) -> Check {
        let point = match operation {
            Operation::GetMultiRegionAccessPointPolicy => &self.multi_region,
            _ => &self.single,
        };
        match point {
            Ok(Some(point)) if operation == Operation::GetAccessPoint => of_fact(&point.block, permission),
            Ok(Some(point)) => of_fact(&point.policy, permission),
            Ok(None) => {
                let text = "not needed: there is no access point in the regions that were looked at";
                Check::new(Part::Permission, Condition::Well, text)
            }
            Err(error) => {
                let text = format!("could not be tried: {error}");
                Check::new(Part::Permission, Condition::Unknown, text)
            }
        }
    }
}

/// Gives whether a fact could be read.
fn of_fact<T>(fact: &Observed<T>, permission: &'static str) -> Check {
    match fact {
        Observed::Present(_) | Observed::Absent => Check::new(Part::Permission, Condition::Well, "granted"),
        Observed::Unreadable(Unreadable { code, passing: false }) => Check {
            permission: Some(permission),
            ..Check::new(Part::Permission, Condition::Wrong, format!("refused: {code}"))
        },
        Observed::Unreadable(Unreadable { code, .. }) => {
            Check::new(Part::Permission, Condition::Unknown, format!("could not be tried: {code}"))
        }
        Observed::NotAsked => Check::new(Part::Permission, Condition::Unknown, "could not be tried"),
    }
}

/// Gives what tries of a read show: allowed, refused, or neither.
fn judged(tried: &[Result<(), CloudError>], permission: &'static str) -> Check {
    if tried.iter().any(Result::is_ok) {
        return Check::new(Part::Permission, Condition::Well, "granted");
    }
    let failures: Vec<&CloudError> = tried.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    let denied = failures.iter().find(|error| error.cause == Cause::Denied);
    match (denied, failures.last()) {
        (Some(error), _) => {
            let text = format!("refused: {error}");
            Check { permission: Some(permission), ..Check::new(Part::Permission, Condition::Wrong, text) }
        }
        (None, Some(error)) => {
            Check::new(Part::Permission, Condition::Unknown, format!("could not be tried: {error}"))
        }
        (None, None) => {
            let text = "could not be tried: there is no bucket, or none to try it on";
            Check::new(Part::Permission, Condition::Unknown, text)
        }
    }
}
