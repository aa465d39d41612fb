//! Everything known of a bucket at one instant.

use std::collections::BTreeMap;

use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::setting::Setting;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use crate::observed::Observed;

/// A bucket's configuration as far as it decides who gets in. The document form is `bucketwatch.snapshot/1`.
#[derive(Clone, Debug, PartialEq)]
pub struct BucketSnapshot {
    /// The bucket's name; `None` only for a bare policy document that names no bucket.
    pub bucket: Option<Untrusted>,
    /// The owner's account. *Unknowns*: `None` makes every account that a policy names foreign.
    pub account: Option<AccountId>,
    /// The partition.
    pub partition: Partition,
    /// The bucket's region.
    pub region: Option<String>,
    /// The owner's organization.
    pub organization: Option<String>,
    /// The bucket policy's text as stored.
    pub policy: Observed<String>,
    /// What GetBucketPolicyStatus says: IsPublic.
    pub policy_status: Observed<bool>,
    /// The bucket's ACL as GetBucketAcl gives it.
    pub acl: Observed<Acl>,
    /// Object Ownership; `Absent` means ObjectWriter (an old bucket).
    pub ownership: Observed<Ownership>,
    /// The bucket's own Block Public Access.
    pub bucket_block: Observed<BlockPublicAccess>,
    /// The account's effective Block Public Access, organization included.
    pub account_block: Observed<BlockPublicAccess>,
    /// Whether a static website is configured.
    pub website: Observed<()>,
    /// Whether the requester pays.
    pub requester_pays: Observed<bool>,
    /// The default encryption's algorithm (`AES256`, `aws:kms`, `aws:kms:dsse`).
    pub default_encryption: Observed<String>,
    /// The bucket's tags.
    pub tags: Observed<BTreeMap<Untrusted, Untrusted>>,
    /// The access points attached to the bucket.
    pub access_points: Observed<Vec<AccessPoint>>,
    /// The multi-Region access points that hold the bucket.
    pub multi_region_access_points: Observed<Vec<AccessPoint>>,
    /// Resource control policies of the owner's organization, as texts.
    pub resource_control_policies: Observed<Vec<String>>,
    /// Object ACLs that were read.
    pub object_acls: Observed<Vec<ObjectAcl>>,
}

impl BucketSnapshot {
    /// Gives a snapshot of which nothing but the name is known.
    pub fn unseen(bucket: Option<Untrusted>) -> Self {
        Self {
            bucket,
            account: None,
            partition: Partition::default(),
            region: None,
            organization: None,
            policy: Observed::NotAsked,
            policy_status: Observed::NotAsked,
            acl: Observed::NotAsked,
            ownership: Observed::NotAsked,
            bucket_block: Observed::NotAsked,
            account_block: Observed::NotAsked,
            website: Observed::NotAsked,
            requester_pays: Observed::NotAsked,
            default_encryption: Observed::NotAsked,
            tags: Observed::NotAsked,
            access_points: Observed::NotAsked,
            multi_region_access_points: Observed::NotAsked,
            resource_control_policies: Observed::NotAsked,
            object_acls: Observed::NotAsked,
        }
    }

    /// Gives the world around the bucket's policies, at the instant `now`.
    pub fn setting(&self, now: Timestamp) -> Setting {
        let bucket_tags = match &self.tags {
            Observed::Present(tags) => Some(tags.clone()),
            Observed::Absent => Some(BTreeMap::new()),
            Observed::NotAsked | Observed::Unreadable(_) => None,
        };
        Setting {
            partition: self.partition,
            bucket: self.bucket.clone(),
            account: self.account.clone(),
            region: self.region.clone(),
            organization: self.organization.clone(),
            bucket_tags,
            now,
        }
    }
}

/// An ACL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acl {
    /// The owner's canonical id.
    pub owner: Option<Untrusted>,
    /// The grants in order.
    pub grants: Vec<Grant>,
}

/// One entry of an ACL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who.
    pub grantee: Grantee,
    /// What; unknown text is kept, so that it is never silently harmless.
    pub permission: Permission,
}

/// Whom an ACL grant names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grantee {
    /// A group by URI.
    Group(Untrusted),
    /// An account by canonical id.
    CanonicalUser(Untrusted),
    /// An account by e-mail address.
    Email(Untrusted),
}

/// What an ACL grant permits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// `READ`.
    Read,
    /// `WRITE`.
    Write,
    /// `READ_ACP`.
    ReadAcp,
    /// `WRITE_ACP`.
    WriteAcp,
    /// `FULL_CONTROL`.
    FullControl,
    /// A text that AWS does not document.
    Unknown(Untrusted),
}

/// The four flags of one level of Block Public Access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BlockPublicAccess {
    /// Refuses to store public ACLs; existing ones keep granting.
    #[serde(default)]
    pub block_public_acls: bool,
    /// Ignores public ACLs.
    #[serde(default)]
    pub ignore_public_acls: bool,
    /// Refuses to store public policies; existing ones keep granting.
    #[serde(default)]
    pub block_public_policy: bool,
    /// Lets a public policy admit only AWS services and the owner's account.
    #[serde(default)]
    pub restrict_public_buckets: bool,
}

/// Object Ownership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Ownership {
    /// ACLs are disabled.
    BucketOwnerEnforced,
    /// ACLs count; uploads with bucket-owner-full-control become the owner's.
    BucketOwnerPreferred,
    /// ACLs count; the writer owns what it writes.
    ObjectWriter,
}

/// An access point, or a multi-Region access point.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessPoint {
    /// Its name; for a multi-Region access point its alias (`….mrap`).
    pub name: Untrusted,
    /// The account that owns it.
    pub account: Option<AccountId>,
    /// Where it takes requests from.
    pub origin: NetworkOrigin,
    /// Its policy's text.
    pub policy: Observed<String>,
    /// Its own Block Public Access.
    pub block: Observed<BlockPublicAccess>,
}

/// Where an access point takes requests from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkOrigin {
    /// Anywhere.
    Internet,
    /// One VPC only: never public (docs/semantics.md A9).
    Vpc(Option<Untrusted>),
    /// Nobody looked.
    NotAsked,
}

/// The ACL of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectAcl {
    /// The object's key.
    pub key: Untrusted,
    /// The object's version, where it is not the current one.
    pub version_id: Option<Untrusted>,
    /// The canonical id of the object's owner.
    pub owner: Option<Untrusted>,
    /// The grants.
    pub grants: Observed<Vec<Grant>>,
}
