//! The account: its buckets, stored or generated, and what holds for all of them.

mod acl;
mod bucket;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{AccessPoint, BlockPublicAccess, BucketSnapshot};
use bucketwatch_policy::name::{AccountId, Partition};

pub use self::acl::{ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY, canned, canonical_id, to_group};
pub(crate) use self::acl::{is_public, parse_permission, permission_name, private};
pub use self::bucket::{BLOCK_ALL, Bucket, Object};
use crate::fleet::Fleet;
use crate::random;

/// The region of a bucket for which nobody named one.
pub const DEFAULT_REGION: &str = "us-east-1";

/// An AWS account with its buckets.
///
/// A generated account keeps no bucket in memory: each is made when it is asked for, and only what was changed
/// is stored.
#[derive(Clone, Debug)]
pub struct Account {
    id: AccountId,
    partition: Partition,
    organization: Option<String>,
    block: Observed<BlockPublicAccess>,
    stored: BTreeMap<String, Option<Arc<Bucket>>>,
    fleet: Option<Fleet>,
}

/// What ListBuckets tells of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) region: String,
}

/// Why snapshots do not describe one account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// There is no snapshot to take the account from.
    #[error("no snapshot names an account")]
    Nameless,
    /// A snapshot names no bucket.
    #[error("a snapshot names no bucket")]
    NamelessBucket,
    /// Two snapshots belong to different accounts.
    #[error("the snapshots belong to several accounts: {0} and {1}")]
    Several(AccountId, AccountId),
    /// Two snapshots describe the same bucket.
    #[error("two snapshots describe the bucket `{0}`")]
    Twice(String),
}

impl Account {
    /// Gives an account without buckets and without account-level blocks.
    pub fn new(id: AccountId, partition: Partition) -> Self {
        Self {
            id,
            partition,
            organization: None,
            block: Observed::Absent,
            stored: BTreeMap::new(),
            fleet: None,
        }
    }

    /// Gives the account whose buckets the snapshots describe; the account-level block is the first that one
    /// of them knows.
    ///
    /// # Errors
    /// Where the snapshots name no account, several, or a bucket twice.
    pub fn from_snapshots(snapshots: Vec<BucketSnapshot>) -> Result<Self, AccountError> {
        let first = snapshots.iter().find_map(|snapshot| snapshot.account.clone());
        let id = first.ok_or(AccountError::Nameless)?;
        let partition = snapshots.first().map_or(Partition::Aws, |snapshot| snapshot.partition);
        let mut account = Self::new(id, partition);
        for snapshot in snapshots {
            account.admit(snapshot)?;
        }
        Ok(account)
    }

    /// Gives the account that owns a generated fleet.
    pub fn from_fleet(fleet: Fleet) -> Self {
        let mut account = Self::new(fleet.account().clone(), Partition::Aws);
        account.fleet = Some(fleet);
        account
    }

    fn admit(&mut self, snapshot: BucketSnapshot) -> Result<(), AccountError> {
        if let Some(other) = snapshot.account.as_ref().filter(|other| **other != self.id) {
            return Err(AccountError::Several(self.id.clone(), other.clone()));
        }
        if matches!(self.block, Observed::Absent | Observed::NotAsked) {
            self.block = snapshot.account_block.clone();
        }
        if self.organization.is_none() {
            self.organization = snapshot.organization.clone();
        }
        let bucket = Bucket::from_snapshot(snapshot);
        let name = bucket.name().to_owned();
        if name.is_empty() {
            return Err(AccountError::NamelessBucket);
        }
        match self.stored.insert(name.clone(), Some(Arc::new(bucket))) {
            Some(_) => Err(AccountError::Twice(name)),
            None => Ok(()),
        }
    }

    /// Gives the account's number.
    pub fn id(&self) -> &AccountId {
        &self.id
    }

    /// Gives the partition that its ARNs name.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// Gives the account's own Block Public Access.
    pub fn block(&self) -> &Observed<BlockPublicAccess> {
        &self.block
    }

    /// Sets the account's own Block Public Access.
    pub fn set_block(&mut self, block: Observed<BlockPublicAccess>) {
        self.block = block;
    }

    /// Gives the number of buckets.
    pub fn len(&self) -> usize {
        let generated = self.fleet.as_ref();
        let hidden = self.stored.keys().filter(|name| generated.is_some_and(|fleet| fleet.contains(name)));
        let stored = self.stored.values().flatten().count();
        generated.map_or(0, Fleet::len) - hidden.count() + stored
    }

    /// Says whether there is no bucket.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives the bucket called `name` with what the account adds to it, or `None` where there is none.
    pub fn bucket(&self, name: &str) -> Option<Arc<Bucket>> {
        let bucket = match self.stored.get(name) {
            Some(stored) => stored.clone()?,
            None => Arc::new(self.fleet.as_ref()?.find(name)?),
        };
        let known = &bucket.snapshot;
        if known.account_block == self.block && known.organization == self.organization {
            return Some(bucket);
        }
        let mut bucket = Arc::unwrap_or_clone(bucket);
        bucket.snapshot.account_block = self.block.clone();
        bucket.snapshot.organization.clone_from(&self.organization);
        Some(Arc::new(bucket))
    }

    /// Changes the bucket called `name`; says whether there is one.
    pub fn change(&mut self, name: &str, change: impl FnOnce(&mut Bucket)) -> bool {
        let Some(mut bucket) = self.bucket(name) else { return false };
        self.stored.remove(name);
        change(Arc::make_mut(&mut bucket));
        self.stored.insert(name.to_owned(), Some(bucket));
        true
    }

    /// Puts `bucket` into the account, in the place of one of the same name.
    pub fn insert(&mut self, bucket: Bucket) {
        self.stored.insert(bucket.name().to_owned(), Some(Arc::new(bucket)));
    }

    /// Takes the bucket called `name` out of the account; says whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let known = self.bucket(name).is_some();
        if known {
            self.stored.insert(name.to_owned(), None);
        }
        known
    }

    /// Gives a new bucket of this account, not yet in it.
    pub fn new_bucket(&self, name: &str, region: &str) -> Bucket {
        Bucket::new(name, region, &self.id, self.partition)
    }

    /// Gives every bucket, sorted by name.
    pub fn buckets(&self) -> impl Iterator<Item = Arc<Bucket>> {
        self.list("", None).filter_map(|listed| self.bucket(&listed.name))
    }

    /// Gives the buckets whose name begins with `prefix` and comes after `after`, sorted by name.
    pub(crate) fn list<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a str>,
    ) -> impl Iterator<Item = Listed> + 'a {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let mut stored = self.stored.range::<str, _>((start, Bound::Unbounded)).peekable();
        let generated = self.fleet.iter().flat_map(move |fleet| fleet.list(start));
        let mut generated = generated.filter(|listed| !self.stored.contains_key(&listed.name)).peekable();
        std::iter::from_fn(move || {
            loop {
                let stored_is_next = match (stored.peek(), generated.peek()) {
                    (Some((name, _)), Some(other)) => **name < other.name,
                    (stored, _) => stored.is_some(),
                };
                if !stored_is_next {
                    return generated.next();
                }
                if let (name, Some(bucket)) = stored.next()? {
                    return Some(Listed { name: name.clone(), region: bucket.region().to_owned() });
                }
            }
        })
        .take_while(move |listed| listed.name.starts_with(prefix))
    }

    /// Gives every access point of a region with the bucket that it leads to; of all regions without one.
    pub(crate) fn access_points(&self, region: Option<&str>) -> Vec<(String, AccessPoint)> {
        let mut points = Vec::new();
        for bucket in self.with_access_points().filter(|it| region.is_none_or(|region| it.region() == region))
        {
            let own = bucket.snapshot.access_points.present().cloned().unwrap_or_default();
            points.extend(own.into_iter().map(|point| (bucket.name().to_owned(), point)));
        }
        points
    }

    /// Gives every multi-Region access point once, sorted by alias.
    pub(crate) fn multi_region_access_points(&self) -> Vec<AccessPoint> {
        let stored = self.stored.values().flatten();
        let points =
            stored.filter_map(|bucket| bucket.snapshot.multi_region_access_points.present()).flatten();
        let points: BTreeMap<_, _> = points.map(|point| (point.name.clone(), point.clone())).collect();
        points.into_values().collect()
    }

    /// Gives name and region of every bucket behind a multi-Region access point.
    pub(crate) fn behind(&self, point: &AccessPoint) -> Vec<(String, String)> {
        let holds = |bucket: &&Arc<Bucket>| {
            let points = bucket.snapshot.multi_region_access_points.present();
            points.is_some_and(|points| points.iter().any(|other| other.name == point.name))
        };
        let stored = self.stored.values().flatten().filter(holds);
        stored.map(|bucket| (bucket.name().to_owned(), bucket.region().to_owned())).collect()
    }

    /// Gives the bucket behind the access point that a host names, as `name-account` or by its alias, and the
    /// access point's ARN.
    pub(crate) fn through(&self, host: &str) -> Option<(Arc<Bucket>, Option<String>)> {
        if !host.ends_with("-s3alias") && !host.ends_with(self.id.as_str()) {
            return None;
        }
        let names = |point: &AccessPoint| {
            let name = point.name.as_raw();
            host == access_point_alias(name) || host.strip_prefix(name) == Some(&format!("-{}", self.id))
        };
        self.with_access_points().find_map(|bucket| {
            let point = bucket.snapshot.access_points.present()?.iter().find(|point| names(point))?;
            let (partition, region, id, name) =
                (self.partition, bucket.region(), &self.id, point.name.as_raw());
            let arn = format!("arn:{partition}:s3:{region}:{id}:accesspoint/{name}");
            Some((Arc::clone(&bucket), Some(arn)))
        })
    }

    fn with_access_points(&self) -> impl Iterator<Item = Arc<Bucket>> {
        let generated = self.fleet.iter().flat_map(Fleet::names_with_access_points);
        let generated = generated.filter(|name| !self.stored.contains_key(name));
        self.stored.values().flatten().cloned().chain(generated.filter_map(|name| self.bucket(&name)))
    }
}

/// Gives the alias that serves in the place of a bucket's name.
pub(crate) fn access_point_alias(name: &str) -> String {
    format!("{name}-{:016x}-s3alias", random::of(name))
}
