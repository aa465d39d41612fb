//! Looks at single buckets, each afresh, outside of any scan.

use std::sync::Arc;

use async_trait::async_trait;
use bucketwatch_exposure::assess::assess;
use bucketwatch_exposure::observed::Observed;
use bucketwatch_policy::untrusted::Untrusted;

use super::account::{AccountFacts, observed};
use super::collect::Collector;
use super::recorder::{AccountSight, BucketSight};
use super::stop::{Stop, Why};
use crate::cloud::{Cause, Cloud, CloudError, Identity, ListedBucket, ObjectName, TableAddress};
use crate::operation::Operation;

/// The port to a fresh look at one thing of one account.
#[async_trait]
pub trait Looker: Send + Sync {
    /// Gives whose account it is.
    fn identity(&self) -> &Identity;

    /// Looks at a bucket, in `region` where that is known, and at `objects` of it where their ACLs can matter.
    ///
    /// *Errors*: only where nothing can be asked at all; what cannot be read of the bucket is `Unreadable` in the sight.
    async fn bucket(
        &self,
        name: &Untrusted,
        region: Option<&str>,
        objects: &[ObjectName],
    ) -> Result<BucketSight, CloudError>;

    /// Looks at the account's Block Public Access.
    async fn account(&self) -> Result<AccountSight, CloudError>;

    /// Gives the bucket of the access point `name` in `region`; `None` = there is no such access point any more.
    async fn bucket_behind(&self, name: &Untrusted, region: &str) -> Result<Option<Untrusted>, CloudError>;

    /// Gives the buckets behind multi-Region access points.
    async fn buckets_behind_multi_region(&self) -> Result<Vec<Untrusted>, CloudError>;

    /// Looks at the policy of a table bucket, or of a table.
    ///
    /// *Errors*: only where nothing can be asked at all.
    async fn table_policy(&self, table: &TableAddress) -> Result<Observed<String>, CloudError>;
}

/// Looks through a [`Cloud`].
pub struct CloudLooker {
    cloud: Arc<dyn Cloud>,
    identity: Identity,
}

impl CloudLooker {
    /// Gives a looker at the account that `cloud` opens.
    ///
    /// *Errors*: the account cannot be asked who it is.
    pub async fn new(cloud: Arc<dyn Cloud>) -> Result<Self, CloudError> {
        let identity = cloud.identity().await?;
        Ok(Self { cloud, identity })
    }

    /// Gives what reads one look, which shares nothing with any other.
    fn collector(&self) -> Collector {
        let account = AccountFacts::new(Arc::clone(&self.cloud), self.identity.clone());
        Collector { cloud: Arc::clone(&self.cloud), account, judge: assess, stop: Stop::default() }
    }
}

#[async_trait]
impl Looker for CloudLooker {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn bucket(
        &self,
        name: &Untrusted,
        region: Option<&str>,
        objects: &[ObjectName],
    ) -> Result<BucketSight, CloudError> {
        let collector = self.collector();
        let listed = ListedBucket { name: name.clone(), region: region.map(str::to_owned), created_at: None };
        let sight = collector.look_at(listed, objects).await;
        match collector.stop.why() {
            Some(Why::Credentials(code)) => Err(CloudError {
                cause: Cause::Credentials,
                operation: Operation::GetBucketPolicy,
                subject: Some(name.clone()),
                region: None,
                code,
                source: None,
            }),
            _ => Ok(sight),
        }
    }

    async fn account(&self) -> Result<AccountSight, CloudError> {
        let observed_at = self.collector().now();
        match self.cloud.account_block(&self.identity.account).await {
            Err(error) if error.cause == Cause::Credentials => Err(error),
            answer => Ok(AccountSight { observed_at, block: observed(answer) }),
        }
    }

    async fn bucket_behind(&self, name: &Untrusted, region: &str) -> Result<Option<Untrusted>, CloudError> {
        let points = self.cloud.list_access_points(&self.identity.account, region).await?;
        Ok(points.into_iter().find(|point| point.name == *name).map(|point| point.bucket))
    }

    async fn buckets_behind_multi_region(&self) -> Result<Vec<Untrusted>, CloudError> {
        let points = self.cloud.multi_region_access_points(&self.identity.account).await?;
        let mut buckets: Vec<Untrusted> = points.into_iter().map(|(bucket, _)| bucket).collect();
        buckets.sort();
        buckets.dedup();
        Ok(buckets)
    }

    async fn table_policy(&self, table: &TableAddress) -> Result<Observed<String>, CloudError> {
        match self.cloud.table_policy(table).await {
            Err(error) if error.cause == Cause::Credentials => Err(error),
            answer => Ok(observed(answer)),
        }
    }
}
