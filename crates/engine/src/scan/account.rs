//! What the buckets of an account share: read once, when the first bucket needs it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{AccessPoint, BlockPublicAccess};
use bucketwatch_policy::untrusted::Untrusted;
use tokio::sync::OnceCell;

use crate::cloud::{Cloud, CloudError, Identity, ListedAccessPoint};

/// Facts of the account. A listing that fails leaves the facts of its region alone unreadable.
pub(super) struct AccountFacts {
    cloud: Arc<dyn Cloud>,
    identity: Identity,
    block: OnceCell<Observed<BlockPublicAccess>>,
    points: Mutex<BTreeMap<String, Arc<OnceCell<Listing>>>>,
    multi_region: OnceCell<Result<ByBucket<AccessPoint>, Unreadable>>,
}

type ByBucket<T> = BTreeMap<Untrusted, Vec<T>>;
type Listing = Result<ByBucket<ListedAccessPoint>, Unreadable>;

impl AccountFacts {
    pub(super) fn new(cloud: Arc<dyn Cloud>, identity: Identity) -> Self {
        let (block, multi_region) = (OnceCell::new(), OnceCell::new());
        Self { cloud, identity, block, points: Mutex::default(), multi_region }
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Gives the account's effective Block Public Access.
    pub(super) async fn block(&self) -> Observed<BlockPublicAccess> {
        let read = || async { observed(self.cloud.account_block(&self.identity.account).await) };
        self.block.get_or_init(read).await.clone()
    }

    /// Gives the access points of `bucket`, each with its policy and block.
    pub(super) async fn points_of(&self, bucket: &Untrusted, region: &str) -> Observed<Vec<AccessPoint>> {
        let cell = self.cell(region);
        let listing = cell.get_or_init(|| self.list(region)).await;
        let listed = match listing {
            Ok(by_bucket) => by_bucket.get(bucket),
            Err(why) => return Observed::Unreadable(why.clone()),
        };
        let reads = listed
            .into_iter()
            .flatten()
            .map(|listed| self.cloud.access_point(&self.identity.account, region, listed));
        some(futures::future::join_all(reads).await)
    }

    /// Gives the multi-Region access points that hold `bucket`.
    pub(super) async fn multi_region_points_of(&self, bucket: &Untrusted) -> Observed<Vec<AccessPoint>> {
        match self.multi_region.get_or_init(|| self.list_multi_region()).await {
            Ok(by_bucket) => some(by_bucket.get(bucket).cloned().unwrap_or_default()),
            Err(why) => Observed::Unreadable(why.clone()),
        }
    }

    fn cell(&self, region: &str) -> Arc<OnceCell<Listing>> {
        let mut points = self.points.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(points.entry(region.to_owned()).or_default())
    }

    async fn list(&self, region: &str) -> Listing {
        let points = self.cloud.list_access_points(&self.identity.account, region).await;
        let points = points.map_err(|error| error.unreadable())?;
        Ok(grouped(points.into_iter().map(|point| (point.bucket.clone(), point))))
    }

    async fn list_multi_region(&self) -> Result<ByBucket<AccessPoint>, Unreadable> {
        let points = self.cloud.multi_region_access_points(&self.identity.account).await;
        Ok(grouped(points.map_err(|error| error.unreadable())?))
    }
}

/// Gives an answer its place in a snapshot.
pub(super) fn observed<T>(answer: Result<Option<T>, CloudError>) -> Observed<T> {
    match answer {
        Ok(Some(fact)) => Observed::Present(fact),
        Ok(None) => Observed::Absent,
        Err(error) => Observed::Unreadable(error.unreadable()),
    }
}

fn some<T>(list: Vec<T>) -> Observed<Vec<T>> {
    if list.is_empty() { Observed::Absent } else { Observed::Present(list) }
}

fn grouped<T>(items: impl IntoIterator<Item = (Untrusted, T)>) -> ByBucket<T> {
    let mut groups = ByBucket::new();
    for (bucket, item) in items {
        groups.entry(bucket).or_insert_with(Vec::new).push(item);
    }
    groups
}
