//! AWS: the port [`Cloud`] for the account that the ambient credentials open.

mod access_point;
mod answer;
mod asked;
mod assume;
mod bucket;
mod client;
mod clock;
mod connect;
mod deployment;
mod endpoint;
mod failure;
mod identity;
mod json;
mod keys;
mod listing;
mod lookup;
mod pace;
mod queue;
mod retry;
mod session;
mod signature;
mod stored_secret;
mod table;
mod transport;
mod trust;
mod xml;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bucketwatch_engine::cloud::{
    BucketAddress, BucketPage, CallEffort, Cloud, CloudError, Identity, ListedAccessPoint, ObjectName,
    TableAddress,
};
use bucketwatch_exposure::snapshot::{AccessPoint, Acl, BlockPublicAccess, Ownership};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::SignedDuration;

pub use self::assume::{AwsAccounts, RoleElsewhere};
pub(crate) use self::connect::ambient;
pub use self::connect::{ConnectError, ConnectOptions, Embedded, connect};
pub use self::deployment::AwsDeployment;
pub(crate) use self::endpoint::is_region;
pub(crate) use self::failure::Causes;
pub use self::queue::SqsQueue;
pub use self::session::AwsSession;
pub(crate) use self::session::{Call, form};
pub(crate) use self::stored_secret::region_of;

use self::client::Client;
use self::transport::Traffic;

/// So many buckets that the listing places wrongly, or not at all, are remembered at once.
const MOST_REGIONS_REMEMBERED: usize = 4_096;

/// An account of AWS.
#[derive(Debug)]
pub struct AwsCloud {
    client: Client,
    traffic: Arc<Traffic>,
    home: String,
    identity: Identity,
    regions: Mutex<HashMap<Untrusted, String>>,
}

impl AwsCloud {
    fn new(client: Client, traffic: Arc<Traffic>, home: String, identity: Identity) -> Self {
        Self { client, traffic, home, identity, regions: Mutex::default() }
    }

    fn remember_region(&self, bucket: &BucketAddress, region: &str) {
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        if regions.len() >= MOST_REGIONS_REMEMBERED {
            regions.clear();
        }
        regions.insert(bucket.name.clone(), region.to_owned());
    }
}

#[async_trait]
impl Cloud for AwsCloud {
    async fn identity(&self) -> Result<Identity, CloudError> {
        Ok(self.identity.clone())
    }

    async fn list_buckets(&self, continuation: Option<&str>) -> Result<BucketPage, CloudError> {
        self.read_page(continuation).await
    }

    async fn account_block(&self, account: &AccountId) -> Result<Option<BlockPublicAccess>, CloudError> {
        self.read_account_block(account).await
    }

    async fn ownership(&self, bucket: &BucketAddress) -> Result<Option<Ownership>, CloudError> {
        self.read_ownership(bucket).await
    }

    async fn bucket_block(&self, bucket: &BucketAddress) -> Result<Option<BlockPublicAccess>, CloudError> {
        self.read_block(bucket).await
    }

    async fn policy(&self, bucket: &BucketAddress) -> Result<Option<String>, CloudError> {
        self.read_policy(bucket).await
    }

    async fn policy_status(&self, bucket: &BucketAddress) -> Result<Option<bool>, CloudError> {
        self.read_policy_status(bucket).await
    }

    async fn acl(&self, bucket: &BucketAddress) -> Result<Option<Acl>, CloudError> {
        self.read_acl(bucket).await
    }

    async fn object_acl(
        &self,
        bucket: &BucketAddress,
        object: &ObjectName,
    ) -> Result<Option<Acl>, CloudError> {
        self.read_object_acl(bucket, object).await
    }

    async fn website(&self, bucket: &BucketAddress) -> Result<Option<()>, CloudError> {
        self.read_website(bucket).await
    }

    async fn requester_pays(&self, bucket: &BucketAddress) -> Result<Option<bool>, CloudError> {
        self.read_requester_pays(bucket).await
    }

    async fn default_encryption(&self, bucket: &BucketAddress) -> Result<Option<String>, CloudError> {
        self.read_encryption(bucket).await
    }

    async fn tags(
        &self,
        bucket: &BucketAddress,
    ) -> Result<Option<BTreeMap<Untrusted, Untrusted>>, CloudError> {
        self.read_tags(bucket).await
    }

    async fn list_access_points(
        &self,
        account: &AccountId,
        region: &str,
    ) -> Result<Vec<ListedAccessPoint>, CloudError> {
        self.list_points(account, region).await
    }

    async fn access_point(
        &self,
        account: &AccountId,
        region: &str,
        listed: &ListedAccessPoint,
    ) -> AccessPoint {
        self.read_point(account, region, listed).await
    }

    async fn multi_region_access_points(
        &self,
        account: &AccountId,
    ) -> Result<Vec<(Untrusted, AccessPoint)>, CloudError> {
        self.read_multi_region_points(account).await
    }

    async fn table_policy(&self, table: &TableAddress) -> Result<Option<String>, CloudError> {
        self.read_table_policy(table).await
    }

    fn region_of(&self, bucket: &BucketAddress) -> String {
        let regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        let known = regions.get(&bucket.name).or(bucket.region.as_ref());
        known.unwrap_or(&self.home).clone()
    }

    fn clock_offset(&self) -> SignedDuration {
        self.traffic.clock().offset()
    }

    fn effort(&self) -> CallEffort {
        self.traffic.effort()
    }
}
