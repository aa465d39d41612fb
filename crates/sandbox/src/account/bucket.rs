//! One bucket: its configuration and its objects.

use std::collections::BTreeMap;

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{Acl, BlockPublicAccess, BucketSnapshot, Ownership};
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;

use super::acl;

/// Every switch of Block Public Access on, as new buckets have it.
pub const BLOCK_ALL: BlockPublicAccess = BlockPublicAccess {
    block_public_acls: true,
    ignore_public_acls: true,
    block_public_policy: true,
    restrict_public_buckets: true,
};

/// A bucket of the sandbox's account.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// Its whole configuration. What the snapshot calls unreadable the server refuses to show with that error
    /// code; what nobody asked for is served as not configured.
    pub snapshot: BucketSnapshot,
    /// Its objects by key.
    pub objects: BTreeMap<String, Object>,
}

/// An object of a bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// Its content.
    pub content: Vec<u8>,
}

impl Bucket {
    /// Gives a bucket as CreateBucket makes it today: ACLs disabled, everything public blocked.
    ///
    /// *Source*: S3 user guide, "Default settings for new S3 buckets FAQ": so since April 2023.
    pub fn new(name: &str, region: &str, account: &AccountId, partition: Partition) -> Self {
        let snapshot = BucketSnapshot {
            account: Some(account.clone()),
            partition,
            region: Some(region.to_owned()),
            policy: Observed::Absent,
            acl: Observed::Present(acl::private(account)),
            ownership: Observed::Present(Ownership::BucketOwnerEnforced),
            bucket_block: Observed::Present(BLOCK_ALL),
            account_block: Observed::Absent,
            website: Observed::Absent,
            requester_pays: Observed::Present(false),
            default_encryption: Observed::Present("AES256".to_owned()),
            tags: Observed::Absent,
            access_points: Observed::Present(Vec::new()),
            multi_region_access_points: Observed::Present(Vec::new()),
            resource_control_policies: Observed::Present(Vec::new()),
            ..BucketSnapshot::unseen(Some(Untrusted::from(name)))
        };
        Self { snapshot, objects: BTreeMap::new() }
    }

    /// Gives the bucket that a snapshot describes; the objects whose ACLs it lists exist and are empty.
    pub fn from_snapshot(snapshot: BucketSnapshot) -> Self {
        let keys = snapshot.object_acls.present().map_or(&[][..], Vec::as_slice);
        let objects = keys.iter().map(|object| (object.key.as_raw().to_owned(), Object::default())).collect();
        Self { snapshot, objects }
    }

    /// Gives the bucket's name; empty where the snapshot has none.
    pub fn name(&self) -> &str {
        self.snapshot.bucket.as_ref().map_or("", Untrusted::as_raw)
    }

    /// Gives the bucket's region.
    pub fn region(&self) -> &str {
        self.snapshot.region.as_deref().unwrap_or(super::DEFAULT_REGION)
    }

    /// Gives the ownership that counts: a bucket without controls has `ObjectWriter`.
    pub fn ownership(&self) -> Ownership {
        self.snapshot.ownership.present().copied().unwrap_or(Ownership::ObjectWriter)
    }

    /// Gives the switches that hold for the bucket: its own and its account's.
    pub fn block(&self) -> BlockPublicAccess {
        let own = self.snapshot.bucket_block.present().copied().unwrap_or_default();
        let account = self.snapshot.account_block.present().copied().unwrap_or_default();
        BlockPublicAccess {
            block_public_acls: own.block_public_acls || account.block_public_acls,
            ignore_public_acls: own.ignore_public_acls || account.ignore_public_acls,
            block_public_policy: own.block_public_policy || account.block_public_policy,
            restrict_public_buckets: own.restrict_public_buckets || account.restrict_public_buckets,
        }
    }

    /// Gives the ACL that GetBucketAcl shows: only the owner's grant where ACLs are disabled, no public grant
    /// where those are ignored.
    ///
    /// *Source*: docs/semantics.md A4.
    pub fn effective_acl(&self, owner: &AccountId) -> Acl {
        let stored = self.snapshot.acl.present();
        self.shown(stored.unwrap_or(&acl::private(owner)))
    }

    /// Gives the ACL that GetObjectAcl shows of the object at `key`.
    pub fn effective_object_acl(&self, key: &str, owner: &AccountId) -> Acl {
        let stored = self.snapshot.object_acls.present().and_then(|acls| {
            let object = acls.iter().find(|object| object.key.as_raw() == key)?;
            Some(Acl { owner: acl::private(owner).owner, grants: object.grants.present()?.clone() })
        });
        self.shown(&stored.unwrap_or_else(|| acl::private(owner)))
    }

    fn shown(&self, stored: &Acl) -> Acl {
        if self.ownership() == Ownership::BucketOwnerEnforced {
            acl::of_owner_alone(stored)
        } else if self.block().ignore_public_acls {
            acl::without_public_grants(stored)
        } else {
            stored.clone()
        }
    }
}
