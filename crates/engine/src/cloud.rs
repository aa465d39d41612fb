//! The port to AWS: one method per fact, no SDK type crosses it.

mod table;

use std::collections::BTreeMap;

use async_trait::async_trait;
use bucketwatch_exposure::observed::Unreadable;
use bucketwatch_exposure::snapshot::{AccessPoint, Acl, BlockPublicAccess, NetworkOrigin, Ownership};
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::table::TableAddress;

use crate::operation::Operation;

/// AWS as the scan sees it. `Ok(None)` means that AWS says there is none.
///
/// Implementations bound their own calls in flight, retry what is worth retrying and give each call a deadline; an
/// error that arrives here is final for this run.
#[async_trait]
pub trait Cloud: Send + Sync {
    /// Gives the account that the credentials open.
    async fn identity(&self) -> Result<Identity, CloudError>;

    /// Gives one page of the account's buckets, the first one for `None`.
    async fn list_buckets(&self, continuation: Option<&str>) -> Result<BucketPage, CloudError>;

    /// Gives the account's effective Block Public Access.
    async fn account_block(&self, account: &AccountId) -> Result<Option<BlockPublicAccess>, CloudError>;

    /// Gives a bucket's Object Ownership.
    async fn ownership(&self, bucket: &BucketAddress) -> Result<Option<Ownership>, CloudError>;

    /// Gives a bucket's own Block Public Access.
    async fn bucket_block(&self, bucket: &BucketAddress) -> Result<Option<BlockPublicAccess>, CloudError>;

    /// Gives a bucket's policy as stored.
    async fn policy(&self, bucket: &BucketAddress) -> Result<Option<String>, CloudError>;

    /// Gives AWS's IsPublic of a bucket's policy; an answer without the flag is `None`.
    async fn policy_status(&self, bucket: &BucketAddress) -> Result<Option<bool>, CloudError>;

    /// Gives a bucket's ACL as it is in effect.
    async fn acl(&self, bucket: &BucketAddress) -> Result<Option<Acl>, CloudError>;

    /// Gives an object's ACL; `None` = there is no such object, or no such version of it.
    async fn object_acl(
        &self,
        bucket: &BucketAddress,
        object: &ObjectName,
    ) -> Result<Option<Acl>, CloudError>;

    /// Tells whether a bucket has a static website.
    async fn website(&self, bucket: &BucketAddress) -> Result<Option<()>, CloudError>;

    /// Tells whether a bucket's requester pays.
    async fn requester_pays(&self, bucket: &BucketAddress) -> Result<Option<bool>, CloudError>;

    /// Gives the algorithm of a bucket's default encryption.
    async fn default_encryption(&self, bucket: &BucketAddress) -> Result<Option<String>, CloudError>;

    /// Gives a bucket's tags.
    async fn tags(
        &self,
        bucket: &BucketAddress,
    ) -> Result<Option<BTreeMap<Untrusted, Untrusted>>, CloudError>;

    /// Gives every access point of the account in `region`, without its policy and block.
    async fn list_access_points(
        &self,
        account: &AccountId,
        region: &str,
    ) -> Result<Vec<ListedAccessPoint>, CloudError>;

    /// Gives an access point's policy and block. What could not be read is `Unreadable` inside.
    async fn access_point(
        &self,
        account: &AccountId,
        region: &str,
        listed: &ListedAccessPoint,
    ) -> AccessPoint;

    /// Gives every multi-Region access point of the account, once for each of its buckets.
    async fn multi_region_access_points(
        &self,
        account: &AccountId,
    ) -> Result<Vec<(Untrusted, AccessPoint)>, CloudError>;

    /// Gives the policy of a table bucket, or of a table, as stored; `None` also where there is no such table.
    async fn table_policy(&self, table: &TableAddress) -> Result<Option<String>, CloudError>;

    /// Gives the region that `bucket` is asked in, as far as is known by now.
    fn region_of(&self, bucket: &BucketAddress) -> String;

    /// Gives how far AWS's clock is ahead of the local one, by the `Date` header of its answers.
    fn clock_offset(&self) -> SignedDuration;

    /// Gives what the calls cost so far.
    fn effort(&self) -> CallEffort;
}

/// Who the credentials belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// The partition, from the caller's ARN.
    pub partition: Partition,
    /// The caller's ARN.
    pub arn: Untrusted,
}

/// One page of a bucket listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketPage {
    /// The buckets.
    pub buckets: Vec<ListedBucket>,
    /// What asks for the next page; `None` on the last one.
    pub continuation: Option<String>,
}

/// A bucket as the listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedBucket {
    /// Its name.
    pub name: Untrusted,
    /// Its region, where the listing says it.
    pub region: Option<String>,
    /// When it was created, or last changed in ways AWS does not document: no key (DESIGN: incarnation).
    pub created_at: Option<Timestamp>,
}

/// A bucket and where to ask about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BucketAddress {
    /// Its name.
    pub name: Untrusted,
    /// Its region; `None` = ask wherever the client stands and follow the redirect.
    pub region: Option<String>,
    /// The account that is expected to own it.
    pub owner: AccountId,
}

/// Tells a directory bucket by its name: it is of another kind than those that a listing of the account's buckets gives.
///
/// *Source*: S3 user guide, "Directory bucket naming rules"; S3 API reference, "ListDirectoryBuckets" (read 2026-11-23).
pub fn is_directory(bucket: &Untrusted) -> bool {
    bucket.as_raw().ends_with("--x-s3")
}

/// An object of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectName {
    /// Its key.
    pub key: Untrusted,
    /// Its version; `None` = the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<Untrusted>,
}

/// What the calls cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallEffort {
    /// Calls made, without their retries.
    pub calls: u64,
    /// Attempts beyond the first.
    pub retries: u64,
    /// The most calls that were in flight at once.
    pub most_in_flight: u64,
}

/// An access point as the listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAccessPoint {
    /// Its name.
    pub name: Untrusted,
    /// The bucket that it is attached to.
    pub bucket: Untrusted,
    /// Where it takes requests from.
    pub origin: NetworkOrigin,
}

/// A call that failed for good.
#[derive(Debug, thiserror::Error)]
#[error("{name} {about}failed: {code}", name = self.operation.name(), about = self.about())]
pub struct CloudError {
    /// Why, as far as it decides what happens next.
    pub cause: Cause,
    /// The API operation; it knows the IAM action that it needs.
    pub operation: Operation,
    /// The bucket or other thing that was asked about.
    pub subject: Option<Untrusted>,
    /// The region that was asked.
    pub region: Option<String>,
    /// AWS's error code, or a word of our own (`Timeout`, `ConnectionFailed`).
    pub code: String,
    /// What happened as text with all its causes, free of secrets.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl CloudError {
    fn about(&self) -> String {
        let subject = self.subject.as_ref().map(|subject| format!("on {subject:?} "));
        let region = self.region.as_ref().map(|region| format!("in {region} "));
        subject.into_iter().chain(region).collect()
    }

    /// Gives the fact's place in a snapshot: unreadable, and whether that may pass.
    pub fn unreadable(&self) -> Unreadable {
        let passing = matches!(self.cause, Cause::Throttled | Cause::Unavailable);
        Unreadable { code: self.code.clone(), passing }
    }
}

/// Why a call failed, sorted once by the adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The caller may not.
    Denied,
    /// Too many calls, after all retries.
    Throttled,
    /// The bucket (not its sub-resource) does not exist.
    NotFound,
    /// The service or the network did not answer, after all retries.
    Unavailable,
    /// The credentials are missing or have expired: no other call will fare better.
    Credentials,
    /// An answer that bucketwatch does not understand.
    Bug,
}
