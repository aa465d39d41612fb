//! The reads of one bucket, asked in its region wherever that turns out to be.

use std::collections::BTreeMap;
use std::future::Future;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::types::Payer;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bucketwatch_engine::cloud::{self, BucketAddress, Cloud as _, CloudError, ObjectName};
use bucketwatch_engine::operation::Operation;
use bucketwatch_exposure::snapshot::{Acl, BlockPublicAccess, Ownership};
use bucketwatch_policy::untrusted::Untrusted;

use super::AwsCloud;
use super::convert;
use super::failure::{Question, is_absent, other_region};

/// Builds a bucket request: every one names the bucket and the account that must own it.
macro_rules! request {
    ($s3:ident, $operation:ident, $bucket:ident) => {
        $s3.$operation().bucket($bucket.name.as_raw()).expected_bucket_owner($bucket.owner.as_str())
    };
}

/// Tells a directory bucket. Its ACLs are disabled and all of Block Public Access is on, for good; it has neither a website
/// nor requesters who pay, and S3 refuses to be asked for any of it, or to be told who should own it.
///
/// *Source*: S3 user guide, "Differences for directory buckets" (read 2026-11-23).
fn is_directory(bucket: &BucketAddress) -> bool {
    cloud::is_directory(&bucket.name)
}

/// Gives who should own a bucket, where S3 may be told.
fn owner(bucket: &BucketAddress) -> Option<String> {
    (!is_directory(bucket)).then(|| bucket.owner.as_str().to_owned())
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
        let question = self.question(Operation::GetBucketOwnershipControls, bucket);
        let codes = ["OwnershipControlsNotFoundError"];
        let call = |s3: &aws_sdk_s3::Client| request!(s3, get_bucket_ownership_controls, bucket).send();
        let Some(answer) = self.ask(&question, bucket, &codes, call).await? else { return Ok(None) };
        convert::ownership(&answer).map(Some).map_err(|why| question.misunderstood(why))
    }

    pub(super) async fn read_block(
        &self,
        bucket: &BucketAddress,
    ) -> Result<Option<BlockPublicAccess>, CloudError> {
        if is_directory(bucket) {
            return Ok(Some(ALL_ON));
        }
        let question = self.question(Operation::GetBucketPublicAccessBlock, bucket);
        let codes = ["NoSuchPublicAccessBlockConfiguration"];
        let call = |s3: &aws_sdk_s3::Client| request!(s3, get_public_access_block, bucket).send();
        let Some(answer) = self.ask(&question, bucket, &codes, call).await? else { return Ok(None) };
        let block = answer.public_access_block_configuration().map(convert::s3_block);
        block.map(Some).ok_or_else(|| question.misunderstood("the answer holds no configuration"))
    }

    pub(super) async fn read_policy(&self, bucket: &BucketAddress) -> Result<Option<String>, CloudError> {
        let operation = match is_directory(bucket) {
            true => Operation::GetDirectoryBucketPolicy,
            false => Operation::GetBucketPolicy,
        };
        let question = self.question(operation, bucket);
        let call = |s3: &aws_sdk_s3::Client| {
            request!(s3, get_bucket_policy, bucket).set_expected_bucket_owner(owner(bucket)).send()
        };
        let Some(answer) = self.ask(&question, bucket, &["NoSuchBucketPolicy"], call).await? else {
            return Ok(None);
        };
        let text = answer.policy.filter(|text| !text.is_empty());
        text.map(Some).ok_or_else(|| question.misunderstood("the answer is empty"))
    }

    pub(super) async fn read_policy_status(
        &self,
        bucket: &BucketAddress,
    ) -> Result<Option<bool>, CloudError> {
        if is_directory(bucket) {
            return Ok(None);
        }
        let question = self.question(Operation::GetBucketPolicyStatus, bucket);
        let call = |s3: &aws_sdk_s3::Client| request!(s3, get_bucket_policy_status, bucket).send();
        let answer = self.ask(&question, bucket, &["NoSuchBucketPolicy"], call).await?;
        Ok(answer.and_then(|answer| answer.policy_status).and_then(|status| status.is_public))
    }

    pub(super) async fn read_acl(&self, bucket: &BucketAddress) -> Result<Option<Acl>, CloudError> {
        let question = self.question(Operation::GetBucketAcl, bucket);
        let call = |s3: &aws_sdk_s3::Client| request!(s3, get_bucket_acl, bucket).send();
        let Some(answer) = self.ask(&question, bucket, &[], call).await? else { return Ok(None) };
        let owner = answer.owner().and_then(|owner| owner.id());
        let acl = convert::acl(owner, answer.grants.as_deref());
        acl.map(Some).map_err(|why| question.misunderstood(why))
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
        let question = self.question(operation, bucket);
        let version = object.version_id.as_ref().map(|version| version.as_raw().to_owned());
        let call = |s3: &aws_sdk_s3::Client| {
            let request = request!(s3, get_object_acl, bucket).key(object.key.as_raw());
            request.set_version_id(version.clone()).send()
        };
        let codes = ["NoSuchKey", "NoSuchVersion", "MethodNotAllowed"];
        let Some(answer) = self.ask(&question, bucket, &codes, call).await? else { return Ok(None) };
        let owner = answer.owner().and_then(|owner| owner.id());
        let acl = convert::acl(owner, answer.grants.as_deref());
        acl.map(Some).map_err(|why| question.misunderstood(why))
    }

    pub(super) async fn read_website(&self, bucket: &BucketAddress) -> Result<Option<()>, CloudError> {
        if is_directory(bucket) {
            return Ok(None);
        }
        let question = self.question(Operation::GetBucketWebsite, bucket);
        let call = |s3: &aws_sdk_s3::Client| request!(s3, get_bucket_website, bucket).send();
        Ok(self.ask(&question, bucket, &["NoSuchWebsiteConfiguration"], call).await?.map(|_| ()))
    }

    pub(super) async fn read_requester_pays(
        &self,
        bucket: &BucketAddress,
    ) -> Result<Option<bool>, CloudError> {
        if is_directory(bucket) {
            return Ok(Some(false));
        }
        let question = self.question(Operation::GetBucketRequestPayment, bucket);
        let call = |s3: &aws_sdk_s3::Client| request!(s3, get_bucket_request_payment, bucket).send();
        let answer = self.ask(&question, bucket, &[], call).await?;
        match answer.and_then(|answer| answer.payer) {
            Some(Payer::Requester) => Ok(Some(true)),
            Some(Payer::BucketOwner) => Ok(Some(false)),
            _ => Err(question.misunderstood("the answer names no payer")),
        }
    }

    pub(super) async fn read_encryption(&self, bucket: &BucketAddress) -> Result<Option<String>, CloudError> {
        let operation = match is_directory(bucket) {
            true => Operation::GetDirectoryBucketEncryption,
            false => Operation::GetBucketEncryption,
        };
        let question = self.question(operation, bucket);
        let codes = ["ServerSideEncryptionConfigurationNotFoundError"];
        let call = |s3: &aws_sdk_s3::Client| {
            request!(s3, get_bucket_encryption, bucket).set_expected_bucket_owner(owner(bucket)).send()
        };
        let Some(answer) = self.ask(&question, bucket, &codes, call).await? else { return Ok(None) };
        let algorithm = convert::algorithm(&answer);
        algorithm.map(Some).ok_or_else(|| question.misunderstood("the answer names no algorithm"))
    }

    pub(super) async fn read_tags(
        &self,
        bucket: &BucketAddress,
    ) -> Result<Option<BTreeMap<Untrusted, Untrusted>>, CloudError> {
        if is_directory(bucket) {
            return Ok(None);
        }
        let question = self.question(Operation::GetBucketTagging, bucket);
        let call = |s3: &aws_sdk_s3::Client| request!(s3, get_bucket_tagging, bucket).send();
        let answer = self.ask(&question, bucket, &["NoSuchTagSet"], call).await?;
        let pair = |tag: aws_sdk_s3::types::Tag| (tag.key.into(), tag.value.into());
        Ok(answer.map(|answer| answer.tag_set.into_iter().map(pair).collect()))
    }

    fn question(&self, operation: Operation, bucket: &BucketAddress) -> Question {
        let region = Some(self.region_of(bucket));
        Question { operation, subject: Some(bucket.name.clone()), region }
    }

    /// Sends one request and follows S3 once to another region. One of `absent` means that there is none.
    async fn ask<T, E, F>(
        &self,
        question: &Question,
        bucket: &BucketAddress,
        absent: &[&str],
        call: impl Fn(&aws_sdk_s3::Client) -> F,
    ) -> Result<Option<T>, CloudError>
    where
        F: Future<Output = Result<T, SdkError<E>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let asked = self.region_of(bucket);
        let mut answer = call(&self.clients.s3(&asked)).await;
        if let Some(region) = answer.as_ref().err().and_then(other_region).filter(|region| *region != asked) {
            self.remember_region(bucket, &region);
            answer = call(&self.clients.s3(&region)).await;
        }
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if is_absent(&error, absent) => Ok(None),
            Err(error) => Err(question.refused(&error)),
        }
    }
}
