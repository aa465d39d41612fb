//! The reads of one bucket, asked in its region wherever that turns out to be.

use std::collections::BTreeMap;

use bucketwatch_engine::cloud::{self, BucketAddress, Cloud as _, CloudError, ObjectName};
use bucketwatch_engine::operation::Operation;
use bucketwatch_exposure::snapshot::{Acl, BlockPublicAccess, Ownership};
use bucketwatch_policy::untrusted::Untrusted;

use super::asked::Asked;
use super::client::Question;
use super::endpoint::Service;
use super::{AwsCloud, answer};

/// Tells a directory bucket. Its ACLs are disabled and all of Block Public Access is on, for good; it has neither a website
/// nor requesters who pay, and S3 refuses to be asked for any of it, or to be told who should own it.
///
/// *Source*: S3 user guide, "Differences for directory buckets" (read 2026-11-23).
fn is_directory(bucket: &BucketAddress) -> bool {
    cloud::is_directory(&bucket.name)
}

/// Asks for the sub-resource `what` of a bucket.
fn about<'a>(bucket: &'a BucketAddress, what: &str) -> Question<'a> {
    let service = if is_directory(bucket) { Service::S3Express } else { Service::S3 };
    Question::of_bucket(service, bucket.name.as_raw(), &bucket.owner, what)
}

/// All of Block Public Access.
const ALL_ON: BlockPublicAccess = BlockPublicAccess {
    block_public_acls: true,
    ignore_public_acls: true,
    block_public_policy: true,
    restrict_public_buckets: true,
};

impl AwsCloud {
    pub(super) async fn read_ownership(
        &self,
        bucket: &BucketAddress,
    ) -> Result<Option<Ownership>, CloudError> {
        if is_directory(bucket) {
            return Ok(Some(Ownership::BucketOwnerEnforced));
        }
        let asked = self.asked(Operation::GetBucketOwnershipControls, bucket);
        let question = about(bucket, "ownershipControls");
        let answer = self.ask(&asked, bucket, &question, &["OwnershipControlsNotFoundError"]).await?;
        answer.map(|body| asked.understood(&body, "OwnershipControls", answer::ownership)).transpose()
    }

    pub(super) async fn read_block(
        &self,
        bucket: &BucketAddress,
    ) -> Result<Option<BlockPublicAccess>, CloudError> {
        if is_directory(bucket) {
            return Ok(Some(ALL_ON));
        }
        let asked = self.asked(Operation::GetBucketPublicAccessBlock, bucket);
        let question = about(bucket, "publicAccessBlock");
        let answer = self.ask(&asked, bucket, &question, &["NoSuchPublicAccessBlockConfiguration"]).await?;
        answer
            .map(|body| asked.understood(&body, "PublicAccessBlockConfiguration", answer::block))
            .transpose()
    }

    pub(super) async fn read_policy(&self, bucket: &BucketAddress) -> Result<Option<String>, CloudError> {
        let operation = match is_directory(bucket) {
            true => Operation::GetDirectoryBucketPolicy,
            false => Operation::GetBucketPolicy,
        };
        let asked = self.asked(operation, bucket);
        let answer = self.ask(&asked, bucket, &about(bucket, "policy"), &["NoSuchBucketPolicy"]).await?;
        let Some(body) = answer else { return Ok(None) };
        let text = String::from_utf8(body).map_err(|_| asked.misunderstood("the answer is not in UTF-8"))?;
        let text = Some(text).filter(|text| !text.is_empty());
        text.map(Some).ok_or_else(|| asked.misunderstood("the answer is empty"))
    }

    pub(super) async fn read_policy_status(
        &self,
        bucket: &BucketAddress,
    ) -> Result<Option<bool>, CloudError> {
        if is_directory(bucket) {
            return Ok(None);
        }
        let asked = self.asked(Operation::GetBucketPolicyStatus, bucket);
        let question = about(bucket, "policyStatus");
        let answer = self.ask(&asked, bucket, &question, &["NoSuchBucketPolicy"]).await?;
        let status = answer
            .map(|body| asked.understood(&body, "PolicyStatus", |status| status.flag("IsPublic")))
            .transpose()?;
        Ok(status.flatten())
    }

    pub(super) async fn read_acl(&self, bucket: &BucketAddress) -> Result<Option<Acl>, CloudError> {
        let asked = self.asked(Operation::GetBucketAcl, bucket);
        let answer = self.ask(&asked, bucket, &about(bucket, "acl"), &[]).await?;
        answer.map(|body| asked.understood(&body, "AccessControlPolicy", answer::acl)).transpose()
    }

    /// *Source*: S3 API reference, "GetObjectAcl" and "Working with delete markers" (read 2026-11-23): the ACL of a
    /// delete marker is asked for in vain, with 404 where it is the current version and with 405 where it is named.
    pub(super) async fn read_object_acl(
        &self,
        bucket: &BucketAddress,
        object: &ObjectName,
    ) -> Result<Option<Acl>, CloudError> {
        let operation = match object.version_id {
            None => Operation::GetObjectAcl,
            Some(_) => Operation::GetObjectVersionAcl,
        };
        let asked = self.asked(operation, bucket);
        let version = object.version_id.as_ref().map(Untrusted::as_raw);
        let question = about(bucket, "acl").object(object.key.as_raw()).with("versionId", version);
        let codes = ["NoSuchKey", "NoSuchVersion", "MethodNotAllowed"];
        let answer = self.ask(&asked, bucket, &question, &codes).await?;
        answer.map(|body| asked.understood(&body, "AccessControlPolicy", answer::acl)).transpose()
    }

    pub(super) async fn read_website(&self, bucket: &BucketAddress) -> Result<Option<()>, CloudError> {
        if is_directory(bucket) {
            return Ok(None);
        }
        let asked = self.asked(Operation::GetBucketWebsite, bucket);
        let question = about(bucket, "website");
        let answer = self.ask(&asked, bucket, &question, &["NoSuchWebsiteConfiguration"]).await?;
        answer.map(|body| asked.understood(&body, "WebsiteConfiguration", |_| Ok(()))).transpose()
    }

    pub(super) async fn read_requester_pays(
        &self,
        bucket: &BucketAddress,
    ) -> Result<Option<bool>, CloudError> {
        if is_directory(bucket) {
            return Ok(Some(false));
        }
        let asked = self.asked(Operation::GetBucketRequestPayment, bucket);
        let answer = self.ask(&asked, bucket, &about(bucket, "requestPayment"), &[]).await?;
        answer
            .map(|body| asked.understood(&body, "RequestPaymentConfiguration", answer::requester_pays))
            .transpose()
    }

    pub(super) async fn read_encryption(&self, bucket: &BucketAddress) -> Result<Option<String>, CloudError> {
        let operation = match is_directory(bucket) {
            true => Operation::GetDirectoryBucketEncryption,
            false => Operation::GetBucketEncryption,
        };
        let asked = self.asked(operation, bucket);
        let codes = ["ServerSideEncryptionConfigurationNotFoundError"];
        let answer = self.ask(&asked, bucket, &about(bucket, "encryption"), &codes).await?;
        answer
            .map(|body| asked.understood(&body, "ServerSideEncryptionConfiguration", answer::algorithm))
            .transpose()
    }

    pub(super) async fn read_tags(
        &self,
        bucket: &BucketAddress,
    ) -> Result<Option<BTreeMap<Untrusted, Untrusted>>, CloudError> {
        if is_directory(bucket) {
            return Ok(None);
        }
        let asked = self.asked(Operation::GetBucketTagging, bucket);
        let answer = self.ask(&asked, bucket, &about(bucket, "tagging"), &["NoSuchTagSet"]).await?;
        answer.map(|body| asked.understood(&body, "Tagging", answer::tags)).transpose()
    }

    fn asked(&self, operation: Operation, bucket: &BucketAddress) -> Asked {
        let region = Some(self.region_of(bucket));
        Asked { operation, subject: Some(bucket.name.clone()), region }
    }

    /// Asks, and follows S3 once to another region. One of `absent` means that there is none.
    async fn ask(
        &self,
        asked: &Asked,
        bucket: &BucketAddress,
        question: &Question<'_>,
        absent: &[&str],
    ) -> Result<Option<Vec<u8>>, CloudError> {
        let region = self.region_of(bucket);
        let mut answer = self.client.ask(&region, question).await;
        let other = answer.as_ref().err().and_then(|failure| failure.other_region());
        if let Some(other) = other.filter(|other| **other != region).map(str::to_owned) {
            self.remember_region(bucket, &other);
            answer = self.client.ask(&other, question).await;
        }
        match answer {
            Ok(body) => Ok(Some(body)),
            Err(failure) if failure.is_absent(absent) => Ok(None),
            Err(failure) => Err(asked.refused(failure)),
        }
    }
}
