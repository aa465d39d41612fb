//! A mixed fleet of buckets that is made up on the fly, the same for the same seed.

mod policy;

use std::ops::{Bound, Range};

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{AccessPoint, BlockPublicAccess, NetworkOrigin, Ownership};
use bucketwatch_policy::name::{AccountId, Partition};

use crate::account::{BLOCK_ALL, Bucket, Listed, canned};
use crate::random;

/// Buckets by number: of every hundred, 60 have a policy, 20 have ACLs enabled, 15 are public, 10 are latent.
///
/// Nothing is stored: a bucket follows from the seed and its number, so a fleet of any size is as small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fleet {
    account: AccountId,
    size: usize,
    seed: u64,
    regions: Vec<String>,
}

/// What a bucket of the fleet is by construction. It says how the bucket was made; it judges nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Make {
    /// Its policy lets strangers in.
    PublicByPolicy,
    /// Its ACL lets strangers in.
    PublicByAcl,
    /// Both do.
    PublicByBoth,
    /// Its policy would, but for RestrictPublicBuckets.
    LatentByBlock,
    /// Its ACL would, but for IgnorePublicAcls.
    LatentAcl,
    /// Its policy would, but for a Deny.
    LatentByDeny,
    /// It has a policy that lets no stranger in.
    Policy,
    /// ACLs are enabled and let no stranger in.
    PrivateAcl,
    /// An access point leads to it.
    AccessPoint,
    /// As CreateBucket makes it today.
    Plain,
}

/// How many of every hundred buckets are made so; the order is that of the slots.
const MIX: [(Make, u64); 10] = [
    (Make::PublicByPolicy, 9),
    (Make::PublicByAcl, 5),
    (Make::PublicByBoth, 1),
    (Make::LatentByBlock, 5),
    (Make::LatentAcl, 3),
    (Make::LatentByDeny, 2),
    (Make::Policy, 43),
    (Make::PrivateAcl, 11),
    (Make::AccessPoint, 1),
    (Make::Plain, 20),
];

const WORDS: [&str; 12] = [
    "logs",
    "assets",
    "backup",
    "exports",
    "invoices",
    "media",
    "models",
    "reports",
    "site",
    "staging",
    "telemetry",
    "uploads",
];

impl Make {
    /// Says whether a bucket made so has a bucket policy.
    pub fn has_policy(self) -> bool {
        use Make::{LatentByBlock, LatentByDeny, Policy, PublicByBoth, PublicByPolicy};
        matches!(self, PublicByPolicy | PublicByBoth | LatentByBlock | LatentByDeny | Policy)
    }

    /// Says whether ACLs are enabled on a bucket made so.
    pub fn has_acls(self) -> bool {
        matches!(self, Self::PublicByAcl | Self::PublicByBoth | Self::LatentAcl | Self::PrivateAcl)
    }

    /// Says whether a bucket made so is meant to be public.
    pub fn is_public(self) -> bool {
        matches!(self, Self::PublicByPolicy | Self::PublicByAcl | Self::PublicByBoth)
    }

    /// Says whether a bucket made so is meant to be public but for something that holds it shut.
    pub fn is_latent(self) -> bool {
        matches!(self, Self::LatentByBlock | Self::LatentAcl | Self::LatentByDeny)
    }
}

impl Fleet {
    /// Gives a fleet of `buckets` buckets in three regions of one account.
    pub fn generate(buckets: usize, seed: u64) -> Self {
        let regions = ["us-east-1", "eu-west-1", "ap-southeast-2"].map(str::to_owned).to_vec();
        Self { account: crate::demo::account_id(), size: buckets, seed, regions }
    }

    /// Gives the same fleet in these regions. An empty list changes nothing.
    #[must_use]
    pub fn in_regions(mut self, regions: Vec<String>) -> Self {
        if !regions.is_empty() {
            self.regions = regions;
        }
        self
    }

    /// Gives the same fleet in another account.
    #[must_use]
    pub fn of_account(mut self, account: AccountId) -> Self {
        self.account = account;
        self
    }

    /// Gives the account that owns the fleet.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// Gives the number of buckets.
    pub fn len(&self) -> usize {
        self.size
    }

    /// Says whether there is no bucket.
    pub fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// Says how bucket `index` is made.
    pub fn make(&self, index: usize) -> Make {
        let mut slot = self.slot(index);
        for (make, share) in MIX {
            match slot.checked_sub(share) {
                Some(rest) => slot = rest,
                None => return make,
            }
        }
        Make::Plain
    }

    /// Gives the text of every bucket policy of the fleet, in the order of the buckets.
    pub fn policies(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.size).filter_map(|index| self.policy(index))
    }

    /// Gives the text of the policy of bucket `index`, if it has one.
    pub fn policy(&self, index: usize) -> Option<String> {
        let make = self.make(index);
        make.has_policy().then(|| policy::text(make, &self.name(index), self.draw(index, "policy")))
    }

    /// Gives bucket `index`.
    pub fn bucket(&self, index: usize) -> Bucket {
        let make = self.make(index);
        let mut bucket = Bucket::new(&self.name(index), self.region(index), &self.account, Partition::Aws);
        let snapshot = &mut bucket.snapshot;
        snapshot.policy = self.policy(index).map_or(Observed::Absent, Observed::Present);
        snapshot.bucket_block = self.block(make, index);
        if make.has_acls() {
            snapshot.ownership = self.ownership(index);
            snapshot.acl =
                canned(&self.account, self.acl(make, index)).map_or(Observed::Absent, Observed::Present);
        }
        if make == Make::AccessPoint {
            snapshot.access_points = Observed::Present(vec![self.access_point(index)]);
        }
        if make.is_public() && self.draw(index, "website").is_multiple_of(3) {
            snapshot.website = Observed::Present(());
        }
        if self.draw(index, "encryption").is_multiple_of(4) {
            snapshot.default_encryption = Observed::Present("aws:kms".to_owned());
        }
        if self.draw(index, "tags").is_multiple_of(2) {
            let team = WORDS[(self.draw(index, "team") % 12) as usize];
            snapshot.tags = Observed::Present([("team".into(), team.into())].into());
        }
        bucket
    }

    /// Gives the number of the bucket called `name`.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        let digits = name.strip_prefix("fleet-")?.split('-').next()?;
        let index = digits.parse().ok().filter(|index| *index < self.size)?;
        (self.name(index) == name).then_some(index)
    }

    /// Gives the name of bucket `index`; names sort as numbers do.
    pub fn name(&self, index: usize) -> String {
        let word = WORDS[(self.draw(index, "word") % 12) as usize];
        format!("fleet-{index:07}-{word}")
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.index_of(name).is_some()
    }

    pub(crate) fn find(&self, name: &str) -> Option<Bucket> {
        self.index_of(name).map(|index| self.bucket(index))
    }

    pub(crate) fn list(&self, start: Bound<&str>) -> impl Iterator<Item = Listed> + '_ {
        let first = first_index(0..self.size, |index| match start {
            Bound::Included(start) => self.name(index).as_str() < start,
            Bound::Excluded(start) => self.name(index).as_str() <= start,
            Bound::Unbounded => false,
        });
        (first..self.size)
            .map(|index| Listed { name: self.name(index), region: self.region(index).to_owned() })
    }

    pub(crate) fn names_with_access_points(&self) -> impl Iterator<Item = String> + '_ {
        let made = (0..self.size).filter(|index| self.make(*index) == Make::AccessPoint);
        made.map(|index| self.name(index))
    }

    /// Every hundred buckets fill the hundred slots, in an order of their own.
    fn slot(&self, index: usize) -> u64 {
        let (hundred, place) = (index as u64 / 100, index as u64 % 100);
        (place * 37 + random::of(&(self.seed, hundred, "slot")) % 100) % 100
    }

    fn draw(&self, index: usize, what: &str) -> u64 {
        random::of(&(self.seed, index as u64, what))
    }

    fn region(&self, index: usize) -> &str {
        &self.regions[(self.draw(index, "region") % self.regions.len() as u64) as usize]
    }

    fn block(&self, make: Make, index: usize) -> Observed<BlockPublicAccess> {
        let off = BlockPublicAccess::default();
        match make {
            Make::PublicByPolicy | Make::PublicByAcl | Make::PublicByBoth | Make::LatentByDeny => {
                if self.draw(index, "block").is_multiple_of(2) {
                    Observed::Absent
                } else {
                    Observed::Present(off)
                }
            }
            Make::LatentByBlock => {
                Observed::Present(BlockPublicAccess { restrict_public_buckets: true, ..off })
            }
            Make::LatentAcl => Observed::Present(BlockPublicAccess { ignore_public_acls: true, ..off }),
            Make::Policy | Make::PrivateAcl if self.draw(index, "block").is_multiple_of(3) => {
                Observed::Absent
            }
            _ => Observed::Present(BLOCK_ALL),
        }
    }

    fn ownership(&self, index: usize) -> Observed<Ownership> {
        match self.draw(index, "ownership") % 3 {
            0 => Observed::Absent,
            1 => Observed::Present(Ownership::ObjectWriter),
            _ => Observed::Present(Ownership::BucketOwnerPreferred),
        }
    }

    fn acl(&self, make: Make, index: usize) -> &'static str {
        let choice = self.draw(index, "acl");
        match make {
            Make::PrivateAcl => ["private", "log-delivery-write"][(choice % 2) as usize],
            _ => ["public-read", "authenticated-read", "public-read-write"][(choice % 3) as usize],
        }
    }

    fn access_point(&self, index: usize) -> AccessPoint {
        let name = format!("fleet-ap-{index:07}");
        let region = self.region(index);
        AccessPoint {
            policy: Observed::Present(policy::of_access_point(&self.account, region, &name)),
            name: name.into(),
            account: Some(self.account.clone()),
            origin: NetworkOrigin::Internet,
            block: Observed::Present(BLOCK_ALL),
        }
    }
}

/// Gives the first index of `range` that is not `before`, or its end.
fn first_index(range: Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let Range { mut start, mut end } = range;
    while start < end {
        let middle = start + (end - start) / 2;
        if before(middle) {
            start = middle + 1;
        } else {
            end = middle;
        }
    }
    start
}
